package registry

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/widgets"
)

// pickerButton names the connection on one line that gives way, unlike a button's
// word. Plain HTTP stands beside it in red for as long as it is spoken.
type pickerButton struct {
	widget.BaseWidget
	open    func()
	tips    *widgets.Tips
	tip     string
	dot     *widgets.StatusDot
	text    *widgets.CutText
	plain   *widgets.CutText
	arrow   *widget.Icon
	back    *canvas.Rectangle
	hovered bool
	focused bool
}

func newPickerButton(tips *widgets.Tips, open func()) *pickerButton {
	b := &pickerButton{open: open, tips: tips, dot: widgets.NewStatusDot(widgets.LevelUnknown), text: widgets.NewCutText("", 60), plain: widgets.NewCutText("", 0)}
	b.text.Style.Bold = true
	b.plain.Style.Bold = true
	b.arrow = widget.NewIcon(theme.MenuDropDownIcon())
	b.back = canvas.NewRectangle(color.Transparent)
	b.back.CornerRadius = 3
	b.ExtendBaseWidget(b)
	return b
}

func (b *pickerButton) set(l widgets.Level, text string, plain bool, tip string) {
	b.tip = tip
	mark := ""
	if plain {
		mark = "http"
	}
	if b.dot.Level() == l && b.text.Text == text && b.plain.Text == mark {
		return
	}
	b.dot.SetLevel(l)
	b.text.SetText(text)
	b.plain.Set(mark, widgets.LevelColor(widgets.LevelFailed))
	b.Refresh()
}

// Tapped is part of fyne.Tappable.
func (b *pickerButton) Tapped(*fyne.PointEvent) { b.tips.Clear(); b.open() }

// MouseIn is part of desktop.Hoverable.
func (b *pickerButton) MouseIn(e *desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
	b.tips.Point(b.tip, e.AbsolutePosition)
}

// MouseMoved is part of desktop.Hoverable.
func (b *pickerButton) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (b *pickerButton) MouseOut() { b.hovered = false; b.tips.Clear(); b.Refresh() }

// FocusGained is part of fyne.Focusable.
func (b *pickerButton) FocusGained() { b.focused = true; b.Refresh() }

// FocusLost is part of fyne.Focusable.
func (b *pickerButton) FocusLost() { b.focused = false; b.Refresh() }

// TypedRune is part of fyne.Focusable.
func (b *pickerButton) TypedRune(rune) {}

// TypedKey is part of fyne.Focusable.
func (b *pickerButton) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, fyne.KeyDown:
		b.open()
	default:
		widgets.PassKeyOn(b, e)
	}
}

// CreateRenderer is part of fyne.Widget.
func (b *pickerButton) CreateRenderer() fyne.WidgetRenderer { return &pickerButtonRenderer{b} }

type pickerButtonRenderer struct{ b *pickerButton }

func (r *pickerButtonRenderer) MinSize() fyne.Size {
	m := r.b.text.MinSize()
	return fyne.NewSize(min(m.Width, 90)+60, m.Height+2*theme.InnerPadding())
}

func (r *pickerButtonRenderer) Layout(s fyne.Size) {
	pad, b := theme.InnerPadding(), r.b
	d := b.dot.MinSize()
	b.back.Resize(s)
	b.dot.Move(fyne.NewPos(pad, (s.Height-d.Height)/2))
	b.dot.Resize(d)
	icon := theme.IconInlineSize()
	x := pad + d.Width + pad
	mark := float32(0)
	if b.plain.Text != "" {
		mark = b.plain.Natural() + pad
	}
	w := min(b.text.Natural()+1, s.Width-x-icon-mark-pad)
	b.text.Move(fyne.NewPos(x, 0))
	b.text.Resize(fyne.NewSize(w, s.Height))
	x += w + pad
	if mark > 0 {
		b.plain.Move(fyne.NewPos(x, 0))
		b.plain.Resize(fyne.NewSize(mark, s.Height))
		x += mark
	}
	b.arrow.Move(fyne.NewPos(x-pad/2, (s.Height-icon)/2))
	b.arrow.Resize(fyne.NewSize(icon, icon))
}

func (r *pickerButtonRenderer) Refresh() {
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

func (r *pickerButtonRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.back, r.b.dot, r.b.text, r.b.plain, r.b.arrow}
}
func (r *pickerButtonRenderer) Destroy() {}
