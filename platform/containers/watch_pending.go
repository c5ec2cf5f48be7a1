package containers

import (
	"slices"
	"strings"

	"github.com/docker/docker/api/types/events"
)

// eventOf translates an engine's event; ok is false for what changes no list,
// such as the exec that a health check runs every few seconds.
func eventOf(m events.Message) (event Event, ok bool) {
	action := string(m.Action)
	switch m.Type {
	case events.ContainerEventType:
		name, _, _ := strings.Cut(action, ":")
		switch name {
		case "exec_create", "exec_start", "exec_die", "exec_detach", "attach", "detach", "resize", "top",
			"archive-path", "extract-to-dir", "copy", "export", "kill", "exec", "exec_died":
			return Event{}, false
		}
		return Event{Kind: EventContainers, ContainerID: printable(m.Actor.ID, 128), Action: printable(name, 64)}, true
	case events.ImageEventType:
		switch action {
		case "push", "save":
			return Event{}, false
		}
		return Event{Kind: EventImages}, true
	}
	return Event{}, false
}

// pending holds events until they are taken: what is urgent first, nothing
// twice, and never more than maxPending single ones.
type pending struct{ list []Event }

func newPending() *pending { return &pending{} }

func (p *pending) first() (Event, bool) {
	if len(p.list) == 0 {
		return Event{}, false
	}
	return p.list[0], true
}

func (p *pending) drop() { p.list = p.list[1:] }

// urgent puts event before the others and drops an older one of these that was
// not taken yet: only the latest state counts.
func (p *pending) urgent(event Event) {
	p.list = slices.DeleteFunc(p.list, Event.urgent)
	p.list = slices.Insert(p.list, 0, event)
}

// add appends event unless it says nothing new.
func (p *pending) add(event Event) {
	all := Event{Kind: event.Kind}
	for _, have := range p.list {
		if have == event || have == all {
			return
		}
	}
	if len(p.list) >= maxPending {
		p.list = slices.DeleteFunc(p.list, func(have Event) bool { return have.Kind == event.Kind })
		event = all
	}
	p.list = append(p.list, event)
}
