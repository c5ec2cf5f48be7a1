package ras

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrClosed: the program is about to end, and dials no more.
var ErrClosed = errors.New("the program is ending: start it again to dial")

// underWay are the dials that have not ended, each with what cancels it. A dial ends
// when its connection was hung up, or is kept.
type underWay struct {
	mu     sync.Mutex
	closed bool
	all    map[int]context.CancelFunc
	last   int
	ended  chan struct{} // made by close; closed when the last dial has ended
}

// begin takes note of a dial. end is called once, when it has ended.
func (u *underWay) begin(ctx context.Context) (of context.Context, end func(), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return nil, nil, ErrClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	if u.all == nil {
		u.all = map[int]context.CancelFunc{}
	}
	u.last++
	n := u.last
	u.all[n] = cancel
	return ctx, func() {
		cancel()
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.all, n)
		if u.ended != nil && len(u.all) == 0 {
			close(u.ended)
			u.ended = nil
		}
	}, nil
}

// Close cancels the dials under way and waits until each is hung up, RasDial of one
// that does not come back included, or until ctx ends. A connection that was to be
// kept stays. Nothing is dialed after it.
func (s *System) Close(ctx context.Context) error {
	u := &s.dials
	u.mu.Lock()
	u.closed = true
	var ended chan struct{}
	if len(u.all) > 0 {
		if u.ended == nil {
			u.ended = make(chan struct{})
		}
		ended = u.ended
	}
	for _, cancel := range u.all {
		cancel()
	}
	u.mu.Unlock()
	if ended == nil {
		return nil
	}
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("hang up: Windows has not come back from dialing yet: look for the connection in Windows' settings: %w", ctx.Err())
	}
}
