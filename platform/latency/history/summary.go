package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// Recent is the distribution of what was sent from an instant on, for lists: the
// last minutes come from memory.
func (s *Store) Recent(ctx context.Context, target latency.TargetID, node latency.NodeID, from time.Time) (*histogram.Histogram, error) {
	return s.Summary(ctx, target, node, from, s.o.Now().Add(time.Hour))
}

// Summary is the distribution of what was sent in [from, to): counts, extremes and
// mean are exact, quantiles those of the buckets, however long the stretch. Where
// retention left only roll-ups, its ends are rounded inwards to these.
func (s *Store) Summary(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time) (*histogram.Histogram, error) {
	v, end, err := s.view(ctx, key{target, node})
	if err != nil {
		return nil, fmt.Errorf("sum up target %d: %w", target, err)
	}
	defer end()
	var sum histogram.Histogram
	lo, hi := from.UnixMicro(), to.UnixMicro()
	rolled := max(min(hi, v.sealed), lo)
	if err = v.sum(&sum, tierDay, lo, rolled, own, imported); err == nil && rolled < hi {
		err = v.rows(rolled, hi, func(r *latency.Result) bool { sum.Count(r); return true })
		// What was imported is rolled up from the start.
		err = errors.Join(err, v.sum(&sum, tierDay, rolled, hi, imported))
	}
	if err != nil {
		return nil, fmt.Errorf("sum up target %d: %w", target, err)
	}
	s.tellDamage(v.damaged)
	return &sum, nil
}

// sum adds what lies in [lo, hi) and is rolled up: the whole periods of a tier from
// there, what is left at both ends from the finer ones. Of what is our own the
// finest are the rows.
func (v *view) sum(to *histogram.Histogram, i int, lo, hi int64, sources ...source) error {
	if lo >= hi || i == tierRaw && !slices.Contains(sources, own) {
		return nil
	}
	if i == tierRaw {
		return v.rows(lo, hi, func(r *latency.Result) bool { to.Count(r); return true })
	}
	t := &tiers[i]
	first, last := floorTo(lo+t.period-1, t.period), floorTo(hi, t.period)
	if first >= last {
		return v.sum(to, i+1, lo, hi, sources...)
	}
	for _, of := range sources {
		if err := eachRollUp(v.s.r, t, v.k, of, first, last, func(_ int64, h *histogram.Histogram) { to.Merge(h) }); err != nil {
			return err
		}
	}
	if err := v.sum(to, i+1, lo, first, sources...); err != nil {
		return err
	}
	return v.sum(to, i+1, last, hi, sources...)
}

// Span is a stretch in which nothing was measured, or nothing could be sent.
type Span struct {
	Start, End time.Time       // of the first probe, and an interval after the last
	Outcome    latency.Outcome // SendError or NotMeasured
	Reason     latency.Reason
	// Coarse is true where only roll-ups are known: Start and End are theirs, and
	// the reason is unknown.
	Coarse bool
}

const (
	// exactSpans is how long a stretch may be for Spans to look at all of its rows.
	exactSpans = 48 * hourMicros
	// spanHours is how many hours Spans looks at row by row in a longer one.
	spanHours = 500
)

// Spans lists the stretches in [from, to) that were not measured or could not be
// sent, by time. Where rows say so they name the reason; where nothing was kept
// between rows, nothing was running: ReasonClosed. In more than two days such gaps
// are found to five minutes, in more than a month to the hour, and rows are looked
// at only in the hours that counted some, the newest 500 of them.
func (s *Store) Spans(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time) ([]Span, error) {
	v, end, err := s.view(ctx, key{target, node})
	if err != nil {
		return nil, fmt.Errorf("read gaps of target %d: %w", target, err)
	}
	defer end()
	b := spanBuilder{interval: s.intervalMicros(target)}
	lo, hi := from.UnixMicro(), to.UnixMicro()
	if hi-lo <= exactSpans {
		err = v.rows(lo, hi, b.row)
		if v.damaged != nil || err == nil && b.last == 0 {
			b = spanBuilder{interval: b.interval} // raw samples are gone
			err = v.coarseSpans(&b, lo, hi)
		}
	} else {
		err = v.coarseSpans(&b, lo, hi)
	}
	if err != nil {
		return nil, fmt.Errorf("read gaps of target %d: %w", target, err)
	}
	b.close()
	return b.out, nil
}

// spanBuilder joins what follows each other.
type spanBuilder struct {
	interval int64
	out      []Span
	open     Span
	last     int64 // instant of the row before
}

func (b *spanBuilder) close() {
	if b.open.Outcome != latency.Pending {
		b.out = append(b.out, b.open)
	}
	b.open = Span{}
}

// add notes one stretch; it continues the open one when it is of the same kind.
func (b *spanBuilder) add(start, end int64, o latency.Outcome, why latency.Reason, coarse bool) {
	if b.open.Outcome == o && b.open.Reason == why && b.open.Coarse == coarse && start-b.open.End.UnixMicro() <= 2*b.interval {
		b.open.End = time.UnixMicro(end)
		return
	}
	b.close()
	b.open = Span{Start: time.UnixMicro(start), End: time.UnixMicro(end), Outcome: o, Reason: why, Coarse: coarse}
}

func (b *spanBuilder) row(r *latency.Result) bool {
	t := r.Sent.UnixMicro()
	if b.last != 0 && t-b.last > 3*b.interval+2_000_000 {
		b.add(b.last+b.interval, t, latency.NotMeasured, latency.ReasonClosed, false)
	}
	switch {
	case r.Outcome == latency.SendError || r.Outcome == latency.NotMeasured:
		b.add(t, t+b.interval, r.Outcome, r.Reason, false)
	case r.Outcome.Counts():
		b.close()
	}
	b.last = max(b.last, t)
	return true
}

// coarseSpans finds spans by the roll-ups, and by rows where these count some.
func (v *view) coarseSpans(b *spanBuilder, lo, hi int64) error {
	gaps := &tiers[tierFive]
	if hi-lo > 31*dayMicros {
		gaps = &tiers[tierHour]
	}
	// Where something is known at all, and which hours to look into.
	known := map[int64]bool{}
	var look []int64
	first, last := int64(1<<62), int64(-1<<62)
	note := func(start, end int64) {
		known[floorTo(start, gaps.period)] = true
		first, last = min(first, start), max(last, end)
	}
	for _, of := range []source{own, imported} {
		if err := eachSlot(v.s.r, gaps, v.k, of, floorTo(lo, gaps.period), hi, func(start int64, _ []byte) error {
			note(start, start+gaps.period)
			return nil
		}); err != nil {
			return err
		}
	}
	var h histogram.Histogram
	if err := eachSlot(v.s.r, &tiers[tierHour], v.k, own, hourOf(lo), hi, func(start int64, one []byte) error {
		if err := h.DecodeCounts(one); err != nil {
			return err
		}
		if h.SendErrors+h.Unmeasured > 0 {
			look = append(look, start)
		}
		return nil
	}); err != nil {
		return err
	}
	look = look[max(len(look)-spanHours, 0):]
	live := max(lo, v.sealed)
	var rows []Span
	inHour := func(from, to int64) error {
		one := spanBuilder{interval: b.interval}
		if err := v.rows(max(from, lo), min(to, hi), func(r *latency.Result) bool {
			t := r.Sent.UnixMicro()
			note(t, t+b.interval)
			if r.Outcome == latency.SendError || r.Outcome == latency.NotMeasured || r.Outcome.Counts() {
				one.last = t // no gaps: they are found below
				return one.row(r)
			}
			return true
		}); err != nil {
			return err
		}
		if one.last == 0 {
			if err := v.minuteSpans(&one, max(from, lo), min(to, hi)); err != nil {
				return err
			}
		}
		one.close()
		rows = append(rows, one.out...)
		return nil
	}
	for _, hour := range look {
		if err := inHour(hour, hour+hourMicros); err != nil {
			return err
		}
	}
	if live < hi {
		if err := inHour(live, hi); err != nil {
			return err
		}
	}
	at := 0
	for t := max(floorTo(lo, gaps.period), floorTo(first, gaps.period)); t < min(hi, last); t += gaps.period {
		for ; at < len(rows) && rows[at].Start.UnixMicro() < t+gaps.period; at++ {
			r := rows[at]
			b.add(r.Start.UnixMicro(), r.End.UnixMicro(), r.Outcome, r.Reason, r.Coarse)
		}
		if !known[t] {
			b.add(t, t+gaps.period, latency.NotMeasured, latency.ReasonClosed, true)
		}
	}
	return nil
}

// minuteSpans finds spans by the minutes, where rows are gone.
func (v *view) minuteSpans(b *spanBuilder, lo, hi int64) error {
	t := &tiers[tierMinute]
	var h histogram.Histogram
	return eachSlot(v.s.r, t, v.k, own, lo, hi, func(start int64, one []byte) error {
		if err := h.DecodeCounts(one); err != nil {
			return err
		}
		switch {
		case h.SendErrors > 0 && h.SendErrors >= h.Unmeasured:
			b.add(start, start+t.period, latency.SendError, latency.ReasonNone, true)
		case h.Unmeasured > 0:
			b.add(start, start+t.period, latency.NotMeasured, latency.ReasonNone, true)
		default:
			b.close()
		}
		return nil
	})
}
