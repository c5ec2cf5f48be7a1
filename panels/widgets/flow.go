package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// flow puts things side by side and goes on in another line when they do not
// fit: a row of buttons keeps its words at 900 pixels and in both languages.
type flow struct {
	gap   float32
	width float32 // of the last layout
}

// NewFlow is a container that wraps its objects like words.
func NewFlow(objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: theme.Padding() * 2}, objs...)
}

func (f *flow) arrange(objs []fyne.CanvasObject, width float32, place func(o fyne.CanvasObject, p fyne.Position, s fyne.Size)) fyne.Size {
	var x, y, line, widest float32
	start := 0
	flush := func(end int) {
		lx := float32(0)
		for _, o := range objs[start:end] {
			if !o.Visible() {
				continue
			}
			m := o.MinSize()
			if place != nil {
				w := min(m.Width, max32(width, 1))
				place(o, fyne.NewPos(lx, y+(line-m.Height)/2), fyne.NewSize(w, m.Height))
			}
			lx += m.Width + f.gap
		}
		widest = max32(widest, lx-f.gap)
	}
	for i, o := range objs {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if x > 0 && x+m.Width > width {
			flush(i)
			start, x, y, line = i, 0, y+line+f.gap, 0
		}
		x += m.Width + f.gap
		line = max32(line, m.Height)
	}
	flush(len(objs))
	return fyne.NewSize(widest, y+line)
}

func (f *flow) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, o := range objs {
		if o.Visible() {
			w = max32(w, o.MinSize().Width)
		}
	}
	width := f.width
	if width < w {
		width = 1 << 20
	}
	return fyne.NewSize(w, f.arrange(objs, width, nil).Height)
}

func (f *flow) Layout(objs []fyne.CanvasObject, size fyne.Size) {
	f.width = size.Width
	f.arrange(objs, size.Width, func(o fyne.CanvasObject, p fyne.Position, s fyne.Size) {
		o.Move(p)
		o.Resize(s)
	})
}
