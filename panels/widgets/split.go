package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// WatchSplit calls moved with a divider's new place. Fyne's split has no event for
// that, so the layout of its first pane tells. Turning the split is no move.
func WatchSplit(s *container.Split, moved func(float64)) {
	last, horizontal := s.Offset, s.Horizontal
	s.Leading = OnSize(func() {
		if s.Horizontal != horizontal {
			last, horizontal = s.Offset, s.Horizontal
			return
		}
		if s.Offset != last {
			last = s.Offset
			moved(last)
		}
	}, s.Leading)
}

// OnSize is a stack that tells when its size changes.
func OnSize(changed func(), objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&sizeWatch{onSize: changed}, objects...)
}

// sizeWatch is a stack that tells when its size changes.
type sizeWatch struct {
	onSize func()
	size   fyne.Size
}

func (w *sizeWatch) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for _, o := range objs {
		if o.Visible() {
			m = m.Max(o.MinSize())
		}
	}
	return m
}

func (w *sizeWatch) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objs {
		o.Move(fyne.Position{})
		o.Resize(s)
	}
	if s != w.size {
		w.size = s
		w.onSize()
	}
}
