package history

import (
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/smoke"
)

type plot struct {
	lo, hi int64
	cols   []smoke.Column
	hist   []histogram.Histogram
}

// column is the one that the instant t lies in.
func (p *plot) column(t int64) int {
	return min(int((t-p.lo)*int64(len(p.cols))/(p.hi-p.lo)), len(p.cols)-1)
}

// fill collects from the right tier, and where that has nothing from the coarser
// ones: a roll-up stands in, in all the columns it covers, when nothing finer
// lies inside it. What is not rolled up yet is counted from its rows.
func (v *view) fill(p *plot) error {
	width := (p.hi - p.lo) / int64(len(p.cols))
	at := tierRaw
	for i, t := range tiers {
		if t.period <= width {
			at = i
			break
		}
	}
	var known seen
	raw := max(p.lo, v.sealed)
	if at == tierRaw {
		raw = p.lo
	}
	if raw < p.hi {
		// Whole hours, to know which roll-ups they are part of.
		if err := v.rows(hourOf(raw), hourOf(p.hi+hourMicros-1), func(r *latency.Result) bool {
			t := r.Sent.UnixMicro()
			known.mark(t, tierRaw)
			if t >= raw && t < p.hi {
				p.hist[p.column(t)].Count(r)
			}
			return true
		}); err != nil {
			return err
		}
	}
	for _, of := range []source{own, imported} {
		if err := v.fillFrom(p, of, at, known); err != nil {
			return err
		}
		known = seen{}
	}
	return nil
}

// fillFrom collects the roll-ups of one source, from the tier at to the coarsest.
func (v *view) fillFrom(p *plot, of source, at int, known seen) error {
	for i := min(at, tierMinute); i >= 0; i-- {
		t := &tiers[i]
		// As far as the coarser ones reach that they might stand in for.
		span := tiers[max(i-1, 0)].period
		var h histogram.Histogram
		var sum histogram.Accumulator
		open := -1 // column that sum belongs to
		err := eachSlot(v.s.r, t, v.k, of, floorTo(p.lo, span), floorTo(p.hi+span-1, span), func(start int64, one []byte) error {
			standsIn := i != at && !known.has(start, i)
			known.mark(start, i)
			end := min(start+t.period, p.hi)
			if i != at && !standsIn || max(start, p.lo) >= end {
				return nil
			}
			first := p.column(max(start, p.lo))
			if i == at {
				if first != open && open >= 0 {
					sum.MoveTo(&p.hist[open])
				}
				open = first
				return sum.Add(one)
			}
			if err := h.Decode(one); err != nil {
				return err
			}
			for c := first; c <= p.column(end-1); c++ {
				p.hist[c].Merge(&h)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if open >= 0 {
			sum.MoveTo(&p.hist[open])
		}
	}
	return nil
}

// seen remembers in which roll-ups of each tier something finer lies.
type seen [len(tiers)]map[int64]bool

// mark notes that something of tier i, or a row, lies at t.
func (s *seen) mark(t int64, i int) {
	for j := i - 1; j >= 0; j-- {
		if s[j] == nil {
			s[j] = map[int64]bool{}
		}
		start := floorTo(t, tiers[j].period)
		if s[j][start] {
			return // and in all coarser ones
		}
		s[j][start] = true
	}
}

func (s *seen) has(start int64, i int) bool { return s[i][start] }

// finish gives the columns their histograms and marks what was not measured: by
// the rows that say so, and where nothing was kept for longer than gap between
// what was.
func (p *plot) finish(gap int64) {
	width := float64(p.hi-p.lo) / float64(len(p.cols))
	last := -1
	for i := range p.cols {
		h, c := &p.hist[i], &p.cols[i]
		if isEmpty(h) {
			continue
		}
		c.Hist = h
		all := h.Decided() + h.SendErrors + h.Unmeasured
		if all > 0 && h.Unmeasured*2 > all {
			c.Bands |= smoke.BandUnmeasured
		}
		if all > 0 && h.SendErrors*2 > all {
			c.Bands |= smoke.BandSendError
		}
		if last >= 0 && float64(i-last-1)*width > float64(gap) {
			for k := last + 1; k < i; k++ {
				p.cols[k].Bands |= smoke.BandUnmeasured
			}
		}
		last = i
	}
}
