package alert

import (
	"context"
	"iter"

	"tacklebox/platform/latency"
)

// DryRun says what the rule would have told of these results, as the engine that
// decides live says it. The rows come in the order of sending, of all targets that
// matter: with a gateway's among them its outages hold alerts as they would have.
// A disabled rule is tried, too. On an error or a cancelled context the events up
// to there are given with it.
func DryRun(ctx context.Context, rule Rule, targets []Target, rows iter.Seq2[latency.Result, error]) ([]Event, error) {
	rule.Enabled = true
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	e := New(Config{Rules: []Rule{rule}, Targets: targets})
	var out []Event
	one := make([]latency.Result, 1)
	n := 0
	for r, err := range rows {
		if err == nil && n%1024 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return out, err
		}
		n++
		one[0] = r
		out = append(out, e.Observe(one)...)
	}
	return append(out, e.Flush()...), nil
}

// Merge gives the rows of several targets in the order of sending, each of which
// is in that order itself.
func Merge(sources ...iter.Seq2[latency.Result, error]) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		type head struct {
			next func() (latency.Result, error, bool)
			row  latency.Result
		}
		var heads []*head
		for _, s := range sources {
			next, stop := iter.Pull2(s)
			defer stop()
			heads = append(heads, &head{next: next})
		}
		// advance is true when the source goes on.
		advance := func(h *head) (ok, stopped bool) {
			row, err, ok := h.next()
			if ok && err != nil {
				yield(row, err)
				return false, true
			}
			h.row = row
			return ok, false
		}
		live := heads[:0]
		for _, h := range heads {
			ok, stopped := advance(h)
			if stopped {
				return
			}
			if ok {
				live = append(live, h)
			}
		}
		for len(live) > 0 {
			first := 0
			for i := range live {
				if live[i].row.Sent.Before(live[first].row.Sent) {
					first = i
				}
			}
			if !yield(live[first].row, nil) {
				return
			}
			ok, stopped := advance(live[first])
			if stopped {
				return
			}
			if !ok {
				live = append(live[:first], live[first+1:]...)
			}
		}
	}
}
