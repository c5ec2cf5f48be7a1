package kernel

import (
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// TestFlights: sequence numbers on the wire wrap, ours do not; what may still be
// answered is found, and the ring is no larger than that takes.
func TestFlights(t *testing.T) {
	var f flights
	const keep = 3000 // probes that are remembered
	wire := uint16(65000)
	for seq := uint64(0); seq < 200_000; seq++ {
		now := time.Duration(seq) * time.Millisecond
		p, ok := f.room(wire, now)
		if !ok {
			t.Fatalf("no room for %d", seq)
		}
		*p = flight{seq: seq, wire: wire, until: now + keep*time.Millisecond}
		wire++
		if seq < keep {
			continue
		}
		for _, back := range []uint64{0, 1, keep - 1} {
			if got := f.find(wire - 1 - uint16(back)); got == nil || got.seq != seq-back {
				t.Fatalf("%d probes back: %+v, want seq %d", back, got, seq-back)
			}
		}
	}
	if len(f.ring) != 4096 {
		t.Errorf("the ring has %d places for %d probes", len(f.ring), keep)
	}
}

// TestFlightsFull: all 65536 numbers in flight leave no room until one is past.
func TestFlightsFull(t *testing.T) {
	var f flights
	if f.find(5) != nil {
		t.Error("found a probe before the first")
	}
	for i := range maxFlights {
		p, ok := f.room(uint16(i), 0)
		if !ok {
			t.Fatalf("no room for %d", i)
		}
		*p = flight{wire: uint16(i), until: time.Second}
	}
	if _, ok := f.room(0, time.Second-1); ok {
		t.Error("room for one more")
	}
	if _, ok := f.room(0, time.Second); !ok {
		t.Error("no room when all are past")
	}
}

// TestQueueFull: when nobody reads, what does not fit is counted.
func TestQueueFull(t *testing.T) {
	q := newQueue()
	for range maxWaiting {
		q.put(probe.Happening{})
	}
	if !q.full() || q.overflowed() != 0 {
		t.Errorf("full %v, lost %d after %d", q.full(), q.overflowed(), maxWaiting)
	}
	q.put(make([]probe.Happening, 3)...)
	if q.overflowed() != 3 {
		t.Errorf("%d lost, want 3", q.overflowed())
	}
	q.mark(time.Second)
	if q.handedOver() != 0 {
		t.Errorf("drained up to %v while all waits", q.handedOver())
	}
	done := make(chan struct{})
	go q.run(done)
	if n := len(<-q.out); n != maxWaiting {
		t.Errorf("a batch of %d, want %d", n, maxWaiting)
	}
	q.put(probe.Happening{Reason: latency.ReasonOther})
	if batch := <-q.out; len(batch) != 1 || batch[0].Reason != latency.ReasonOther {
		t.Errorf("then %v", batch)
	}
	// The first batch carried the mark with it.
	if q.handedOver() != time.Second {
		t.Errorf("drained up to %v, want 1s", q.handedOver())
	}
	close(done)
	if _, open := <-q.out; open {
		t.Error("the channel is still open")
	}
}
