package containers

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
)

// engineButton names the engine on one line that gives way, unlike a button's
// word, and opens the list of engines.
type engineButton struct {
	widget.BaseWidget
	open    func()
	tips    *widgets.Tips
	host    string
	dot     *widgets.StatusDot
	text    *widgets.CutText
	arrow   *widget.Icon
	back    *canvas.Rectangle
	hovered bool
	focused bool
}

func newEngineButton(tips *widgets.Tips, open func()) *engineButton {
	b := &engineButton{open: open, tips: tips, dot: widgets.NewStatusDot(widgets.LevelUnknown), text: widgets.NewCutText("", 80)}
	b.arrow = widget.NewIcon(theme.MenuDropDownIcon())
	b.back = canvas.NewRectangle(color.Transparent)
	b.back.CornerRadius = 3
	b.ExtendBaseWidget(b)
	return b
}

func (b *engineButton) set(l widgets.Level, text, host string) {
	b.host = host
	b.dot.SetLevel(l)
	if b.text.Text != text {
		b.text.SetText(text)
		b.Refresh()
	}
}

// Tapped is part of fyne.Tappable.
func (b *engineButton) Tapped(*fyne.PointEvent) { b.tips.Clear(); b.open() }

// MouseIn is part of desktop.Hoverable.
func (b *engineButton) MouseIn(e *desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
	b.tips.Point(b.text.Text+"\n"+b.host+"\n"+i18n.T("containers.engine_tip"), e.AbsolutePosition)
}

// MouseMoved is part of desktop.Hoverable.
func (b *engineButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (b *engineButton) MouseOut() { b.hovered = false; b.tips.Clear(); b.Refresh() }

// FocusGained is part of fyne.Focusable.
func (b *engineButton) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost is part of fyne.Focusable.
func (b *engineButton) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune is part of fyne.Focusable.
func (b *engineButton) TypedRune(rune) {}

// TypedKey is part of fyne.Focusable.
func (b *engineButton) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, fyne.KeyDown:
		b.open()
	}
}

// CreateRenderer is part of fyne.Widget.
func (b *engineButton) CreateRenderer() fyne.WidgetRenderer { return &engineButtonRenderer{b} }

type engineButtonRenderer struct{ b *engineButton }

func (r *engineButtonRenderer) MinSize() fyne.Size {
	pad := theme.InnerPadding()
	m := r.b.text.MinSize()
	return fyne.NewSize(m.Width+60, m.Height+2*pad)
}

func (r *engineButtonRenderer) Layout(s fyne.Size) {
	pad := theme.InnerPadding()
	d := r.b.dot.MinSize()
	r.b.back.Resize(s)
	r.b.dot.Move(fyne.NewPos(pad, (s.Height-d.Height)/2))
	r.b.dot.Resize(d)
	icon := theme.IconInlineSize()
	x := pad + d.Width + pad
	w := min(r.b.text.Natural(), s.Width-x-icon-pad)
	r.b.text.Move(fyne.NewPos(x, 0))
	r.b.text.Resize(fyne.NewSize(w, s.Height))
	r.b.arrow.Move(fyne.NewPos(x+w+2, (s.Height-icon)/2))
	r.b.arrow.Resize(fyne.NewSize(icon, icon))
}

func (r *engineButtonRenderer) Refresh() {
	r.b.back.FillColor = color.Transparent
	switch {
	case r.b.focused:
		r.b.back.FillColor = theme.ColorForWidget(theme.ColorNameFocus, r.b)
	case r.b.hovered:
		r.b.back.FillColor = theme.ColorForWidget(theme.ColorNameHover, r.b)
	}
	r.Layout(r.b.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *engineButtonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.back, r.b.dot, r.b.text, r.b.arrow}
}
func (r *engineButtonRenderer) Destroy() {}
