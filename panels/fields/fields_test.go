package fields

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// A choice tells of what a person chose, not of what it was set to.
func TestChoice(t *testing.T) {
	test.NewTempApp(t)
	told := 0
	c := NewChoice([]Option[int]{{1, "one"}, {2, "two"}}, func() { told++ })
	if c.Value() != 1 || told != 0 {
		t.Errorf("%d, told %d times", c.Value(), told)
	}
	c.Set(2)
	if c.Value() != 2 || told != 0 {
		t.Errorf("%d, told %d times", c.Value(), told)
	}
	c.SetSelected("one")
	if c.Value() != 1 || told != 1 {
		t.Errorf("%d, told %d times", c.Value(), told)
	}
	c.Set(7) // is not there
	if c.Value() != 0 {
		t.Errorf("%d", c.Value())
	}
}

// What is ticked stays ticked while the list changes and is searched, and what is
// no longer in it comes last.
func TestPicker(t *testing.T) {
	test.NewTempApp(t)
	told := 0
	p := NewPicker("find", "nothing", 100)
	p.OnChanged = func() { told++ }
	items := []Item{{"a", "Alpha"}, {"b", "Beta"}, {"c", "Gamma ray"}}
	p.Set(items, []string{"c", "gone"})
	if got := p.Chosen(); !slices.Equal(got, []string{"c", "gone"}) || told != 0 {
		t.Errorf("%v, told %d times", got, told)
	}
	p.Choose("a", true)
	p.search.SetText("RAY gam")
	if len(p.shown) != 1 || p.shown[0].ID != "c" || told != 1 {
		t.Errorf("%v, told %d times", p.shown, told)
	}
	p.Set(items[:2], p.Chosen())
	if got := p.Chosen(); !slices.Equal(got, []string{"a", "c", "gone"}) {
		t.Errorf("%v", got)
	}
	p.Enable(false)
	row := newTick()
	p.search.SetText("")
	p.bind(0, row)
	if !row.Disabled() || !row.Checked || row.Text != "Alpha" {
		t.Errorf("%v %v %q", row.Disabled(), row.Checked, row.Text)
	}
	p.bind(99, row) // of a list that was longer a moment ago
}

// A field makes room for what is wrong with it, and gives it back.
func TestField(t *testing.T) {
	test.NewTempApp(t)
	f := New("Name", NewEntry("", nil))
	without := f.Box.MinSize().Height
	f.Bad("too long")
	if f.Note() != "too long" || f.note.Importance != widget.DangerImportance || f.Box.MinSize().Height <= without {
		t.Errorf("%q, %v", f.Note(), f.Box.MinSize())
	}
	f.Say("")
	if f.Box.MinSize().Height != without {
		t.Errorf("%v instead of %v", f.Box.MinSize().Height, without)
	}
}

// Enter and Escape do what a form wants; a text of several lines keeps Enter.
func TestEntryKeys(t *testing.T) {
	test.NewTempApp(t)
	var got []string
	e := NewEntry("", nil)
	e.OnEnter, e.OnEscape = func() { got = append(got, "enter") }, func() { got = append(got, "escape") }
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	m := NewText("", 3, nil)
	m.OnEnter = e.OnEnter
	m.FocusGained()
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if !slices.Equal(got, []string{"enter", "escape"}) || m.Text != "\n" {
		t.Errorf("%v, %q", got, m.Text)
	}
	if s := NewSecret("", nil); !s.Password {
		t.Error("a secret can be read")
	}
}

// A path offers dialogs that fit the window, and a folder keeps the file's name.
func TestPath(t *testing.T) {
	test.NewTempApp(t)
	win := test.NewTempWindow(t, widget.NewLabel(""))
	win.Resize(fyne.NewSize(900, 600))
	p := NewPath(func() fyne.Window { return win }, nil, "/x", nil, Browse{Icon: OpenFile(), Tip: "file"}, Browse{Icon: OpenFolder(), Tip: "folder", Folder: true})
	win.SetContent(p.Root)
	p.SetText(t.TempDir() + "/report.html")
	for _, b := range []Browse{{}, {Folder: true}, {File: true}} {
		p.browse(win, b)
		top := win.Canvas().Overlays().Top()
		if top == nil {
			t.Fatalf("%+v opens nothing", b)
		}
		if s := dialogSize(top); s.Width < 300 || s.Width > 900 || s.Height > 600 {
			t.Errorf("%+v: %v", b, s)
		}
		win.Canvas().Overlays().Remove(top)
	}
}

// dialogSize is the size of what a dialog shows, without what it lies over.
func dialogSize(o fyne.CanvasObject) (s fyne.Size) {
	walkAll(o, func(o fyne.CanvasObject) {
		if p, ok := o.(*widget.PopUp); ok {
			s = p.Content.Size()
		}
	})
	return s
}

func walkAll(o fyne.CanvasObject, f func(fyne.CanvasObject)) {
	f(o)
	switch x := o.(type) {
	case *fyne.Container:
		for _, c := range x.Objects {
			walkAll(c, f)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(x).Objects() {
			walkAll(c, f)
		}
	}
}
