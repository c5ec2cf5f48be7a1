package service

import (
	"cmp"
	"context"
	"iter"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/histogram"
)

const (
	// rolledWidth is the least length of a round made of roll-ups: that of the finest
	// ones.
	rolledWidth = time.Minute
	// rolledProbes is how many probes stand for a round at most: with more, loss and
	// median do not get finer than an alert can see.
	rolledProbes = 100
	// rolledColumns is how many rounds are read at a time.
	rolledColumns = 1440
)

// Tried is what came of a dry run.
type Tried struct {
	Events []alert.Event
	// Rows is how many probes of the targets that the rule is for were looked at, First
	// and Last when the first and the last of them was sent.
	Rows        int
	First, Last time.Time
	// RolledUp says that rounds were made of roll-ups, where single probes are no
	// longer stored or never were.
	RolledUp bool
}

// DryRun says what a rule would have told from from to to, by what is stored of the
// targets it is for and of the gateways: single probes, and where those are not stored
// any more, or were imported as averages of rounds, probes that come to the same loss
// and the same round trips as the roll-ups say. at is told how far it is: when the row
// was sent that it looks at, once in a while, from the calling goroutine.
func (s *Service) DryRun(ctx context.Context, r alert.Rule, from, to time.Time, at func(time.Time)) (Tried, error) {
	s.alerts.mu.Lock()
	c := s.alerts.config
	s.alerts.mu.Unlock()
	all := s.alertTargets(c)
	var tried Tried
	var targets []alert.Target
	var rows []iter.Seq2[latency.Result, error]
	for i := range all {
		t := &all[i]
		wanted := r.Scope.Has(t)
		if !t.Gateway && !wanted {
			continue
		}
		targets = append(targets, *t)
		rows = append(rows, s.stored(ctx, t.ID, from, to, max(r.Step, rolledWidth).Truncate(rolledWidth), func(at time.Time, rolled bool) {
			if !wanted {
				return
			}
			if tried.Rows++; tried.First.IsZero() || at.Before(tried.First) {
				tried.First = at
			}
			if at.After(tried.Last) {
				tried.Last = at
			}
			tried.RolledUp = tried.RolledUp || rolled
		}))
	}
	n := 0
	var err error
	tried.Events, err = alert.DryRun(ctx, r, targets, func(yield func(latency.Result, error) bool) {
		for row, err := range alert.Merge(rows...) {
			if n++; n%4096 == 0 && err == nil {
				at(row.Sent)
			}
			if !yield(row, err) {
				return
			}
		}
	})
	return tried, err
}

// stored gives the probes of a target in the order of sending, with rounds of the given
// width made of roll-ups where there are none; note is told of each.
func (s *Service) stored(ctx context.Context, id latency.TargetID, from, to time.Time, width time.Duration, note func(at time.Time, rolled bool)) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		last := from
		for row, err := range s.store.Samples(ctx, id, latency.LocalNode, from, to) {
			if err == nil && row.Sent.Sub(last) > 2*width && !s.rolled(ctx, id, last, row.Sent, width, note, yield) {
				return
			}
			if err == nil && row.Sent.After(last) {
				last = row.Sent
			}
			if err == nil {
				note(row.Sent, false)
			}
			if !yield(row, err) {
				return
			}
		}
		s.rolled(ctx, id, last, to, width, note, yield)
	}
}

// rolled gives probes for the whole rounds between two instants; false when whoever
// reads has had enough.
func (s *Service) rolled(ctx context.Context, id latency.TargetID, from, to time.Time, width time.Duration, note func(time.Time, bool), yield func(latency.Result, error) bool) bool {
	begin := from.Truncate(width)
	if begin.Before(from) {
		begin = begin.Add(width)
	}
	end := to.Truncate(width)
	for begin.Before(end) {
		n := min(int(end.Sub(begin)/width), rolledColumns)
		stop := begin.Add(time.Duration(n) * width)
		columns, err := s.store.Columns(ctx, id, latency.LocalNode, begin, stop, n)
		if err != nil {
			return yield(latency.Result{}, err) && ctx.Err() == nil
		}
		for i := range columns {
			if h := columns[i].Hist; h != nil && h.Decided() > 0 {
				for _, r := range probes(h, id, begin.Add(time.Duration(i)*width), width) {
					note(r.Sent, true)
					if !yield(r, nil) {
						return false
					}
				}
			}
		}
		begin = stop
	}
	return true
}

// probes are as many as a distribution has, or rolledProbes of them, with its loss spread
// evenly and its round trips by their quantiles.
func probes(h *histogram.Histogram, id latency.TargetID, start time.Time, width time.Duration) []latency.Result {
	n := int(min(h.Decided(), rolledProbes))
	lost := int(h.Loss()*float64(n) + 0.5)
	if h.Lost > 0 && h.Replies > 0 {
		lost = min(max(lost, 1), n-1) // a little is not none, and much not all
	}
	if n == 1 {
		lost = cmp.Compare(h.Lost, 0)
	}
	out := make([]latency.Result, n)
	replies := 0
	for i := range out {
		out[i] = latency.Result{Target: id, Node: latency.LocalNode, Seq: uint64(start.Unix())<<10 + uint64(i), Sent: start.Add(width * time.Duration(2*i+1) / time.Duration(2*n)), Outcome: latency.Reply}
		if i*lost/n != (i+1)*lost/n {
			out[i].Outcome = latency.Timeout
			continue
		}
		// A step through the quantiles that is no trend within the round.
		q := (replies*7 + 3) % (n - lost)
		if (n-lost)%7 == 0 {
			q = replies
		}
		out[i].RTT = h.Quantile((float64(q) + 0.5) / float64(n-lost))
		replies++
	}
	return out
}
