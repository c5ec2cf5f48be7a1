package alert

import (
	"fmt"
	"strings"

	"tacklebox/platform/latency/alert/channel"
)

// Teller takes messages for channels without waiting; *channel.Queue does.
type Teller interface {
	Send(channels []string, m channel.Message)
}

// Tell hands the events that are for somebody to their channels.
func (e *Engine) Tell(to Teller, events []Event) {
	for i := range events {
		if ev := &events[i]; ev.Tells() {
			to.Send(ev.Channels, e.Message(ev))
		}
	}
}

// Message is an event of this engine as channels tell it.
func (e *Engine) Message(ev *Event) channel.Message {
	m := channel.Message{Event: string(ev.Kind), Level: ev.Level.String(), Rule: ev.Name, Why: ev.Why, Said: ev.Said, At: ev.At, Target: fmt.Sprintf("target %d", ev.On)}
	e.mu.Lock()
	defer e.mu.Unlock()
	if t := e.targets[ev.On]; t != nil {
		m.Target, m.Host, m.Group = t.Name, t.Host, strings.Join(t.Group, "/")
	}
	for _, c := range e.rules {
		if c.ID == ev.Rule {
			m.Comment = c.Comment
		}
	}
	return m
}
