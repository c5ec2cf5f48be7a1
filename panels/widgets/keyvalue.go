package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
)

// KeyValue is one line of a KeyValues grid.
type KeyValue struct {
	Name  string
	Value string
	Mono  bool
	// Secret values are shown masked until the grid is told to reveal them.
	Secret bool
}

// mask stands for a secret; its length says nothing about the secret's.
const mask = "••••••••"

// KeyValues is a grid of names and values; each value can be selected and copied.
type KeyValues struct {
	widget.BaseWidget
	tips   *Tips
	rows   []KeyValue
	reveal bool
	box    *fyne.Container
}

// NewKeyValues makes an empty grid.
func NewKeyValues(tips *Tips) *KeyValues {
	k := &KeyValues{tips: tips, box: container.New(&kvLayout{})}
	k.ExtendBaseWidget(k)
	return k
}

// Set shows rows.
func (k *KeyValues) Set(rows []KeyValue, reveal bool) {
	same := len(rows) == len(k.rows) && reveal == k.reveal
	for i := 0; same && i < len(rows); i++ {
		same = rows[i] == k.rows[i]
	}
	if same {
		return
	}
	k.rows, k.reveal = append([]KeyValue(nil), rows...), reveal
	k.box.Objects = nil
	for _, r := range rows {
		name := NewCutText(r.Name, 0)
		name.Color = look.Muted
		k.box.Objects = append(k.box.Objects, name, NewCopyable(r, reveal, k.tips))
	}
	k.box.Refresh()
	k.Refresh()
}

// Rows is what the grid shows now.
func (k *KeyValues) Rows() []KeyValue { return k.rows }

// CreateRenderer is part of fyne.Widget.
func (k *KeyValues) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(k.box)
}

// kvLayout gives names the width of the widest and values the rest.
type kvLayout struct{}

func (kvLayout) nameWidth(objs []fyne.CanvasObject) float32 {
	var w float32
	for i := 0; i < len(objs); i += 2 {
		w = max32(w, objs[i].MinSize().Width)
	}
	return w
}

func (l kvLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var w, h float32
	for i := 0; i+1 < len(objs); i += 2 {
		m := objs[i+1].MinSize()
		w = max32(w, m.Width)
		h += max32(objs[i].MinSize().Height, m.Height)
	}
	return fyne.NewSize(l.nameWidth(objs)+12+w, h)
}

func (l kvLayout) Layout(objs []fyne.CanvasObject, size fyne.Size) {
	nw := l.nameWidth(objs)
	var y float32
	for i := 0; i+1 < len(objs); i += 2 {
		nh := objs[i].MinSize().Height
		vh := max32(nh, objs[i+1].MinSize().Height)
		line := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height
		objs[i].Move(fyne.NewPos(0, y))
		objs[i].Resize(fyne.NewSize(nw, max32(nh, min(vh, line+2*theme.Padding()))))
		objs[i+1].Move(fyne.NewPos(nw+12, y))
		objs[i+1].Resize(fyne.NewSize(max32(10, size.Width-nw-12), vh))
		y += vh
	}
}

// Copyable is a value that is copied with a click on it or on its icon, which
// shows while the mouse is there.
type Copyable struct {
	widget.BaseWidget
	kv     KeyValue
	text   *CutText
	icon   *widget.Icon
	tips   *Tips
	masked bool
}

// NewCopyable makes one.
func NewCopyable(kv KeyValue, reveal bool, tips *Tips) *Copyable {
	c := &Copyable{kv: kv, tips: tips, masked: kv.Secret && !reveal}
	shown := kv.Value
	if c.masked {
		shown = mask
	}
	c.text = NewCutText(shown, 60)
	c.text.Style.Monospace = kv.Mono
	c.icon = widget.NewIcon(theme.ContentCopyIcon())
	c.icon.Hide()
	c.ExtendBaseWidget(c)
	return c
}

// SetValue changes the value.
func (c *Copyable) SetValue(kv KeyValue, reveal bool) {
	c.kv, c.masked = kv, kv.Secret && !reveal
	if c.masked {
		c.text.SetText(mask)
	} else {
		c.text.SetText(kv.Value)
	}
}

// Tapped copies the value; a masked one is copied as it is, since the person asked.
func (c *Copyable) Tapped(e *fyne.PointEvent) {
	fyne.CurrentApp().Clipboard().SetContent(c.kv.Value)
	c.tips.Point(i18n.T("action.copied"), e.AbsolutePosition)
}

// Cursor is part of desktop.Cursorable.
func (c *Copyable) Cursor() desktop.Cursor { return desktop.PointerCursor }

// MouseIn is part of desktop.Hoverable.
func (c *Copyable) MouseIn(e *desktop.MouseEvent) {
	c.icon.Show()
	c.Refresh()
	if c.text.IsCut() && !c.masked {
		c.tips.Point(c.kv.Value, e.AbsolutePosition)
	} else {
		c.tips.Point(i18n.T("action.click_copies"), e.AbsolutePosition)
	}
}

// MouseMoved is part of desktop.Hoverable.
func (c *Copyable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (c *Copyable) MouseOut() {
	c.icon.Hide()
	c.Refresh()
	c.tips.Clear()
}

// CreateRenderer is part of fyne.Widget.
func (c *Copyable) CreateRenderer() fyne.WidgetRenderer { return &copyRenderer{c} }

type copyRenderer struct{ c *Copyable }

func (r *copyRenderer) MinSize() fyne.Size {
	m := r.c.text.MinSize()
	// A point more than the text: widths are rounded.
	return fyne.NewSize(m.Width+m.Height+3, m.Height+2)
}
func (r *copyRenderer) Layout(s fyne.Size) {
	side := r.c.text.MinSize().Height
	full := r.c.text.measure(bounded(r.c.text.Text))
	w := min(full, s.Width-side-2)
	r.c.text.Move(fyne.NewPos(0, 1))
	r.c.text.Resize(fyne.NewSize(w, s.Height-2))
	r.c.icon.Move(fyne.NewPos(w+2, (s.Height-side)/2))
	r.c.icon.Resize(fyne.NewSize(side, side))
}
func (r *copyRenderer) Refresh() {
	r.Layout(r.c.Size())
	r.c.text.Refresh()
	r.c.icon.Refresh()
}
func (r *copyRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.c.text, r.c.icon}
}
func (r *copyRenderer) Destroy() {}
