// Package outbox carries what happens to probes from an engine's goroutines to
// its one reader: in order, in batches, within bounds, and with an honest answer
// to how far the reader has got.
package outbox

import (
	"sync"
	"time"

	"tacklebox/platform/latency/probe"
)

const (
	// capacity is how many happenings wait for a reader, some 40 MB at most. At a
	// thousand probes a second it is two minutes of a reader that stands still.
	capacity = 1 << 18
	// batchSize bounds what is handed over at once.
	batchSize = 1024
	// holdLimit is how long a Stamp holds Drained back. What takes longer between
	// the arrival of an answer and knowing what it is is part of its time: one slow
	// server must not hold back the verdict on all others.
	holdLimit = 100 * time.Millisecond
)

// Clock is the time an engine measures with.
type Clock struct {
	// Now is monotonic, since any fixed moment. It is called from all goroutines.
	Now func() time.Duration
	// Wall is the wall clock, for showing and storing only.
	Wall func() time.Time
}

// SystemClock is monotonic from this call on, as fine as the system can.
func SystemClock() Clock { return Clock{Now: monotonic(), Wall: time.Now} }

// Box is the outbox of one engine. Its methods are safe for concurrent use and
// none but Close waits.
type Box struct {
	clock Clock
	limit int

	mu      sync.Mutex
	queue   []probe.Happening
	oldest  time.Duration // the least At in queue
	moving  bool          // a batch is being handed over
	leaving time.Duration // the least At in that batch
	stamps  map[uint64]time.Duration
	next    uint64
	dropped uint64
	closed  bool

	wake chan struct{}
	out  chan []probe.Happening
	quit chan struct{}
	done chan struct{}
}

// New makes an outbox and starts the goroutine that delivers; Close ends it.
func New(c Clock) *Box {
	b := &Box{
		clock: c, limit: capacity, stamps: map[uint64]time.Duration{},
		wake: make(chan struct{}, 1), out: make(chan []probe.Happening),
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	go b.deliver()
	return b
}

// Now is the engine's monotonic clock.
func (b *Box) Now() time.Duration { return b.clock.Now() }

// Wall is the wall clock.
func (b *Box) Wall() time.Time { return b.clock.Wall() }

// Happenings delivers in batches, without a buffer: what was taken from it was
// delivered. It is closed by Close.
func (b *Box) Happenings() <-chan []probe.Happening { return b.out }

// Stamp is the instant at which something arrived. Until it is given to Answer
// or Free it holds Drained back, for a tenth of a second at most.
type Stamp struct {
	id uint64
	At time.Duration
}

// Stamp takes the instant. It is read under the lock that Drained takes, so that
// no verdict falls between an arrival and its being known.
func (b *Box) Stamp() Stamp {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	s := Stamp{id: b.next, At: b.clock.Now()}
	b.stamps[s.id] = s.At
	return s
}

// Free lets go of a stamp of what was nothing.
func (b *Box) Free(s Stamp) {
	b.mu.Lock()
	delete(b.stamps, s.id)
	b.mu.Unlock()
}

// settle ends a stamp that will be put, and returns its instant: now, when what
// arrived took longer than the stamp may hold.
func (b *Box) settle(s Stamp) time.Duration {
	now := b.clock.Now()
	delete(b.stamps, s.id)
	if now-s.At > holdLimit {
		return now
	}
	return s.At
}

// Put queues happenings; At is to be set.
func (b *Box) Put(hs ...probe.Happening) {
	b.mu.Lock()
	for i := range hs {
		b.put(hs[i])
	}
	b.mu.Unlock()
	b.ring()
}

// Answer queues the answer h, which came at s, to what was sent at the instant
// sent: it sets At and RTT. The last of its phases ends with it.
func (b *Box) Answer(h probe.Happening, s Stamp, sent time.Duration) {
	b.mu.Lock()
	b.put(b.stamped(h, s, sent))
	b.mu.Unlock()
	b.ring()
}

// held ends a stamp of an answer that is queued later, behind other things.
func (b *Box) held(h probe.Happening, s Stamp, sent time.Duration) probe.Happening {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stamped(h, s, sent)
}

func (b *Box) stamped(h probe.Happening, s Stamp, sent time.Duration) probe.Happening {
	h.At = b.settle(s)
	h.RTT = max(h.At-sent, 0)
	if n := len(h.Phases); n > 0 {
		h.Phases[n-1].Took += h.At - s.At
	}
	return h
}

// put is called under the lock.
func (b *Box) put(h probe.Happening) {
	if b.closed {
		return
	}
	if len(b.queue) >= b.limit {
		b.dropped++
		return
	}
	if len(b.queue) == 0 || h.At < b.oldest {
		b.oldest = h.At
	}
	b.queue = append(b.queue, h)
}

func (b *Box) ring() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Full is true when the reader is so far behind that nothing more should be
// sent. Half of the room is kept for what becomes of the probes in flight.
func (b *Box) Full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.queue) >= b.limit/2
}

// Drained is the instant up to which everything that arrived has been taken from
// Happenings. It may step back when an older happening is queued late.
func (b *Box) Drained() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	drained := now
	for _, at := range b.stamps {
		if now-at <= holdLimit {
			drained = min(drained, at)
		}
	}
	if len(b.queue) > 0 {
		drained = min(drained, b.oldest)
	}
	if b.moving {
		drained = min(drained, b.leaving)
	}
	return drained
}

// Dropped counts happenings that there was no room for, and what Drop added.
func (b *Box) Dropped() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}

// Drop notes that the answers to n probes may have been lost on this machine.
func (b *Box) Drop(n int) {
	b.mu.Lock()
	b.dropped += uint64(max(n, 0))
	b.mu.Unlock()
}

// Close ends delivery, waits for it and closes Happenings. What the reader had
// not taken by then is gone. It may be called again.
func (b *Box) Close() {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		close(b.quit)
	}
	b.mu.Unlock()
	<-b.done
}

func (b *Box) deliver() {
	defer close(b.done)
	defer close(b.out)
	for {
		batch := b.take()
		if batch == nil {
			select {
			case <-b.wake:
				continue
			case <-b.quit:
				return
			}
		}
		select {
		case b.out <- batch:
		case <-b.quit:
			return
		}
		b.mu.Lock()
		b.moving = false
		b.mu.Unlock()
	}
}

// take moves the next batch out of the queue; the reader owns it.
func (b *Box) take() []probe.Happening {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.queue)
	if n == 0 {
		return nil
	}
	b.moving, b.leaving = true, b.oldest
	if n <= batchSize {
		batch := b.queue
		b.queue = nil
		return batch
	}
	batch := b.queue[:batchSize:batchSize]
	b.queue = b.queue[batchSize:]
	// The least At of the rest is not known without looking; the whole queue's is
	// no later, so it holds for both.
	return batch
}
