// Package histogram counts round trip times in exponential buckets that merge
// exactly: the bucket layout of Prometheus native histograms, schema 6.
//
// A bucket with index i holds the values v with base^(i-1) < v <= base^i, where
// base = 2^(2^-schema) (Prometheus data model, "native histograms"). At schema 6
// a bucket is 1.09 % wide and its middle is off by at most 0.54 %. Merging adds
// counts and coarsening to a lower schema joins neighbours, both without error,
// so percentiles of a year are those of its seconds.
package histogram

import (
	"math"
	"slices"
	"time"
)

// Schema is the resolution that histograms are kept at.
const Schema = 6

// bucketsPerOctave is the number of buckets between a power of two and the next.
const bucketsPerOctave = 1 << Schema

// The range that is told apart: below 1 ns and above 36 h a value counts in the
// outermost bucket. Min and Max stay exact.
var (
	minIndex = indexOf(time.Nanosecond.Seconds())
	maxIndex = indexOf((36 * time.Hour).Seconds())
)

// Histogram is the distribution of round trip times over some stretch of time,
// with what else became of the probes. The zero value is empty and ready. It is
// not safe for concurrent use.
type Histogram struct {
	buckets []bucket // by ascending index, none empty

	Replies    uint64
	Sum        time.Duration // of the replies
	Min, Max   time.Duration // exact; 0 without replies
	Lost       uint64        // timeouts, ICMP errors and bad replies
	SendErrors uint64
	Unmeasured uint64
	Late       uint64
	Duplicates uint64
}

type bucket struct {
	index int32
	count uint64
}

// bounds are the upper limits of the buckets within (0.5, 1].
var bounds = func() (b [bucketsPerOctave]float64) {
	for i := range b {
		b[i] = math.Ldexp(math.Exp2(float64(i)/bucketsPerOctave), -1)
	}
	return b
}()

// indexOf is the index of the bucket that holds v seconds, v > 0. It is the
// search of client_golang's findBucket: exact at the bounds, where a logarithm
// is not.
func indexOf(v float64) int32 {
	frac, exp := math.Frexp(v)
	at, _ := slices.BinarySearch(bounds[:], frac)
	return int32(at + (exp-1)*bucketsPerOctave)
}

// upper is the upper limit in seconds of the bucket with index i.
func upper(i int32) float64 {
	octave := i >> Schema
	return math.Ldexp(bounds[i-octave<<Schema], int(octave)+1)
}

// Observe counts one reply. A round trip of zero or less counts as 1 ns.
func (h *Histogram) Observe(rtt time.Duration) {
	rtt = max(rtt, time.Nanosecond)
	if h.Replies == 0 || rtt < h.Min {
		h.Min = rtt
	}
	h.Max = max(h.Max, rtt)
	h.Replies++
	h.Sum += rtt
	h.add(min(max(indexOf(rtt.Seconds()), minIndex), maxIndex), 1)
}

func (h *Histogram) add(index int32, count uint64) {
	at, found := slices.BinarySearchFunc(h.buckets, index, func(b bucket, i int32) int { return int(b.index - i) })
	if found {
		h.buckets[at].count += count
		return
	}
	h.buckets = slices.Insert(h.buckets, at, bucket{index, count})
}

// Merge adds all that o has counted.
func (h *Histogram) Merge(o *Histogram) {
	if o.Replies > 0 {
		if h.Replies == 0 || o.Min < h.Min {
			h.Min = o.Min
		}
		h.Max = max(h.Max, o.Max)
	}
	h.Replies += o.Replies
	h.Sum += o.Sum
	h.Lost += o.Lost
	h.SendErrors += o.SendErrors
	h.Unmeasured += o.Unmeasured
	h.Late += o.Late
	h.Duplicates += o.Duplicates
	h.buckets = mergeBuckets(h.buckets, o.buckets)
}

// mergeBuckets adds b to a, in place where a has room.
func mergeBuckets(a, b []bucket) []bucket {
	if len(b) == 0 {
		return a
	}
	extra := 0
	for i, j := 0, 0; j < len(b); {
		switch {
		case i == len(a) || b[j].index < a[i].index:
			extra++
			j++
		case b[j].index == a[i].index:
			i, j = i+1, j+1
		default:
			i++
		}
	}
	i, j := len(a)-1, len(b)-1
	a = slices.Grow(a, extra)[:len(a)+extra]
	// From the back, so that nothing is overwritten before it is read.
	for k := len(a) - 1; j >= 0; k-- {
		switch {
		case i < 0 || b[j].index > a[i].index:
			a[k] = b[j]
			j--
		case b[j].index == a[i].index:
			a[k] = bucket{a[i].index, a[i].count + b[j].count}
			i, j = i-1, j-1
		default:
			a[k] = a[i]
			i--
		}
	}
	return a
}

// Reset empties h and keeps its memory.
func (h *Histogram) Reset() { *h = Histogram{buckets: h.buckets[:0]} }

// Clone is a copy that shares nothing with h.
func (h *Histogram) Clone() *Histogram {
	c := *h
	c.buckets = slices.Clone(h.buckets)
	return &c
}

// Decided is the number of probes that loss is measured against.
func (h *Histogram) Decided() uint64 { return h.Replies + h.Lost }

// Loss is the lost share of the decided probes, 0 to 1, and NaN without any.
func (h *Histogram) Loss() float64 {
	if h.Decided() == 0 {
		return math.NaN()
	}
	return float64(h.Lost) / float64(h.Decided())
}

// Mean is the average reply, 0 without replies.
func (h *Histogram) Mean() time.Duration {
	if h.Replies == 0 {
		return 0
	}
	return h.Sum / time.Duration(h.Replies)
}

// Quantile is the value below which the share q (0 to 1) of the replies lies. It
// interpolates within a bucket along the exponential, as PromQL does for native
// histograms, and stays between Min and Max. It is 0 without replies.
func (h *Histogram) Quantile(q float64) time.Duration {
	var out [1]time.Duration
	h.Quantiles([]float64{q}, out[:])
	return out[0]
}

// Quantiles writes the value of each of qs, which ascend, to out.
func (h *Histogram) Quantiles(qs []float64, out []time.Duration) {
	if h.Replies == 0 {
		clear(out[:len(qs)])
		return
	}
	var below uint64
	at := 0
	for i, q := range qs {
		// Rank 0.5 is the middle of the first reply, so that the quantiles of a
		// single one, and of n equal ones, are that value.
		rank := min(max(q, 0), 1) * float64(h.Replies)
		for at < len(h.buckets)-1 && float64(below+h.buckets[at].count) < rank {
			below += h.buckets[at].count
			at++
		}
		b := h.buckets[at]
		within := min(max((rank-float64(below))/float64(b.count), 0), 1)
		seconds := upper(b.index) * math.Exp2((within-1)/bucketsPerOctave)
		out[i] = min(max(time.Duration(math.Round(seconds*1e9)), h.Min), h.Max)
	}
}

// Bucket is one bucket as Prometheus exposes it.
type Bucket struct {
	Index int // at the schema asked for
	Count uint64
	Upper float64 // seconds
}

// Buckets gives the non-empty buckets at a schema of 6 or lower; lower ones join
// neighbours exactly.
func (h *Histogram) Buckets(schema int) []Bucket {
	shift := uint(Schema - min(schema, Schema))
	var out []Bucket
	for _, b := range h.buckets {
		// Upper limits are inclusive, hence the rounding up.
		index := int((b.index-1)>>shift) + 1
		if n := len(out); n > 0 && out[n-1].Index == index {
			out[n-1].Count += b.count
			continue
		}
		out = append(out, Bucket{Index: index, Count: b.count, Upper: math.Exp2(math.Ldexp(float64(index), -int(Schema-int(shift))))})
	}
	return out
}
