package plot

import (
	"time"

	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/smoke"
)

// HalfAround is how many columns on each side of one lend it their probes, so that
// its bands show the spread of the about 20 probes around it, as many as a round of
// SmokePing has; 0 where a column has that many of its own.
func HalfAround(column, interval time.Duration) int64 {
	if column <= 0 || interval <= 0 || column >= smoke.SmokePingPings*interval/2 {
		return 0
	}
	return int64((smoke.SmokePingPings*interval/2 + column - 1) / column)
}

// Surround merges the columns around one. Neighbours asked for in a row share what
// was merged.
type Surround struct {
	s    *Series
	half int64
	last int64
	hist *histogram.Histogram
}

// Reset begins anew with a series; half is HalfAround's.
func (a *Surround) Reset(s *Series, half int64) {
	a.s, a.half, a.hist = s, half, nil
}

// At is the distribution of the column with this number and those around it, nil
// where the column's own is to be used. A column without replies gets one only
// between columns that have some, so that an outage stays bare.
func (a *Surround) At(number int64) *histogram.Histogram {
	if a.half == 0 {
		return nil
	}
	if a.hist != nil && a.last == number {
		return a.hist
	}
	replies := func(n int64) bool {
		c := a.s.Column(n)
		return c != nil && c.Hist != nil && c.Hist.Replies > 0
	}
	if !replies(number) && !(replies(number-1) && replies(number+1)) {
		return nil
	}
	h := &histogram.Histogram{}
	for n := number - a.half; n <= number+a.half; n++ {
		if c := a.s.Column(n); c != nil && c.Hist != nil {
			h.Merge(c.Hist)
		}
	}
	a.last, a.hist = number, h
	return h
}
