package probing

import (
	"sync"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/outbox"
	"tacklebox/platform/latency/probe/socket"
)

const (
	// waiting is how many asked probes may wait for the Pinger's ticker: one, and
	// one more for when the two tickers cross.
	waiting = 2
	// Retries after a failure start after retryFirst and double up to retryLast.
	retryFirst = time.Second
	retryLast  = 8 * time.Second
)

// target pairs what was asked for a target with what its Pinger sends. Its
// Pinger's callbacks and Send take its lock; nothing waits under it.
type target struct {
	e  *engine
	id latency.TargetID

	mu    sync.Mutex
	now   probe.Request // the settings asked for last
	asked []uint64      // not sent yet, oldest first
	spare *spare        // what the Pinger sent before it was asked
	run   *run          // the Pinger that sends; older ones only listen
	idle  *time.Timer
	ends  time.Duration // when nobody has asked for long enough

	fails  int           // in a row, of starting and sending
	retry  time.Duration // no Pinger starts before
	why    latency.Reason
	sensed bool // the system's routes say it too, and will say when it is over
}

// spare is a probe that left, or failed, before it was asked for. There is one
// at most: the Pinger is ahead by less than an interval, or nobody asks.
type spare struct {
	run    *run
	number int // the Pinger's sequence number
	at     time.Duration
	wall   time.Time
	failed latency.Reason
	said   []probe.Happening // answers that came already
}

func (t *target) ask(r probe.Request, full bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.run != nil && !alike(t.now, r) {
		t.run.retire()
		t.run, t.spare, t.fails, t.retry = nil, nil, 0, 0
	} else if t.run == nil && !alike(t.now, r) {
		t.spare, t.fails, t.retry = nil, 0, 0
	}
	t.now = r
	t.linger()
	now := t.e.Now()
	if t.claim(r.Seq, now) {
		return
	}
	t.asked = append(t.asked, r.Seq)
	switch {
	case full:
		t.skip(len(t.asked))
		return
	case t.run == nil && now < t.retry && !(t.sensed && routed(r)):
		t.fail(t.why)
		return
	case t.run != nil && (t.run.heard+r.Every-now > near(r.Every) || now-t.run.heard > 5*r.Every/2+time.Second):
		// Its next tick is far, or it stands still, as after a sleep. A new one sends
		// at once.
		t.run.retire()
		t.run = nil
	}
	if len(t.asked) > waiting {
		t.skip(len(t.asked) - waiting)
	}
	if t.run == nil {
		t.run = start(t, r)
	}
}

// near is how far what is asked and what is sent may be apart. A busy machine is
// late by a tenth of a second now and then, for which no Pinger is replaced.
func near(every time.Duration) time.Duration {
	return min(max(every/2, 100*time.Millisecond), time.Second)
}

// alike is true when the same Pinger can send both.
func alike(a, b probe.Request) bool {
	return a.Addr.Addr() == b.Addr.Addr() && a.Size == b.Size && a.DSCP == b.DSCP && a.TTL == b.TTL &&
		a.Source == b.Source && a.Every == b.Every
}

// linger has the Pinger end when nobody asks any more.
func (t *target) linger() {
	after := max(3*t.now.Every, 10*time.Second)
	t.ends = t.e.Now() + after
	if t.idle == nil {
		t.idle = time.AfterFunc(after, func() { t.e.forget(t) })
	}
}

// over ends the Pinger when nobody has asked for long enough. The timer is not
// moved at each probe but looks again.
func (t *target) over() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if left := t.ends - t.e.Now(); left > 0 {
		t.idle.Reset(left)
		return false
	}
	if t.run != nil {
		t.run.retire()
		t.run = nil
	}
	t.spare = nil
	t.skip(len(t.asked))
	return true
}

func (t *target) stopTimer() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.idle != nil {
		t.idle.Stop()
	}
}

// claim takes the spare probe for seq, unless it left too long ago.
func (t *target) claim(seq uint64, now time.Duration) bool {
	s := t.spare
	t.spare = nil
	if s == nil || now-s.at > near(t.now.Every) {
		return false
	}
	h := probe.Happening{Target: t.id, Seq: seq, What: probe.Sent, At: s.at, Wall: s.wall, Addr: s.run.addr}
	if s.failed != "" {
		h.What, h.Reason = probe.SendFailed, s.failed
		t.e.Put(h)
		return true
	}
	t.e.Put(h)
	if e := s.run.entry(s.number); e != nil {
		e.seq, e.known = seq, true
	}
	for _, h := range s.said {
		h.Seq = seq
		t.e.Put(h)
	}
	return true
}

// skip says of the n oldest that were asked that they were not sent.
func (t *target) skip(n int) {
	for _, seq := range t.take(n) {
		t.e.Put(probe.Happening{Target: t.id, Seq: seq, What: probe.Skipped, At: t.e.Now(), Wall: t.e.Wall(), Addr: t.now.Addr.Addr()})
	}
}

// fail says of all that were asked that they could not be sent.
func (t *target) fail(why latency.Reason) {
	for _, seq := range t.take(len(t.asked)) {
		t.e.Put(probe.Happening{Target: t.id, Seq: seq, What: probe.SendFailed, At: t.e.Now(), Wall: t.e.Wall(), Addr: t.now.Addr.Addr(), Reason: why})
	}
}

// take removes the n oldest that were asked.
func (t *target) take(n int) []uint64 {
	oldest := append([]uint64(nil), t.asked[:n]...)
	t.asked = append(t.asked[:0], t.asked[n:]...)
	return oldest
}

// sent notes that the Pinger of r has sent its number n, or failed to, at the
// instant at: for the oldest that was asked, or as a spare.
func (t *target) sent(r *run, n int, at time.Duration, failed latency.Reason) {
	if failed == "" {
		t.fails, t.retry = 0, 0
	}
	if len(t.asked) == 0 {
		t.spare = &spare{run: r, number: n, at: at, wall: t.e.Wall(), failed: failed}
		return
	}
	seq := t.take(1)[0]
	h := probe.Happening{Target: t.id, Seq: seq, What: probe.Sent, At: at, Wall: t.e.Wall(), Addr: r.addr}
	if failed != "" {
		h.What, h.Reason = probe.SendFailed, failed
	} else if e := r.entry(n); e != nil {
		e.seq, e.known = seq, true
	}
	t.e.Put(h)
}

// broken notes that the Pinger of r ended by itself.
func (t *target) broken(r *run, why latency.Reason) {
	// What its socket would still have received cannot be known.
	t.e.Drop(r.inFlight())
	if t.run != r {
		return
	}
	t.run = nil
	t.why = why
	t.retry = t.e.Now() + min(retryFirst<<min(t.fails, 8), retryLast)
	t.fails++
	t.sensed = !routed(t.now)
	t.fail(why)
}

// routed asks the system for a way to the target, without sending anything.
func routed(r probe.Request) bool {
	o, err := socket.For(r)
	return err == nil && o.Routed(r.Addr) == nil
}

// window is how long answers are still listened for.
func (t *target) window() time.Duration { return outbox.Window(t.now.Timeout) }
