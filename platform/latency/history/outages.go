package history

import (
	"context"
	"fmt"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// Outage is a stretch in which every probe that counts was lost.
type Outage struct {
	Start, End time.Time // of the first and the last lost probe
	Lost       uint64
	// Coarse is true where only minutes are known: Start and End are theirs.
	Coarse bool
}

// Outages lists the stretches in [from, to) of at least lost probes (3 when 0)
// without one that was answered. What could not be sent or was not measured
// neither begins nor ends an outage. Before the oldest raw samples they are found
// among the minutes.
func (s *Store) Outages(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time, lost int) ([]Outage, error) {
	if lost <= 0 {
		lost = 3
	}
	var out []Outage
	var open Outage
	end := func() {
		if open.Lost >= uint64(lost) {
			out = append(out, open)
		}
		open = Outage{}
	}
	add := func(first, last int64, n uint64, coarse bool) {
		if open.Lost == 0 {
			open.Start = time.UnixMicro(first)
		}
		open.End, open.Lost, open.Coarse = time.UnixMicro(last), open.Lost+n, open.Coarse || coarse
	}
	v, done, err := s.view(ctx, key{target, node})
	if err != nil {
		return nil, err
	}
	defer done()
	lo, hi := from.UnixMicro(), to.UnixMicro()
	keep := s.Retention()
	raw := min(max(lo, keep.rawFrom(s.o.Now().UnixMicro())), hi)
	err = eachRollUp(s.r, &tiers[tierMinute], v.k, own, lo, raw, func(start int64, h *histogram.Histogram) {
		switch {
		case h.Replies > 0:
			end()
		case h.Lost > 0:
			add(start, start+tiers[tierMinute].period, h.Lost, true)
		}
	})
	if err == nil {
		err = v.rows(raw, hi, func(r *latency.Result) bool {
			switch {
			case r.Outcome == latency.Reply:
				end()
			case r.Outcome.Lost():
				t := r.Sent.UnixMicro()
				add(t, t, 1, false)
			}
			return true
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read outages of target %d: %w", target, err)
	}
	end()
	return out, nil
}
