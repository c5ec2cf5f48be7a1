package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
)

// Meter is a thin bar that shows how much of something is done; the numbers
// stand beside it as text.
type Meter struct {
	widget.BaseWidget
	done float32
	back *canvas.Rectangle
	bar  *canvas.Rectangle
}

// NewMeter makes an empty bar.
func NewMeter() *Meter {
	m := &Meter{back: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent)}
	m.ExtendBaseWidget(m)
	return m
}

// Set shows a share from 0 to 1.
func (m *Meter) Set(done float64) {
	d := float32(max(0, min(1, done)))
	if d == m.done {
		return
	}
	m.done = d
	m.Refresh()
}

// CreateRenderer is part of fyne.Widget.
func (m *Meter) CreateRenderer() fyne.WidgetRenderer {
	r := &meterRenderer{m}
	r.Refresh()
	return r
}

type meterRenderer struct{ m *Meter }

const meterHeight = 4

func (r *meterRenderer) MinSize() fyne.Size {
	return fyne.NewSize(60, meterHeight+2*theme.Padding())
}
func (r *meterRenderer) Layout(s fyne.Size) {
	y := (s.Height - meterHeight) / 2
	r.m.back.Move(fyne.NewPos(0, y))
	r.m.back.Resize(fyne.NewSize(s.Width, meterHeight))
	r.m.bar.Move(fyne.NewPos(0, y))
	r.m.bar.Resize(fyne.NewSize(s.Width*r.m.done, meterHeight))
}
func (r *meterRenderer) Refresh() {
	r.m.back.FillColor = theme.ColorForWidget(theme.ColorNameSeparator, r.m)
	r.m.bar.FillColor = theme.ColorForWidget(look.Accent, r.m)
	r.m.back.CornerRadius, r.m.bar.CornerRadius = meterHeight/2, meterHeight/2
	r.Layout(r.m.Size())
	canvas.Refresh(r.m)
}
func (r *meterRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.m.back, r.m.bar}
}
func (r *meterRenderer) Destroy() {}
