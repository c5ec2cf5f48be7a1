package kernel

import (
	"sync"
	"time"

	"tacklebox/platform/latency/probe"
)

// Bounds of what waits for a reader that stands still: half a minute of 1,000
// probes a second.
const (
	maxWaiting  = 1 << 16
	maxAnswered = maxWaiting / 8 * 7 // beyond it no probe is sent
	maxSpare    = 1 << 10            // of what is kept to be used again
)

// queue hands happenings to the reader in batches, and keeps the instant up to
// which everything has been handed over.
type queue struct {
	out  chan []probe.Happening
	wake chan struct{} // holds a token while something waits

	mu      sync.Mutex
	waiting []probe.Happening
	spare   []probe.Happening // what was taken last, to be used again
	polled  bool              // the reader takes, nothing is handed over
	handing bool              // a batch is on its way to the reader
	lost    uint64            // happenings that found no room
	seen    time.Duration     // everything up to here is in waiting, or further
	drained time.Duration     // everything up to here is with the reader
}

func newQueue() *queue {
	return &queue{out: make(chan []probe.Happening), wake: make(chan struct{}, 1)}
}

// add takes happenings that can wait for the next ones, and never blocks. Those
// that find no room are counted.
func (q *queue) add(hs ...probe.Happening) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(hs), maxWaiting-len(q.waiting))
	q.waiting = append(q.waiting, hs[:n]...)
	q.lost += uint64(len(hs) - n)
}

// put is add, and has them handed over soon.
func (q *queue) put(hs ...probe.Happening) {
	if len(hs) == 0 {
		return
	}
	q.add(hs...)
	q.hurry()
}

func (q *queue) hurry() {
	q.mu.Lock()
	polled := q.polled
	q.mu.Unlock()
	if polled {
		return // the reader comes by itself
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take gives all that waits to the reader, which comes for it from now on.
func (q *queue) take() (batch []probe.Happening, drained time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.polled = true
	if q.handing {
		return nil, q.drained // that comes first
	}
	batch = q.waiting
	clear(q.spare)
	q.waiting, q.spare = q.spare[:0], batch
	if cap(q.waiting) > maxSpare {
		q.waiting = nil
	}
	q.drained = q.seen
	return batch, q.drained
}

// full is true when a further probe's answers might find no room.
func (q *queue) full() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) >= maxAnswered
}

// mark notes that everything the kernel took in before at has been put.
func (q *queue) mark(at time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.seen = max(q.seen, at)
	if len(q.waiting) == 0 && !q.handing {
		q.drained = q.seen
	}
}

// empty is true when everything put so far is with the reader.
func (q *queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) == 0 && !q.handing
}

func (q *queue) handedOver() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.drained
}

func (q *queue) overflowed() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lost
}

// run hands over until done is closed, then closes out.
func (q *queue) run(done <-chan struct{}) {
	defer close(q.out)
	for {
		select {
		case <-q.wake:
		case <-done:
			return
		}
		q.mu.Lock()
		if q.polled {
			q.mu.Unlock()
			continue
		}
		batch, seen := q.waiting, q.seen
		q.waiting, q.handing = nil, len(batch) > 0
		q.mu.Unlock()
		if len(batch) == 0 {
			continue
		}
		select {
		case q.out <- batch: // without a buffer: taken means that the reader has it
		case <-done:
			return
		}
		q.mu.Lock()
		q.handing = false
		q.drained = max(q.drained, seen)
		if len(q.waiting) == 0 {
			q.drained = max(q.drained, q.seen)
		}
		q.mu.Unlock()
	}
}
