package outbox

import (
	"context"
	"net/netip"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// Attempt is one probe of a Pool. All but its Request belongs to the pool's lock.
type Attempt struct {
	probe.Request
	pool *Pool

	began     time.Duration
	wall      time.Time
	cancel    context.CancelFunc
	soon      *time.Timer
	announced bool              // Sent, SendFailed or Skipped is known
	said      []probe.Happening // waits for the attempts of the same target before it
	passed    bool              // said went out
}

// Begin sets the instant of sending to now.
func (a *Attempt) Begin() {
	a.pool.mu.Lock()
	a.began, a.wall = a.pool.Now(), a.pool.Wall()
	a.pool.mu.Unlock()
}

// Began is the instant of sending.
func (a *Attempt) Began() time.Duration {
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	return a.began
}

// Stamp is the instant of an answer.
func (a *Attempt) Stamp() Stamp { return a.pool.Stamp() }

// Free lets go of a stamp.
func (a *Attempt) Free(s Stamp) { a.pool.Free(s) }

// Now is the pool's clock.
func (a *Attempt) Now() time.Duration { return a.pool.Now() }

// Sent says that the probe has left for addr, unless something was said already.
func (a *Attempt) Sent(addr netip.Addr) {
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	a.sent(addr)
}

func (a *Attempt) sent(addr netip.Addr) {
	if !a.announced {
		a.announce(probe.Happening{What: probe.Sent, Addr: addr})
	}
}

// SentSoon says Sent in a moment, unless something else is said before.
func (a *Attempt) SentSoon(addr netip.Addr) {
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	if a.soon == nil && !a.announced {
		a.soon = time.AfterFunc(grace, func() { a.Sent(addr) })
	}
}

// SendFailed says why the probe never left, and is false when it is known to
// have left already.
func (a *Attempt) SendFailed(addr netip.Addr, why latency.Reason) bool {
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	if a.announced {
		return false
	}
	a.announce(probe.Happening{What: probe.SendFailed, Addr: addr, Reason: why})
	return true
}

// Answer says that addr answered at s. The last of the phases ends with it.
func (a *Attempt) Answer(addr netip.Addr, s Stamp, phases []latency.Phase) {
	a.answer(probe.Happening{What: probe.Answer, Addr: addr, Phases: phases}, s)
}

// Echo is Answer for an echo reply that came with this TTL, 0 when it is not known.
func (a *Attempt) Echo(addr netip.Addr, s Stamp, ttl uint8) {
	a.answer(probe.Happening{What: probe.Answer, Addr: addr, TTL: ttl}, s)
}

func (a *Attempt) answer(h probe.Happening, s Stamp) {
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	a.sent(h.Addr)
	h = a.filled(h)
	if a.passed {
		a.pool.Box.Answer(h, s, a.began)
		return
	}
	a.said = append(a.said, a.pool.held(h, s, a.began))
}

// Refused says that from (invalid when it is not known) told why there will be
// no answer from addr.
func (a *Attempt) Refused(addr, from netip.Addr, why latency.Reason) {
	a.end(probe.Happening{What: probe.Refused, Addr: addr, From: from, Reason: why})
}

// Bad says that what came from addr is no answer.
func (a *Attempt) Bad(addr netip.Addr, why latency.Reason) {
	a.end(probe.Happening{What: probe.Bad, Addr: addr, From: addr, Reason: why})
}

func (a *Attempt) end(h probe.Happening) {
	a.pool.mu.Lock()
	defer a.pool.mu.Unlock()
	a.sent(h.Addr)
	h = a.filled(h)
	h.At = a.pool.Now()
	a.say(h)
}

// announce says the first thing of a probe.
func (a *Attempt) announce(h probe.Happening) {
	a.announced = true
	h = a.filled(h)
	h.At, h.Wall = a.began, a.wall
	a.said = append(a.said, h)
	a.pool.flush(a.Target)
}

func (a *Attempt) say(h probe.Happening) {
	if a.passed {
		a.pool.Put(h)
		return
	}
	a.said = append(a.said, h)
}

func (a *Attempt) filled(h probe.Happening) probe.Happening {
	h.Target, h.Seq = a.Target, a.Seq
	return h
}
