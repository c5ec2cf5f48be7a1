package smoke

import (
	"math"
	"time"

	"tacklebox/platform/latency/histogram"
)

// Readout are the figures of a stretch of time: what a person reads while pointing
// at a column, and below a graph.
type Readout struct {
	From, To time.Time
	// Known is false where nothing was decided; the round trips are 0 without
	// replies.
	Known                  bool
	Median, P5, P95, P99   time.Duration
	Min, Max, Mean, Jitter time.Duration
	Loss                   float64 // 0 to 1, NaN unless Known
	Samples                uint64  // that loss is measured against
	Replies, Lost          uint64
	SendErrors, Unmeasured uint64
	Late, Duplicates       uint64
	// The bands of the column.
	Bands Bands
}

// Read reads one of n columns over [from, to).
func Read(c *Column, from, to time.Time, column, n int) Readout {
	width := to.Sub(from)
	at := func(i int) time.Time {
		return from.Add(time.Duration(float64(width) * float64(i) / float64(max(n, 1))))
	}
	r := Sum(c.Hist)
	r.From, r.To = at(column), at(column+1)
	r.Bands = c.Bands
	return r
}

// Sum are the figures of a distribution, which may be nil.
func Sum(h *histogram.Histogram) Readout {
	if h == nil {
		return Readout{Loss: math.NaN()}
	}
	r := Readout{Known: h.Decided() > 0, Min: h.Min, Max: h.Max, Mean: h.Mean(), Jitter: jitter(h), Loss: h.Loss(), Samples: h.Decided(),
		Replies: h.Replies, Lost: h.Lost, SendErrors: h.SendErrors, Unmeasured: h.Unmeasured, Late: h.Late, Duplicates: h.Duplicates}
	var q [4]time.Duration
	h.Quantiles([]float64{0.05, 0.5, 0.95, 0.99}, q[:])
	r.P5, r.Median, r.P95, r.P99 = q[0], q[1], q[2], q[3]
	return r
}

// Total is the distribution of all columns together.
func Total(cols []Column) *histogram.Histogram {
	out := &histogram.Histogram{}
	for _, c := range cols {
		if c.Hist != nil {
			out.Merge(c.Hist)
		}
	}
	return out
}

// jitter is the mean difference of two replies picked at random. Where one reply
// says nothing about the next, that is what the difference of neighbours comes to,
// and it can be had from a distribution at any zoom. It is good to the width of a
// bucket, 1.1 %.
func jitter(h *histogram.Histogram) time.Duration {
	if h.Replies < 2 {
		return 0
	}
	n := float64(h.Replies)
	var below, sum, all float64
	for _, b := range h.Buckets(histogram.Schema) {
		// The middle of a bucket, by the logarithm.
		v := b.Upper * math.Exp2(-0.5/(1<<histogram.Schema))
		c := float64(b.Count)
		all += c * (v*below - sum)
		below += c
		sum += c * v
	}
	return time.Duration(math.Round(2 * all / (n * (n - 1)) * 1e9))
}
