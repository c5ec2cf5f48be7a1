package graph

import (
	"image"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/service"
)

// Spark is the small line in a row of a list: the round trips of the last minutes,
// and below them what was lost. It is cheap: one small raster, painted when a step
// of some seconds is over.
type Spark struct {
	widget.BaseWidget
	points []plot.Point
	raster *canvas.Raster
	img    *image.RGBA
	dirty  bool
}

// sparkSteps is how many steps a spark shows, two pixels each.
const sparkSteps = 28

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
	probes := make([]plot.Probe, len(points))
	for i := range points {
		p := &points[i]
		probes[i] = plot.Probe{At: p.At, RTT: p.RTT, Lost: p.Outcome.Lost(), None: !p.Outcome.Counts()}
	}
	next := plot.Steps(probes, sparkSteps)
	same := slices.Equal(next, s.points)
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
