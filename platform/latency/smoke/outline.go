package smoke

import (
	"image/color"
	"math"
	"time"
)

// Pairs is the number of nested bands that the smoke is made of.
const Pairs = pairs

// Outline is what Paint draws of a column, as heights from 0 at the bottom to 1 at
// the top, for pictures that are not made of pixels.
type Outline struct {
	// Low and High limit the bands, the outermost first; both are 0 without replies.
	Low, High [Pairs]float64
	// Median is NaN without replies.
	Median float64
	Colour color.RGBA // of the median
	// Bar is the height of the loss bar, 0 without loss.
	Bar  float64
	Late bool
}

// Outline outlines a column.
func (p *Painter) Outline(c *Column, scale Scale, colours *Palette) Outline {
	out := Outline{Median: math.NaN()}
	if c.Hist == nil {
		return out
	}
	loss := c.Hist.Loss()
	out.Colour, out.Late = colours.MedianFor(loss), c.Hist.Late > 0
	if loss > 0 {
		out.Bar = max(0.006, loss*lossShare)
	}
	height := func(d time.Duration) float64 { return min(max(scale.Height(d), 0), 1) }
	if c.Hist.Replies > 0 {
		out.Median = height(c.Hist.Quantile(0.5))
	}
	around := c.Around
	if around == nil {
		around = c.Hist
	}
	if around.Replies > 0 {
		around.Quantiles(quantiles, p.values[:])
		for i := range pairs {
			out.Low[i], out.High[i] = height(p.values[i]), height(p.values[2*pairs-i])
		}
	}
	return out
}

// Shades are the colours of the bands, the outermost first.
func (p *Painter) Shades(colours *Palette) [Pairs]color.RGBA {
	p.mix(colours)
	return p.shades
}

// RoundBand is one band of a round's smoke.
type RoundBand struct {
	Low, High float64
	Grey      color.RGBA
}

// Outline is what PaintSmokePing draws of a round on an axis up to limit: the bands,
// the outermost first, and the median with its colour, NaN where there is none.
func (r *Round) Outline(limit time.Duration, v Version) (bands []RoundBand, median float64, colour color.RGBA) {
	scale := Scale{Max: limit}
	order := r.order()
	n := len(order)
	for i := 1; i <= n/2; i++ {
		if low, high := order[i-1], order[n-i]; low >= 0 && high >= 0 && scale.Height(low) < 1 {
			bands = append(bands, RoundBand{scale.Height(low), min(scale.Height(high), 1), smokeGrey(i, n)})
		}
	}
	m, ok := r.Median()
	if !ok || m > limit {
		return bands, math.NaN(), color.RGBA{}
	}
	return bands, scale.Height(m), LossColour(v, r.Pings-len(r.RTTs), r.Pings)
}
