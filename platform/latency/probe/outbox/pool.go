package outbox

import (
	"context"
	"sync"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

const (
	// DefaultAttempts is how many probes of one engine are in flight at most.
	DefaultAttempts = 4096
	// grace is how long a probe may fail on this machine before it counts as sent:
	// such failures come from the system call itself, within microseconds.
	grace = 20 * time.Millisecond
)

// Window is how long an engine waits for an answer to a request: as long as the
// ledger takes note of one.
func Window(timeout time.Duration) time.Duration { return max(10*time.Second, 3*timeout) }

// Pool is an engine that runs a goroutine for each probe: for connects, queries
// and requests, which have a socket each. What it says of one target keeps the
// order of the requests.
type Pool struct {
	*Box
	name  string
	limit int
	run   func(context.Context, *Attempt)

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   []*Attempt // that run, oldest first
	lanes  map[latency.TargetID][]*Attempt
}

// NewPool makes an engine of that name with at most limit probes in flight (0
// for DefaultAttempts). Run sends one probe, waits for its answer as long as its
// context lives, and says what happened through the Attempt.
func NewPool(name string, limit int, c Clock, run func(context.Context, *Attempt)) *Pool {
	if run == nil {
		panic("outbox: no run")
	}
	if limit <= 0 {
		limit = DefaultAttempts
	}
	p := &Pool{Box: New(c), name: name, limit: limit, run: run, lanes: map[latency.TargetID][]*Attempt{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// Name is what results carry.
func (p *Pool) Name() string { return p.name }

// Send starts the goroutine of one probe. With as many in flight as there may
// be, the oldest that only waits for a late answer gives way; without one the
// probe is skipped.
func (p *Pool) Send(r probe.Request) {
	full := p.Full()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	a := &Attempt{Request: r, pool: p, began: p.Now(), wall: p.Wall()}
	p.lanes[r.Target] = append(p.lanes[r.Target], a)
	if full || len(p.open) >= p.limit && !p.evict() {
		a.announce(probe.Happening{What: probe.Skipped})
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, Window(r.Timeout))
	a.cancel = cancel
	p.open = append(p.open, a)
	p.wg.Add(1)
	go p.attempt(ctx, a)
}

// evict cancels the oldest attempt whose timeout is over.
func (p *Pool) evict() bool {
	now := p.Now()
	for _, a := range p.open {
		if now-a.began > a.Timeout {
			a.cancel()
			p.remove(a)
			return true
		}
	}
	return false
}

func (p *Pool) remove(a *Attempt) {
	for i, o := range p.open {
		if o == a {
			p.open = append(p.open[:i], p.open[i+1:]...)
			return
		}
	}
}

func (p *Pool) attempt(ctx context.Context, a *Attempt) {
	defer p.wg.Done()
	defer a.cancel()
	p.run(ctx, a)
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.soon != nil {
		a.soon.Stop()
	}
	if !a.announced && !p.closed {
		a.announce(probe.Happening{What: probe.SendFailed, Reason: latency.ReasonOther})
	}
	p.remove(a)
}

// Close ends every attempt, waits for them and closes Happenings.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.cancel()
	p.wg.Wait()
	p.Box.Close()
	return nil
}

// flush lets out what was said of a target, in the order of its requests, up to
// the first of which nothing is known yet.
func (p *Pool) flush(t latency.TargetID) {
	lane := p.lanes[t]
	for len(lane) > 0 && lane[0].announced {
		a := lane[0]
		p.Put(a.said...)
		a.said, a.passed = nil, true
		lane[0] = nil
		lane = lane[1:]
	}
	if len(lane) == 0 {
		delete(p.lanes, t)
		return
	}
	p.lanes[t] = lane
}
