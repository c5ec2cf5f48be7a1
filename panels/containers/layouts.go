package containers

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// wide gives o at least the width w.
func wide(w float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&wideLayout{w}, o)
}

type wideLayout struct{ w float32 }

func (l *wideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	// Widths grow with the text scale.
	return fyne.NewSize(max(l.w*theme.TextSize()/13, m.Width), m.Height)
}
func (l *wideLayout) Layout(o []fyne.CanvasObject, s fyne.Size) { o[0].Resize(s) }

// beside puts the second of two objects to the right of the first where there is
// room, and below it otherwise; the divider's place is remembered for both.
type beside struct {
	split *container.Split
	limit float32
	at    [2]float64 // offsets: below, beside
}

func newBeside(p *Panel, name string, limit float32, a, b fyne.CanvasObject) (*fyne.Container, *beside) {
	l := &beside{split: container.NewVSplit(a, b), limit: limit}
	l.at = [2]float64{p.split(name+".below", 0.5), p.split(name+".beside", 0.5)}
	l.split.SetOffset(l.at[0])
	widgets.WatchSplit(l.split, func(at float64) {
		key := name + ".below"
		i := 0
		if l.split.Horizontal {
			key, i = name+".beside", 1
		}
		l.at[i] = at
		p.keepSplit(key, at)
	})
	return container.New(l, l.split), l
}

func (l *beside) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 120) }

func (l *beside) Layout(o []fyne.CanvasObject, s fyne.Size) {
	if horizontal := s.Width >= l.limit; horizontal != l.split.Horizontal {
		l.split.Horizontal = horizontal
		i := 0
		if horizontal {
			i = 1
		}
		l.split.Offset = l.at[i]
		l.split.Refresh()
	}
	o[0].Resize(s)
}

// headOver puts a head over a body. The head has the height it needs, up to a share
// of the whole; then it scrolls, so that a long error never makes the window grow.
func headOver(head, body fyne.CanvasObject) *fyne.Container {
	scroll := container.NewVScroll(head)
	return container.New(&headLayout{head}, scroll, body)
}

type headLayout struct{ head fyne.CanvasObject }

func (l *headLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(max(l.head.MinSize().Width, o[1].MinSize().Width), 160)
}

func (l *headLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	// What wraps needs to know the width before it can tell its height.
	l.head.Resize(fyne.NewSize(s.Width, l.head.Size().Height))
	h := min(l.head.MinSize().Height, s.Height*0.7)
	o[0].Resize(fyne.NewSize(s.Width, h))
	o[1].Move(fyne.NewPos(0, h))
	o[1].Resize(fyne.NewSize(s.Width, s.Height-h))
}

// titleLayout is a dot, a title that takes what is left, and a note at the right
// that gives way before the title does.
type titleLayout struct{}

func (titleLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	t := o[1].MinSize()
	return fyne.NewSize(160, t.Height+theme.Padding())
}

func (titleLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	x := float32(0)
	if o[0].Visible() {
		d := o[0].MinSize()
		o[0].Move(fyne.NewPos(0, (s.Height-d.Height)/2))
		o[0].Resize(d)
		x = d.Width + 2*theme.Padding()
	}
	title, note := o[1].(*widgets.Ellipsis), o[2].(*widgets.CutText)
	want := title.Natural()
	noteW := min(note.Natural(), max((s.Width-x)*0.45, s.Width-x-want-12))
	titleW := max(40, s.Width-x-noteW-12)
	title.Move(fyne.NewPos(x, 0))
	title.Resize(fyne.NewSize(titleW, s.Height))
	note.Move(fyne.NewPos(s.Width-noteW, 0))
	note.Resize(fyne.NewSize(noteW, s.Height))
}

// caption is a small word before a field.
func caption(text string) *widgets.CutText {
	c := widgets.NewCutText(text, 0)
	c.Color = look.Muted
	return c
}

// labelled puts a caption before a field, at the height of its text.
func labelled(text string, o fyne.CanvasObject) *fyne.Container {
	return container.NewHBox(container.NewCenter(caption(text)), o)
}

// gap is empty room of a height.
func gap(h float32) fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.SetMinSize(fyne.NewSize(1, h))
	return r
}

// fieldError is the text under a field that cannot be meant as typed.
func fieldError() *widget.Label {
	l := widget.NewLabel("")
	l.Importance = widget.DangerImportance
	l.Wrapping = fyne.TextWrapWord
	l.SizeName = theme.SizeNameCaptionText
	l.Hide()
	return l
}

// visible shows or hides o, when it is not so already.
func visible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

// hiddenObject takes no room.
func hiddenObject() fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.Hide()
	return r
}

// gapWide is a little room between two things in a line.
func gapWide() fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.SetMinSize(fyne.NewSize(theme.InnerPadding(), 1))
	return r
}
