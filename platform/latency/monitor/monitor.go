// Package monitor measures: it asks each target at its interval, keeps the
// ledgers that decide what became of each probe, and notices when this machine
// itself slept, stood still or had its clock set. What it finds goes to a sink;
// it stores and draws nothing.
package monitor

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// DefaultMaxRate is the most packets a second that are sent to all targets
// together unless told otherwise.
const DefaultMaxRate = 2000

// Spec is one target as it is measured from now on.
type Spec struct {
	latency.Target
	// FirstSeq is the sequence number of its first probe, when the target is new to
	// the monitor.
	FirstSeq uint64
	// Count ends the target after so many probes; 0 is never.
	Count uint64
}

// Options are what a monitor stands on.
type Options struct {
	// Open gives the engine for a kind of probe. It is called when the first target
	// of the kind is set, and again every half minute after it failed.
	Open func(latency.Kind) (probe.Engine, error)
	// Sink takes the rows, in the order of their decisions. It is called from the
	// monitor's goroutine, keeps nothing of the slice and must not wait.
	Sink func([]latency.Result)
	// Notice is told what happened beside the probes; called like Sink. It may be nil.
	Notice func(Notice)
	// Node is the measuring node; 0 is LocalNode.
	Node latency.NodeID
	// MaxRate caps the probes a second of all targets; 0 is DefaultMaxRate. Above
	// it all intervals are stretched by the same factor.
	MaxRate float64
	// Resolve looks a name up; nil is the system's resolver.
	Resolve func(ctx context.Context, host string, family latency.Family) ([]netip.Addr, error)
	// Clocks are the machine's when nil.
	Clocks Clocks
}

// NoticeKind is what a Notice is about.
type NoticeKind string

const (
	// NoticeAddress: the name of a target has another address now; Text is the new
	// one, Before the old one.
	NoticeAddress NoticeKind = "address"
	// NoticeAsleep: the machine slept from At for Took.
	NoticeAsleep NoticeKind = "asleep"
	// NoticeFrozen: this process, or the VM it is in, stood still from At for Took.
	NoticeFrozen NoticeKind = "frozen"
	// NoticeClock: the wall clock was set by Took (negative for back).
	NoticeClock NoticeKind = "clock-step"
	// NoticeDropped: our own sockets dropped answers; what was in flight is not
	// measured.
	NoticeDropped NoticeKind = "dropped"
)

// Notice is something that happened beside the probes.
type Notice struct {
	Kind   NoticeKind
	Target latency.TargetID // 0 is all of them
	At     time.Time
	Took   time.Duration
	Before string
	Text   string
}

// EngineStatus is how the engine of a kind is.
type EngineStatus struct {
	Kind latency.Kind
	// Name is empty while the engine could not be opened; Err says why.
	Name    string
	Err     error
	Dropped uint64
}

// TargetStatus is how a target is reached.
type TargetStatus struct {
	ID      latency.TargetID
	Address netip.Addr // invalid while the name has none
	// Err says why the name has no address.
	Err error
	// NextSeq is the sequence number of the next probe.
	NextSeq uint64
}

// Status is the state of a monitor.
type Status struct {
	Engines []EngineStatus
	Targets []TargetStatus
	// Rate is the number of probes a second that are asked for; Stretch is by how
	// much all intervals are longer than wanted, 1 when MaxRate is not reached.
	Rate, Stretch float64
	Paused        bool
}

// ErrClosed is what a closed monitor answers.
var ErrClosed = errors.New("measuring has ended")

// errEngineEnded is an engine that ended although nobody closed it.
var errEngineEnded = errors.New("the engine ended by itself: it is opened again")

// Monitor measures until it is closed. Its methods may be called from any
// goroutine, but not from Sink or Notice.
type Monitor struct {
	calls chan func(*core)
	quit  chan struct{}
	done  chan struct{} // the loop has ended
	count chan struct{} // all counted targets are decided
	last  Status        // set before done is closed
}

// New starts a monitor without targets. It panics without Open or Sink.
func New(o Options) *Monitor {
	if o.Open == nil || o.Sink == nil {
		panic("monitor: no Open or no Sink")
	}
	m := &Monitor{calls: make(chan func(*core)), quit: make(chan struct{}), done: make(chan struct{}), count: make(chan struct{})}
	c := newCore(o)
	go func() {
		defer close(m.done)
		m.run(c)
		m.last = c.status()
	}()
	return m
}

// do runs f between two steps of the loop and waits for it.
func (m *Monitor) do(f func(*core)) error {
	ran := make(chan struct{})
	select {
	case m.calls <- func(c *core) { f(c); close(ran) }:
		<-ran
		return nil
	case <-m.done:
		return ErrClosed
	}
}

// Set makes specs all that is measured. A target that was measured already and
// is asked the same goes on undisturbed; others begin at once. What is in flight
// of a target that is left out or asked otherwise now is not measured.
func (m *Monitor) Set(specs []Spec) error { return m.do(func(c *core) { c.set(specs) }) }

// Pause holds all targets, or lets them go on.
func (m *Monitor) Pause(paused bool) error { return m.do(func(c *core) { c.pauseAll(paused) }) }

// Status is the state right now, and the last one once it is closed.
func (m *Monitor) Status() (s Status) {
	if m.do(func(c *core) { s = c.status() }) != nil {
		return m.last
	}
	return s
}

// Counted is closed when every target has a Count and all their probes are
// decided.
func (m *Monitor) Counted() <-chan struct{} { return m.count }

// Close ends measuring and waits for it. Probes in flight are not measured.
func (m *Monitor) Close() error {
	select {
	case <-m.quit:
	default:
		close(m.quit)
	}
	<-m.done
	return nil
}
