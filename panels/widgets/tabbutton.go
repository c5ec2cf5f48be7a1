package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
)

// tabButton is the word of one tab.
type tabButton struct {
	widget.BaseWidget
	owner   *Tabs
	tab     *Tab
	hovered bool
	text    *canvas.Text
	under   *canvas.Rectangle
	back    *canvas.Rectangle
	dot     *StatusDot
	cross   *crossButton
}

func newTabButton(owner *Tabs, tab *Tab) *tabButton {
	b := &tabButton{owner: owner, tab: tab}
	b.text = canvas.NewText("", color.Transparent)
	b.under = canvas.NewRectangle(color.Transparent)
	b.back = canvas.NewRectangle(color.Transparent)
	b.dot = NewStatusDot(LevelUnknown)
	b.cross = newCross(func() {
		if owner.OnClosed != nil {
			owner.OnClosed(tab.ID)
		}
	})
	b.ExtendBaseWidget(b)
	return b
}

func (b *tabButton) Tapped(*fyne.PointEvent) { b.owner.Select(b.tab.ID) }

func (b *tabButton) MouseIn(*desktop.MouseEvent)    { b.hovered = true; b.Refresh() }
func (b *tabButton) MouseMoved(*desktop.MouseEvent) {}
func (b *tabButton) MouseOut()                      { b.hovered = false; b.Refresh() }

func (b *tabButton) CreateRenderer() fyne.WidgetRenderer {
	r := &tabButtonRenderer{b}
	r.Refresh()
	return r
}

type tabButtonRenderer struct{ b *tabButton }

func (r *tabButtonRenderer) pad() float32 {
	return theme.SizeForWidget(theme.SizeNameInnerPadding, r.b) * 1.4
}

func (r *tabButtonRenderer) MinSize() fyne.Size {
	m := r.b.text.MinSize()
	w := m.Width + 2*r.pad()
	if r.b.tab.Level != "" {
		w += r.b.dot.MinSize().Width + 4
	}
	if r.b.tab.Closable {
		w += r.b.cross.MinSize().Width
	}
	return fyne.NewSize(w, m.Height+theme.SizeForWidget(theme.SizeNameInnerPadding, r.b)*1.6)
}

func (r *tabButtonRenderer) Layout(s fyne.Size) {
	x := r.pad()
	if r.b.tab.Level != "" {
		m := r.b.dot.MinSize()
		r.b.dot.Move(fyne.NewPos(x, (s.Height-m.Height)/2))
		r.b.dot.Resize(m)
		x += m.Width + 4
	}
	m := r.b.text.MinSize()
	r.b.text.Move(fyne.NewPos(x, (s.Height-m.Height)/2))
	r.b.text.Resize(m)
	x += m.Width
	if r.b.tab.Closable {
		c := r.b.cross.MinSize()
		r.b.cross.Move(fyne.NewPos(x+3, (s.Height-c.Height)/2))
		r.b.cross.Resize(c)
	}
	r.b.back.Resize(s)
	r.b.under.Move(fyne.NewPos(0, s.Height-2))
	r.b.under.Resize(fyne.NewSize(s.Width, 2))
}

func (r *tabButtonRenderer) Refresh() {
	b := r.b
	selected := b.owner.selected == b.tab.ID
	b.text.Text = b.tab.Text
	b.text.TextSize = theme.SizeForWidget(theme.SizeNameText, b)
	b.text.Color = theme.ColorForWidget(look.Muted, b)
	b.under.FillColor, b.back.FillColor = color.Transparent, color.Transparent
	if b.hovered {
		b.back.FillColor = theme.ColorForWidget(theme.ColorNameHover, b)
	}
	if selected {
		b.text.Color = theme.ColorForWidget(theme.ColorNameForeground, b)
		b.under.FillColor = theme.ColorForWidget(look.Accent, b)
		if b.owner.focused {
			b.back.FillColor = theme.ColorForWidget(theme.ColorNameFocus, b)
		}
	}
	b.dot.Hidden = b.tab.Level == ""
	b.dot.SetLevel(b.tab.Level)
	b.cross.Hidden = !b.tab.Closable
	r.Layout(b.Size())
	canvas.Refresh(b)
}

func (r *tabButtonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.back, r.b.under, r.b.dot, r.b.text, r.b.cross}
}
func (r *tabButtonRenderer) Destroy() {}

// crossButton is the small x of a tab.
type crossButton struct {
	widget.BaseWidget
	tapped  func()
	hovered bool
	icon    *widget.Icon
	back    *canvas.Rectangle
}

func newCross(tapped func()) *crossButton {
	c := &crossButton{tapped: tapped, icon: widget.NewIcon(theme.CancelIcon()), back: canvas.NewRectangle(color.Transparent)}
	c.back.CornerRadius = 3
	c.ExtendBaseWidget(c)
	return c
}

func (c *crossButton) Tapped(*fyne.PointEvent)        { c.tapped() }
func (c *crossButton) MouseIn(*desktop.MouseEvent)    { c.hovered = true; c.Refresh() }
func (c *crossButton) MouseMoved(*desktop.MouseEvent) {}
func (c *crossButton) MouseOut()                      { c.hovered = false; c.Refresh() }

func (c *crossButton) CreateRenderer() fyne.WidgetRenderer { return &crossRenderer{c} }

type crossRenderer struct{ c *crossButton }

func (r *crossRenderer) MinSize() fyne.Size {
	s := theme.SizeForWidget(theme.SizeNameText, r.c) + 4
	return fyne.NewSize(s, s)
}
func (r *crossRenderer) Layout(s fyne.Size) {
	r.c.back.Resize(s)
	r.c.icon.Move(fyne.NewPos(2, 2))
	r.c.icon.Resize(s.SubtractWidthHeight(4, 4))
}
func (r *crossRenderer) Refresh() {
	r.c.back.FillColor = color.Transparent
	if r.c.hovered {
		r.c.back.FillColor = theme.ColorForWidget(theme.ColorNameHover, r.c)
	}
	r.c.back.Refresh()
}
func (r *crossRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.c.back, r.c.icon}
}
func (r *crossRenderer) Destroy() {}
