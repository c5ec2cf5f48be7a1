package monitor

import (
	"container/heap"
	"math"
	"net/netip"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/ledger"
	"tacklebox/platform/latency/probe"
)

// asked is a probe that an engine was asked for and has not told of yet.
type asked struct {
	seq  uint64
	at   time.Duration // Boot
	wall time.Time
}

// entry is a target that is measured.
type entry struct {
	spec     Spec
	gone     bool
	paused   bool
	interval time.Duration // as stretched
	timeout  time.Duration
	spread   float64 // of the interval, where its probes lie in it
	first    uint64  // what happened to lower seqs is not ours
	seq      uint64  // of the next probe
	sent     uint64  // probes that were asked for, skipped ones among them
	decided  uint64
	due      time.Duration // Boot
	begun    bool          // the first probe is over
	place    int           // in the heap

	ledger *ledger.Ledger
	engine string // the ledger's
	slot   *slot
	asked  []asked

	// went are the addresses that an engine found by itself, the last one at the end.
	went     []netip.Addr
	addr     netip.Addr
	err      error
	looking  bool
	waiting  bool // for its first address
	lookAt   time.Duration
	lookWait time.Duration
}

// slot is the engine of a kind.
type slot struct {
	kind    latency.Kind
	e       probe.Engine
	fetch   probe.Collector // e, where it is one
	err     error
	again   time.Duration // Boot, when it is opened again
	dropped uint64
	// void is the engine's instant before which answers may have been dropped; 0 is
	// none. It counts once all that was kept has been read.
	void time.Duration
}

// engineAgain is how long after a failure an engine is opened again.
const engineAgain = 30 * time.Second

// kinds in the order of the loop's channels.
var kinds = [...]latency.Kind{latency.KindICMP, latency.KindTCP, latency.KindDNS, latency.KindHTTP}

// core is a monitor without its goroutine: everything that is decided, with the
// time as it is told.
type core struct {
	o       Options
	now     Reading
	started bool
	entries map[latency.TargetID]*entry
	queue   queue // of those that are not paused
	// unresolved are those whose names have no address yet.
	unresolved map[*entry]bool
	slots      [len(kinds)]slot
	names      *lookups
	out        []latency.Result
	added      int // targets ever, for spreading them
	rate       float64
	stretch    float64
	paused     bool
	counts     bool

	expected time.Duration // Boot, when the next step was to come at the latest
	reason   latency.Reason
	advanced time.Duration // Boot, when the ledgers were last looked at
	flying   bool          // something is in flight, as far as is known
}

func newCore(o Options) *core {
	if o.Node == 0 {
		o.Node = latency.LocalNode
	}
	if o.MaxRate <= 0 {
		o.MaxRate = DefaultMaxRate
	}
	if o.Resolve == nil {
		o.Resolve = SystemResolve
	}
	if o.Clocks == nil {
		o.Clocks = System()
	}
	if o.Notice == nil {
		o.Notice = func(Notice) {}
	}
	c := &core{o: o, entries: map[latency.TargetID]*entry{}, unresolved: map[*entry]bool{}, names: newLookups(o.Resolve), stretch: 1}
	for i, k := range kinds {
		c.slots[i].kind = k
	}
	return c
}

func (c *core) tell(n Notice) { c.o.Notice(n) }

func (c *core) slotOf(k latency.Kind) *slot {
	for i := range c.slots {
		if c.slots[i].kind == k {
			return &c.slots[i]
		}
	}
	return &c.slots[0]
}

// set is Monitor.Set.
func (c *core) set(specs []Spec) {
	c.look()
	kept := map[latency.TargetID]bool{}
	for _, s := range specs {
		if kept[s.ID] {
			continue
		}
		kept[s.ID] = true
		old := c.entries[s.ID]
		if old != nil && sameQuestion(&old.spec.Target, &s.Target) {
			s.FirstSeq = old.spec.FirstSeq
			old.spec = s
			c.pause(old, s.Paused || c.paused)
			continue
		}
		e := c.newEntry(s)
		if old != nil {
			c.end(old)
			e.seq = max(e.seq, old.seq)
		}
		e.first = e.seq
		c.entries[s.ID] = e
	}
	for id, e := range c.entries {
		if !kept[id] {
			c.end(e)
			delete(c.entries, id)
		}
	}
	c.counts = len(specs) > 0
	for _, s := range specs {
		c.counts = c.counts && s.Count > 0
	}
	c.restretch()
	c.order()
}

// sameQuestion is true when nothing changed that reaches the wire.
func sameQuestion(a, b *latency.Target) bool {
	x, y := *a, *b
	x.Group, y.Group = nil, nil
	x.Name, y.Name = "", ""
	x.Paused, y.Paused = false, false
	return x.Kind == y.Kind && x.Host == y.Host && x.Port == y.Port && x.URL == y.URL && x.Query == y.Query &&
		x.Interval == y.Interval && x.Timeout == y.Timeout && x.Size == y.Size && x.DSCP == y.DSCP && x.TTL == y.TTL &&
		x.Source == y.Source && x.Family == y.Family && x.Resolve == y.Resolve
}

// golden spreads any number of targets evenly, also as more are added
// (the fractional parts of its multiples are as even as they can be).
const golden = 0.6180339887498949

func (c *core) newEntry(s Spec) *entry {
	e := &entry{spec: s, seq: s.FirstSeq, paused: s.Paused || c.paused, timeout: s.Timeout, place: -1}
	if e.timeout <= 0 {
		e.timeout = latency.DefaultTimeout(s.Kind)
	}
	_, e.spread = math.Modf(float64(c.added) * golden)
	c.added++
	e.slot = c.slotOf(s.Kind)
	if a, is := literal(s.Host); is {
		e.addr = a
	}
	e.interval = wanted(&s.Target)
	// The first probe comes within a second, whatever the interval.
	e.due = c.now.Boot + time.Duration(e.spread*float64(min(e.interval, time.Second)))
	c.openEngine(e.slot)
	return e
}

func wanted(t *latency.Target) time.Duration {
	if t.Interval <= 0 {
		return latency.DefaultInterval
	}
	return min(max(t.Interval, latency.MinInterval), latency.MaxInterval)
}

// restretch makes all intervals so long that the cap holds.
func (c *core) restretch() {
	c.rate = 0
	for _, e := range c.entries {
		if !e.paused {
			c.rate += 1 / wanted(&e.spec.Target).Seconds()
		}
	}
	c.stretch = max(1, c.rate/c.o.MaxRate)
	for _, e := range c.entries {
		e.interval = time.Duration(float64(wanted(&e.spec.Target)) * c.stretch)
	}
}

// openEngine opens the engine of a kind unless it is there or failed lately.
func (c *core) openEngine(s *slot) {
	if s.e != nil || s.err != nil && c.now.Boot < s.again {
		return
	}
	s.e, s.err = c.o.Open(s.kind)
	if s.err != nil {
		s.e, s.again = nil, c.now.Boot+engineAgain
		return
	}
	s.dropped = s.e.Dropped()
	if s.fetch, _ = s.e.(probe.Collector); s.fetch != nil {
		s.fetch.Collect() // says that nothing needs to be handed over
	}
}

// end makes what is in flight of a target not measured.
func (c *core) end(e *entry) {
	e.gone = true
	c.void(e, latency.ReasonClosed)
}

// void makes every undecided probe of a target not measured.
func (c *core) void(e *entry, why latency.Reason) {
	if e.ledger == nil {
		return
	}
	e.ledger.Void(math.MaxInt64, why)
	for _, a := range e.asked {
		e.ledger.Skip(a.seq, a.wall, why)
	}
	// What the engine still tells of these must not decide them a second time.
	if len(e.asked) > 0 {
		e.first = e.asked[len(e.asked)-1].seq + 1
	}
	e.asked = e.asked[:0]
}

// pauseAll is Monitor.Pause.
func (c *core) pauseAll(paused bool) {
	c.look()
	c.paused = paused
	for _, e := range c.entries {
		c.pause(e, paused || e.spec.Paused)
	}
	c.restretch()
	c.order()
}

// pause holds a target or lets it go on. The ticks in between are not measured.
func (c *core) pause(e *entry, paused bool) {
	if e.paused == paused {
		return
	}
	e.paused = paused
	c.ready(e)
	if paused {
		c.void(e, latency.ReasonPaused)
		e.due = max(e.due, c.now.Boot)
		c.skip(e, 1, latency.ReasonPaused)
		return
	}
	if late := c.now.Boot - e.due; late > 0 {
		c.skip(e, uint64(late/e.interval), latency.ReasonPaused)
	}
}

// ready makes the ledger of a target's engine as it is now.
func (c *core) ready(e *entry) {
	name := ""
	if e.slot.e != nil {
		name = e.slot.e.Name()
	}
	if e.ledger != nil && e.engine == name {
		return
	}
	if e.ledger != nil {
		c.void(e, latency.ReasonClosed)
		e.first = e.seq
	}
	e.engine = name
	e.ledger = ledger.New(ledger.Config{Target: e.spec.ID, Node: c.o.Node, Engine: name, Timeout: e.timeout, Emit: func(r latency.Result) {
		if r.Outcome.Decides() {
			e.decided++
		}
		c.out = append(c.out, r)
	}})
}

// done is true when all counted targets are decided.
func (c *core) done() bool {
	if !c.counts {
		return false
	}
	for _, e := range c.entries {
		if e.decided < e.spec.Count {
			return false
		}
	}
	return true
}

// flush gives the rows to the sink.
func (c *core) flush() {
	if len(c.out) > 0 {
		c.o.Sink(c.out)
		c.out = c.out[:0]
	}
}

// close ends everything.
func (c *core) close() {
	c.names.close()
	for _, e := range c.entries {
		c.end(e)
	}
	c.flush()
	for i := range c.slots {
		if e := c.slots[i].e; e != nil {
			_ = e.Close() // nothing is left to be told
		}
	}
}

func (c *core) status() Status {
	s := Status{Rate: c.rate / c.stretch, Stretch: c.stretch, Paused: c.paused}
	for i := range c.slots {
		if x := &c.slots[i]; x.e != nil {
			s.Engines = append(s.Engines, EngineStatus{Kind: x.kind, Name: x.e.Name(), Dropped: x.dropped})
		} else if x.err != nil {
			s.Engines = append(s.Engines, EngineStatus{Kind: x.kind, Err: x.err})
		}
	}
	for id, e := range c.entries {
		s.Targets = append(s.Targets, TargetStatus{ID: id, Address: e.addr, Err: e.err, NextSeq: e.seq})
	}
	return s
}

// queue is a heap of targets by when they are due.
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due < q[j].due }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i]; q[i].place, q[j].place = i, j }

// Push is part of heap.Interface.
func (q *queue) Push(x any) { e := x.(*entry); e.place = len(*q); *q = append(*q, e) }

// Pop is part of heap.Interface.
func (q *queue) Pop() any {
	old := *q
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	e.place = -1
	return e
}

// order makes the queue anew after targets changed.
func (c *core) order() {
	for _, e := range c.queue {
		e.place = -1
	}
	clear(c.queue)
	c.queue = c.queue[:0]
	for _, e := range c.entries {
		if e.paused || e.gone || e.spec.Count > 0 && e.sent >= e.spec.Count {
			continue
		}
		e.place = len(c.queue)
		c.queue = append(c.queue, e)
	}
	heap.Init(&c.queue)
}
