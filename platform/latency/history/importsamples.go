package history

import (
	"context"
	"fmt"
	"iter"

	"tacklebox/platform/latency"
)

// importSampleBatch is how many samples are imported at once.
const importSampleBatch = 200_000

// ImportSamples takes in raw rows of past hours, as Samples gives them. Rows that
// are there already, told by seq, outcome and time, are left out. Each full hour
// is sealed and rolled up; hours whose raw samples the retention has deleted are
// left as they are. It returns how many rows were read.
func (s *Store) ImportSamples(ctx context.Context, rows iter.Seq[latency.Result]) (n int, err error) {
	if !s.Writer() {
		return 0, fmt.Errorf("import samples: %w", ErrReader)
	}
	var batch []latency.Result
	flush := func() error {
		fresh, err := s.unknown(ctx, batch)
		if err != nil {
			return err
		}
		batch = batch[:0]
		if err := s.Append(fresh); err != nil {
			return err
		}
		return s.Flush()
	}
	for r := range rows {
		if err := ctx.Err(); err != nil {
			return n, fmt.Errorf("import samples: %w", err)
		}
		batch = append(batch, r)
		n++
		if len(batch) >= importSampleBatch {
			if err := flush(); err != nil {
				return n, fmt.Errorf("import samples: %w", err)
			}
		}
	}
	if err := flush(); err != nil {
		return n, fmt.Errorf("import samples: %w", err)
	}
	return n, nil
}

// unknown are the rows that are not kept yet.
func (s *Store) unknown(ctx context.Context, rows []latency.Result) (fresh []latency.Result, err error) {
	type place struct {
		key
		hour int64
	}
	groups := map[place][]latency.Result{}
	for _, r := range rows {
		p := place{key{r.Target, r.Node}, hourOf(r.Sent.UnixMicro())}
		groups[p] = append(groups[p], r)
	}
	for p, list := range groups {
		known := newIdentities(s.intervalMicros(p.target))
		v, end, err := s.view(ctx, p.key)
		if err != nil {
			return nil, err
		}
		err = v.rows(p.hour, p.hour+hourMicros, func(r *latency.Result) bool { known.isNew(r); return true })
		end()
		if err != nil {
			return nil, err
		}
		for i := range list {
			r := &list[i]
			if r.RTT > 0 {
				c := *r
				c.RTT = stored(c.RTT)
				r = &c
			}
			if known.isNew(r) {
				fresh = append(fresh, list[i])
			}
		}
	}
	return fresh, nil
}

// identities tell rows apart: by seq, outcome and, since another store's sequence
// numbers may be the same, roughly by time.
type identities struct {
	near int64
	seen map[[3]int64][]int64
}

func newIdentities(interval int64) *identities {
	return &identities{near: max(interval/2, 2*tolerance(interval)), seen: map[[3]int64][]int64{}}
}

// isNew is true for a row that was not seen before.
func (d *identities) isNew(r *latency.Result) bool {
	id := [3]int64{int64(r.Seq), int64(r.Outcome), 0}
	if isSub(r.Outcome) {
		id[2] = int64(r.RTT)
	}
	at := r.Sent.UnixMicro()
	for _, t := range d.seen[id] {
		if at-t <= d.near && t-at <= d.near {
			return false
		}
	}
	d.seen[id] = append(d.seen[id], at)
	return true
}
