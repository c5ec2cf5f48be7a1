package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/history"
)

// The settings of alerts in the history.
const (
	settingAlerts   = "alert.config"   // as alert.Saved
	settingGateways = "alert.gateways" // JSON: target IDs
	settingStanding = "alert.standing" // JSON
	// settingUndelivered has, as JSON, the messages that channels have not taken.
	settingUndelivered = "alert.undelivered"
)

// The kinds of events that alerts leave; the body is the alert.Event as JSON.
const (
	EventAlert   = "alert"
	EventCleared = "alert-cleared"
	EventHeld    = "alert-held"
)

// AlertConfig is what a person chose about alerts. It holds no secrets: webhook
// addresses are in the keychain.
type AlertConfig struct {
	Rules    []alert.Rule
	Channels []channel.Channel
	// Gateways are the targets that others are reached through.
	Gateways []latency.TargetID
}

// AlertState is AlertConfig with how things stand.
type AlertState struct {
	AlertConfig
	// Problems says by rule ID why an enabled rule does not work.
	Problems map[string]error
	Standing []alert.Standing
	// Deliveries are how the enabled channels are doing.
	Deliveries []channel.State
}

// alerts are the rules at work.
type alerts struct {
	engine *alert.Engine
	queue  *channel.Queue
	sender channel.Sender
	// undelivered is what was kept last, for keep's goroutine.
	undelivered []byte

	mu      sync.Mutex
	config  AlertConfig
	changed bool // the standing has to be kept
	subs    map[int]func([]alert.Event)
	next    int
}

// loadAlerts takes up rules and channels. Only the process that measures applies
// them.
func (s *Service) loadAlerts(ctx context.Context) error {
	a := &s.alerts
	a.subs = map[int]func([]alert.Event){}
	a.sender = s.o.Sender
	body, err := s.store.Setting(ctx, settingAlerts)
	if err != nil {
		return err
	}
	saved, err := alert.Decode(body)
	if err != nil {
		return err
	}
	a.config.Rules, a.config.Channels = saved.Rules, saved.Channels
	if err := s.load(ctx, settingGateways, &a.config.Gateways); err != nil {
		return err
	}
	if !s.store.Writer() {
		return nil
	}
	var standing []alert.Standing
	if err := s.load(ctx, settingStanding, &standing); err != nil {
		return err
	}
	a.engine = alert.New(alert.Config{Rules: a.config.Rules, Targets: s.alertTargets(a.config), Standing: standing})
	a.queue = channel.NewQueue(context.Background(), channel.Options{Sender: a.sender})
	a.queue.Set(a.config.Channels)
	var undelivered []channel.Undelivered
	if err := s.load(ctx, settingUndelivered, &undelivered); err != nil {
		return err
	}
	a.queue.Restore(undelivered)
	return nil
}

func (s *Service) alertTargets(c AlertConfig) []alert.Target {
	var out []alert.Target
	for _, t := range s.Targets() {
		x := alert.Of(t)
		x.Gateway = slices.Contains(c.Gateways, t.ID)
		out = append(out, x)
	}
	return out
}

// observe applies the rules to rows, from the monitor's goroutine.
func (s *Service) observe(rows []latency.Result) {
	if s.alerts.engine != nil {
		s.told(s.alerts.engine.Observe(rows))
	}
}

// told keeps and tells what the rules came to.
func (s *Service) told(events []alert.Event) {
	if len(events) == 0 {
		return
	}
	a := &s.alerts
	a.mu.Lock()
	a.changed = true
	subs := make([]func([]alert.Event), 0, len(a.subs))
	for _, f := range a.subs {
		subs = append(subs, f)
	}
	a.mu.Unlock()
	for i := range events {
		s.noteAlert(&events[i])
	}
	a.engine.Tell(a.queue, events)
	for _, f := range subs {
		f(events)
	}
}

func (s *Service) noteAlert(e *alert.Event) {
	kind := EventAlert
	switch e.Kind {
	case alert.Cleared:
		kind = EventCleared
	case alert.Held:
		kind = EventHeld
	case alert.Active:
		return // it is up already
	}
	body, err := json.Marshal(e)
	if err != nil {
		return // nothing in it cannot be written
	}
	select {
	case s.notes <- history.Event{Node: e.Node, Target: e.On, At: e.At, Until: e.At, Kind: kind, Body: string(body)}:
	default: // as in notice
	}
}

// Alerts are the rules and channels, and how things stand.
func (s *Service) Alerts() AlertState {
	a := &s.alerts
	a.mu.Lock()
	st := AlertState{AlertConfig: AlertConfig{Rules: slices.Clone(a.config.Rules), Channels: slices.Clone(a.config.Channels), Gateways: slices.Clone(a.config.Gateways)}}
	a.mu.Unlock()
	if a.engine != nil {
		st.Problems, st.Standing = a.engine.Problems(), a.engine.Standing()
		st.Deliveries = a.queue.States()
	}
	return st
}

// SetAlerts keeps rules, channels and gateways and applies them from now on. What
// a rule saw is kept while it stays the same.
func (s *Service) SetAlerts(_ context.Context, c AlertConfig) error {
	s.edit.Lock()
	defer s.edit.Unlock()
	if s.mon == nil {
		return history.ErrReader
	}
	body, err := alert.Saved{Rules: c.Rules, Channels: c.Channels}.Encode()
	if err != nil {
		return err
	}
	if err := errors.Join(s.store.SaveSetting(settingAlerts, body), s.save(settingGateways, c.Gateways)); err != nil {
		return err
	}
	a := &s.alerts
	a.mu.Lock()
	a.config = c
	a.mu.Unlock()
	a.queue.Set(c.Channels)
	s.told(a.engine.Update(c.Rules, s.alertTargets(c)))
	return nil
}

// retarget tells the rules that targets changed.
func (s *Service) retarget() {
	if s.alerts.engine == nil {
		return
	}
	s.alerts.mu.Lock()
	c := s.alerts.config
	s.alerts.mu.Unlock()
	s.told(s.alerts.engine.Update(c.Rules, s.alertTargets(c)))
}

// SubscribeAlerts has f called with what the rules come to, under the same terms
// as Subscribe.
func (s *Service) SubscribeAlerts(f func([]alert.Event)) (cancel func()) {
	a := &s.alerts
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next++
	id := a.next
	a.subs[id] = f
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.subs, id)
	}
}

// TryChannel tells a message of no consequence by a channel, enabled or not.
func (s *Service) TryChannel(ctx context.Context, c channel.Channel) error {
	return s.alerts.sender.Send(ctx, c, channel.Message{Event: string(alert.Raised), Level: alert.Warning.String(),
		Rule: "test", Target: "example", Host: "192.0.2.1", Why: "this is a test: nothing is wrong", At: s.o.Now()})
}

// saveStanding keeps how alerts stand, when that changed.
func (s *Service) saveStanding() {
	a := &s.alerts
	a.mu.Lock()
	changed := a.changed
	a.changed = false
	a.mu.Unlock()
	if !changed || a.engine == nil {
		return
	}
	s.kept(s.save(settingStanding, a.engine.Standing()))
}

// saveUndelivered keeps what waits to be told, when that changed: an outage of the
// uplink is told of after it, also by a program that was started anew meanwhile.
func (s *Service) saveUndelivered() {
	a := &s.alerts
	body, err := json.Marshal(a.queue.Undelivered())
	if err != nil || bytes.Equal(body, a.undelivered) {
		return // nothing in it cannot be written
	}
	if err = s.store.SaveSetting(settingUndelivered, body); err == nil {
		a.undelivered = body
	}
	s.kept(err)
}
