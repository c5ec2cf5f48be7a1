package l2tp

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// scrolled is a page that scrolls: its text wraps at the width there is, and the
// height follows from that.
func scrolled(objects ...fyne.CanvasObject) *fyne.Container {
	column := widgets.NewColumn(objects...)
	return container.New(scrollLayout{}, container.NewVScroll(container.New(pageLayout{}, column)))
}

// scrollLayout gives the content its width before the scroll asks for its height.
type scrollLayout struct{}

func (scrollLayout) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

func (scrollLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	sc := o[0].(*container.Scroll)
	for range 2 { // what wraps inside what wraps settles at the second time
		sc.Content.Resize(fyne.NewSize(s.Width, sc.Content.MinSize().Height))
	}
	sc.Resize(s)
	sc.Refresh() // at the same size as before it would keep its bar as it was
	if limit := max(0, sc.Content.Size().Height-s.Height); sc.Offset.Y > limit {
		sc.ScrollToOffset(fyne.NewPos(0, limit))
	}
}

// pageWidth is as wide as a page is still pleasant to read.
const pageWidth = 860

// pageLayout is a margin, and no wider than is pleasant.
type pageLayout struct{}

func (pageLayout) margin() float32 { return 2 * theme.InnerPadding() }

func (l pageLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	return fyne.NewSize(min(m.Width, 240*theme.TextSize()/13), m.Height).AddWidthHeight(2*l.margin(), 2*l.margin())
}

func (l pageLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	m := l.margin()
	o[0].Move(fyne.NewPos(m, m/2))
	o[0].Resize(fyne.NewSize(min(s.Width-2*m, pageWidth*theme.TextSize()/13), s.Height-2*m))
}

// sentence is a text that wraps and can be copied.
func sentence(text string) *widget.Label {
	l := fields.Words(text)
	l.Selectable = true
	return l
}

// caption is a small text that wraps.
func caption(text string) *widget.Label {
	l := fields.Muted(text)
	l.SizeName = theme.SizeNameCaptionText
	l.Selectable = true
	return l
}

// raw are lines as they were seen, in the mono face.
func raw(lines ...string) *widget.Label {
	l := widget.NewLabel(strings.Join(lines, "\n"))
	l.TextStyle.Monospace = true
	l.SizeName = theme.SizeNameCaptionText
	l.Wrapping = fyne.TextWrapBreak
	l.Selectable = true
	return l
}

// title is a page's question.
func title(text string) *widget.Label {
	l := fields.Heading(text)
	l.SizeName = theme.SizeNameSubHeadingText
	return l
}

// beside puts a mark before the first line of a text: a dot does not move down
// when the text has more lines.
type beside struct{ indent float32 }

func (b beside) x() float32 { return b.indent * theme.TextSize() / 13 }

func (b beside) MinSize(o []fyne.CanvasObject) fyne.Size {
	if !o[1].Visible() {
		return fyne.Size{}
	}
	m := o[1].MinSize()
	return fyne.NewSize(b.x()+m.Width, max(m.Height, o[0].MinSize().Height))
}

func (b beside) Layout(o []fyne.CanvasObject, s fyne.Size) {
	line := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height + 2*theme.InnerPadding()
	d := o[0].MinSize()
	o[0].Resize(d)
	o[0].Move(fyne.NewPos((b.x()-d.Width)/2, (line-d.Height)/2))
	o[1].Move(fyne.NewPos(b.x(), 0))
	o[1].Resize(fyne.NewSize(s.Width-b.x(), s.Height))
}

// marked is an object behind a dot.
func marked(level string, o fyne.CanvasObject) *fyne.Container {
	return container.New(beside{20}, widgets.NewStatusDot(widgets.Level(level)), o)
}

// indented is an object that stands as far right as one behind a dot.
func indented(o fyne.CanvasObject) *fyne.Container {
	return container.New(beside{20}, fill(), o)
}

// fill is nothing.
func fill() fyne.CanvasObject { return canvas.NewRectangle(color.Transparent) }

// wrappedCheck is a tick whose text has more than one line.
type wrappedCheck struct {
	*fyne.Container
	check *widget.Check
	label *tapLabel
}

// newWrappedCheck makes one; changed may be nil.
func newWrappedCheck(text string, changed func(bool)) *wrappedCheck {
	w := &wrappedCheck{check: widget.NewCheck("", changed)}
	w.label = newTapLabel(text, func() {
		if !w.check.Disabled() {
			w.check.SetChecked(!w.check.Checked)
		}
	})
	w.Container = container.New(tickLayout{}, w.check, w.label)
	return w
}

// tickLayout has box and words where a tick of one line has them.
type tickLayout struct{}

func (tickLayout) x() float32 { return theme.IconInlineSize() + 2*theme.InputBorderSize() }

func (l tickLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[1].MinSize()
	return fyne.NewSize(l.x()+m.Width, max(m.Height, o[0].MinSize().Height))
}

func (l tickLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	line := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height + 2*theme.InnerPadding()
	d := o[0].MinSize()
	o[0].Resize(fyne.NewSize(l.x()+theme.InnerPadding(), d.Height))
	o[0].Move(fyne.NewPos(0, (line-d.Height)/2))
	o[1].Move(fyne.NewPos(l.x(), 0))
	o[1].Resize(fyne.NewSize(s.Width-l.x(), s.Height))
}

// tapLabel is a text that wraps and does what is beside it.
type tapLabel struct {
	widget.Label
	tapped func()
}

func newTapLabel(text string, tapped func()) *tapLabel {
	l := &tapLabel{tapped: tapped}
	l.Text = text
	l.Wrapping = fyne.TextWrapWord
	l.ExtendBaseWidget(l)
	return l
}

// Tapped is part of fyne.Tappable.
func (l *tapLabel) Tapped(*fyne.PointEvent) { l.tapped() }

// quiet sets a tick without telling anybody.
func (w *wrappedCheck) quiet(on bool) {
	if w.check.Checked == on {
		return
	}
	told := w.check.OnChanged
	w.check.OnChanged = nil
	w.check.SetChecked(on)
	w.check.OnChanged = told
}

func joined(names []string) string { return strings.Join(names, i18n.T("l2tp.comma")) }

// panelBox is a ground of its own for what belongs together.
type panelBox struct {
	widget.BaseWidget
	in   fyne.CanvasObject
	back *canvas.Rectangle
}

func boxed(o fyne.CanvasObject) *panelBox {
	b := &panelBox{in: o, back: canvas.NewRectangle(color.Transparent)}
	b.back.CornerRadius, b.back.StrokeWidth = 4, 1
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer is part of fyne.Widget.
func (b *panelBox) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{b}
	r.Refresh()
	return r
}

type boxRenderer struct{ b *panelBox }

func (r *boxRenderer) pad() float32 { return theme.InnerPadding() }

// MinSize has more room below: what ends there may be buttons, which have no margin
// of their own as texts have.
func (r *boxRenderer) MinSize() fyne.Size {
	return r.b.in.MinSize().AddWidthHeight(2*r.pad(), 3*r.pad()/2)
}

func (r *boxRenderer) Layout(s fyne.Size) {
	r.b.back.Resize(s)
	r.b.in.Move(fyne.NewPos(r.pad(), r.pad()/2))
	r.b.in.Resize(s.SubtractWidthHeight(2*r.pad(), 3*r.pad()/2))
}
func (r *boxRenderer) Destroy() {}
func (r *boxRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.back, r.b.in}
}
func (r *boxRenderer) Refresh() {
	r.b.back.StrokeColor = theme.ColorForWidget(theme.ColorNameSeparator, r.b)
	r.b.back.FillColor = theme.ColorForWidget(theme.ColorNameInputBackground, r.b)
	r.Layout(r.b.Size())
	r.b.back.Refresh()
	r.b.in.Refresh()
}

// tight stacks texts that belong together: their own margins overlap.
func tight(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(tightLayout{}, objects...)
}

type tightLayout struct{}

func (tightLayout) gap() float32 { return -theme.InnerPadding() - 1 }

func (l tightLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	shown := 0
	for _, x := range o {
		if x.Visible() {
			m := x.MinSize()
			s = fyne.NewSize(max(s.Width, m.Width), s.Height+m.Height)
			shown++
		}
	}
	s.Height += float32(max(0, shown-1)) * l.gap()
	return s
}

func (l tightLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	var y float32
	for _, x := range o {
		if !x.Visible() {
			continue
		}
		x.Move(fyne.NewPos(0, y))
		for range 2 {
			x.Resize(fyne.NewSize(s.Width, x.MinSize().Height))
		}
		y += x.Size().Height + l.gap()
	}
}

// wide gives an object a width that grows with the text.
func wide(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(wideLayout(width), o)
}

type wideLayout float32

func (l wideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(float32(l)*theme.TextSize()/13, o[0].MinSize().Height)
}
func (wideLayout) Layout(o []fyne.CanvasObject, s fyne.Size) { o[0].Resize(s) }

// mutedWord is a word that matters less.
func mutedWord(text string) *widgets.CutText {
	c := widgets.NewCutText(text, 20)
	c.Color = look.Muted
	return c
}

// pill is a short text that takes the room that it needs.
func pill(t *widgets.CutText) fyne.CanvasObject {
	t.SizeName = theme.SizeNameCaptionText
	return container.New(naturalLayout{}, t)
}

type naturalLayout struct{}

func (naturalLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	t := o[0].(*widgets.CutText)
	// As high as the line with the evidence, which is not always beside it.
	return fyne.NewSize(min(t.Natural(), 420)+theme.InnerPadding(), t.MinSize().Height+2*theme.InnerPadding()+2)
}

func (naturalLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	h := o[0].MinSize().Height
	o[0].Move(fyne.NewPos(0, (s.Height-h)/2))
	o[0].Resize(fyne.NewSize(s.Width, h))
}

// inset moves an object to where the words of a label begin.
func inset(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(insetLayout{}, o)
}

type insetLayout struct{}

func (insetLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	if !o[0].Visible() {
		return fyne.Size{}
	}
	return o[0].MinSize().AddWidthHeight(theme.InnerPadding(), 0)
}

func (insetLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	x := theme.InnerPadding()
	o[0].Move(fyne.NewPos(x, 0))
	o[0].Resize(fyne.NewSize(s.Width-x, s.Height))
}

// lineAndButton is a text that wraps, and at its right what to do about it.
type lineAndButton struct{}

func (lineAndButton) MinSize(o []fyne.CanvasObject) fyne.Size {
	text, button := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(min(text.Width, 160*theme.TextSize()/13)+theme.InnerPadding()+button.Width, max(text.Height, button.Height))
}

func (lineAndButton) Layout(o []fyne.CanvasObject, s fyne.Size) {
	button := o[1].MinSize()
	w := s.Width - button.Width - theme.InnerPadding()
	for range 2 {
		o[0].Resize(fyne.NewSize(w, o[0].MinSize().Height))
	}
	o[0].Move(fyne.NewPos(0, 0))
	o[1].Move(fyne.NewPos(s.Width-button.Width, 0))
	o[1].Resize(button)
}
