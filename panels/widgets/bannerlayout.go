package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// bannerLayout puts dot, text and tools in a line, and the buttons into the same
// line where they fit, since a banner takes its room from what a person works at.
type bannerLayout struct {
	b     *Banner
	width float32 // of the last layout
}

func (l *bannerLayout) dotWidth() float32 { return l.b.dot.MinSize().Width + theme.Padding() }

// inline tells whether the buttons stand in the first line.
func (l *bannerLayout) inline(width float32) bool {
	if !l.b.buttons.Visible() {
		return false
	}
	text := fyne.MeasureText(bounded(l.b.text.Text), theme.TextSize(), fyne.TextStyle{}).Width + 2*theme.InnerPadding()
	return l.dotWidth()+text+l.buttonsWidth()+l.b.tools.MinSize().Width+3*theme.Padding() <= width
}

// buttonsWidth is that of all buttons in a line; a flow by itself asks for less.
func (l *bannerLayout) buttonsWidth() float32 {
	var w float32
	for _, o := range l.b.buttons.Objects {
		w += o.MinSize().Width + 2*theme.Padding()
	}
	return w
}

func (l *bannerLayout) heights(width float32) (line, buttons, detail float32) {
	line = max32(l.b.text.MinSize().Height, l.b.tools.MinSize().Height)
	if l.b.buttons.Visible() {
		if h := l.b.buttons.MinSize().Height; l.inline(width) {
			line = max32(line, h)
		} else {
			buttons = h + theme.Padding()
		}
	}
	if l.b.detail.Visible() {
		detail = l.b.detail.MinSize().Height
	}
	return line, buttons, detail
}

func (l *bannerLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	if l.width == 0 {
		// Not laid out yet: a label without a width would ask for a line for each
		// word, and get it.
		l.width = 4096
	}
	l.wrap(l.width)
	line, buttons, detail := l.heights(l.width)
	w := l.dotWidth() + l.b.text.MinSize().Width + l.b.tools.MinSize().Width
	return fyne.NewSize(max32(w, l.b.buttons.MinSize().Width), line+buttons+detail)
}

// wrap gives the text the width it has in a banner of width, from which its
// height follows, and tells where it ends.
func (l *bannerLayout) wrap(width float32) (right float32) {
	right = width - l.b.tools.MinSize().Width
	if l.inline(width) {
		right -= l.buttonsWidth() + theme.Padding()
	}
	l.b.text.Resize(fyne.NewSize(max32(20, right-l.dotWidth()-theme.Padding()), l.b.text.Size().Height))
	if l.b.detail.Visible() {
		l.b.detail.Resize(fyne.NewSize(width-l.dotWidth(), l.b.detail.Size().Height))
	}
	return right
}

func (l *bannerLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	l.width = s.Width
	b := l.b
	tools := b.tools.MinSize().Width
	right := l.wrap(s.Width)
	line, buttons, detail := l.heights(s.Width)

	dot := b.dot.MinSize()
	first := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height
	b.dot.Resize(dot)
	top := (line - b.text.MinSize().Height) / 2
	b.dot.Move(fyne.NewPos(0, top+theme.InnerPadding()+(first-dot.Height)/2))
	b.text.Move(fyne.NewPos(l.dotWidth(), top))
	b.text.Resize(fyne.NewSize(b.text.Size().Width, b.text.MinSize().Height))
	b.tools.Move(fyne.NewPos(s.Width-tools, 0))
	b.tools.Resize(fyne.NewSize(tools, min(line, b.tools.MinSize().Height)))
	if l.inline(s.Width) {
		h := b.buttons.MinSize().Height
		b.buttons.Move(fyne.NewPos(right+theme.Padding(), (line-h)/2))
		b.buttons.Resize(fyne.NewSize(l.buttonsWidth(), h))
	} else {
		b.buttons.Move(fyne.NewPos(l.dotWidth(), line+detail))
		b.buttons.Resize(fyne.NewSize(s.Width-l.dotWidth(), max32(0, buttons-theme.Padding())))
	}
	b.detail.Move(fyne.NewPos(l.dotWidth(), line))
	b.detail.Resize(fyne.NewSize(s.Width-l.dotWidth(), detail))
}
