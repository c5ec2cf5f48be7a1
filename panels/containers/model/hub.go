package model

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"tacklebox/platform/containers"
)

// Hub keeps the connection to the chosen engine and the lists of what it holds.
// It never switches to another engine by itself.
type Hub struct {
	finder   Finder
	explicit string
	onChange func()
	pace     Pace

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	snap    Snapshot
	engine  Engine
	visible bool
	stale   bool // the image list changed while nobody looked
	leave   context.CancelFunc
	dirty   chan struct{}
	wake    chan struct{} // ends a pause between two attempts
	images  chan struct{}
	conts   chan struct{}
}

// Pace holds the hub's times, so that tests need not wait.
type Pace struct {
	Retry    time.Duration // between two attempts to connect
	Coalesce time.Duration // the least time between two readings of a list
	Ask      time.Duration // how long an endpoint may take to answer
	Quiet    time.Duration // after the last event, before the list is read once more
}

// DefaultPace notices a lost engine's return within two seconds and reads no
// list more than five times a second.
var DefaultPace = Pace{Retry: 1500 * time.Millisecond, Coalesce: 200 * time.Millisecond, Ask: 8 * time.Second, Quiet: 700 * time.Millisecond}

// NewHub makes a hub; explicit is the ID of the engine that the person chose
// before, or "". onChange is called from a goroutine of the hub, never twice at
// a time, after the snapshot changed.
func NewHub(finder Finder, explicit string, pace Pace, onChange func()) *Hub {
	if finder == nil || onChange == nil {
		panic("model: NewHub without finder or onChange")
	}
	h := &Hub{finder: finder, explicit: explicit, onChange: onChange, pace: pace}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.dirty = make(chan struct{}, 1)
	h.wake = make(chan struct{}, 1)
	h.images = make(chan struct{}, 1)
	h.conts = make(chan struct{}, 1)
	h.snap.Link = LinkConnecting
	return h
}

// Start begins to look for engines.
func (h *Hub) Start() {
	h.wg.Go(h.tell)
	h.wg.Go(h.run)
}

// Close ends everything and waits for it.
func (h *Hub) Close() {
	h.cancel()
	h.wg.Wait()
}

// Snapshot is the present state.
func (h *Hub) Snapshot() Snapshot {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.snap
	s.Endpoints = slices.Clone(s.Endpoints)
	return s
}

// Engine is the connected engine, or nil.
func (h *Hub) Engine() Engine {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.engine
}

// SetVisible tells whether anybody looks; while nobody does the image list is
// not read.
func (h *Hub) SetVisible(v bool) {
	h.mu.Lock()
	h.visible = v
	again := v && h.stale
	h.stale = h.stale && !v
	h.mu.Unlock()
	if again {
		poke(h.images)
	}
}

// Choose connects to another endpoint, because the person said so.
func (h *Hub) Choose(id string) {
	h.mu.Lock()
	for _, e := range h.snap.Endpoints {
		if e.Endpoint.ID == id {
			h.explicit = id
			h.pick()
			h.snap.Link, h.snap.LinkErr, h.snap.Since = LinkConnecting, nil, time.Now()
			h.clearLists()
		}
	}
	if h.leave != nil {
		h.leave()
	}
	h.mu.Unlock()
	h.changed()
	poke(h.wake)
}

// Recheck looks for endpoints again, asks all of them and tries to connect now.
func (h *Hub) Recheck() {
	h.wg.Go(func() {
		h.discover()
		h.askAll()
		poke(h.wake)
	})
}

// Reload reads both lists again.
func (h *Hub) Reload() {
	poke(h.images)
	poke(h.conts)
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (h *Hub) changed() { poke(h.dirty) }

// tell calls onChange once for any number of changes.
func (h *Hub) tell() {
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-h.dirty:
			h.onChange()
		}
	}
}

func (h *Hub) update(f func(*Snapshot)) {
	h.mu.Lock()
	f(&h.snap)
	h.mu.Unlock()
	h.changed()
}

func (h *Hub) clearLists() {
	h.snap.Images, h.snap.ImagesErr, h.snap.ImagesLoaded = nil, nil, false
	h.snap.Containers, h.snap.ContainersErr, h.snap.ContainersLoaded = nil, nil, false
	h.snap.Answer = containers.Answer{}
}

func (h *Hub) discover() {
	eps, err := h.finder.Discover(h.ctx)
	if h.ctx.Err() != nil {
		return
	}
	h.mu.Lock()
	old := h.snap.Endpoints
	h.snap.Endpoints = nil
	for _, ep := range eps {
		st := EndpointState{Endpoint: ep}
		for _, o := range old {
			if o.Endpoint.ID == ep.ID {
				st.Asked, st.Answer = o.Asked, o.Answer
			}
		}
		h.snap.Endpoints = append(h.snap.Endpoints, st)
	}
	h.snap.DiscoverErr, h.snap.Discovered = err, true
	h.pick()
	h.mu.Unlock()
	h.changed()
}

// pick finds the chosen endpoint: the person's, or the one the Docker CLI would
// take. Called with the lock held.
func (h *Hub) pick() {
	h.snap.Explicit = false
	if h.explicit != "" {
		for _, e := range h.snap.Endpoints {
			if e.Endpoint.ID == h.explicit || e.Endpoint.Host == h.explicit {
				h.snap.Chosen, h.snap.Explicit = e.Endpoint, true
				return
			}
		}
	}
	if h.snap.Chosen.ID != "" {
		for _, e := range h.snap.Endpoints {
			if e.Endpoint.ID == h.snap.Chosen.ID {
				return // what was connected stays connected
			}
		}
	}
	if h.explicit != "" {
		// The engine chosen before is not in the list any more: going to another
		// one silently could launch at the wrong place.
		h.snap.Chosen = containers.Endpoint{ID: h.explicit, Name: h.explicit, Host: hostOf(h.explicit), Origin: containers.OriginExplicit}
		h.snap.Explicit = true
		h.snap.Endpoints = append([]EndpointState{{Endpoint: h.snap.Chosen}}, h.snap.Endpoints...)
		return
	}
	h.snap.Chosen = containers.Endpoint{}
	if len(h.snap.Endpoints) > 0 {
		h.snap.Chosen = h.snap.Endpoints[0].Endpoint
	}
}

func hostOf(id string) string {
	if strings.Contains(id, "://") {
		return id
	}
	return ""
}

// askAll asks every endpoint, a few at a time, and shows answers as they come.
func (h *Hub) askAll() {
	eps := h.Snapshot().Endpoints
	h.update(func(s *Snapshot) {
		for i := range s.Endpoints {
			s.Endpoints[i].Asking = true
		}
	})
	var wg sync.WaitGroup
	slots := make(chan struct{}, 6)
	for _, e := range eps {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			ctx, cancel := context.WithTimeout(h.ctx, h.pace.Ask)
			defer cancel()
			a := h.finder.Ask(ctx, e.Endpoint)
			h.answered(a, e.Endpoint.ID)
		})
	}
	wg.Wait()
}

func (h *Hub) answered(a containers.Answer, id string) {
	h.update(func(s *Snapshot) {
		// The slice may be shared with a snapshot: replace it.
		s.Endpoints = slices.Clone(s.Endpoints)
		for i := range s.Endpoints {
			if s.Endpoints[i].Endpoint.ID == id {
				s.Endpoints[i].Asking, s.Endpoints[i].Asked, s.Endpoints[i].Answer = false, true, a
			}
		}
	})
}
