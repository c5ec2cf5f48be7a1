package registry

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// leastWidth asks for a width that grows with the text.
type leastWidth struct{ w float32 }

func (l *leastWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	return fyne.NewSize(max(l.w*theme.TextSize()/13, m.Width), m.Height)
}
func (l *leastWidth) Layout(o []fyne.CanvasObject, s fyne.Size) { o[0].Resize(s) }

// headOver puts a head over a body. The head has the height it needs, up to a share
// of the whole; then it scrolls.
func headOver(head, body fyne.CanvasObject) *fyne.Container {
	scroll := container.NewVScroll(head)
	return container.New(&headLayout{head}, scroll, body)
}

type headLayout struct{ head fyne.CanvasObject }

func (l *headLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(min(l.head.MinSize().Width, 240*theme.TextSize()/13), 160)
}

func (l *headLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	// What wraps needs to know the width before it can tell its height.
	for range 2 {
		l.head.Resize(fyne.NewSize(s.Width, l.head.MinSize().Height))
	}
	h := min(l.head.MinSize().Height, s.Height*0.62)
	o[0].Resize(fyne.NewSize(s.Width, h))
	o[1].Move(fyne.NewPos(0, h))
	o[1].Resize(fyne.NewSize(s.Width, s.Height-h))
}

// besideDot puts a mark before the first line of a text.
type besideDot struct{}

func (besideDot) x() float32 { return 20 * theme.TextSize() / 13 }

func (b besideDot) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[1].MinSize()
	return fyne.NewSize(b.x()+m.Width, max(m.Height, o[0].MinSize().Height))
}

func (b besideDot) Layout(o []fyne.CanvasObject, s fyne.Size) {
	first := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height + 2*theme.InnerPadding()
	d := o[0].MinSize()
	o[0].Resize(d)
	o[0].Move(fyne.NewPos((b.x()-d.Width)/2, (min(first, s.Height)-d.Height)/2))
	o[1].Move(fyne.NewPos(b.x(), 0))
	o[1].Resize(fyne.NewSize(s.Width-b.x(), s.Height))
}

// titleText is the title of a page.
func titleText(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.TextStyle.Bold = true
	l.SizeName = theme.SizeNameSubHeadingText
	l.Wrapping = fyne.TextWrapWord
	return l
}

// gap is empty room of a height.
func gap(h float32) fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.SetMinSize(fyne.NewSize(1, h))
	return r
}
