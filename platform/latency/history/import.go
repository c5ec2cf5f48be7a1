package history

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// importBatch is how many roll-ups are imported in one transaction.
const importBatch = 2000

// ImportRollups takes in the coarse history of another program: distributions of
// a minute, five minutes, an hour or a day each (period), by their start and
// ascending. Starts are rounded down to the period in UTC; rows of one period that
// follow each other are joined. Each is counted into its tier and all coarser
// ones. What overlaps something that was measured or imported before, or is not
// over yet, is left out, so that nothing counts twice and repeating an import
// changes nothing: of a source with several resolutions import the finest first.
// It returns how many were taken in. Retention deletes them like our own.
func (s *Store) ImportRollups(ctx context.Context, target latency.TargetID, node latency.NodeID, period time.Duration, rows iter.Seq2[time.Time, *histogram.Histogram]) (n int, err error) {
	at := slices.IndexFunc(tiers[:], func(t tier) bool { return t.period == period.Microseconds() })
	if at < 0 {
		return 0, fmt.Errorf("import history of target %d: roll-ups of %v are not kept: use 1m, 5m, 1h or 24h", target, period)
	}
	if !s.Writer() {
		return 0, fmt.Errorf("import history of target %d: %w", target, ErrReader)
	}
	fail := func(err error) (int, error) {
		return n, fmt.Errorf("import history of target %d: %w", target, err)
	}
	k := key{target, node}
	batch := map[int64]*histogram.Histogram{}
	flush := func() error {
		taken, err := s.importBatch(at, k, batch)
		n += taken
		clear(batch)
		return err
	}
	last := int64(-1 << 62)
	now := s.o.Now().UnixMicro()
	for start, h := range rows {
		if err := ctx.Err(); err != nil {
			return fail(err)
		}
		slot := floorTo(start.UnixMicro(), tiers[at].period)
		if slot < last {
			return fail(fmt.Errorf("row of %v comes after a later one: sort the rows by time", start.UTC().Format(time.RFC3339)))
		}
		if h == nil || isEmpty(h) || slot+tiers[at].period > now {
			continue
		}
		if slot > last && len(batch) >= importBatch {
			if err := flush(); err != nil {
				return fail(err)
			}
		}
		last = slot
		if batch[slot] == nil {
			batch[slot] = &histogram.Histogram{}
		}
		batch[slot].Merge(h)
	}
	if err := flush(); err != nil {
		return fail(err)
	}
	return n, nil
}

func (s *Store) importBatch(at int, k key, batch map[int64]*histogram.Histogram) (n int, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	s.wmu.Lock()
	defer s.wmu.Unlock()
	if s.w == nil {
		return 0, errClosed
	}
	s.encodePending()
	err = inTransaction(s.w, func() error {
		taken, err := s.taken(at, k, slices.Sorted(maps.Keys(batch)))
		if err != nil {
			return err
		}
		// Each is added to its tier and to the coarser ones: rows are read and written
		// once for all that falls into them.
		for i := at; i >= 0; i-- {
			t := &tiers[i]
			add := map[int64]map[int]*histogram.Histogram{}
			for start, h := range batch {
				if taken[start] {
					continue
				}
				row, index := floorTo(start, t.row), t.index(start)
				if add[row] == nil {
					add[row] = map[int]*histogram.Histogram{}
				}
				if add[row][index] == nil {
					add[row][index] = &histogram.Histogram{}
				}
				add[row][index].Merge(h)
			}
			for row, list := range add {
				if err := s.addImported(t, k, row, list); err != nil {
					return err
				}
			}
		}
		for start := range batch {
			if !taken[start] {
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, explain(err)
	}
	return n, nil
}

func (s *Store) addImported(t *tier, k key, row int64, add map[int]*histogram.Histogram) error {
	list, _, err := rowSlots(s.w, t, k, imported, row)
	if err != nil {
		return err
	}
	for i, h := range add {
		if list[i] != nil {
			var old histogram.Histogram
			if err := old.Decode(list[i]); err != nil {
				return err
			}
			h.Merge(&old)
		}
		list.set(i, h)
	}
	return putSlots(s.w, &s.defl, t, k, imported, row, list)
}

// taken finds which of the slots of a tier overlap something that is known
// already; wmu is held.
func (s *Store) taken(at int, k key, starts []int64) (map[int64]bool, error) {
	t, keep := &tiers[at], s.Retention()
	out := map[int64]bool{}
	lo, hi := starts[0], starts[len(starts)-1]+t.period
	mark := func(start int64, h *histogram.Histogram) {
		if wasMeasured(h) {
			out[start] = true
		}
	}
	// What was measured is in our own roll-ups of the same size, or, where those are
	// deleted, in coarser ones; the newest is not rolled up yet.
	if err := eachRollUp(s.w, t, k, own, lo, hi, mark); err != nil {
		return nil, err
	}
	for i := at - 1; i >= 0; i-- {
		coarse := map[int64]bool{}
		if err := eachRollUp(s.w, &tiers[i], k, own, floorTo(lo, tiers[i].period), hi, func(start int64, h *histogram.Histogram) {
			coarse[start] = wasMeasured(h)
		}); err != nil {
			return nil, err
		}
		gone := keep.from(t, s.o.Now().UnixMicro())
		for _, start := range starts {
			if start < gone && coarse[floorTo(start, tiers[i].period)] {
				out[start] = true
			}
		}
	}
	s.mu.Lock()
	live := slices.Clone(s.live[k])
	s.mu.Unlock()
	for _, g := range live {
		if err := g.within(hourOf(g.t0), func(r *latency.Result) bool {
			if r.Outcome.Counts() || r.Outcome == latency.SendError {
				out[floorTo(r.Sent.UnixMicro(), t.period)] = true
			}
			return true
		}); err != nil {
			return nil, err
		}
	}
	// What was imported in this size or a finer one is in this tier too. A coarser
	// roll-up with nothing finer inside it was imported as such and covers all of it.
	return out, s.takenByImports(at, k, starts, out)
}

func (s *Store) takenByImports(at int, k key, starts []int64, out map[int64]bool) error {
	lo, hi := floorTo(starts[0], dayMicros), floorTo(starts[len(starts)-1], dayMicros)+dayMicros
	var has [len(tiers)]map[int64]bool
	for i := range at + 1 {
		has[i] = map[int64]bool{}
		if err := eachSlot(s.w, &tiers[i], k, imported, lo, hi, func(start int64, _ []byte) error {
			has[i][start] = true
			return nil
		}); err != nil {
			return err
		}
	}
	for i := range at {
		for start := range has[i+1] {
			delete(has[i], floorTo(start, tiers[i].period))
		}
	}
	for _, start := range starts {
		for i := range at + 1 {
			if has[i][floorTo(start, tiers[i].period)] {
				out[start] = true
			}
		}
	}
	return nil
}

// wasMeasured is true when probes were sent, or were meant to be and could not.
func wasMeasured(h *histogram.Histogram) bool { return h.Decided()+h.SendErrors > 0 }

// yieldTo deletes what was imported for the minutes that a sealed hour measured
// itself: our own samples, imported later, are the better witness.
func (s *Store) yieldTo(hour int64, d *sealedHour) error {
	day := floorTo(hour, dayMicros)
	days, found, err := rowSlots(s.w, &tiers[tierDay], d.key, imported, day)
	if err != nil || !found {
		return err
	}
	var measured [60]bool
	any := false
	for i := range d.minutes {
		measured[i] = wasMeasured(&d.minutes[i])
		any = any || measured[i]
	}
	if !any {
		return nil
	}
	// From the finest to the coarsest: what overlaps goes, and what was the sum of
	// something finer becomes the sum of what is left of that.
	changed := false
	var finer *tier
	var below slots
	for i := tierMinute; i >= tierHour; i-- {
		t := &tiers[i]
		row := floorTo(hour, t.row)
		list, found, err := rowSlots(s.w, t, d.key, imported, row)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		touched := false
		for start := hour; start < hour+hourMicros; start += t.period {
			at := t.index(start)
			if list[at] == nil {
				continue
			}
			first := int((start - hour) / 60_000_000)
			if !slices.Contains(measured[first:first+int(t.period/60_000_000)], true) {
				continue
			}
			sum, err := sumWithin(finer, below, start, t.period)
			if err != nil {
				return err
			}
			list.set(at, sum)
			touched, changed = true, true
		}
		if touched {
			if err := putSlots(s.w, &s.defl, t, d.key, imported, row, list); err != nil {
				return err
			}
		}
		finer, below = t, list
	}
	if finer == nil || finer.period != hourMicros {
		finer, below = nil, nil // the day was imported as such
	} else if !changed {
		return nil
	}
	sum, err := sumWithin(finer, below, day, dayMicros)
	if err != nil {
		return err
	}
	days.set(0, sum)
	return putSlots(s.w, &s.defl, &tiers[tierDay], d.key, imported, day, days)
}

// sumWithin joins the slots of a row that begin in [start, start+period); without
// a tier there are none.
func sumWithin(t *tier, list slots, start, period int64) (*histogram.Histogram, error) {
	var sum, h histogram.Histogram
	if t == nil {
		return &sum, nil
	}
	for at := start; at < start+period; at += t.period {
		one := list[t.index(at)]
		if one == nil {
			continue
		}
		if err := h.Decode(one); err != nil {
			return nil, err
		}
		sum.Merge(&h)
	}
	return &sum, nil
}
