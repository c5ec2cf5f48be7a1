package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
)

// Level is what a colour may mean, and nothing else may be coloured.
type Level string

const (
	LevelGood     Level = "good"
	LevelDegraded Level = "degraded"
	LevelFailed   Level = "failed"
	LevelUnknown  Level = "unknown"
)

// LevelColor is the theme's colour name for l.
func LevelColor(l Level) fyne.ThemeColorName { return look.StateColor(string(l)) }

// StatusDot shows a level by shape and colour: a disc is good, a triangle
// degraded, a square failed, a ring unknown. The word goes beside it.
type StatusDot struct {
	widget.BaseWidget
	level Level
}

// NewStatusDot makes a dot.
func NewStatusDot(l Level) *StatusDot {
	d := &StatusDot{level: l}
	d.ExtendBaseWidget(d)
	return d
}

// SetLevel changes what the dot says.
func (d *StatusDot) SetLevel(l Level) {
	if d.level == l {
		return
	}
	d.level = l
	d.Refresh()
}

// Level is what the dot says now.
func (d *StatusDot) Level() Level { return d.level }

// CreateRenderer is part of fyne.Widget.
func (d *StatusDot) CreateRenderer() fyne.WidgetRenderer {
	r := &dotRenderer{
		dot:      d,
		disc:     canvas.NewCircle(color.Transparent),
		square:   canvas.NewRectangle(color.Transparent),
		triangle: canvas.NewRegularPolygon(3, color.Transparent),
	}
	r.square.CornerRadius = 1
	r.Refresh()
	return r
}

type dotRenderer struct {
	dot      *StatusDot
	disc     *canvas.Circle
	square   *canvas.Rectangle
	triangle *canvas.RegularPolygon
}

func (r *dotRenderer) side() float32 { return theme.SizeForWidget(theme.SizeNameText, r.dot) * 0.66 }

func (r *dotRenderer) MinSize() fyne.Size {
	s := r.side() + 2
	return fyne.NewSize(s, s)
}

func (r *dotRenderer) Layout(size fyne.Size) {
	s := r.side()
	place := func(o fyne.CanvasObject, side float32) {
		o.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
		o.Resize(fyne.NewSize(side, side))
	}
	place(r.disc, s)
	place(r.square, s*0.9)
	place(r.triangle, s*1.25)
}

func (r *dotRenderer) Refresh() {
	c := theme.ColorForWidget(LevelColor(r.dot.level), r.dot)
	r.disc.Hidden = r.dot.level == LevelDegraded || r.dot.level == LevelFailed
	r.square.Hidden = r.dot.level != LevelFailed
	r.triangle.Hidden = r.dot.level != LevelDegraded
	r.square.FillColor, r.triangle.FillColor = c, c
	if r.dot.level == LevelGood {
		r.disc.FillColor, r.disc.StrokeWidth, r.disc.StrokeColor = c, 0, color.Transparent
	} else {
		r.disc.FillColor, r.disc.StrokeWidth, r.disc.StrokeColor = color.Transparent, 1.5, c
	}
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *dotRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.disc, r.square, r.triangle}
}

func (r *dotRenderer) Destroy() {}
