package histogram

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Accumulator adds up encoded histograms without decoding each into one: for many
// of them that is several times as fast as Decode and Merge. The zero value is
// ready; it takes 24 kB and is not safe for concurrent use.
type Accumulator struct {
	head   Histogram // without buckets
	counts []uint64  // by index from minIndex
	lo, hi int       // the part of counts that is in use: [lo, hi)
}

// Add adds the histogram encoded as p. After an error the sum is of no use but to
// be emptied by MoveTo.
func (a *Accumulator) Add(p []byte) error {
	if a.counts == nil {
		a.counts = make([]uint64, maxIndex-minIndex+1)
	}
	if a.hi == 0 {
		a.lo = len(a.counts)
	}
	var one Histogram
	var f [10]uint64
	p, err := one.header(p, &f)
	if err != nil {
		return err
	}
	a.head.Merge(&one)
	index, total := 0, uint64(0)
	for i := range f[9] {
		var step, count uint64
		// Nearly all are of one byte.
		if len(p) > 1 && p[0]|p[1] < 0x80 {
			step, count, p = uint64(p[0]), uint64(p[1]), p[2:]
		} else {
			var n, m int
			step, n = binary.Uvarint(p)
			if n > 0 {
				count, m = binary.Uvarint(p[n:])
			}
			if n <= 0 || m <= 0 {
				return fmt.Errorf("%w: cut off", ErrDecode)
			}
			p = p[n+m:]
		}
		if step > maxBuckets || count == 0 || count > math.MaxInt64 || i > 0 && step == 0 {
			return fmt.Errorf("%w: bad bucket", ErrDecode)
		}
		index += int(step)
		total += count
		if index >= len(a.counts) || total > math.MaxInt64 {
			return fmt.Errorf("%w: out of range", ErrDecode)
		}
		if i == 0 {
			a.lo = min(a.lo, index)
		}
		a.counts[index] += count
		a.hi = max(a.hi, index+1)
	}
	if total != one.Replies || len(p) != 0 {
		return fmt.Errorf("%w: counts do not add up", ErrDecode)
	}
	return nil
}

// MoveTo merges the sum into h and begins anew.
func (a *Accumulator) MoveTo(h *Histogram) {
	n := 0
	for i := a.lo; i < a.hi; i++ {
		if a.counts[i] > 0 {
			n++
		}
	}
	if n > 0 {
		a.head.buckets = make([]bucket, 0, n)
		for i := a.lo; i < a.hi; i++ {
			if a.counts[i] > 0 {
				a.head.buckets = append(a.head.buckets, bucket{minIndex + int32(i), a.counts[i]})
				a.counts[i] = 0
			}
		}
	}
	if len(h.buckets) == 0 {
		buckets := a.head.buckets
		a.head.buckets = nil
		h.Merge(&a.head)
		h.buckets = buckets
	} else {
		h.Merge(&a.head)
	}
	a.head, a.lo, a.hi = Histogram{}, 0, 0
}
