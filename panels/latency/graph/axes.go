package graph

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/i18n"
	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/smoke"
)

// unitAxis labels the vertical axis at the lines that the painter draws.
func (r *renderer) unitAxis(pos fyne.Position, size fyne.Size, muted color.Color) {
	s, caption := r.g.frame.scale, r.caption()
	pad := theme.SizeForWidget(theme.SizeNamePadding, r.g)
	mono := fyne.TextStyle{Monospace: true}
	unit := i18n.T("latency.graph_ms")
	r.labels.add(unit, caption, fyne.TextStyle{}, muted, fyne.NewPos(pos.X-pad-fyne.MeasureText(unit, caption, fyne.TextStyle{}).Width, pos.Y-1.5*r.line(caption)))
	high := r.g.core.height()
	if s.Max <= 0 || high <= 0 || size.Height <= 0 {
		return
	}
	ticks := s.Ticks(high / 28)
	var major []smoke.Tick
	for _, t := range ticks {
		if t.Major {
			major = append(major, t)
		}
	}
	decimals := axisDigits(major)
	line := r.line(caption)
	last := float32(math.MaxFloat32)
	for _, t := range major {
		y := pos.Y + size.Height - 0.5 - float32(t.At)*(size.Height-1) - line/2
		if last-y < line*0.95 {
			continue
		}
		last = y
		own := decimals
		if s.Log {
			own = axisDigits([]smoke.Tick{t})
		}
		text := axisText(t.Value, own)
		r.labels.add(text, caption, mono, muted, fyne.NewPos(pos.X-pad-fyne.MeasureText(text, caption, mono).Width, y))
	}
}

// height is the plot's in pixels.
func (c *core) height() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.want.size.Y
}

// timeAxis labels the horizontal axis; it gives the number of tick marks used.
func (r *renderer) timeAxis(pos fyne.Position, size fyne.Size, muted color.Color) int {
	w := r.g.frame.window
	if w.Columns == 0 || size.Width <= 0 {
		return 0
	}
	caption := r.caption()
	n := int(size.Width / (5.5 * caption))
	faint := theme.ColorForWidget(theme.ColorNameSeparator, r.g)
	edge := -float32(math.MaxFloat32)
	used := 0
	for _, t := range plot.TimeTicks(w.From(), w.To(), max(n, 1), r.g.o.Feed.o.Location) {
		x := pos.X + float32(w.X(t.At))*size.Width
		if used == len(r.ticks) {
			r.ticks = append(r.ticks, canvas.NewLine(faint))
		}
		l := r.ticks[used]
		used++
		l.StrokeColor, l.StrokeWidth = faint, 1
		l.Position1, l.Position2 = fyne.NewPos(x, pos.Y+size.Height), fyne.NewPos(x, pos.Y+size.Height+caption*0.3)
		l.Hidden = false
		text := timeText(t, used == 1)
		style, ink := fyne.TextStyle{}, muted
		if t.Unit >= plot.UnitDay {
			ink = theme.ColorForWidget(theme.ColorNameForeground, r.g)
		}
		wide := fyne.MeasureText(text, caption, style).Width
		left := x - wide/2
		if left < edge+caption/2 || left < 0 || left+wide > r.size.Width {
			continue
		}
		edge = left + wide
		r.labels.add(text, caption, style, ink, fyne.NewPos(left, pos.Y+size.Height+caption*0.3))
	}
	return used
}

// legendKey is where the name of a target stands.
type legendKey struct {
	name string
	x    float32
	row  int
}

// legendKeys lays out the names of several targets from the left edge of the plot,
// in as many rows as they need.
func (r *renderer) legendKeys(left float32) []legendKey {
	traces := r.g.traces
	if len(traces) < 2 {
		return nil
	}
	caption := r.caption()
	mark, gap := r.keySize().Width+caption*0.3, caption*1.2
	room := max(r.size.Width-left, 4*mark)
	var out []legendKey
	x, row := float32(0), 0
	for i := range traces {
		name := cut(traces[i].Name, min(room-mark, 20*caption), caption, fyne.TextStyle{})
		wide := mark + fyne.MeasureText(name, caption, fyne.TextStyle{}).Width
		if x > 0 && x+wide > room {
			x, row = 0, row+1
		}
		out = append(out, legendKey{name: name, x: left + x, row: row})
		x += wide + gap
	}
	return out
}

func (r *renderer) keySize() fyne.Size { return fyne.NewSize(r.caption()*2.4, r.caption()) }

// legend names several targets beside a piece of their line.
func (r *renderer) legend(pos fyne.Position) {
	caption, line, key := r.caption(), r.line(r.caption()), r.keySize()
	keys := r.legendKeys(pos.X)
	for i, k := range keys {
		if i == len(r.keys) {
			r.keys = append(r.keys, canvas.NewRaster(r.keyPixels(i)))
		}
		y := line * float32(k.row)
		r.keys[i].Hidden = false
		place(r.keys[i], fyne.NewPos(k.x, y+(line-key.Height)/2), key)
		r.labels.add(k.name, caption, fyne.TextStyle{}, theme.ColorForWidget(theme.ColorNameForeground, r.g), fyne.NewPos(k.x+key.Width+caption*0.3, y))
	}
	for i := len(keys); i < len(r.keys); i++ {
		r.keys[i].Hidden = true
	}
}

// keyPixels draws a piece of line i.
func (r *renderer) keyPixels(i int) func(w, h int) image.Image {
	return func(w, h int) image.Image {
		img := image.NewRGBA(image.Rect(0, 0, w, h))
		colors := lineColors(r.g.dark())
		plot.PaintKey(img, colors[i%len(colors)], plot.Dash(i), float64(h)/float64(max(r.caption(), 1)))
		return img
	}
}
