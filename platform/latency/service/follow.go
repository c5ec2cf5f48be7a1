package service

import (
	"context"
	"time"

	"tacklebox/platform/latency"
)

// followEvery is how often a process that only looks asks for what is new.
const followEvery = 2 * time.Second

// follow shows what another process measures: what it has written, which is ten
// seconds behind at the most.
func (s *Service) follow(ctx context.Context) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for {
		s.followOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Service) followOnce(ctx context.Context) {
	list, err := s.store.Targets(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.storeFailed(err)
		}
		return
	}
	s.mu.Lock()
	s.targets = list
	kept := map[latency.TargetID]*ring{}
	for _, t := range list {
		if kept[t.ID] = s.live[t.ID]; kept[t.ID] == nil {
			kept[t.ID] = newRing(t.Interval)
		}
	}
	s.live = kept
	s.mu.Unlock()
	for _, t := range list {
		rows, err := s.fresh(ctx, t.ID)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.storeFailed(err)
			continue
		}
		if len(rows) > 0 {
			s.publish(rows)
		}
	}
	s.storeFailed(nil)
}

// overlap is how far back before the newest row older ones may still appear: a
// probe is stored when it is decided, after younger ones that were answered.
const overlap = 30 * time.Second

// sight is what of a target was seen.
type sight struct {
	newest time.Time
	rows   map[rowID]time.Time // of the overlap
}

type rowID struct {
	seq     uint64
	outcome latency.Outcome
}

// fresh are the rows of a target that were not there before. It is called from
// one goroutine.
func (s *Service) fresh(ctx context.Context, id latency.TargetID) ([]latency.Result, error) {
	now := s.o.Now()
	seen := s.seen[id]
	if seen == nil {
		seen = &sight{newest: now.Add(overlap - Window), rows: map[rowID]time.Time{}}
		s.seen[id] = seen
	}
	var rows []latency.Result
	for r, err := range s.store.Samples(ctx, id, latency.LocalNode, seen.newest.Add(-overlap), now.Add(time.Minute)) {
		if err != nil {
			return nil, err
		}
		at := rowID{r.Seq, r.Outcome}
		if _, known := seen.rows[at]; !known {
			seen.rows[at] = r.Sent
			rows = append(rows, r)
		}
	}
	for i := range rows {
		if rows[i].Sent.After(seen.newest) {
			seen.newest = rows[i].Sent
		}
	}
	for at, sent := range seen.rows {
		if sent.Before(seen.newest.Add(-2 * overlap)) {
			delete(seen.rows, at)
		}
	}
	return rows, nil
}
