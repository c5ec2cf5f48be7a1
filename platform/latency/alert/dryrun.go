package alert

import (
	"cmp"
	"context"
	"iter"

	"tacklebox/platform/latency"
)

// DryRun says what the rule would have told of these results, as the engine that
// decides live says it. The rows come in the order of sending, of all targets that
// matter: with a gateway's among them its outages hold alerts as they would have.
// A disabled rule is tried, too. Rows that cannot be read are gone past, as history
// does, and told of by the error beside the events; a cancelled context ends it.
func DryRun(ctx context.Context, rule Rule, targets []Target, rows iter.Seq2[latency.Result, error]) ([]Event, error) {
	rule.Enabled = true
	if err := rule.Validate(); err != nil {
		return nil, err
	}
	e := New(Config{Rules: []Rule{rule}, Targets: targets})
	var out []Event
	var unread error
	one := make([]latency.Result, 1)
	n := 0
	for r, err := range rows {
		if n++; err != nil || n%1024 == 1 {
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
		}
		if err != nil {
			unread = cmp.Or(unread, err)
			continue
		}
		one[0] = r
		out = append(out, e.Observe(one)...)
	}
	return append(out, e.Flush()...), unread
}

// Merge gives the rows of several targets in the order of sending, each of which
// is in that order itself. Errors are passed on where they stand.
func Merge(sources ...iter.Seq2[latency.Result, error]) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		type head struct {
			next func() (latency.Result, error, bool)
			row  latency.Result
		}
		// advance finds the next row: more is false at a source's end, and on when
		// whoever reads has had enough.
		advance := func(h *head) (more, on bool) {
			for {
				row, err, ok := h.next()
				switch {
				case !ok:
					return false, true
				case err == nil:
					h.row = row
					return true, true
				case !yield(row, err):
					return false, false
				}
			}
		}
		var live []*head
		for _, s := range sources {
			next, stop := iter.Pull2(s)
			defer stop()
			h := &head{next: next}
			more, on := advance(h)
			if !on {
				return
			}
			if more {
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
			more, on := advance(live[first])
			if !on {
				return
			}
			if !more {
				live = append(live[:first], live[first+1:]...)
			}
		}
	}
}
