package history

import (
	"slices"
)

// Codes in the journal are packed by a Rice code: the distance of each to a base
// near the median, its upper part in ones that a zero ends, its lower part in as
// many bits as suit them all best. Fifteen ones stand before a code that is too
// far off, or none of a round trip, and is written in full. Ten round trips that
// vary by 15 % take 14 bytes that way instead of 20.

const (
	escape   = 15 // ones
	codeBits = 16
)

// bitWriter appends bits to p, the upper ones of a byte first.
type bitWriter struct {
	p    []byte
	free int // bits in the last byte
}

func (w *bitWriter) put(v uint32, n int) {
	for n > 0 {
		if w.free == 0 {
			w.p, w.free = append(w.p, 0), 8
		}
		k := min(n, w.free)
		part := v >> (n - k) & (1<<k - 1)
		w.p[len(w.p)-1] |= byte(part << (w.free - k))
		w.free, n = w.free-k, n-k
	}
}

// bitReader reads what bitWriter wrote; behind the end everything is zero.
type bitReader struct {
	p      []byte
	at     int // bits read
	failed bool
}

func (r *bitReader) take(n int) (v uint32) {
	if r.at+n > 8*len(r.p) {
		r.at, r.failed = 8*len(r.p), true
		return 0
	}
	for n > 0 {
		have := 8 - r.at%8
		k := min(n, have)
		part := uint32(r.p[r.at/8]) >> (have - k) & (1<<k - 1)
		v = v<<k | part
		r.at, n = r.at+k, n-k
	}
	return v
}

// fold maps a distance to a number, small ones to small ones.
func fold(d int) uint32 { return uint32(d<<1) ^ uint32(d>>31) }

func unfold(z uint32) int { return int(z>>1) ^ -int(z&1) }

// packCodes appends codes to p: the upper byte of the base, the number of lower
// bits, and the bits.
func packCodes(p []byte, codes []uint16) []byte {
	sorted := slices.Sorted(slices.Values(codes))
	base := int(sorted[len(sorted)/2])>>8<<8 | 128
	best, lower := 1<<62, 0
	for k := range codeBits {
		n := 0
		for _, c := range codes {
			if q := fold(int(c)-base) >> k; c < firstRTT || q >= escape {
				n += escape + codeBits
			} else {
				n += int(q) + 1 + k
			}
		}
		if n < best {
			best, lower = n, k
		}
	}
	w := bitWriter{p: append(p, byte(base>>8), byte(lower))}
	for _, c := range codes {
		z := fold(int(c) - base)
		q := z >> lower
		if c < firstRTT || q >= escape {
			w.put(1<<escape-1, escape)
			w.put(uint32(c), codeBits)
			continue
		}
		w.put((1<<q-1)<<1, int(q)+1)
		w.put(z, lower)
	}
	return w.p
}

// unpackCodes reads n codes.
func (c *cursor) unpackCodes(n uint64) []uint16 {
	base, lower := int(c.byte())<<8|128, int(c.byte())
	// Each takes a bit at least, which bounds what a damaged row may ask for.
	if c.failed || n > 8*uint64(len(c.p)) || lower >= codeBits {
		c.fail()
		return nil
	}
	r := bitReader{p: c.p}
	codes := make([]uint16, 0, n)
	for range n {
		q := 0
		for q < escape && r.take(1) == 1 {
			q++
		}
		if q == escape {
			codes = append(codes, uint16(r.take(codeBits)))
			continue
		}
		codes = append(codes, uint16(base+unfold(uint32(q)<<lower|r.take(lower))))
	}
	if r.failed {
		c.fail()
		return nil
	}
	c.p = c.p[(r.at+7)/8:]
	return codes
}
