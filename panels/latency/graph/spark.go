package graph

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/service"
)

// Spark is the small line in a row of a list: the latest round trips, and a bar
// for each one that was lost. It is cheap: one small raster, painted when the
// points change.
type Spark struct {
	widget.BaseWidget
	points []plot.Point
	raster *canvas.Raster
	img    *image.RGBA
	dirty  bool
}

// sparkPoints bounds what a spark keeps: more than any row has pixels for.
const sparkPoints = 240

// NewSpark makes an empty one.
func NewSpark() *Spark {
	s := &Spark{dirty: true}
	s.raster = canvas.NewRaster(s.pixels)
	s.raster.ScaleMode = canvas.ImageScalePixels
	s.ExtendBaseWidget(s)
	return s
}

// SetPoints shows points, the oldest first. It does nothing when they are those
// that are shown.
func (s *Spark) SetPoints(points []service.Point) {
	points = points[max(len(points)-sparkPoints, 0):]
	same := len(points) == len(s.points)
	next := make([]plot.Point, len(points))
	for i := range points {
		p := &points[i]
		next[i] = plot.Point{RTT: p.RTT, Lost: p.Outcome.Lost(), None: !p.Outcome.Counts()}
		if p.Outcome == latency.Reply && p.RTT <= 0 {
			next[i].RTT = 1
		}
		same = same && s.points[i] == next[i]
	}
	if same {
		return
	}
	s.points, s.dirty = next, true
	s.raster.Refresh()
}

func (s *Spark) pixels(w, h int) image.Image {
	if s.img == nil || s.img.Rect.Dx() != w || s.img.Rect.Dy() != h {
		s.img, s.dirty = image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1))), true
	}
	if s.dirty {
		s.dirty = false
		wide := 2
		if size := s.raster.Size(); size.Width > 0 && float32(w) > 1.5*size.Width {
			wide = 4
		}
		plot.PaintSpark(s.img, s.points, s.ink(theme.ColorNameForeground), s.ink(look.Failed), wide)
	}
	return s.img
}

func (s *Spark) ink(name fyne.ThemeColorName) color.RGBA {
	return color.RGBAModel.Convert(theme.ColorForWidget(name, s)).(color.RGBA)
}

// Refresh follows the theme.
func (s *Spark) Refresh() {
	s.dirty = true
	s.raster.Refresh()
	s.BaseWidget.Refresh()
}

// MinSize is part of fyne.CanvasObject.
func (s *Spark) MinSize() fyne.Size {
	text := theme.SizeForWidget(theme.SizeNameText, s)
	return fyne.NewSize(4*text, text)
}

// CreateRenderer is part of fyne.Widget.
func (s *Spark) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.raster) }
