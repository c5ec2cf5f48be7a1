package model

import (
	"context"
	"time"

	"tacklebox/platform/containers"
)

// run goes from one chosen endpoint to the next.
func (h *Hub) run() {
	h.discover()
	for h.ctx.Err() == nil {
		ctx, leave := context.WithCancel(h.ctx)
		h.mu.Lock()
		ep := h.snap.Chosen
		h.leave = leave
		h.mu.Unlock()
		if ep.ID == "" {
			h.update(func(s *Snapshot) { s.Link = LinkNone })
			h.pause(ctx, 4*h.pace.Retry)
			h.discover()
		} else {
			h.serve(ctx, ep)
		}
		leave()
	}
}

// pause waits for d, for a wake-up or for the end of ctx.
func (h *Hub) pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-h.wake:
	case <-t.C:
	}
}

// serve connects to ep until it answers, then keeps its lists until ctx ends.
func (h *Hub) serve(ctx context.Context, ep containers.Endpoint) {
	asked := false
	for ctx.Err() == nil {
		eng, err := h.finder.Connect(ctx, ep)
		if ctx.Err() != nil {
			if err == nil {
				_ = eng.Close()
			}
			return
		}
		if err != nil {
			h.update(func(s *Snapshot) {
				if s.Link != LinkLost {
					if s.Link != LinkDown {
						s.Since = time.Now()
					}
					s.Link = LinkDown
				}
				s.LinkErr = err
			})
			h.answered(containers.Answer{Endpoint: ep, Err: err, Problem: problemOf(err)}, ep.ID)
			if !asked {
				asked = true
				// Somebody who has to choose wants to see who answers.
				h.wg.Go(h.askAll)
			}
			h.pause(ctx, h.pace.Retry)
			continue
		}
		h.attend(ctx, eng, ep)
	}
}

func problemOf(err error) containers.Problem {
	switch containers.CauseOf(err) {
	case containers.CausePermission:
		return containers.ProblemPermission
	case containers.CauseNotEngine:
		return containers.ProblemNotEngine
	case containers.CauseAPI:
		return containers.ProblemAPI
	case containers.CauseTLS:
		return containers.ProblemTLS
	case containers.CauseSSH:
		return containers.ProblemSSH
	case containers.CauseConfig:
		return containers.ProblemConfig
	case containers.CauseTimeout:
		return containers.ProblemTimeout
	}
	return containers.ProblemOther
}

// attend keeps the lists of a connected engine until ctx ends.
func (h *Hub) attend(ctx context.Context, eng Engine, ep containers.Endpoint) {
	a := eng.Answer()
	h.mu.Lock()
	h.engine = eng
	h.mu.Unlock()
	h.update(func(s *Snapshot) { s.Link, s.LinkErr, s.Since, s.Answer = LinkUp, nil, time.Now(), a })
	h.answered(a, ep.ID)

	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{}, 2)
	go func() { h.keep(ctx, h.images, h.readImages(eng)); done <- struct{}{} }()
	go func() { h.keep(ctx, h.conts, h.readContainers(eng)); done <- struct{}{} }()
	h.Reload()
	h.heed(eng, eng.Watch(ctx))
	cancel()
	<-done
	<-done
	h.mu.Lock()
	if h.engine == eng {
		h.engine = nil
	}
	h.mu.Unlock()
	_ = eng.Close()
}

// heed acts on the engine's events until they end. Docker tells that a container
// died before its own list says so, so that the list is read once more when the
// engine has been quiet for a while.
func (h *Hub) heed(eng Engine, events <-chan containers.Event) {
	quiet := time.NewTimer(time.Hour)
	defer quiet.Stop()
	for {
		select {
		case ev, ok := <-events:
			if !ok {
				return
			}
			h.event(ev, eng)
			if ev.Kind == containers.EventContainers {
				quiet.Reset(h.pace.Quiet)
			}
		case <-quiet.C:
			poke(h.conts)
		}
	}
}

func (h *Hub) event(ev containers.Event, eng Engine) {
	switch ev.Kind {
	case containers.EventLost:
		h.update(func(s *Snapshot) { s.Link, s.LinkErr, s.Since = LinkLost, ev.Err, time.Now() })
	case containers.EventReturned:
		a := eng.Answer()
		h.update(func(s *Snapshot) { s.Link, s.LinkErr, s.Since, s.Answer = LinkUp, nil, time.Now(), a })
		h.Reload()
	case containers.EventContainers:
		poke(h.conts)
	case containers.EventImages:
		poke(h.images)
	}
}

// keep reads a list whenever it is wanted, and not more often than the pace allows.
func (h *Hub) keep(ctx context.Context, want <-chan struct{}, read func(context.Context)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-want:
		}
		read(ctx)
		t := time.NewTimer(h.pace.Coalesce)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
	}
}

func (h *Hub) readImages(eng Engine) func(context.Context) {
	return func(ctx context.Context) {
		h.mu.Lock()
		skip := !h.visible && h.snap.ImagesLoaded
		h.stale = h.stale || skip
		h.mu.Unlock()
		if skip {
			return
		}
		list, err := eng.Images(ctx)
		if ctx.Err() != nil {
			return
		}
		h.update(func(s *Snapshot) {
			s.ImagesErr, s.ImagesLoaded = err, true
			if err == nil {
				s.Images = list
			}
		})
	}
}

func (h *Hub) readContainers(eng Engine) func(context.Context) {
	return func(ctx context.Context) {
		list, err := eng.Containers(ctx)
		if ctx.Err() != nil {
			return
		}
		h.update(func(s *Snapshot) {
			s.ContainersErr, s.ContainersLoaded = err, true
			if err == nil {
				s.Containers = list
			}
		})
	}
}
