package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// maxDrawn bounds what is measured of one line: a name of a megabyte is cut
// before the font machinery sees it.
const maxDrawn = 1024

// CutMiddle shortens text so that measure(text) fits width, keeping both ends:
// the registry at the front and the tag at the back of an image name matter most.
func CutMiddle(text string, width float32, measure func(string) float32) string {
	runes := []rune(text)
	if len(runes) > maxDrawn {
		runes = append(append(append([]rune{}, runes[:maxDrawn/2]...), '…'), runes[len(runes)-maxDrawn/2:]...)
		text = string(runes)
	}
	if measure(text) <= width {
		return text
	}
	lo, hi := 0, len(runes)-1 // runes kept
	best := "…"
	for lo <= hi {
		keep := (lo + hi) / 2
		tail := keep / 2
		head := keep - tail
		cut := string(runes[:head]) + "…" + string(runes[len(runes)-tail:])
		if measure(cut) <= width {
			best, lo = cut, keep+1
		} else {
			hi = keep - 1
		}
	}
	return best
}

// CutText is one line of text that gives way in the middle when there is no
// room. It neither reacts to the mouse nor takes the focus.
type CutText struct {
	widget.BaseWidget
	Text     string
	Style    fyne.TextStyle
	Align    fyne.TextAlign
	Color    fyne.ThemeColorName
	SizeName fyne.ThemeSizeName
	// Min is the least width asked for; 0 asks for the whole text.
	Min float32
	// Fixed asks for exactly Min even when the text is shorter.
	Fixed bool
}

// NewCutText makes a line that shrinks down to min.
func NewCutText(text string, min float32) *CutText {
	t := &CutText{Text: text, Min: min}
	t.ExtendBaseWidget(t)
	return t
}

// SetText changes the text.
func (t *CutText) SetText(s string) {
	if t.Text == s {
		return
	}
	t.Text = s
	t.Refresh()
}

// Set changes text and colour with one refresh.
func (t *CutText) Set(s string, c fyne.ThemeColorName) {
	if t.Text == s && t.Color == c {
		return
	}
	t.Text, t.Color = s, c
	t.Refresh()
}

func (t *CutText) sizeName() fyne.ThemeSizeName {
	if t.SizeName == "" {
		return theme.SizeNameText
	}
	return t.SizeName
}

func (t *CutText) measure(s string) float32 {
	return fyne.MeasureText(s, theme.SizeForWidget(t.sizeName(), t), t.Style).Width
}

// IsCut tells whether part of the text is hidden at the present size.
func (t *CutText) IsCut() bool { return t.measure(bounded(t.Text)) > t.Size().Width }

// Natural is the width of the whole text.
func (t *CutText) Natural() float32 { return t.measure(bounded(t.Text)) + 1 }

// CreateRenderer is part of fyne.Widget.
func (t *CutText) CreateRenderer() fyne.WidgetRenderer {
	r := &cutRenderer{t: t, text: canvas.NewText("", color.Transparent)}
	r.Refresh()
	return r
}

type cutRenderer struct {
	t    *CutText
	text *canvas.Text
	// what the shown cut was computed for
	full  string
	width float32
	size  float32
}

func (r *cutRenderer) MinSize() fyne.Size {
	h := fyne.MeasureText("M", theme.SizeForWidget(r.t.sizeName(), r.t), r.t.Style).Height
	w := r.t.Min
	if !r.t.Fixed || w == 0 {
		if full := r.t.measure(bounded(r.t.Text)); w == 0 || full < w {
			w = full
		}
	}
	return fyne.NewSize(w, h)
}

func bounded(s string) string {
	if len(s) > 4*maxDrawn {
		return s[:4*maxDrawn]
	}
	return s
}

func (r *cutRenderer) Layout(size fyne.Size) {
	ts := theme.SizeForWidget(r.t.sizeName(), r.t)
	if r.full != r.t.Text || r.width != size.Width || r.size != ts {
		r.full, r.width, r.size = r.t.Text, size.Width, ts
		cut := CutMiddle(r.t.Text, size.Width, r.t.measure)
		if cut != r.text.Text {
			r.text.Text = cut
			r.text.Refresh()
		}
	}
	h := r.text.MinSize().Height
	r.text.Move(fyne.NewPos(0, (size.Height-h)/2))
	r.text.Resize(fyne.NewSize(size.Width, h))
}

func (r *cutRenderer) Refresh() {
	name := r.t.Color
	if name == "" {
		name = theme.ColorNameForeground
	}
	r.text.Color = theme.ColorForWidget(name, r.t)
	r.text.TextSize = theme.SizeForWidget(r.t.sizeName(), r.t)
	r.text.TextStyle = r.t.Style
	r.text.Alignment = r.t.Align
	r.width = -1
	r.Layout(r.t.Size())
	r.text.Refresh()
}

func (r *cutRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.text} }
func (r *cutRenderer) Destroy()                     {}

// Ellipsis is a CutText that shows the whole text as a tip under the mouse.
type Ellipsis struct {
	CutText
	tips *Tips
	// Tip replaces the whole text as the tip, and shows it even when nothing is cut.
	Tip string
}

// NewEllipsis makes one; tips may be nil.
func NewEllipsis(text string, min float32, tips *Tips) *Ellipsis {
	e := &Ellipsis{tips: tips}
	e.Text, e.Min = text, min
	e.ExtendBaseWidget(e)
	return e
}

// MouseIn is part of desktop.Hoverable.
func (e *Ellipsis) MouseIn(ev *desktop.MouseEvent) {
	tip := e.Tip
	if tip == "" && e.IsCut() {
		tip = e.Text
	}
	e.tips.Point(tip, ev.AbsolutePosition)
}

// MouseMoved is part of desktop.Hoverable.
func (e *Ellipsis) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (e *Ellipsis) MouseOut() { e.tips.Clear() }
