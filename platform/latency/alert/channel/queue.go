package channel

import (
	"cmp"
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"time"
)

// Bounds of a queue.
const (
	// MaxPending is how many messages wait for one channel; the oldest go first.
	MaxPending = 100
	firstRetry = 5 * time.Second
	lastRetry  = 10 * time.Minute
	keepFor    = 6 * time.Hour
)

// Options are a queue's surroundings; zero values are the defaults.
type Options struct {
	Sender Sender
	// Now is the wall clock, After waits, Random spreads the retries: in [0, 1).
	Now    func() time.Time
	After  func(time.Duration) (<-chan time.Time, func() bool)
	Random func() float64
	// FirstRetry doubles up to LastRetry. A message older than KeepFor is given up.
	FirstRetry, LastRetry, KeepFor time.Duration
	// Changed is called, from any goroutine, when a state changed.
	Changed func()
}

// State is how a channel is doing.
type State struct {
	Channel   string
	Delivered uint64
	// Dropped counts messages that were given up: too old, too many, or refused for
	// good.
	Dropped     uint64
	Pending     int
	LastSuccess time.Time
	// LastError is empty once a message went through again.
	LastError string
	// Last is that error, for another language; without a secret, as LastError.
	Last        error
	LastErrorAt time.Time
	NextTry     time.Time // zero when nothing waits
}

// Queue delivers messages, each channel by itself: one that fails holds up no
// other, and never whoever calls Send. Its methods may be called concurrently.
type Queue struct {
	o      Options
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	workers map[string]*worker
	closed  bool
}

type queued struct {
	m  Message
	at time.Time
	n  uint64 // tells it from the others
}

// worker is one channel's; what is in it belongs to the queue's mu.
type worker struct {
	channel Channel
	pending []queued
	failed  int // tries in a row
	state   State
	sent    uint64
	lost    bool // messages were dropped since the last success
	wake    chan struct{}
	cancel  context.CancelFunc
}

// NewQueue makes a queue that ends with ctx, or with Close.
func NewQueue(ctx context.Context, o Options) *Queue {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = func(d time.Duration) (<-chan time.Time, func() bool) {
			t := time.NewTimer(d)
			return t.C, t.Stop
		}
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Sender.Now == nil {
		o.Sender.Now = o.Now
	}
	o.FirstRetry, o.LastRetry, o.KeepFor = cmp.Or(o.FirstRetry, firstRetry), cmp.Or(o.LastRetry, lastRetry), cmp.Or(o.KeepFor, keepFor)
	q := &Queue{o: o, workers: map[string]*worker{}}
	q.ctx, q.cancel = context.WithCancel(ctx)
	return q
}

// Close stops delivering, waits for what is under way to break off, and forgets
// what is pending.
func (q *Queue) Close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.cancel()
	q.wg.Wait()
}

// Set says which channels there are. A changed one keeps what is pending and
// tries it at once; one that is gone or disabled drops it.
func (q *Queue) Set(channels []Channel) {
	q.mu.Lock()
	seen := map[string]bool{}
	for _, c := range channels {
		if !c.Enabled || q.closed {
			continue
		}
		seen[c.ID] = true
		w := q.workers[c.ID]
		if w == nil {
			w = &worker{wake: make(chan struct{}, 1), state: State{Channel: c.ID}}
			ctx, cancel := context.WithCancel(q.ctx)
			w.cancel = cancel
			q.workers[c.ID] = w
			q.wg.Go(func() { q.work(ctx, w) })
		} else if reflect.DeepEqual(w.channel, c) {
			continue
		}
		w.channel, w.failed = c, 0
		w.poke()
	}
	for id, w := range q.workers {
		if !seen[id] {
			w.cancel()
			delete(q.workers, id)
		}
	}
	q.mu.Unlock()
	q.changed()
}

func (w *worker) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (q *Queue) changed() {
	if q.o.Changed != nil {
		q.o.Changed()
	}
}

// Send hands m to the channels with these IDs and returns at once. Those that
// there are not, or that are disabled, are passed over.
func (q *Queue) Send(ids []string, m Message) {
	q.mu.Lock()
	for _, id := range ids {
		w := q.workers[id]
		if w == nil {
			continue
		}
		w.pending = append(w.pending, queued{m, q.o.Now(), w.sent})
		w.sent++
		w.filled()
	}
	q.mu.Unlock()
	q.changed()
}

// filled bounds what waits after something came to it, and has it tried.
func (w *worker) filled() {
	if over := len(w.pending) - MaxPending; over > 0 {
		w.drop(over)
	}
	w.state.Pending = len(w.pending)
	w.poke()
}

// drop gives up the oldest n.
func (w *worker) drop(n int) {
	w.pending = slices.Delete(w.pending, 0, n)
	w.state.Dropped += uint64(n)
	w.state.Pending = len(w.pending)
	w.lost = true
}

// States are how the enabled channels are doing, by ID.
func (q *Queue) States() []State {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]State, 0, len(q.workers))
	for _, w := range q.workers {
		out = append(out, w.state)
	}
	slices.SortFunc(out, func(a, b State) int { return cmp.Compare(a.Channel, b.Channel) })
	return out
}

// work delivers a channel's messages, one after the other.
func (q *Queue) work(ctx context.Context, w *worker) {
	for ctx.Err() == nil {
		wait, ok := q.attempt(ctx, w)
		if !ok {
			select {
			case <-ctx.Done():
			case <-w.wake:
			}
			continue
		}
		if wait == 0 {
			continue
		}
		due, stop := q.o.After(wait)
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				waiting = false
			case <-due:
				waiting = false
			case <-w.wake:
				// A further message does not shorten the wait; a changed channel does.
				q.mu.Lock()
				waiting = w.failed > 0
				q.mu.Unlock()
			}
		}
		stop()
	}
}

// attempt tries the oldest message: ok is false when there is none, wait is how
// long to rest before the next.
func (q *Queue) attempt(ctx context.Context, w *worker) (wait time.Duration, ok bool) {
	q.mu.Lock()
	now := q.o.Now()
	for len(w.pending) > 0 && now.Sub(w.pending[0].at) > q.o.KeepFor {
		w.drop(1)
	}
	if len(w.pending) == 0 {
		w.state.NextTry = time.Time{}
		q.mu.Unlock()
		return 0, false
	}
	next, c := w.pending[0], w.channel
	next.m.Lost = w.lost
	q.mu.Unlock()

	err := q.o.Sender.Send(ctx, c, next.m)
	if ctx.Err() != nil {
		return 0, true
	}

	q.mu.Lock()
	now = q.o.Now()
	// Send may have dropped it meanwhile: then another one is the oldest.
	first := len(w.pending) > 0 && w.pending[0].n == next.n
	switch {
	case err == nil:
		if first {
			w.pending = slices.Delete(w.pending, 0, 1)
		}
		w.failed, w.lost = 0, false
		w.state.Delivered++
		w.state.LastSuccess, w.state.LastError, w.state.Last, w.state.NextTry = now, "", nil, time.Time{}
	case isPermanent(err):
		if first {
			w.drop(1)
		}
		w.failed = 0
		w.state.LastError, w.state.Last, w.state.LastErrorAt, w.state.NextTry = err.Error(), err, now, time.Time{}
	default:
		w.failed++
		wait = q.backOff(w.failed)
		w.state.LastError, w.state.Last, w.state.LastErrorAt, w.state.NextTry = err.Error(), err, now, now.Add(wait)
	}
	w.state.Pending = len(w.pending)
	q.mu.Unlock()
	q.changed()
	return wait, true
}

// backOff doubles, with a quarter of chance, so that channels do not come back all
// at once.
func (q *Queue) backOff(failed int) time.Duration {
	d := q.o.FirstRetry
	for range failed - 1 {
		if d *= 2; d >= q.o.LastRetry {
			d = q.o.LastRetry
			break
		}
	}
	return max(time.Duration(float64(d)*(0.875+0.25*q.o.Random())), time.Millisecond)
}
