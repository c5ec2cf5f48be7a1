// Package probing sends echo requests through pro-bing, on every system, and
// keeps clear of what a plain Pinger does wrong over days: it grows, it measures
// by the wall clock, it hides failures to send, and a route that prohibits sends
// it spinning.
//
// A Pinger sends by its own ticker, for one target; the engine pairs what it
// sends with what it was asked for. Its limits remain: the times are user
// space's, longer than the kernel's by the wake-up of a goroutine; errors of
// routers are not seen and count as timeouts; so does an answer that is cut off
// within the first 24 bytes of its payload, by which pro-bing knows its own:
// smaller sizes are sent as 24.
package probing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/net/icmp"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/outbox"
)

// Sockets is the kind of sockets that the Pingers open.
type Sockets uint8

const (
	// Auto is Datagram where this user may, else Raw; always Raw on Windows.
	Auto Sockets = iota
	// Datagram sockets need no privilege where the system allows them to the user's
	// group.
	Datagram
	// Raw sockets need CAP_NET_RAW, root or an administrator.
	Raw
)

// Options of the engine; the zero value works.
type Options struct {
	Sockets Sockets
	// Clock is the time to measure with, the system's when empty.
	Clock outbox.Clock
}

// ErrPermission says that this user may open no ping socket.
var ErrPermission = errors.New("this user may not open ping sockets")

type engine struct {
	*outbox.Box
	raw      bool
	lifetime time.Duration // of a Pinger
	ctx      context.Context
	cancel   context.CancelFunc
	wg       sync.WaitGroup

	mu      sync.Mutex // before target.mu, before the Box's
	closed  bool
	targets map[latency.TargetID]*target
}

// Open starts the engine; each target's Pinger starts with its first request.
func Open(o Options) (probe.Engine, error) {
	e, err := open(o, lifetime)
	if err != nil {
		return nil, err
	}
	return e, nil
}

func open(o Options, lifetime time.Duration) (*engine, error) {
	raw, err := choose(o.Sockets)
	if err != nil {
		return nil, err
	}
	if o.Clock.Now == nil {
		o.Clock = outbox.SystemClock()
	}
	e := &engine{Box: outbox.New(o.Clock), raw: raw, lifetime: lifetime, targets: map[latency.TargetID]*target{}}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	return e, nil
}

// choose finds sockets that this user may open, in the system's order.
func choose(want Sockets) (raw bool, err error) {
	var first error
	for _, s := range systemSockets {
		if want != Auto && s.raw != (want == Raw) {
			continue
		}
		for _, network := range s.networks {
			c, err := icmp.ListenPacket(network, "")
			if err == nil {
				_ = c.Close()
				return s.raw, nil
			}
			if first == nil {
				first = err
			}
		}
	}
	if first == nil {
		return false, fmt.Errorf("ping sockets of this kind: %w on this system: let the engine choose", errors.ErrUnsupported)
	}
	return false, fmt.Errorf("%w: %w: %s", ErrPermission, first, advice)
}

// sockets is a kind of sockets and the networks that show whether it opens.
type sockets struct {
	raw      bool
	networks []string
}

// Name is what results carry.
func (e *engine) Name() string { return "pro-bing" }

// Send asks for one echo request. It leaves when the target's Pinger ticks,
// within half of Every and a second; the first leaves at once.
func (e *engine) Send(r probe.Request) {
	full := e.Full()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	t := e.targets[r.Target]
	if t == nil {
		t = &target{e: e, id: r.Target}
		e.targets[r.Target] = t
	}
	t.ask(r, full)
}

// forget drops a target that nobody asks for any more.
func (e *engine) forget(t *target) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || !t.over() {
		return
	}
	if e.targets[t.id] == t {
		delete(e.targets, t.id)
	}
}

// Close ends every Pinger, waits for them and closes Happenings.
func (e *engine) Close() error {
	e.mu.Lock()
	e.closed = true
	for _, t := range e.targets {
		t.stopTimer()
	}
	e.mu.Unlock()
	e.cancel()
	e.wg.Wait()
	e.Box.Close()
	return nil
}
