package plot

import (
	"image"
	"image/color"
	"math"
	"time"

	"tacklebox/platform/latency/smoke"
)

// Line is one of several targets in a common plot.
type Line struct {
	Series *Series
	Group  int64
	Color  color.RGBA
	// Dash are the lengths of strokes and gaps in turn, in pixels at scale 1; none
	// is a solid line.
	Dash []int
}

// Dashes tell lines apart without their colour.
var dashes = [][]int{nil, {8, 4}, {2, 3}, {10, 3, 2, 3}, {16, 4}, {5, 2, 1, 2, 1, 2}, {4, 8}, {1, 5}}

// Dash is the pattern of line i.
func Dash(i int) []int { return dashes[i%len(dashes)] }

// lane is the height of one line's row of loss marks, at scale 1.
const lane = 4

// PaintLines paints the medians of several targets over each other, and under
// them a row of loss marks for each, the first one topmost. scale is the number of
// pixels of a unit.
func PaintLines(dst *image.RGBA, w Window, lines []Line, style Style, scale float64) {
	var p smoke.Painter
	p.Paint(dst, nil, nil, style.Scale, &style.Palette)
	height := dst.Rect.Dy()
	thick := max(1.5*scale, 1)
	tall := max(int(lane*scale), 2)
	for i := len(lines) - 1; i >= 0; i-- {
		l := &lines[i]
		last := math.NaN()
		top := height - (len(lines)-i)*(tall+1)
		for x := range dst.Rect.Dx() {
			number := w.First + int64(x)
			c := l.Series.Column(floorDiv(number, l.Group))
			if c == nil || c.Hist == nil {
				last = math.NaN()
				continue
			}
			if c.Hist.Lost > 0 {
				bar(dst, x, float64(top), float64(top+tall), style.Palette.Loss)
				bar(dst, x, float64(top+tall/2), float64(top+tall), l.Color)
			}
			if c.Hist.Replies == 0 {
				last = math.NaN()
				continue
			}
			at := (1 - min(max(style.Scale.Height(c.Hist.Quantile(0.5)), 0), 1)) * float64(height-1)
			if math.IsNaN(last) {
				last = at
			}
			// A line that jumps is drawn whole, so that its strokes can be followed.
			if math.Abs(at-last) > 2*thick || stroke(l.Dash, number, scale) {
				bar(dst, x, min(at, last)-thick/2+0.5, max(at, last)+thick/2+0.5, l.Color)
			}
			last = at
		}
	}
}

// stroke is true where the pattern has a stroke; it moves with the time.
func stroke(dash []int, number int64, scale float64) bool {
	if len(dash) == 0 {
		return true
	}
	sum := 0
	for _, d := range dash {
		sum += d
	}
	at := float64(number%int64(math.Round(float64(sum)*scale))) / scale
	for i, d := range dash {
		if at < float64(d) {
			return i%2 == 0
		}
		at -= float64(d)
	}
	return true
}

// bar fills a column between two heights from the top; parts of pixels are mixed.
func bar(dst *image.RGBA, x int, from, to float64, c color.RGBA) {
	from, to = max(from, 0), min(to, float64(dst.Rect.Dy()))
	for y := int(from); float64(y) < to; y++ {
		cover := min(to, float64(y+1)) - max(from, float64(y))
		i := dst.PixOffset(dst.Rect.Min.X+x, dst.Rect.Min.Y+y)
		pix := dst.Pix[i : i+3 : i+3]
		for k, v := range [3]uint8{c.R, c.G, c.B} {
			pix[k] = uint8(math.Round(float64(pix[k]) + (float64(v)-float64(pix[k]))*cover))
		}
	}
}

// Point is one step of a spark line: the usual round trip of a probe or of a few
// seconds of them.
type Point struct {
	RTT time.Duration // 0 without a reply
	// Loss is the lost share, 0 to 1.
	Loss float64
	// None is a step that says nothing: not sent, not measured.
	None bool
}

// sparkLoss is the part of the height that a step in which all was lost takes.
const sparkLoss = 0.45

// PaintSpark paints the latest points as a small line, each as wide as the image
// allows and at most wide pixels, the newest at the right edge; loss is a bar from
// the bottom, two pixels at least.
func PaintSpark(dst *image.RGBA, points []Point, line, loss color.RGBA, wide int) {
	clear(dst.Pix)
	width, height := dst.Rect.Dx(), dst.Rect.Dy()
	if width <= 0 || height <= 0 || len(points) == 0 {
		return
	}
	wide = min(max(wide, 1), width)
	n := min(len(points), width/wide)
	points = points[len(points)-n:]
	var low, high time.Duration
	for _, p := range points {
		if p.RTT <= 0 || p.None {
			continue
		}
		if low == 0 || p.RTT < low {
			low = p.RTT
		}
		high = max(high, p.RTT)
	}
	// A line that is steady within a tenth stays flat instead of filling the height
	// with noise.
	room := max(high-low, high/10, 1)
	base := low - max(room-(high-low), 0)/2
	last := math.NaN()
	for i, p := range points {
		x := width - (n-i)*wide
		if p.None {
			last = math.NaN()
			continue
		}
		if p.Loss > 0 {
			for k := range wide {
				over(dst, x+k, float64(height)-max(2, p.Loss*sparkLoss*float64(height)), float64(height), loss)
			}
		}
		if p.RTT <= 0 {
			last = math.NaN()
			continue
		}
		at := (1 - float64(p.RTT-base)/float64(room)) * float64(height-2)
		for k := range wide {
			from, to := at, at
			if k == 0 && !math.IsNaN(last) {
				from, to = min(at, last), max(at, last)
			}
			over(dst, x+k, from, to+1.4, line)
		}
		last = at
	}
}

// over fills a column of a transparent image.
func over(dst *image.RGBA, x int, from, to float64, c color.RGBA) {
	from, to = max(from, 0), min(to, float64(dst.Rect.Dy()))
	for y := int(from); float64(y) < to; y++ {
		a := min(to, float64(y+1)) - max(from, float64(y))
		part := func(v uint8) uint8 { return uint8(math.Round(float64(v) * a)) }
		dst.SetRGBA(dst.Rect.Min.X+x, dst.Rect.Min.Y+y, color.RGBA{part(c.R), part(c.G), part(c.B), part(0xff)})
	}
}

// PaintKey paints a piece of a line in the middle of a transparent image.
func PaintKey(dst *image.RGBA, c color.RGBA, dash []int, scale float64) {
	clear(dst.Pix)
	middle := float64(dst.Rect.Dy()) / 2
	for x := range dst.Rect.Dx() {
		if stroke(dash, int64(x), scale) {
			over(dst, x, middle-scale, middle+scale, c)
		}
	}
}
