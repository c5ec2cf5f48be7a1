package smoke

import (
	"image"
	"image/color"
	"slices"
	"time"
)

// Round is one round of SmokePing: some pings and the round trips of those that
// were answered.
type Round struct {
	Pings int
	RTTs  []time.Duration // ascending
}

// Version chooses the loss colours of the SmokePing look.
type Version int

const (
	// SmokePing28 has the colours since SmokePing 2.8.
	SmokePing28 Version = iota
	// SmokePing27 has those before it.
	SmokePing27
)

// White and the median's own line, as in Smokeping's graphs.
var (
	smokePingPaper  = rgb(0xffffff)
	smokePingMedian = rgb(0x202020)
)

// smokeGrey is the grey of band i of n pings, 1 the outermost: Smokeping.pm
// smokecol, int(190/(n/2) * (n/2 - i)) + 50.
func smokeGrey(i, n int) color.RGBA {
	half := float64(n) / 2
	v := uint8(int(190/half*(half-float64(i))) + 50)
	return color.RGBA{v, v, v, 0xff}
}

// LossColour is the colour of a round with lost pings of pings.
func LossColour(v Version, lost, pings int) color.RGBA {
	for _, s := range lossTable(v, pings) {
		if lost <= s.upTo {
			return s.colour
		}
	}
	// Before 2.8 nothing stood for a round without any answer.
	return rgb(0xff0000)
}

type lossStep struct {
	upTo   int
	colour color.RGBA
}

// lossTable are the upper limits of loss with their colours: Smokeping.pm for
// 2.8 by shares of the pings, before it by counts.
func lossTable(v Version, p int) []lossStep {
	if v == SmokePing27 {
		return []lossStep{{0, rgb(0x26ff00)}, {1, rgb(0x00b8ff)}, {2, rgb(0x0059ff)}, {3, rgb(0x5e00ff)},
			{4, rgb(0x7e00ff)}, {p / 2, rgb(0xdd00ff)}, {p - 1, rgb(0xff0000)}}
	}
	return []lossStep{{0, rgb(0x26ff00)}, {max(p/100, 1), rgb(0x00b8ff)}, {max(p*5/100, 2), rgb(0x0059ff)},
		{max(p/10, 3), rgb(0x7e00ff)}, {max(p/4, 4), rgb(0xff00ff)}, {max(p/2, 5), rgb(0xff5500)},
		{p - 1, rgb(0xff0000)}, {p, rgb(0xa00000)}}
}

// order is a round's order statistics as SmokePing stores them: the answers
// centred, with int(lost/2) unknown ones below and the rest above
// (probes/base.pm rrdupdate_string). Unknown is -1.
func (r Round) order() []time.Duration {
	lost := max(r.Pings-len(r.RTTs), 0)
	out := slices.Repeat([]time.Duration{-1}, lost/2)
	out = append(out, r.RTTs...)
	for len(out) < r.Pings {
		out = append(out, -1)
	}
	return out
}

// Median is SmokePing's median of a round, the upper one, and false without an
// answer.
func (r Round) Median() (time.Duration, bool) {
	if len(r.RTTs) == 0 {
		return 0, false
	}
	return r.RTTs[len(r.RTTs)/2], true
}

// SmokePingMax is the upper limit of SmokePing's axis: 1.2 x the largest median.
func SmokePingMax(rounds []*Round) time.Duration {
	var top time.Duration
	for _, r := range rounds {
		if r == nil {
			continue
		}
		if m, ok := r.Median(); ok {
			top = max(top, m)
		}
	}
	return time.Duration(headroom * float64(top))
}

// PaintSmokePing fills dst with rounds as SmokePing draws them: its greys, its
// loss colours, its linear axis up to limit. rounds has one entry for each pixel
// column, the same pointer where a round is wider than one; nil is no data.
func PaintSmokePing(dst *image.RGBA, rounds []*Round, limit time.Duration, v Version) {
	b := dst.Rect
	fill(dst, b, smokePingPaper)
	if limit <= 0 {
		return
	}
	scale := Scale{Max: limit}
	last := -1.0
	for i, r := range rounds[:min(len(rounds), b.Dx())] {
		if r == nil {
			last = -1
			continue
		}
		last = paintRound(dst, b.Min.X+i, r, last, scale, v)
	}
}

// paintRound paints one column and gives its median's height in pixels, -1
// without one. last is that of the column before it.
func paintRound(dst *image.RGBA, x int, r *Round, last float64, scale Scale, v Version) float64 {
	height := float64(dst.Rect.Dy())
	order := r.order()
	n := len(order)
	for i := 1; i <= n/2; i++ {
		low, high := order[i-1], order[n-i]
		if low < 0 || high < 0 {
			continue
		}
		// What is above the maximum reaches the top edge (INF there).
		span(dst, x, row(scale.Height(low)*height), row(min(scale.Height(high), 1)*height), smokeGrey(i, n))
	}
	m, ok := r.Median()
	if !ok || m > scale.Max {
		return -1
	}
	at := row(scale.Height(m) * height)
	if last >= 0 {
		// The line also joins the medians of neighbouring rounds; the bar does not.
		span(dst, x, min(at, last), max(at, last)+1, smokePingMedian)
	}
	// swidth = max/height is one pixel: the bar is a pixel below and above, and
	// hides the line at its own height.
	span(dst, x, at-1, at+1, LossColour(v, r.Pings-len(r.RTTs), r.Pings))
	return at
}

// row rounds to whole pixels: this look has no half tones of its own.
func row(h float64) float64 { return float64(int(h + 0.5)) }
