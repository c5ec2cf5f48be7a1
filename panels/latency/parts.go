package latency

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// segment is one choice of several in a row.
type segment struct{ id, text, tip string }

// segments are choices of which one holds: views, ranges.
type segments struct {
	widget.BaseWidget
	list     []segment
	parts    []*segmentPart
	back     *canvas.Rectangle
	chosen   string
	onChosen func(string)
	tips     *widgets.Tips
}

func newSegments(tips *widgets.Tips, list []segment, chosen func(string)) *segments {
	s := &segments{list: list, onChosen: chosen, tips: tips, back: canvas.NewRectangle(color.Transparent)}
	s.back.CornerRadius = 4
	for _, x := range list {
		s.parts = append(s.parts, newSegmentPart(s, x))
	}
	s.ExtendBaseWidget(s)
	return s
}

// choose marks a choice without telling anybody; "" is none.
func (s *segments) choose(id string) {
	if s.chosen == id {
		return
	}
	s.chosen = id
	for _, p := range s.parts {
		p.Refresh()
	}
}

func (s *segments) pick(id string) {
	s.choose(id)
	s.onChosen(id)
}

// CreateRenderer is part of fyne.Widget.
func (s *segments) CreateRenderer() fyne.WidgetRenderer { return &segmentsRenderer{s} }

type segmentsRenderer struct{ s *segments }

func (r *segmentsRenderer) MinSize() fyne.Size {
	var w, h float32
	for _, p := range r.s.parts {
		m := p.MinSize()
		w += m.Width
		h = max(h, m.Height)
	}
	return fyne.NewSize(w, h)
}

func (r *segmentsRenderer) Layout(size fyne.Size) {
	h := r.MinSize().Height
	y := (size.Height - h) / 2
	var x float32
	for _, p := range r.s.parts {
		w := p.MinSize().Width
		p.Move(fyne.NewPos(x, y))
		p.Resize(fyne.NewSize(w, h))
		x += w
	}
	r.s.back.Move(fyne.NewPos(0, y))
	r.s.back.Resize(fyne.NewSize(x, h))
}

func (r *segmentsRenderer) Refresh() {
	r.s.back.FillColor = theme.ColorForWidget(theme.ColorNameButton, r.s)
	r.Layout(r.s.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *segmentsRenderer) Objects() []fyne.CanvasObject {
	r.s.back.FillColor = theme.ColorForWidget(theme.ColorNameButton, r.s)
	out := []fyne.CanvasObject{r.s.back}
	for _, p := range r.s.parts {
		out = append(out, p)
	}
	return out
}
func (r *segmentsRenderer) Destroy() {}

// segmentPart is one choice.
type segmentPart struct {
	widget.BaseWidget
	s       *segments
	seg     segment
	text    *canvas.Text
	back    *canvas.Rectangle
	hovered bool
	focused bool
}

func newSegmentPart(s *segments, seg segment) *segmentPart {
	p := &segmentPart{s: s, seg: seg, text: canvas.NewText(seg.text, color.Transparent), back: canvas.NewRectangle(color.Transparent)}
	p.back.CornerRadius = 4
	p.text.Alignment = fyne.TextAlignCenter
	p.ExtendBaseWidget(p)
	return p
}

// Tapped is part of fyne.Tappable.
func (p *segmentPart) Tapped(*fyne.PointEvent) { p.s.tips.Clear(); p.s.pick(p.seg.id) }

// Cursor is part of desktop.Cursorable.
func (p *segmentPart) Cursor() desktop.Cursor { return desktop.PointerCursor }

// MouseIn is part of desktop.Hoverable.
func (p *segmentPart) MouseIn(e *desktop.MouseEvent) {
	p.hovered = true
	p.Refresh()
	p.s.tips.Point(p.seg.tip, e.AbsolutePosition)
}

// MouseMoved is part of desktop.Hoverable.
func (p *segmentPart) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (p *segmentPart) MouseOut() { p.hovered = false; p.Refresh(); p.s.tips.Clear() }

// FocusGained is part of fyne.Focusable.
func (p *segmentPart) FocusGained() { p.focused = true; p.Refresh() }

// FocusLost is part of fyne.Focusable.
func (p *segmentPart) FocusLost() { p.focused = false; p.Refresh() }

// TypedRune is part of fyne.Focusable.
func (p *segmentPart) TypedRune(rune) {}

// TypedKey is part of fyne.Focusable.
func (p *segmentPart) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		p.s.pick(p.seg.id)
	default:
		widgets.PassKeyOn(p, e)
	}
}

// CreateRenderer is part of fyne.Widget.
func (p *segmentPart) CreateRenderer() fyne.WidgetRenderer {
	r := &segmentPartRenderer{p}
	r.Refresh()
	return r
}

type segmentPartRenderer struct{ p *segmentPart }

func (r *segmentPartRenderer) MinSize() fyne.Size {
	r.p.text.TextSize = theme.TextSize()
	m := r.p.text.MinSize()
	return fyne.NewSize(m.Width+2.4*theme.InnerPadding(), m.Height+1.2*theme.InnerPadding())
}

func (r *segmentPartRenderer) Layout(s fyne.Size) {
	r.p.back.Resize(s)
	h := r.p.text.MinSize().Height
	r.p.text.Move(fyne.NewPos(0, (s.Height-h)/2))
	r.p.text.Resize(fyne.NewSize(s.Width, h))
}

func (r *segmentPartRenderer) Refresh() {
	p := r.p
	p.text.TextSize = theme.TextSize()
	p.text.Color = theme.ColorForWidget(theme.ColorNameForeground, p)
	p.back.FillColor = color.Transparent
	p.back.StrokeWidth = 0
	switch {
	case p.s.chosen == p.seg.id:
		p.back.FillColor = theme.ColorForWidget(look.Selected, p)
		p.text.Color = theme.ColorForWidget(look.Accent, p)
	case p.hovered:
		p.back.FillColor = theme.ColorForWidget(theme.ColorNameHover, p)
	}
	if p.focused {
		p.back.StrokeWidth, p.back.StrokeColor = 1.5, theme.ColorForWidget(theme.ColorNamePrimary, p)
	}
	p.back.Refresh()
	p.text.Refresh()
}

func (r *segmentPartRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.back, r.p.text}
}
func (r *segmentPartRenderer) Destroy() {}

// leastWidth asks for a width that grows with the text.
type leastWidth struct{ w float32 }

func (l *leastWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	return fyne.NewSize(max(l.w*theme.TextSize()/13, m.Width), m.Height)
}
func (l *leastWidth) Layout(o []fyne.CanvasObject, s fyne.Size) { o[0].Resize(s) }

// caption is a small word before a field.
func caption(text string) *widgets.CutText {
	c := widgets.NewCutText(text, 0)
	c.Color = look.Muted
	return c
}

// setVisible shows or hides o, when it is not so already.
func setVisible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

// setEnabled switches o on or off, when it is not so already.
func setEnabled(o fyne.Disableable, on bool) {
	switch {
	case on && o.Disabled():
		o.Enable()
	case !on && !o.Disabled():
		o.Disable()
	}
}
