package l2tp

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/l2tp/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// stepList is the list of steps at the left.
type stepList struct {
	root *fyne.Container
	rows []*stepRow
}

func newStepList(p *Panel) *stepList {
	l := &stepList{}
	box := container.New(stepsLayout{})
	for _, m := range p.w.Marks() {
		r := newStepRow(m, p.tips, func() { p.goTo(m.Step) })
		l.rows = append(l.rows, r)
		box.Add(r)
	}
	l.root = box
	return l
}

func (l *stepList) apply(marks []model.Mark, at model.Step) {
	for i, m := range marks {
		l.rows[i].set(m, m.Step == at)
	}
}

// stepsLayout is a column of a fixed width that grows with the text.
type stepsLayout struct{}

func (stepsLayout) width() float32 { return 176 * theme.TextSize() / 13 }

func (l stepsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := theme.InnerPadding()
	for _, x := range o {
		h += x.MinSize().Height + 1
	}
	return fyne.NewSize(l.width(), h)
}

func (l stepsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	y := theme.InnerPadding() / 2
	for _, x := range o {
		h := x.MinSize().Height
		x.Move(fyne.NewPos(theme.Padding(), y))
		x.Resize(fyne.NewSize(s.Width-2*theme.Padding(), h))
		y += h + 1
	}
}

// stepRow is one step: its number and name, what came of it, and a dot.
type stepRow struct {
	widget.BaseWidget
	mark             model.Mark
	here             bool
	hovered, focused bool
	tapped           func()
	tips             *widgets.Tips

	back    *canvas.Rectangle
	dot     *widgets.StatusDot
	name    *widgets.CutText
	summary *widgets.CutText
}

func newStepRow(m model.Mark, tips *widgets.Tips, tapped func()) *stepRow {
	r := &stepRow{mark: m, tapped: tapped, tips: tips, back: canvas.NewRectangle(color.Transparent), dot: widgets.NewStatusDot(widgets.LevelUnknown)}
	r.back.CornerRadius = 3
	r.name = widgets.NewCutText("", 40)
	r.summary = widgets.NewCutText("", 40)
	r.summary.SizeName, r.summary.Color = theme.SizeNameCaptionText, look.Muted
	r.ExtendBaseWidget(r)
	r.set(m, false)
	return r
}

func (r *stepRow) set(m model.Mark, here bool) {
	if r.name.Text != "" && r.mark == m && r.here == here {
		return
	}
	r.mark, r.here = m, here
	r.name.Text = fmt.Sprintf("%d  %s", int(m.Step)+1, m.Title)
	r.name.Style.Bold = here
	r.name.Color = theme.ColorNameForeground
	if !m.Open {
		r.name.Color = look.Muted
	}
	r.summary.Text = m.Summary
	r.dot.SetLevel(widgets.Level(m.Level))
	r.Refresh()
}

// Tapped is part of fyne.Tappable.
func (r *stepRow) Tapped(*fyne.PointEvent) {
	if r.mark.Open {
		r.tapped()
	}
}

// Cursor is part of desktop.Cursorable.
func (r *stepRow) Cursor() desktop.Cursor {
	if r.mark.Open {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// MouseIn is part of desktop.Hoverable.
func (r *stepRow) MouseIn(e *desktop.MouseEvent) {
	r.hovered = true
	if r.summary.IsCut() {
		r.tips.Point(r.summary.Text, e.AbsolutePosition)
	}
	r.Refresh()
}

// MouseMoved is part of desktop.Hoverable.
func (r *stepRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (r *stepRow) MouseOut() { r.hovered = false; r.tips.Clear(); r.Refresh() }

// FocusGained is part of fyne.Focusable.
func (r *stepRow) FocusGained() { r.focused = true; r.Refresh() }

// FocusLost is part of fyne.Focusable.
func (r *stepRow) FocusLost() { r.focused = false; r.Refresh() }

// TypedRune is part of fyne.Focusable.
func (r *stepRow) TypedRune(rune) {}

// TypedKey is part of fyne.Focusable.
func (r *stepRow) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		r.Tapped(nil)
	default:
		widgets.PassKeyOn(r, k)
	}
}

// TypedShortcut leaves the window its own keys.
func (r *stepRow) TypedShortcut(s fyne.Shortcut) { widgets.PassOn(r, s) }

// CreateRenderer is part of fyne.Widget.
func (r *stepRow) CreateRenderer() fyne.WidgetRenderer {
	x := &stepRenderer{r}
	x.Refresh()
	return x
}

type stepRenderer struct{ r *stepRow }

func (x *stepRenderer) MinSize() fyne.Size {
	return fyne.NewSize(80, x.r.name.MinSize().Height+x.r.summary.MinSize().Height+2*theme.InnerPadding())
}

func (x *stepRenderer) Layout(s fyne.Size) {
	pad, dot := theme.InnerPadding(), x.r.dot.MinSize().Width
	nh, sh := x.r.name.MinSize().Height, x.r.summary.MinSize().Height
	x.r.back.Resize(s)
	y := pad
	if x.r.summary.Text == "" {
		y = (s.Height - nh) / 2
	}
	x.r.dot.Resize(fyne.NewSize(dot, dot))
	x.r.dot.Move(fyne.NewPos(pad, y+(nh-dot)/2))
	left := 2*pad + dot
	x.r.name.Move(fyne.NewPos(left, y))
	x.r.name.Resize(fyne.NewSize(s.Width-left-pad/2, nh))
	x.r.summary.Move(fyne.NewPos(left, y+nh))
	x.r.summary.Resize(fyne.NewSize(s.Width-left-pad/2, sh))
}

func (x *stepRenderer) Refresh() {
	x.r.back.FillColor = color.Transparent
	switch {
	case x.r.focused:
		x.r.back.FillColor = theme.ColorForWidget(theme.ColorNameFocus, x.r)
	case x.r.here:
		x.r.back.FillColor = theme.ColorForWidget(look.Selected, x.r)
	case x.r.hovered && x.r.mark.Open:
		x.r.back.FillColor = theme.ColorForWidget(theme.ColorNameHover, x.r)
	}
	x.Layout(x.r.Size())
	for _, o := range x.Objects() {
		o.Refresh()
	}
}

func (x *stepRenderer) Destroy() {}
func (x *stepRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{x.r.back, x.r.dot, x.r.name, x.r.summary}
}
