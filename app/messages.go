package app

import (
	"errors"
	"log/slog"

	"tacklebox/platform/instance"
)

// verbShow is the one request a window answers: to show itself, and perhaps an
// image in the debug form.
const verbShow = "show"

// message is r as it is sent to a running window.
func (r ShowRequest) message() instance.Message {
	m := instance.Message{Verb: verbShow}
	if r.Image != "" {
		m.Args = []string{"debug", r.Image}
	}
	return m
}

// request reads what another start asks for. Only the window's own requests are
// understood; whatever else comes raises the window and nothing more.
func request(m instance.Message) ShowRequest {
	if m.Verb == verbShow && len(m.Args) == 2 && m.Args[0] == "debug" {
		return ShowRequest{Panel: "containers", Image: firstLine(m.Args[1])}
	}
	return ShowRequest{}
}

// hold makes this process the one window of the data folder. running is true
// when there is another, which was asked to show itself instead.
func hold(o Options) (held *instance.Instance, running bool, err error) {
	held, err = instance.Acquire(o.DataDir)
	if !errors.Is(err, instance.ErrRunning) {
		return held, false, err
	}
	var r ShowRequest
	if o.Show != nil {
		r = *o.Show
	}
	if o.Minimized {
		return nil, true, nil // it runs already, which is all that was wanted
	}
	return nil, true, instance.Send(o.DataDir, r.message())
}

// followMessages does what other starts ask for, until the instance is closed.
// It runs in a goroutine of its own.
func (s *shell) followMessages(i *instance.Instance) {
	for m := range i.Messages() {
		slog.Info("asked by another start", "verb", m.Verb)
		s.wake(func() { s.show(request(m)) })
	}
}
