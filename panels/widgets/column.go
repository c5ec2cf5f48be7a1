package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// NewColumn stacks objects of one width, as a VBox does, and is right for text
// that wraps: a VBox asks each label for its height before giving it the new
// width, so that after a resize lines of text can lie under what follows.
func NewColumn(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(columnLayout{}, objects...)
}

type columnLayout struct{}

// MinSize is the widest object and all heights.
func (columnLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	shown := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		size = fyne.NewSize(max32(size.Width, m.Width), size.Height+m.Height)
		shown++
	}
	size.Height += float32(max(0, shown-1)) * theme.Padding()
	return size
}

// Layout gives each object its width first and then asks for its height.
func (columnLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		o.Resize(fyne.NewSize(size.Width, o.MinSize().Height))
		h := o.MinSize().Height
		o.Resize(fyne.NewSize(size.Width, h))
		o.Move(fyne.NewPos(0, y))
		y += h + theme.Padding()
	}
}
