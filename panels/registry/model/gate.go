package model

import (
	"context"
	"strconv"
	"sync"
)

// gate lets requests go on while somebody looks. Shutting it breaks off those that
// are under way.
type gate struct {
	mu     sync.Mutex
	ctx    context.Context
	cancel context.CancelFunc

	first, last int
	seen        bool
}

func newGate() *gate {
	g := &gate{}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	return g
}

// within is ctx that also ends when the gate is shut.
func (g *gate) within(ctx context.Context) (context.Context, func()) {
	g.mu.Lock()
	own := g.ctx
	g.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(own, cancel)
	return ctx, func() { stop(); cancel() }
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cancel()
}

func (g *gate) reopen() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ctx.Err() != nil {
		g.ctx, g.cancel = context.WithCancel(context.Background())
	}
}

func (g *gate) closed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ctx.Err() != nil
}

// look remembers what is in sight.
func (g *gate) look(first, last int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.first, g.last, g.seen = first, last, true
}

func (g *gate) looked() (first, last int, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.first, g.last, g.seen
}

func itoa(n int) string { return strconv.Itoa(n) }
