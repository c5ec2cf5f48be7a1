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
	for _, r := range s.pending {
		if r.Target == k.target && r.Node == k.node {
			v.pending = append(v.pending, r)
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

// rows calls yield with the raw rows sent in [from, to), hour by hour.
func (v *view) rows(from, to int64, yield func(*latency.Result) bool) error {
	inside := true
	keep := func(r *latency.Result) bool {
		if t := r.Sent.UnixMicro(); t >= from && t < to {
			inside = yield(r)
		}
		return inside
	}
	var months []string
	if err := query(v.s.r, "select month from months where month >= ? and month <= ? order by month", []any{monthOf(from), monthOf(min(to, v.sealed))}, func(r *sqlite3.Stmt) error {
		months = append(months, r.ColumnText(0))
		return nil
	}); err != nil {
		return err
	}
	for _, month := range months {
		c, err := v.s.rawConn(month)
		if err != nil {
			return err
		}
		if c == nil {
			continue
		}
		err = query(c, "select hour, data from sealed where target=? and node=? and hour>=? and hour<? order by hour",
			[]any{int64(v.k.target), int(v.k.node), hourOf(from), min(to, v.sealed)}, func(r *sqlite3.Stmt) error {
				segments, err := v.s.infl.unseal(r.ColumnRawBlob(1), v.k.target, v.k.node)
				for _, g := range segments {
					if inside && err == nil {
						err = g.within(r.ColumnInt64(0), keep)
					}
				}
				return err
			})
		if err != nil || !inside {
			return err
		}
	}
	for _, g := range v.live {
		if h := hourOf(g.t0); h >= v.sealed && h < to && h+hourMicros > from && inside {
			if err := g.within(h, keep); err != nil {
				return err
			}
		}
	}
	for i := range v.pending {
		r := v.pending[i]
		if r.RTT > 0 {
			r.RTT = stored(r.RTT)
		}
		if inside {
			keep(&r)
		}
	}
	return nil
}

// rawConn is the reading connection to a month's file, nil when the file is gone.
func (s *Store) rawConn(month string) (*sqlite3.Conn, error) {
	if c := s.raws[month]; c != nil {
		return c, nil
	}
	path := s.rawPath(month)
	if s.o.vfs == "" {
		if err := checkVersion(path, len(rawMigrations)); err != nil {
			return nil, err
		}
	}
	c, err := sqlite3.OpenFlags(s.o.uri(path), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if errors.Is(err, sqlite3.CANTOPEN) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open history %q: %w", path, err)
	}
	if err := c.BusyTimeout(10 * time.Second); err != nil {
		return nil, err
	}
	s.raws[month] = c
	return c, nil
}

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
	return p.cols, nil
}

// Samples gives the raw rows sent in [from, to), by hours, within an hour nearly
// by time. After an error it ends.
func (s *Store) Samples(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		// An hour at a time, so that a slow reader holds nobody up.
		lo, hi := from.UnixMicro(), to.UnixMicro()
		if first, err := s.first(ctx, key{target, node}); err != nil {
			yield(latency.Result{}, err)
			return
		} else {
			lo = max(lo, first)
		}
		hi = min(hi, s.o.Now().Add(24*time.Hour).UnixMicro())
		for lo < hi {
			next := min(hourOf(lo)+hourMicros, hi)
			var rows []latency.Result
			v, end, err := s.view(ctx, key{target, node})
			if err == nil {
				err = v.rows(lo, next, func(r *latency.Result) bool { rows = append(rows, *r); return true })
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
			lo = next
		}
	}
}

// first is the earliest instant that may hold rows of a target.
func (s *Store) first(ctx context.Context, k key) (int64, error) {
	v, end, err := s.view(ctx, k)
	if err != nil {
		return 0, err
	}
	defer end()
	first := s.o.Now().UnixMicro()
	for _, g := range v.live {
		first = min(first, hourOf(g.t0))
	}
	for _, r := range v.pending {
		first = min(first, hourOf(r.Sent.UnixMicro()))
	}
	err = query(s.r, "select min(start) from hour where target=? and node=?", []any{int64(k.target), int(k.node)}, func(r *sqlite3.Stmt) error {
		if r.ColumnType(0) != sqlite3.NULL {
			first = min(first, r.ColumnInt64(0))
		}
		return nil
	})
	return first, err
}
