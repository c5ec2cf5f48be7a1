package monitor

import (
	"container/heap"
	"net/netip"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

const (
	// advanceEvery is how often answers are collected and time-outs decided while
	// something is in flight.
	advanceEvery = probe.CollectEvery
	// slack is how much earlier than its turn a target may be asked, together with
	// those before it: waking up for each alone is most of what measuring costs.
	// Where the kernel stamps, those asked together do not disturb each other's
	// figures, and it may be this part of the interval.
	slack     = 8 * time.Millisecond
	slackPart = 25
	slackMost = 40 * time.Millisecond
	// heartbeat is the longest that a monitor with targets sleeps, so that a freeze
	// or a sleep is seen by its own late waking.
	heartbeat = 250 * time.Millisecond
	// A step this late, a sleep or a step of the wall clock this long counts. Below
	// it is what a busy machine does, and what NTP slews.
	frozenAfter = 500 * time.Millisecond
	sleptAfter  = 200 * time.Millisecond
	clockAfter  = 250 * time.Millisecond
	// maxSkipped is for how many ticks in a row that were not measured each has a
	// row of its own; of a longer stretch only the first and the last have.
	maxSkipped = 600
)

// run is the loop.
func (m *Monitor) run(c *core) {
	defer c.close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	counted := false
	for {
		var happened [len(kinds)]<-chan []probe.Happening
		for i := range c.slots {
			if c.slots[i].e != nil {
				happened[i] = c.slots[i].e.Happenings()
			}
		}
		at, batch := -1, []probe.Happening(nil)
		var f func(*core)
		var name *answer
		select {
		case <-m.quit:
			return
		case f = <-m.calls:
		case a := <-c.names.answers:
			name = &a
		case batch = <-happened[0]:
			at = 0
		case batch = <-happened[1]:
			at = 1
		case batch = <-happened[2]:
			at = 2
		case batch = <-happened[3]:
			at = 3
		case <-timer.C:
		}
		c.look()
		switch {
		case f != nil:
			f(c)
		case name != nil:
			c.looked(*name)
		case at >= 0 && batch == nil:
			c.lost(&c.slots[at])
		case at >= 0:
			c.happened(&c.slots[at], batch)
		}
		wait := c.step()
		c.flush()
		if !counted && c.done() {
			counted = true
			close(m.count)
		}
		timer.Reset(wait)
	}
}

// look reads the clocks and notices what became of time since the last look.
func (c *core) look() {
	before := c.now
	c.now = c.o.Clocks.Read()
	if !c.started {
		c.started = true
		c.expected = c.now.Boot
		return
	}
	c.reason = latency.ReasonFrozen
	slept := c.now.Slept - before.Slept
	passed := c.now.Boot - before.Boot
	if step := c.now.Wall.Sub(before.Wall) - passed; step > clockAfter || step < -clockAfter {
		c.tell(Notice{Kind: NoticeClock, At: c.now.Wall, Took: step})
		c.voidAll(latency.ReasonClock, nil)
	}
	switch late := c.now.Boot - c.expected; {
	case slept > sleptAfter:
		c.reason = latency.ReasonAsleep
		c.tell(Notice{Kind: NoticeAsleep, At: c.now.Wall.Add(-slept), Took: slept})
		c.voidAll(latency.ReasonAsleep, nil)
	case len(c.entries) > 0 && late > frozenAfter:
		c.tell(Notice{Kind: NoticeFrozen, At: c.now.Wall.Add(-late), Took: late})
		// Round trips that the kernel stamps are true however late they are read.
		c.voidAll(latency.ReasonFrozen, func(e *entry) bool { return e.engine != probe.NameKernel })
	}
	c.expected = max(c.expected, c.now.Boot)
}

// voidAll makes what is in flight not measured.
func (c *core) voidAll(why latency.Reason, which func(*entry) bool) {
	for _, e := range c.entries {
		if which == nil || which(e) {
			c.void(e, why)
		}
	}
}

// step sends what is due, decides what is over, and says how long nothing will be
// to do unless something happens.
func (c *core) step() time.Duration {
	for len(c.queue) > 0 && c.queue[0].due <= c.now.Boot+c.queue[0].slack() {
		e := c.queue[0]
		c.tick(e)
		if e.spec.Count > 0 && e.sent >= e.spec.Count {
			heap.Pop(&c.queue)
			continue
		}
		heap.Fix(&c.queue, 0)
	}
	for e := range c.unresolved {
		if e.gone {
			delete(c.unresolved, e)
		} else if !e.paused {
			c.lookUp(e, c.now.Boot)
		}
	}
	flying := c.advance()
	wait := time.Hour
	if len(c.entries) > 0 {
		wait = heartbeat
	}
	if flying {
		wait = advanceEvery
	}
	if len(c.queue) > 0 {
		wait = min(wait, max(c.queue[0].due-c.now.Boot, 0))
	}
	c.expected = c.now.Boot + wait
	return wait
}

// slack is how much earlier than its turn this target may be asked.
func (e *entry) slack() time.Duration {
	if e.engine != probe.NameKernel {
		return slack
	}
	return max(slack, min(e.interval/slackPart, slackMost))
}

// tick is a target's turn.
func (c *core) tick(e *entry) {
	now := c.now.Boot
	c.openEngine(e.slot)
	c.ready(e)
	if late := now - e.due; e.begun && late >= e.interval {
		c.skip(e, uint64(late/e.interval), c.reason)
		if e.spec.Count > 0 && e.sent >= e.spec.Count {
			return
		}
	}
	c.lookUp(e, now)
	if e.needsLookup() && !e.addr.IsValid() && e.err == nil {
		// The first look-up is under way; its answer brings the turn forward.
		e.waiting = true
		e.due = now + max(e.interval, heartbeat)
		return
	}
	e.waiting = false
	at := e.due
	c.next(e)
	seq := e.seq
	e.seq++
	e.sent++
	switch {
	case e.needsLookup() && !e.addr.IsValid():
		c.unsent(e, seq, latency.ReasonUnresolved)
	case e.slot.e == nil:
		c.unsent(e, seq, latency.ReasonPermission)
	default:
		e.asked = append(e.asked, asked{seq: seq, at: now, wall: c.now.Wall.Add(at - now)})
		c.flying = true
		e.slot.e.Send(e.request(seq))
	}
}

// next is when a target's turn comes again. After the first probe, which comes
// soon, it falls into its place in the interval.
func (c *core) next(e *entry) {
	if e.begun {
		e.due += e.interval
		return
	}
	e.begun = true
	if e.interval <= time.Second {
		e.due += e.interval
		return
	}
	grid := e.due - e.due%e.interval + time.Duration(e.spread*float64(e.interval))
	for grid < e.due+e.interval/2 {
		grid += e.interval
	}
	e.due = grid
}

// unsent notes a probe that could not even be given to an engine.
func (c *core) unsent(e *entry, seq uint64, why latency.Reason) {
	at := time.Duration(0)
	if e.slot.e != nil {
		at = e.slot.e.Now()
	}
	e.ledger.Sent(seq, at, c.now.Wall, e.addr)
	e.ledger.SendFailed(seq, why)
}

// request is what an engine is asked.
func (e *entry) request(seq uint64) probe.Request {
	t := &e.spec.Target
	port := t.Port
	if t.Kind == latency.KindDNS && port == 0 {
		port = 53
	}
	size := t.Size
	if size == 0 {
		size = latency.DefaultSize
	}
	return probe.Request{Target: t.ID, Seq: seq, Addr: netip.AddrPortFrom(e.addr, port), Timeout: e.timeout, Every: e.interval,
		Size: size, DSCP: t.DSCP, TTL: t.TTL, Source: t.Source, URL: t.URL, Host: t.Host, Query: t.Query, Family: t.Family}
}

// skip notes n turns that were not taken, from the one that is due on.
func (c *core) skip(e *entry, n uint64, why latency.Reason) {
	if e.spec.Count > 0 {
		n = min(n, e.spec.Count-min(e.sent, e.spec.Count))
	}
	if n == 0 {
		return
	}
	row := func(i uint64) {
		wall := c.now.Wall.Add(e.due + time.Duration(i)*e.interval - c.now.Boot)
		e.ledger.Skip(e.seq+i, wall, why)
	}
	if n <= maxSkipped {
		for i := range n {
			row(i)
		}
	} else {
		row(0)
		row(n - 1)
		e.decided += n - 2
	}
	e.seq += n
	e.sent += n
	e.due += time.Duration(n) * e.interval
}

// happened takes in what an engine tells.
func (c *core) happened(s *slot, batch []probe.Happening) {
	for i := range batch {
		h := &batch[i]
		e := c.entries[h.Target]
		if e == nil || e.slot != s || e.ledger == nil || h.Seq < e.first {
			continue
		}
		switch h.What {
		case probe.Sent, probe.SendFailed, probe.Skipped:
			a, ok := e.take(h.Seq)
			if !ok {
				continue // given up already
			}
			if h.What == probe.Skipped {
				e.ledger.Skip(h.Seq, a.wall, latency.ReasonOther)
				continue
			}
			e.ledger.Sent(h.Seq, h.At, h.Wall, h.Addr)
			if h.What == probe.Sent {
				c.wentTo(e, h.Addr)
			}
			if h.What == probe.SendFailed {
				e.ledger.SendFailed(h.Seq, h.Reason)
			}
		case probe.Answer:
			if len(h.Phases) > 0 {
				e.ledger.Phased(h.Seq, h.RTT, h.Phases)
			} else {
				e.ledger.Answer(h.Seq, h.RTT, h.From, h.TTL)
			}
		case probe.Refused:
			e.ledger.Refused(h.Seq, h.From, h.Reason)
		case probe.Untimed:
			e.ledger.Untimed(h.Seq, h.Reason)
		case probe.Bad:
			e.ledger.Bad(h.Seq, h.From, h.Reason)
		}
	}
}

// lost is an engine that ended by itself.
func (c *core) lost(s *slot) {
	_ = s.e.Close()
	s.e, s.fetch, s.err, s.again = nil, nil, errEngineEnded, c.now.Boot+engineAgain
}

// take removes a probe from those an engine was asked for.
func (e *entry) take(seq uint64) (asked, bool) {
	for i, a := range e.asked {
		if a.seq == seq {
			e.asked = append(e.asked[:i], e.asked[i+1:]...)
			return a, true
		}
	}
	return asked{}, false
}

// advance decides what is over, some times a second, and tells whether anything
// is in flight.
func (c *core) advance() (flying bool) {
	if c.now.Boot-c.advanced < advanceEvery {
		return c.flying
	}
	c.advanced = c.now.Boot
	for i := range c.slots {
		if s := &c.slots[i]; s.e != nil {
			c.advanceSlot(s)
		}
	}
	c.flying = c.inFlight()
	return c.flying
}

func (c *core) inFlight() bool {
	for _, e := range c.entries {
		if len(e.asked) > 0 {
			return true
		}
		if e.ledger != nil {
			if _, ok := e.ledger.Next(); ok {
				return true
			}
		}
	}
	return false
}

func (c *core) advanceSlot(s *slot) {
	// In this order: what was delivered before this instant is in the channel, and
	// has to be looked at before anything is lost for want of it.
	var drained time.Duration
	if s.fetch != nil {
		var batch []probe.Happening
		batch, drained = s.fetch.Collect()
		c.happened(s, batch)
	} else {
		drained = s.e.Drained()
	}
	for more := s.fetch == nil; more; {
		select {
		case batch, ok := <-s.e.Happenings():
			c.happened(s, batch)
			more = ok
		default:
			more = false
		}
	}
	if d := s.e.Dropped(); d != s.dropped {
		s.dropped = d
		s.void = s.e.Now()
		c.tell(Notice{Kind: NoticeDropped, At: c.now.Wall, Text: s.e.Name()})
	}
	// Answers that were kept are true; only what is still open when all of them have
	// been read may have lost its answer.
	overflow := s.void > 0 && drained >= s.void
	for _, e := range c.entries {
		if e.slot != s || e.ledger == nil {
			continue
		}
		switch {
		case overflow:
			e.ledger.Void(s.void, latency.ReasonOverflow)
			fallthrough
		case s.void == 0:
			e.ledger.Advance(drained)
		}
		// An engine that never tells what became of a probe has lost it.
		for len(e.asked) > 0 && c.now.Boot-e.asked[0].at > max(5*time.Second, 2*e.timeout) {
			a := e.asked[0]
			e.asked = e.asked[1:]
			e.first = max(e.first, a.seq+1)
			e.ledger.Skip(a.seq, a.wall, latency.ReasonOther)
		}
	}
	if overflow {
		s.void = 0
	}
}
