package containers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/versions"
)

const (
	// pingEvery and pingTimeout together stay below the two seconds in which a
	// lost engine has to be noticed. The event stream alone does not tell: an
	// engine that hangs keeps it open.
	pingEvery   = 500 * time.Millisecond
	pingTimeout = 1300 * time.Millisecond
	// settle is how long changes are collected before they are told.
	settle = 100 * time.Millisecond
	// maxPending bounds how many single events wait for a slow reader; then one
	// event that says "the list changed" stands for all.
	maxPending = 64
)

// Watch tells when the engine is lost and when it is back, and what changes in
// its lists, until ctx ends; then the channel is closed. It begins with one event for
// each list, and says so again after EventReturned: what changed while nobody
// listened is in no event.
func (e *Engine) Watch(ctx context.Context) <-chan Event {
	out := make(chan Event)
	w := &watch{engine: e, out: out, pending: newPending()}
	go func() {
		defer close(out)
		w.run(ctx)
	}()
	return out
}

// watch is one call of Watch. Its fields belong to run's goroutine.
type watch struct {
	engine  *Engine
	out     chan<- Event
	pending *pending
	lost    bool
}

// pulse is what a ping, or the end of the event stream, found out.
type pulse struct{ err error }

func (w *watch) run(ctx context.Context) {
	// The helpers end with this context, and run waits for them.
	ctx, cancel := context.WithCancel(ctx)
	pulses := make(chan pulse)
	changes := make(chan Event)
	done := make(chan struct{}, 2)
	go func() { w.engine.pulse(ctx, pulses); done <- struct{}{} }()
	go func() { w.engine.follow(ctx, changes, pulses); done <- struct{}{} }()
	defer func() { <-done; <-done }()
	defer cancel()

	var settled <-chan time.Time
	for {
		var (
			out  chan<- Event
			next Event
		)
		if event, ok := w.pending.first(); ok && (settled == nil || event.urgent()) {
			out, next = w.out, event
		}
		select {
		case <-ctx.Done():
			return
		case out <- next:
			w.pending.drop()
		case p := <-pulses:
			w.beat(p)
		case event := <-changes:
			w.pending.add(event)
			if settled == nil {
				settled = time.After(settle)
			}
		case <-settled:
			settled = nil
		}
	}
}

// beat takes what a ping or the stream found out.
func (w *watch) beat(p pulse) {
	switch {
	case p.err != nil && !w.lost:
		w.lost = true
		w.pending.urgent(Event{Kind: EventLost, Err: p.err})
	case p.err == nil && w.lost:
		w.lost = false
		w.pending.urgent(Event{Kind: EventReturned})
		w.pending.add(Event{Kind: EventContainers})
		w.pending.add(Event{Kind: EventImages})
	}
}

func (event Event) urgent() bool {
	return event.Kind == EventLost || event.Kind == EventReturned
}

// pulse pings until ctx ends and reports each result.
func (e *Engine) pulse(ctx context.Context, out chan<- pulse) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		err := e.ping(ctx)
		if ctx.Err() != nil {
			return
		}
		select {
		case out <- pulse{err}:
		case <-ctx.Done():
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// ping asks whether the engine is there and still the one that was negotiated
// with.
func (e *Engine) ping(ctx context.Context) error {
	const op = "reach the engine at"
	limit := e.pingLimit()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	p, err := e.api.Ping(ctx)
	switch {
	case err != nil && errors.Is(err, context.DeadlineExceeded):
		return &Error{Op: op, Object: e.ep.Title(), Cause: CauseTimeout, Err: fmt.Errorf("no answer within %v", limit), Hint: "the engine is stuck or the network is slow"}
	case err != nil && p.APIVersion == "":
		return wrap(op, e.ep.Title(), notEngine(err))
	case p.APIVersion != "" && versions.LessThan(p.APIVersion, e.api.ClientVersion()):
		// The client's version cannot be lowered while others use it.
		return &Error{Op: op, Object: e.ep.Title(), Cause: CauseAPI, Err: fmt.Errorf("the engine came back with the older API %s", printable(p.APIVersion, 20)), Hint: "connect again"}
	}
	return nil
}

// follow reads the event stream until ctx ends, opening it again when it breaks,
// and reports a break at once.
func (e *Engine) follow(ctx context.Context, out chan<- Event, pulses chan<- pulse) {
	for ctx.Err() == nil {
		if e.readEvents(ctx, out) {
			// The stream was there and ended; a ping tells whether the engine did.
			err := e.ping(ctx)
			select {
			case pulses <- pulse{err}:
			case <-ctx.Done():
				return
			}
		}
		pause := time.NewTimer(pingEvery)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
	}
}

// readEvents passes on events until the stream ends; opened tells whether there
// was one.
func (e *Engine) readEvents(ctx context.Context, out chan<- Event) (opened bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	send := func(event Event) {
		select {
		case out <- event:
		case <-ctx.Done():
		}
	}
	messages, errs := e.api.Events(ctx, events.ListOptions{Filters: filters.NewArgs(
		filters.Arg("type", string(events.ContainerEventType)), filters.Arg("type", string(events.ImageEventType)))})
	// The call returns when the stream stands or has failed. What changed while
	// there was none is in no event, so both lists count as changed.
	select {
	case <-errs:
		return false
	default:
		send(Event{Kind: EventContainers})
		send(Event{Kind: EventImages})
	}
	for {
		select {
		case m := <-messages:
			if event, ok := eventOf(m); ok {
				send(event)
			}
		case <-errs:
			// The client's goroutine closes errs as its last step.
			for range errs {
			}
			return true
		}
	}
}
