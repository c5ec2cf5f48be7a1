package history

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/smoke"
)

// view is one query: the reading connection and what is live, at one moment.
type view struct {
	s       *Store
	k       key
	live    []*segment
	pending []latency.Result
	sealed  int64
	damaged error // months, or hours of them, that cannot be read
}

// view begins a query; rmu is held and a read transaction open until end is called.
func (s *Store) view(ctx context.Context, k key) (v *view, end func(), err error) {
	if !s.Writer() {
		if err := s.follow(); err != nil {
			return nil, nil, err
		}
	}
	s.rmu.Lock()
	if s.r == nil {
		s.rmu.Unlock()
		return nil, nil, fmt.Errorf("read history: %w", errClosed)
	}
	s.r.SetInterrupt(ctx)
	if err := s.r.Exec("begin"); err != nil {
		s.r.SetInterrupt(context.Background())
		s.rmu.Unlock()
		return nil, nil, err
	}
	end = func() {
		s.r.SetInterrupt(context.Background())
		_ = s.r.Exec("rollback")
		s.rmu.Unlock()
	}
	v = &view{s: s, k: k}
	// Live first: what is sealed in between is then in both, and told apart by the
	// mark of the transaction, which begins with its first read.
	s.mu.Lock()
	v.live = slices.Clone(s.live[k])
	for _, list := range [][]latency.Result{s.building, s.pending} {
		for _, r := range list {
			if r.Target == k.target && r.Node == k.node {
				v.pending = append(v.pending, r)
			}
		}
	}
	s.mu.Unlock()
	if v.sealed, err = queryInt(s.r, "select value from meta where key='sealed'"); err != nil {
		end()
		return nil, nil, err
	}
	return v, end, nil
}

var errClosed = errors.New("the history is closed")

// Columns gives n columns of equal width over [from, to), each with the
// distribution of what was sent in it: from the coarsest roll-ups that are no
// longer than a column, and from raw samples where columns are shorter than a
// minute and for what is not rolled up yet. Where the retention left only coarser
// roll-ups, each is shown in all the columns it covers.
func (s *Store) Columns(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time, n int) ([]smoke.Column, error) {
	lo, hi := from.UnixMicro(), to.UnixMicro()
	if n <= 0 || hi <= lo {
		return nil, nil
	}
	v, end, err := s.view(ctx, key{target, node})
	if err != nil {
		return nil, fmt.Errorf("read history of target %d: %w", target, err)
	}
	defer end()
	p := &plot{lo: lo, hi: hi, cols: make([]smoke.Column, n), hist: make([]histogram.Histogram, n)}
	if err := v.fill(p); err != nil {
		return nil, fmt.Errorf("read history of target %d: %w", target, err)
	}
	s.mu.Lock()
	gap := 3*s.intervalOf(target) + 2_000_000
	s.mu.Unlock()
	p.finish(gap)
	s.tellDamage(v.damaged)
	return p.cols, nil
}

// tellDamage tells of what a query found damaged, once.
func (s *Store) tellDamage(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	told := s.told[err.Error()]
	s.told[err.Error()] = true
	s.mu.Unlock()
	if !told {
		s.o.OnError(fmt.Errorf("read history in %q: %w: coarser history stands in for it", s.dir, err))
	}
}

// Samples gives the raw rows sent in [from, to), by hours, within an hour nearly
// by time. Of what is damaged it tells by an error and goes on behind it; after any
// other error it ends.
func (s *Store) Samples(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		// An hour at a time, so that a slow reader holds nobody up.
		lo, hi := from.UnixMicro(), to.UnixMicro()
		var told error
		for lo < hi {
			var rows []latency.Result
			var damaged error
			v, end, err := s.view(ctx, key{target, node})
			if err == nil {
				if lo, err = v.next(lo); err == nil && lo < hi {
					next := min(hourOf(lo)+hourMicros, hi)
					err = v.rows(lo, next, func(r *latency.Result) bool { rows = append(rows, *r); return true })
					lo = next
				}
				damaged = v.damaged
				end()
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if err != nil {
				yield(latency.Result{}, fmt.Errorf("read samples of target %d: %w", target, err))
				return
			}
			if damaged != nil && (told == nil || damaged.Error() != told.Error()) {
				told = damaged
				if !yield(latency.Result{}, fmt.Errorf("read samples of target %d: %w", target, damaged)) {
					return
				}
			}
		}
	}
}

// next is the earliest instant from t on that may hold rows: what is sealed has a
// day that counts it.
func (v *view) next(t int64) (int64, error) {
	next := int64(1<<63 - 1)
	at := func(hour int64) {
		if hour+hourMicros > t {
			next = min(next, max(hour, t))
		}
	}
	for _, g := range v.live {
		at(hourOf(g.t0))
	}
	for i := range v.pending {
		at(hourOf(v.pending[i].Sent.UnixMicro()))
	}
	err := query(v.s.r, "select start from day where target=? and node=? and source=? and start>=? order by start limit 1",
		[]any{int64(v.k.target), int(v.k.node), int(own), floorTo(t, dayMicros)}, func(r *sqlite3.Stmt) error {
			next = min(next, max(r.ColumnInt64(0), t))
			return nil
		})
	return next, err
}
