package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// Inset is o with the theme's inner padding at its sides, and half of it above and
// below.
func Inset(o fyne.CanvasObject) *fyne.Container { return container.New(insetLayout{}, o) }

type insetLayout struct{}

func (insetLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	p := theme.InnerPadding()
	return o[0].MinSize().AddWidthHeight(2*p, p)
}

func (insetLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	p := theme.InnerPadding()
	o[0].Move(fyne.NewPos(p, p/2))
	o[0].Resize(s.SubtractWidthHeight(2*p, p))
}
