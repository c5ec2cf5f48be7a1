package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

func TestWatchSplit(t *testing.T) {
	test.NewTempApp(t)
	s := container.NewHSplit(canvas.NewRectangle(nil), canvas.NewRectangle(nil))
	s.Offset = 0.5
	var moved []float64
	WatchSplit(s, func(at float64) { moved = append(moved, at) })
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(400, 200))
	if len(moved) != 0 {
		t.Errorf("nobody moved it to %v", moved)
	}
	s.SetOffset(0.3)
	s.Horizontal = false // turned by the window's shape
	s.Offset = 0.7
	s.Refresh()
	w.Resize(fyne.NewSize(401, 201))
	if len(moved) != 1 || moved[0] != 0.3 {
		t.Errorf("moved to %v", moved)
	}
}

func TestInset(t *testing.T) {
	test.NewTempApp(t)
	r := canvas.NewRectangle(nil)
	r.SetMinSize(fyne.NewSize(10, 10))
	o := Inset(r)
	m := o.MinSize()
	o.Resize(m)
	if r.Size() != fyne.NewSize(10, 10) || m.Width <= m.Height {
		t.Errorf("%v in %v", r.Size(), m)
	}
}

func TestSearchEntry(t *testing.T) {
	test.NewTempApp(t)
	var keys []fyne.KeyName
	e := NewSearchEntry(func(k *fyne.KeyEvent) bool { keys = append(keys, k.Name); return true })
	test.Type(e, "abc")
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyReturn, fyne.KeyLeft} {
		e.TypedKey(&fyne.KeyEvent{Name: k})
	}
	if len(keys) != 2 || e.Text != "abc" || e.CursorColumn != 2 {
		t.Errorf("the list has %v, the field %q at %d", keys, e.Text, e.CursorColumn)
	}
	if e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}); e.Text != "" {
		t.Errorf("Escape leaves %q", e.Text)
	}
}
