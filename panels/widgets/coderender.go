package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// CreateRenderer is part of fyne.Widget.
func (c *CodeView) CreateRenderer() fyne.WidgetRenderer {
	r := &codeRenderer{c: c, back: canvas.NewRectangle(color.Transparent)}
	r.paint()
	return r
}

// MinSize is small: the view scrolls.
func (c *CodeView) MinSize() fyne.Size {
	c.ExtendBaseWidget(c)
	c.metrics()
	return fyne.NewSize(120, 2*c.lineH)
}

type codeRenderer struct {
	c    *CodeView
	back *canvas.Rectangle
}

func (r *codeRenderer) MinSize() fyne.Size { return r.c.MinSize() }

func (r *codeRenderer) Layout(s fyne.Size) {
	r.back.Resize(s)
	r.c.scroll.Resize(s)
	m := r.c.copy.MinSize()
	r.c.copy.Resize(m)
	r.c.copy.Move(fyne.NewPos(s.Width-m.Width-10, 2))
	r.c.place()
}

func (r *codeRenderer) paint() {
	r.back.FillColor = theme.ColorForWidget(theme.ColorNameInputBackground, r.c)
	r.back.StrokeWidth = 0
	if r.c.focused {
		r.back.StrokeWidth = 1
		r.back.StrokeColor = theme.ColorForWidget(theme.ColorNamePrimary, r.c)
	}
}

func (r *codeRenderer) Refresh() {
	r.paint()
	r.back.Refresh()
	r.c.content.Refresh()
	r.c.place()
	canvas.Refresh(r.c)
}

func (r *codeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.c.scroll, r.c.copy}
}

func (r *codeRenderer) Destroy() {}
