package fields

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// frame is a line that follows the theme.
type frame struct {
	widget.BaseWidget
	line *canvas.Rectangle
}

func newFrame() *frame {
	f := &frame{line: canvas.NewRectangle(color.Transparent)}
	f.line.StrokeWidth, f.line.CornerRadius = 1, 4
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer is part of fyne.Widget.
func (f *frame) CreateRenderer() fyne.WidgetRenderer {
	r := &frameRenderer{f}
	r.Refresh()
	return r
}

type frameRenderer struct{ f *frame }

func (r *frameRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *frameRenderer) Layout(s fyne.Size)           { r.f.line.Resize(s) }
func (r *frameRenderer) Destroy()                     {}
func (r *frameRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.f.line} }
func (r *frameRenderer) Refresh() {
	r.f.line.StrokeColor = theme.ColorForWidget(theme.ColorNameSeparator, r.f)
	r.f.line.Refresh()
}
