package smoke

import (
	"math"
	"time"
)

// Scale maps round trip times to the height of a plot.
type Scale struct {
	Log bool
	// Min is the value at the bottom; a linear scale ignores it and begins at 0.
	Min time.Duration
	Max time.Duration
}

// Height is where rtt lies between the bottom (0) and the top (1). Values
// outside give less than 0 or more than 1.
func (s Scale) Height(rtt time.Duration) float64 {
	if s.Max <= 0 {
		return 0
	}
	if !s.Log {
		return float64(rtt) / float64(s.Max)
	}
	low := math.Log(float64(max(s.Min, 1)))
	return (math.Log(float64(max(rtt, 1))) - low) / (math.Log(float64(max(s.Max, 2))) - low)
}

// Value is the round trip time at a height; it undoes Height.
func (s Scale) Value(height float64) time.Duration {
	if !s.Log {
		return time.Duration(math.Round(height * float64(s.Max)))
	}
	low := math.Log(float64(max(s.Min, 1)))
	return time.Duration(math.Round(math.Exp(low + height*(math.Log(float64(max(s.Max, 2)))-low))))
}

// headroom is the space above the highest median, as in SmokePing (Graphs.pm:
// upper limit 1.2 x the largest median), widened until the bulk of the smoke
// fits.
const headroom = 1.2

// Fit is the scale that shows cols: the bulk of their replies, not their worst
// one, which would press everything else flat. Several targets get one common
// axis by passing the columns of all. The previous scale is kept while it still
// fits, so that the axis does not jump at each new column; the zero Scale is no
// previous one.
func Fit(cols []Column, log bool, previous Scale) Scale {
	return fit(cols, log, previous, 0.01, 0.95)
}

// FitLines is Fit for columns of which only the medians are drawn.
func FitLines(cols []Column, log bool, previous Scale) Scale {
	return fit(cols, log, previous, 0.5, 0.5)
}

func fit(cols []Column, log bool, previous Scale, low, high float64) Scale {
	var top, bottom time.Duration
	qs, out := []float64{low, 0.5, high}, make([]time.Duration, 3)
	for _, c := range cols {
		if c.Hist == nil || c.Hist.Replies == 0 {
			continue
		}
		c.Hist.Quantiles(qs, out)
		top = max(top, out[1], min(out[2], 3*out[1]))
		if bottom == 0 || out[0] < bottom {
			bottom = out[0]
		}
	}
	if top == 0 {
		if previous.Max > 0 && previous.Log == log {
			return previous
		}
		return Scale{Log: log, Min: 100 * time.Microsecond, Max: 10 * time.Millisecond}
	}
	want := Scale{Log: log, Max: nice(time.Duration(headroom * float64(top)))}
	if log {
		want.Min = third(max(bottom*9/10, 1), false)
		want.Max = max(third(time.Duration(headroom*float64(top)), true), 4*want.Min)
	}
	// Of a logarithmic axis these are one step more on either side.
	fits := previous.Log == log && previous.Max >= want.Max && previous.Max <= want.Max*5/2 &&
		(!log || previous.Min <= want.Min && previous.Min*5/2 >= want.Min)
	if !log {
		fits = fits && previous.Max <= 2*want.Max
	}
	if fits {
		return previous
	}
	return want
}

// nice rounds up to 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten.
func nice(d time.Duration) time.Duration {
	unit := decade(d, false)
	for _, m := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8} {
		if up := time.Duration(m * float64(unit)); up >= d {
			return up
		}
	}
	return 10 * unit
}

// decade is the power of ten nanoseconds at or below d, or above it.
func decade(d time.Duration, above bool) time.Duration {
	p := time.Duration(1)
	for p*10 <= d && p < time.Duration(1e17) {
		p *= 10
	}
	if above && p < d {
		p *= 10
	}
	return p
}

// third is 1, 2 or 5 times a power of ten at or below d, or above it: a whole decade
// would leave most of the axis to nothing where round trips hardly vary.
func third(d time.Duration, above bool) time.Duration {
	p := decade(d, false)
	steps := []time.Duration{p, 2 * p, 5 * p, 10 * p}
	if above {
		for _, s := range steps {
			if s >= d {
				return s
			}
		}
	}
	out := p
	for _, s := range steps[:3] {
		if s <= d {
			out = s
		}
	}
	return out
}

// Tick is a line of the grid with its place.
type Tick struct {
	Value time.Duration
	At    float64 // 0 at the bottom, 1 at the top
	Major bool    // to be labelled
}

// Ticks are the grid lines of a scale for a plot with room for n labels. On a linear
// axis they are 1, 2 or 5 times a power of ten apart, as one counts.
func (s Scale) Ticks(n int) []Tick {
	if s.Max <= 0 || n <= 0 {
		return nil
	}
	if s.Log {
		return s.logTicks(n)
	}
	step := min(third(s.Max/time.Duration(n), true), s.Max)
	var ticks []Tick
	for v := time.Duration(0); v <= s.Max; v += step {
		ticks = append(ticks, Tick{Value: v, At: s.Height(v), Major: true})
	}
	return ticks
}

func (s Scale) logTicks(n int) []Tick {
	var ticks []Tick
	decades := math.Log10(float64(s.Max) / float64(max(s.Min, 1)))
	// Labels at every decade, at 2 and 5 where there is room for three each, and at all
	// nine where there is for these.
	between, all := decades*3 <= float64(n), decades*12 <= float64(n)
	for p := decade(s.Min, false); p <= s.Max; p *= 10 {
		for m := time.Duration(1); m < 10; m++ {
			if v := m * p; v >= s.Min && v <= s.Max {
				ticks = append(ticks, Tick{Value: v, At: s.Height(v), Major: m == 1 || all || between && (m == 2 || m == 5)})
			}
		}
		if p >= time.Duration(1e17) {
			break
		}
	}
	return ticks
}
