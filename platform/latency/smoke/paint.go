// Package smoke paints round trip times as SmokePing does: for each stretch of
// time the spread of the replies as nested bands, the densest in the middle, the
// median as a line in the colour of the loss, and what was lost below it. It
// paints pixels into an image and knows no window.
package smoke

import (
	"image"
	"image/color"
	"math"
	"time"

	"tacklebox/platform/latency/histogram"
)

// Bands are things that hold for a whole column besides its replies.
type Bands uint8

const (
	// BandUnmeasured: nothing was measured here (asleep, paused, closed, clock).
	BandUnmeasured Bands = 1 << iota
	// BandSendError: this machine could not send.
	BandSendError
	// BandAlert: an alert was raised.
	BandAlert
	// BandEvent: something happened here, such as a change of address.
	BandEvent
)

// Column is what one pixel column shows. Hist is nil where nothing is known.
type Column struct {
	Hist  *histogram.Histogram
	Bands Bands
	// Around is what the bands are drawn from in place of Hist, unless it is nil:
	// where a column is too narrow to hold enough probes to have a spread, those
	// around it. The median, the loss and all figures are always those of Hist.
	Around *histogram.Histogram
}

// pairs is the number of nested bands: ten, as SmokePing draws for 20 pings.
const pairs = 10

// quantiles are the lower limits of the bands from the outermost to the
// innermost, the median, then the upper limits: the order statistics of 20 pings
// at their plotting positions.
var quantiles = func() []float64 {
	qs := make([]float64, 0, 2*pairs+1)
	for i := range pairs {
		qs = append(qs, (float64(i)+0.5)/(2*pairs))
	}
	qs = append(qs, 0.5)
	for i := pairs - 1; i >= 0; i-- {
		qs = append(qs, 1-qs[i])
	}
	return qs
}()

// Painter paints plots. It keeps its memory between calls and is not safe for
// concurrent use; the zero value is ready.
type Painter struct {
	// Grid is the distance of the grid's lines that there is room for, in pixels; 0
	// is 28.
	Grid int

	values [2*pairs + 1]time.Duration
	shades [pairs]color.RGBA
	under  Palette // that shades were mixed for
}

// lossShare is the part of a plot's height that the loss bars take at most.
const lossShare = 0.16

// Paint fills dst with one pixel column for each of cols, from the left. What
// does not fit is left out, what is missing stays background. previous is the
// column left of the first one, for the median line to begin at, or nil.
func (p *Painter) Paint(dst *image.RGBA, cols []Column, previous *Column, scale Scale, colours *Palette) {
	p.mix(colours)
	p.background(dst, scale, colours)
	last := math.NaN()
	if previous != nil {
		last = p.median(previous, scale, dst.Rect.Dy())
	}
	for i := range min(len(cols), dst.Rect.Dx()) {
		last = p.column(dst, dst.Rect.Min.X+i, &cols[i], last, scale, colours)
	}
}

func (p *Painter) background(dst *image.RGBA, scale Scale, colours *Palette) {
	b := dst.Rect
	fill(dst, b, colours.Background)
	for _, t := range scale.Ticks(b.Dy() / p.grid()) {
		y := b.Max.Y - 1 - int(math.Round(t.At*float64(b.Dy()-1)))
		if y >= b.Min.Y && y < b.Max.Y {
			fill(dst, image.Rect(b.Min.X, y, b.Max.X, y+1), colours.Grid)
		}
	}
}

func (p *Painter) grid() int {
	if p.Grid > 0 {
		return p.Grid
	}
	return 28
}

// mix makes the shades of the bands, from the outermost to the innermost: the
// densities of SmokePing's greys (Smokeping.pm smokecol: 0xdd to 0x32 of white).
func (p *Painter) mix(colours *Palette) {
	if p.under == *colours {
		return
	}
	p.under = *colours
	for i := range p.shades {
		grey := 190.0/pairs*float64(pairs-1-i) + 50
		p.shades[i] = blend(colours.Background, colours.Smoke, 1-grey/255)
	}
}

func (p *Painter) median(c *Column, scale Scale, height int) float64 {
	if c.Hist == nil || c.Hist.Replies == 0 {
		return math.NaN()
	}
	return clampY(scale.Height(c.Hist.Quantile(0.5)), height)
}

// clampY is a height in pixels above the bottom; what is above the plot stays at
// its top edge, as SmokePing's values above the maximum do.
func clampY(h float64, height int) float64 {
	return min(max(h, 0), 1) * float64(height-1)
}

// column paints one column and gives its median's height for the next one.
func (p *Painter) column(dst *image.RGBA, x int, c *Column, last float64, scale Scale, colours *Palette) float64 {
	switch {
	case c.Bands&BandSendError != 0:
		hatch(dst, x, colours.SendError, 1)
	case c.Bands&BandUnmeasured != 0:
		hatch(dst, x, colours.Unmeasured, -1)
	}
	at := math.NaN()
	if c.Hist != nil {
		around := c.Around
		if around == nil {
			around = c.Hist
		}
		p.bands(dst, x, around, scale)
		at = p.replies(dst, x, c.Hist, last, scale, colours)
	}
	marks(dst, x, c, colours)
	return at
}

// marks paints what lies above the replies: a strip while an alert is raised, a
// stroke for late answers below it, and a dotted line for an event.
func marks(dst *image.RGBA, x int, c *Column, colours *Palette) {
	top := float64(dst.Rect.Dy())
	if c.Hist != nil && c.Hist.Late > 0 {
		span(dst, x, top-2*markHeight, top-markHeight, colours.Late)
	}
	if c.Bands&BandAlert != 0 {
		span(dst, x, top-markHeight, top, colours.Alert)
	}
	if c.Bands&BandEvent != 0 {
		for y := 0.0; y < top; y += 4 {
			span(dst, x, y, y+2, colours.Event)
		}
	}
}

// markHeight is that of the strip of alerts, and of late answers, in pixels.
const markHeight = 3

// bands paints the spread of the replies.
func (p *Painter) bands(dst *image.RGBA, x int, h *histogram.Histogram, scale Scale) {
	if h.Replies == 0 {
		return
	}
	height := dst.Rect.Dy()
	h.Quantiles(quantiles, p.values[:])
	for i := range pairs {
		low := scale.Height(p.values[i])
		if low >= 1 {
			continue
		}
		span(dst, x, clampY(low, height), clampY(scale.Height(p.values[2*pairs-i]), height)+1, p.shades[i])
	}
}

// replies paints the median and the loss of a column and gives the median's
// height.
func (p *Painter) replies(dst *image.RGBA, x int, h *histogram.Histogram, last float64, scale Scale, colours *Palette) float64 {
	height := dst.Rect.Dy()
	at := math.NaN()
	if h.Replies > 0 {
		at = clampY(scale.Height(h.Quantile(0.5)), height)
	}
	loss := h.Loss()
	if loss > 0 {
		// A single lost probe among a day's must show, so any loss has two pixels.
		bar := max(2, loss*lossShare*float64(height))
		span(dst, x, 0, bar, colours.Loss)
	}
	if !math.IsNaN(at) {
		from, to := at, at
		if !math.IsNaN(last) {
			// The line runs from the previous column's height to this one's.
			from, to = min(at, last), max(at, last)
		}
		span(dst, x, from-0.25, to+1.25, colours.MedianFor(loss))
	}
	return at
}

// span fills one column between two heights above the bottom; parts of pixels
// are blended.
func span(dst *image.RGBA, x int, low, high float64, c color.RGBA) {
	height := dst.Rect.Dy()
	low, high = max(low, 0), min(high, float64(height))
	for y := int(low); float64(y) < high; y++ {
		cover := min(high, float64(y+1)) - max(low, float64(y))
		at := dst.PixOffset(x, dst.Rect.Max.Y-1-y)
		pix := dst.Pix[at : at+4 : at+4]
		if cover < 1 {
			m := blend(color.RGBA{pix[0], pix[1], pix[2], pix[3]}, c, cover)
			pix[0], pix[1], pix[2], pix[3] = m.R, m.G, m.B, m.A
			continue
		}
		pix[0], pix[1], pix[2], pix[3] = c.R, c.G, c.B, c.A
	}
}

// hatch marks a column with diagonal stripes, which nothing else has, so that
// the meaning does not hang on the colour: they lean to the right (1) or to the
// left (-1).
func hatch(dst *image.RGBA, x int, c color.RGBA, lean int) {
	for y := dst.Rect.Min.Y; y < dst.Rect.Max.Y; y++ {
		if (lean*x+y)&7 < 4 {
			dst.SetRGBA(x, y, c)
		}
	}
}

func fill(dst *image.RGBA, r image.Rectangle, c color.RGBA) {
	r = r.Intersect(dst.Rect)
	if r.Empty() {
		return
	}
	first := dst.Pix[dst.PixOffset(r.Min.X, r.Min.Y):]
	width := r.Dx() * 4
	for x := 0; x < width; x += 4 {
		first[x], first[x+1], first[x+2], first[x+3] = c.R, c.G, c.B, c.A
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(dst.Pix[dst.PixOffset(r.Min.X, y):], first[:width])
	}
}

func blend(a, b color.RGBA, share float64) color.RGBA {
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*share)) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
