package outbox

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is set by the test.
type clock struct{ now atomic.Int64 }

func (c *clock) set(d time.Duration) { c.now.Store(int64(d)) }

func (c *clock) clock() Clock {
	return Clock{
		Now:  func() time.Duration { return time.Duration(c.now.Load()) },
		Wall: func() time.Time { return time.Unix(0, 0).Add(time.Duration(c.now.Load())) },
	}
}

func happening(seq uint64, at time.Duration) probe.Happening {
	return probe.Happening{Target: 1, Seq: seq, What: probe.Sent, At: at}
}

// Whatever waits unread holds Drained back: in the queue, in the batch that is
// offered, or between its arrival and its being known.
func TestDrained(t *testing.T) {
	var c clock
	b := New(c.clock())
	defer b.Close()
	c.set(time.Second)
	if d := b.Drained(); d != time.Second {
		t.Errorf("with nothing to do %v", d)
	}
	s := b.Stamp()
	c.set(time.Second + 50*time.Millisecond)
	if d := b.Drained(); d != time.Second {
		t.Errorf("with an arrival at 1 s %v", d)
	}
	b.Answer(probe.Happening{Target: 1, Seq: 7, What: probe.Answer}, s, 900*time.Millisecond)
	if d := b.Drained(); d != time.Second {
		t.Errorf("with an answer of 1 s unread %v", d)
	}
	b.Put(happening(8, 1020*time.Millisecond))
	batch := <-b.Happenings()
	if batch[0].RTT != 100*time.Millisecond || batch[0].At != time.Second {
		t.Errorf("%+v", batch[0])
	}
	for n := len(batch); n < 2; n += len(<-b.Happenings()) {
		if d := b.Drained(); d < time.Second || d > 1020*time.Millisecond {
			t.Errorf("with one of 1.02 s unread %v", d)
		}
	}
	testbed.Wait(t, "all is read", func() bool { return b.Drained() == c.clock().Now() })
	b.Free(b.Stamp())
	if d := b.Drained(); d != c.clock().Now() {
		t.Errorf("after a stamp of nothing %v", d)
	}
}

// An arrival that is not known for long lets go, and is timed when it is.
func TestSlowAnswer(t *testing.T) {
	var c clock
	b := New(c.clock())
	defer b.Close()
	c.set(time.Second)
	s := b.Stamp()
	c.set(3 * time.Second)
	if d := b.Drained(); d != 3*time.Second {
		t.Errorf("two seconds after an arrival %v", d)
	}
	phases := []latency.Phase{{Name: "connect", Took: time.Second / 2}, {Name: "first-byte", Took: time.Second / 4}}
	b.Answer(probe.Happening{What: probe.Answer, Phases: phases}, s, 250*time.Millisecond)
	got := (<-b.Happenings())[0]
	if got.RTT != 2750*time.Millisecond || got.Phases[1].Took != 2250*time.Millisecond {
		t.Errorf("%+v", got)
	}
}

// A reader that stands still loses nothing up to the bound, and learns what was
// lost beyond it.
func TestBound(t *testing.T) {
	var c clock
	b := New(c.clock())
	defer b.Close()
	b.limit = 5000
	const n = 7000
	for seq := range uint64(n) {
		b.Put(happening(seq, 0))
	}
	if !b.Full() {
		t.Error("more would be sent")
	}
	dropped := b.Dropped()
	var next uint64
	for read := uint64(0); read < n-dropped; {
		batch := <-b.Happenings()
		if len(batch) > batchSize {
			t.Errorf("a batch of %d", len(batch))
		}
		for _, h := range batch {
			// What was dropped is missing somewhere: delivery makes room meanwhile.
			if h.Seq < next {
				t.Fatalf("seq %d came after %d", h.Seq, next)
			}
			next = h.Seq + 1
		}
		read += uint64(len(batch))
	}
	if dropped < n-5000-batchSize || dropped > n-5000 {
		t.Errorf("%d of %d dropped", dropped, n)
	}
	b.Drop(3)
	b.Drop(-1)
	if b.Dropped() != dropped+3 || b.Full() {
		t.Errorf("%d dropped, full: %v", b.Dropped(), b.Full())
	}
}

// Close does not wait for a reader, and whoever puts afterwards does no harm.
func TestCloseUnread(t *testing.T) {
	b := New(SystemClock())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for seq := range uint64(1000) {
				b.Put(happening(seq, b.Now()))
				b.Drained()
			}
		})
	}
	b.Close()
	wg.Wait()
	b.Put(happening(1, 0))
	b.Close()
	if _, open := <-b.Happenings(); open {
		t.Error("there is more after Close")
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		n, perSecond int64
		want         time.Duration
	}{
		{0, 10_000_000, 0}, {1, 10_000_000, 100}, {10_000_000 * 86400 * 365, 10_000_000, 365 * 24 * time.Hour},
		{3_000_000_001, 3_000_000_000, time.Second}, {5, 0, 0},
	} {
		if got := ticks(c.n, c.perSecond); got != c.want {
			t.Errorf("%d ticks at %d Hz: %v", c.n, c.perSecond, got)
		}
	}
}

// What is said of one target keeps the order of its requests, whoever knows
// first.
func TestPoolOrder(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.1")
	slow := make(chan struct{})
	p := NewPool("test", 0, SystemClock(), func(ctx context.Context, a *Attempt) {
		switch a.Seq {
		case 0:
			select {
			case <-slow:
			case <-ctx.Done():
			}
			a.SendFailed(addr, latency.ReasonNoRoute)
		case 1:
			a.Sent(addr)
			a.Echo(addr, a.Stamp(), 57)
		case 2:
			a.SentSoon(addr)
			a.Refused(addr, addr, latency.ReasonRefused)
		case 3: // says nothing
		}
	})
	for seq := range uint64(4) {
		p.Send(probe.Request{Target: 5, Seq: seq, Timeout: time.Second})
	}
	p.Send(probe.Request{Target: 6, Seq: 1, Timeout: time.Second})
	for n := 0; n < 2; { // the other target does not wait
		for _, h := range <-p.Happenings() {
			if h.Target != 6 {
				t.Errorf("%+v came before its elder", h)
			}
			n++
		}
	}
	close(slow)
	var got []probe.Happening
	for len(got) < 6 {
		got = append(got, <-p.Happenings()...)
	}
	// The first words are in order; what follows them may come between.
	var first, later []probe.What
	for _, h := range got {
		if h.What == probe.Answer || h.What == probe.Refused {
			later = append(later, h.What)
			if h.What == probe.Answer && h.Target == 5 && h.TTL != 57 {
				t.Errorf("%+v has lost its TTL", h)
			}
			continue
		}
		if h.Seq != uint64(len(first)) {
			t.Errorf("%+v is the first word number %d", h, len(first))
		}
		first = append(first, h.What)
	}
	slices.Sort(later)
	if !slices.Equal(first, []probe.What{probe.SendFailed, probe.Sent, probe.Sent, probe.SendFailed}) || !slices.Equal(later, []probe.What{probe.Answer, probe.Refused}) {
		t.Errorf("%v, %v", first, later)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if len(p.lanes) != 0 || len(p.open) != 0 {
		t.Errorf("%d lanes and %d attempts are left", len(p.lanes), len(p.open))
	}
	p.Send(probe.Request{Target: 7})
}

// A probe counts as sent once it has not failed for a moment.
func TestSentSoon(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.1")
	p := NewPool("test", 1, SystemClock(), func(ctx context.Context, a *Attempt) {
		a.Begin()
		a.SentSoon(addr)
		<-ctx.Done()
		if a.SendFailed(addr, latency.ReasonOther) {
			panic("it had been sent")
		}
	})
	defer p.Close()
	p.Send(probe.Request{Target: 1, Timeout: time.Hour})
	if h := (<-p.Happenings())[0]; h.What != probe.Sent || h.Addr != addr {
		t.Errorf("%+v", h)
	}
	p.Send(probe.Request{Target: 1, Seq: 1, Timeout: time.Hour})
	if h := (<-p.Happenings())[0]; h.What != probe.Skipped {
		t.Errorf("%+v", h)
	}
}
