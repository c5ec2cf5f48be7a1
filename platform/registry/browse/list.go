package browse

import (
	"context"
	"errors"
	"sync"
	"time"
)

// RowState is how far a row is.
type RowState int

// The states of rows.
const (
	RowEmpty   RowState = iota // not asked for
	RowLoading                 // asked for
	RowReady
	RowFailed // see List.Err
)

// List is a long list of which only what is in sight is fetched: pages are asked
// for as they come into sight, and what left it is broken off. How many requests
// there are at a time is the transport's to bound.
type List[T any] struct {
	fetch   func(ctx context.Context, page int) (Page[T], error)
	size    int
	changed func()

	mu     sync.Mutex
	pages  map[int]*pageOf[T]
	total  int
	err    error
	closed bool
	jobs   sync.WaitGroup
}

type pageOf[T any] struct {
	items  []T
	state  RowState
	cancel context.CancelFunc
}

// keepPages is how many pages stay in memory; the farthest from sight go first.
const keepPages = 60

// ahead is how many pages before and after the ones in sight are fetched.
const ahead = 1

// settle is how long a page far from all that is there must be in sight before it
// is asked for: a scroll bar that is thrown passes many.
const settle = 80 * time.Millisecond

// NewList makes a list of pages of a size, which counts rows from 0 and pages from
// 1. changed is called from the list's goroutines when rows or the length changed;
// it must not wait and must not call the list.
func NewList[T any](size int, fetch func(ctx context.Context, page int) (Page[T], error), changed func()) *List[T] {
	if changed == nil {
		changed = func() {}
	}
	return &List[T]{fetch: fetch, size: size, changed: changed, pages: map[int]*pageOf[T]{}, total: -1}
}

// Len is how many rows there are; 0 while that is not known.
func (l *List[T]) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(l.total, 0)
}

// Known is whether the first answer came.
func (l *List[T]) Known() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total >= 0
}

// Err is why the last page that was asked for did not come, nil when it did.
func (l *List[T]) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// At is a row, if it is there.
func (l *List[T]) At(row int) (item T, state RowState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.pages[row/l.size+1]
	if p == nil {
		return item, RowEmpty
	}
	if i := row % l.size; p.state == RowReady && i < len(p.items) {
		return p.items[i], RowReady
	}
	return item, p.state
}

// Show says which rows are in sight. Their pages are asked for, then one more on
// each side; requests for others are broken off.
func (l *List[T]) Show(first, last int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	from, to := max(first, 0)/l.size+1, max(last, first, 0)/l.size+1
	if l.total < 0 {
		from, to = 1, 1
	} else {
		pages := max((l.total+l.size-1)/l.size, 1)
		from, to = min(from, pages), min(to, pages)
	}
	near := func(n int) bool { return n >= from-ahead && n <= to+ahead }
	for n, p := range l.pages {
		if p.state == RowLoading && !near(n) {
			p.cancel()
			delete(l.pages, n)
		}
	}
	jumped := l.total >= 0
	for n := from - ahead; n <= to+ahead; n++ {
		jumped = jumped && !l.ready(n)
	}
	for n := from; n <= to; n++ {
		l.want(n, jumped)
	}
	for n := from - ahead; n <= to+ahead; n++ {
		if n >= 1 && l.total > 0 && (n-1)*l.size < l.total {
			l.want(n, jumped)
		}
	}
	l.shrink(from, to)
}

// want asks for a page that is not there, after a rest when the list jumped there;
// its caller holds the lock.
func (l *List[T]) want(n int, jumped bool) {
	if p := l.pages[n]; p != nil && p.state != RowFailed {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &pageOf[T]{state: RowLoading, cancel: cancel}
	l.pages[n] = p
	l.jobs.Go(func() {
		defer cancel()
		var got Page[T]
		var err error
		if jumped {
			err = rest(ctx, settle)
		}
		if err == nil {
			got, err = l.fetch(ctx, n)
		}
		l.mu.Lock()
		if l.pages[n] != p || l.closed {
			l.mu.Unlock()
			return // left meanwhile
		}
		if err != nil {
			if errors.Is(err, context.Canceled) {
				delete(l.pages, n)
			} else {
				p.state, l.err = RowFailed, err
			}
		} else {
			p.items, p.state, l.err = got.Items, RowReady, nil
			l.count(n, got)
		}
		l.mu.Unlock()
		l.changed()
	})
}

func (l *List[T]) ready(n int) bool { return l.pages[n] != nil && l.pages[n].state == RowReady }

// rest waits, unless ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// count keeps the length right: what was added or removed on the server shows.
func (l *List[T]) count(n int, got Page[T]) {
	switch {
	case got.Total >= 0:
		l.total = got.Total
	case !got.More:
		l.total = (n-1)*l.size + len(got.Items)
	default:
		// One more row than is known makes the next page come into sight.
		l.total = max(l.total, n*l.size+1)
	}
}

// shrink forgets pages far from sight.
func (l *List[T]) shrink(from, to int) {
	for len(l.pages) > keepPages {
		far, distance := 0, -1
		for n, p := range l.pages {
			if d := max(from-n, n-to); d > distance && p.state != RowLoading {
				far, distance = n, d
			}
		}
		if distance <= ahead {
			return
		}
		delete(l.pages, far)
	}
}

// Retry asks again for pages that failed, when they are shown next.
func (l *List[T]) Retry() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = nil
	for n, p := range l.pages {
		if p.state == RowFailed {
			delete(l.pages, n)
		}
	}
}

// Close breaks off what is under way and waits for it.
func (l *List[T]) Close() {
	l.mu.Lock()
	l.closed = true
	for _, p := range l.pages {
		p.cancel()
	}
	l.mu.Unlock()
	l.jobs.Wait()
}
