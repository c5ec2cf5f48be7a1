// Package ledger decides what became of each probe: once, and for good.
//
// An engine reports what happened (sent, answered, refused); the ledger of a
// target turns that into rows. Loss is never guessed: a probe times out only
// when everything the kernel had received by then has been looked at, and what
// this machine itself made impossible is not measured rather than lost.
package ledger

import (
	"net/netip"
	"time"

	"tacklebox/platform/latency"
)

// Config describes one target's ledger.
type Config struct {
	Target latency.TargetID
	Node   latency.NodeID
	Engine string
	// Timeout is how long an answer may take.
	Timeout time.Duration
	// Emit takes the rows, in the order of their decisions. It is called from
	// within the ledger's methods.
	Emit func(latency.Result)
}

// Ledger follows one target's probes. Instants are monotonic, counted from any
// fixed moment; RTTs come from the engine. It is not safe for concurrent use.
type Ledger struct {
	c    Config
	keep time.Duration // how long a decided probe is still known

	// open holds the probes that are in flight or may still get a late answer or
	// a duplicate, by ascending seq; those before head are past.
	open []entry
	head int
}

type entry struct {
	seq     uint64
	at      time.Duration // when it was sent
	wall    time.Time
	addr    netip.Addr
	outcome latency.Outcome
	late    bool // a late answer was noted
}

// lateWindow is how long answers are still taken note of: within
// max(10 s, 3 x timeout) of sending.
func lateWindow(timeout time.Duration) time.Duration { return max(10*time.Second, 3*timeout) }

// New makes a ledger. It panics without Emit or a timeout: both are errors of
// the program.
func New(c Config) *Ledger {
	if c.Emit == nil || c.Timeout <= 0 {
		panic("ledger: no Emit or no Timeout")
	}
	return &Ledger{c: c, keep: lateWindow(c.Timeout)}
}

// Sent notes that probe seq left at the monotonic instant at, wall on the wall
// clock. Sequence numbers ascend; one that does not is ignored.
func (l *Ledger) Sent(seq uint64, at time.Duration, wall time.Time, addr netip.Addr) {
	if n := len(l.open); n > l.head && l.open[n-1].seq >= seq {
		return
	}
	l.open = append(l.open, entry{seq: seq, at: at, wall: wall, addr: addr})
}

// Answer notes an answer to seq that took rtt. Within the timeout it is a reply;
// after it a late one, which leaves the probe lost; a further one is a
// duplicate, and one in time to a probe that was not measured is nothing. An
// answer that was waiting in a socket while this process stood still counts by its
// rtt, not by when it was read. From is set when somebody else than the target
// answered; ttl is that of the answer, 0 when not known.
func (l *Ledger) Answer(seq uint64, rtt time.Duration, from netip.Addr, ttl uint8) {
	e := l.find(seq)
	if e == nil {
		return
	}
	switch {
	case e.outcome == latency.Pending && rtt <= l.c.Timeout:
		l.decide(e, latency.Result{Outcome: latency.Reply, RTT: rtt, From: from, TTL: ttl})
	case e.outcome == latency.Pending:
		// Too late, though its time is not up yet by our own reading.
		l.decide(e, latency.Result{Outcome: latency.Timeout})
		l.late(e, rtt, from, ttl)
	case e.outcome == latency.Reply || e.late, l.inTime(rtt) && (e.outcome == latency.ICMPError || e.outcome == latency.BadReply):
		// Also what comes in time after an error or a bad answer is one more.
		l.emit(e, latency.Result{Outcome: latency.Duplicate, RTT: rtt, From: from, TTL: ttl})
	case l.inTime(rtt) && e.outcome != latency.Timeout:
		// It was not measured, which is final, and the answer is not late.
	default:
		l.late(e, rtt, from, ttl)
	}
}

func (l *Ledger) inTime(rtt time.Duration) bool { return rtt <= l.c.Timeout }

func (l *Ledger) late(e *entry, rtt time.Duration, from netip.Addr, ttl uint8) {
	if rtt > l.keep {
		return
	}
	e.late = true
	l.emit(e, latency.Result{Outcome: latency.Late, RTT: rtt, From: from, TTL: ttl})
}

// Phased is Answer for probes whose round trip has parts.
func (l *Ledger) Phased(seq uint64, rtt time.Duration, phases []latency.Phase) {
	e := l.find(seq)
	if e == nil || e.outcome != latency.Pending || rtt > l.c.Timeout {
		l.Answer(seq, rtt, netip.Addr{}, 0)
		return
	}
	l.decide(e, latency.Result{Outcome: latency.Reply, RTT: rtt, Phases: phases})
}

// Refused notes that from said why seq will not be answered. What comes after
// the probe was decided is ignored.
func (l *Ledger) Refused(seq uint64, from netip.Addr, why latency.Reason) {
	l.end(seq, latency.Result{Outcome: latency.ICMPError, From: from, Reason: why})
}

// Bad notes an answer to seq that is not one: truncated, or of something else.
func (l *Ledger) Bad(seq uint64, from netip.Addr, why latency.Reason) {
	l.end(seq, latency.Result{Outcome: latency.BadReply, From: from, Reason: why})
}

// Untimed notes that seq was answered after a time that cannot be told: it is not
// measured.
func (l *Ledger) Untimed(seq uint64, why latency.Reason) {
	l.end(seq, latency.Result{Outcome: latency.NotMeasured, Reason: why})
}

// SendFailed notes that seq, which Sent announced, never left this machine.
func (l *Ledger) SendFailed(seq uint64, why latency.Reason) {
	l.end(seq, latency.Result{Outcome: latency.SendError, Reason: why})
}

func (l *Ledger) end(seq uint64, r latency.Result) {
	if e := l.find(seq); e != nil && e.outcome == latency.Pending {
		l.decide(e, r)
	}
}

// Skip notes that seq was never tried.
func (l *Ledger) Skip(seq uint64, wall time.Time, why latency.Reason) {
	l.c.Emit(latency.Result{Target: l.c.Target, Node: l.c.Node, Seq: seq, Sent: wall,
		Outcome: latency.NotMeasured, Reason: why, Engine: l.c.Engine})
}

// Void makes every probe that is in flight and was sent before the instant
// before not measured: whether it was answered cannot be known any more, since
// the machine slept, or our own socket dropped answers.
func (l *Ledger) Void(before time.Duration, why latency.Reason) {
	for i := l.head; i < len(l.open); i++ {
		if e := &l.open[i]; e.outcome == latency.Pending && e.at < before {
			l.decide(e, latency.Result{Outcome: latency.NotMeasured, Reason: why})
		}
	}
}

// Advance decides the probes whose time is up. Drained is the instant up to
// which every answer that the kernel took in has been given to Answer: a reader
// that stood still holds it back, and with it the verdict.
func (l *Ledger) Advance(drained time.Duration) {
	for i := l.head; i < len(l.open); i++ {
		e := &l.open[i]
		if drained-e.at <= l.c.Timeout {
			break
		}
		if e.outcome == latency.Pending {
			l.decide(e, latency.Result{Outcome: latency.Timeout})
		}
	}
	for l.head < len(l.open) && drained-l.open[l.head].at > l.keep {
		l.head++
	}
	// Move the rest down once half of the slice is past, so that it neither grows
	// for ever nor moves at each probe.
	if l.head > 16 && l.head*2 > len(l.open) {
		n := copy(l.open, l.open[l.head:])
		clear(l.open[n:])
		l.open, l.head = l.open[:n], 0
	}
}

// Next is the instant at which Advance has something to decide, and false when
// nothing is in flight.
func (l *Ledger) Next() (time.Duration, bool) {
	for i := l.head; i < len(l.open); i++ {
		if e := &l.open[i]; e.outcome == latency.Pending {
			return e.at + l.c.Timeout, true
		}
	}
	return 0, false
}

// InFlight counts the probes that are not decided yet.
func (l *Ledger) InFlight() int {
	n := 0
	for i := l.head; i < len(l.open); i++ {
		if l.open[i].outcome == latency.Pending {
			n++
		}
	}
	return n
}

func (l *Ledger) find(seq uint64) *entry {
	low, high := l.head, len(l.open)
	for low < high {
		mid := (low + high) / 2
		switch e := &l.open[mid]; {
		case e.seq == seq:
			return e
		case e.seq < seq:
			low = mid + 1
		default:
			high = mid
		}
	}
	return nil
}

func (l *Ledger) decide(e *entry, r latency.Result) {
	e.outcome = r.Outcome
	l.emit(e, r)
}

func (l *Ledger) emit(e *entry, r latency.Result) {
	r.Target, r.Node, r.Seq, r.Sent, r.Address, r.Engine = l.c.Target, l.c.Node, e.seq, e.wall, e.addr, l.c.Engine
	if r.From == e.addr {
		r.From = netip.Addr{}
	}
	l.c.Emit(r)
}
