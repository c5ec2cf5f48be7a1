package probetest

import (
	"sync"
	"time"

	"tacklebox/platform/latency/probe"
)

// Outbox is what a made-up engine says. Its Drained is true: on a busy machine a reader
// that is told more than it was given would take answers that still wait for lost.
type Outbox struct {
	start time.Time
	out   chan []probe.Happening

	mu      sync.Mutex
	waiting []time.Duration // when what out holds was put
	closed  bool
}

// NewOutbox makes one with room for some batches.
func NewOutbox() *Outbox {
	return &Outbox{start: time.Now(), out: make(chan []probe.Happening, 1000)}
}

// Put hands a batch over. After Close it is gone.
func (o *Outbox) Put(batch ...probe.Happening) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	o.waiting = append(o.waiting, o.Now())
	o.out <- batch
}

// Happenings is an engine's.
func (o *Outbox) Happenings() <-chan []probe.Happening { return o.out }

// Now is an engine's.
func (o *Outbox) Now() time.Duration { return time.Since(o.start) }

// Drained is an engine's.
func (o *Outbox) Drained() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.Now() // before the channel is looked at
	o.waiting = o.waiting[len(o.waiting)-min(len(o.waiting), len(o.out)):]
	if len(o.waiting) > 0 {
		return o.waiting[0]
	}
	return now
}

// Dropped is an engine's.
func (o *Outbox) Dropped() uint64 { return 0 }

// Close is an engine's; it may be called again.
func (o *Outbox) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.closed = true
		close(o.out)
	}
	return nil
}
