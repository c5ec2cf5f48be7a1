package service

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/testbed"
)

// desktop notes what it is told.
type desktop struct {
	mu     sync.Mutex
	titles []string
}

func (d *desktop) Notify(_ context.Context, title, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.titles = append(d.titles, title)
	return nil
}

// TestAlerts: a target that never answers raises an alert: it is told by the
// channel, kept as an event, stands over a restart without being told again, and
// the dry run over what was stored says the same.
func TestAlerts(t *testing.T) {
	dir := t.TempDir()
	desk := &desktop{}
	o := Options{Dir: dir, Open: newEcho, Sender: channel.Sender{Desktop: desk}}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	list, err := s.Add(t.Context(), []latency.Target{quick("up", "192.0.2.1"), quick("down", "192.0.2.99")})
	if err != nil {
		t.Fatal(err)
	}
	rule := alert.Rule{ID: "r1", Name: "loss", Kind: alert.KindThreshold, Enabled: true, Scope: alert.Scope{All: true},
		Thresholds: "-w 100,20% -c 500,60%", Channels: []string{"c1"}, Comment: "call somebody"}
	config := AlertConfig{Rules: []alert.Rule{rule}, Channels: []channel.Channel{{ID: "c1", Name: "desk", Kind: channel.KindDesktop, Enabled: true}}}
	var mu sync.Mutex
	var live []alert.Event
	cancel := s.SubscribeAlerts(func(es []alert.Event) {
		mu.Lock()
		defer mu.Unlock()
		live = append(live, es...)
	})
	defer cancel()
	from := s.o.Now()
	if err := s.SetAlerts(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	testbed.Wait(t, "the alert is told", func() bool {
		desk.mu.Lock()
		defer desk.mu.Unlock()
		return len(desk.titles) == 1
	})
	st := s.Alerts()
	raised := 0
	for _, x := range st.Standing {
		if x.Level == alert.Critical && x.On == list[1].ID {
			raised++
		}
	}
	if raised != 1 || len(st.Problems) != 0 || len(st.Deliveries) != 1 {
		t.Errorf("%+v", st)
	}
	testbed.Wait(t, "the event is kept", func() bool {
		events, err := s.Store().Events(t.Context(), list[1].ID, from, s.o.Now().Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			var x alert.Event
			if e.Kind == EventAlert && json.Unmarshal([]byte(e.Body), &x) == nil && x.Rule == "r1" && x.Level == alert.Critical {
				return true
			}
		}
		return false
	})
	// Whoever looks at any time since it was raised is given it.
	late := s.o.Now().Add(time.Hour)
	if n := standing(t, s, list[1].ID, late); n != 1 {
		t.Errorf("%d alerts stand", n)
	}
	tried, err := s.DryRun(t.Context(), rule, from.Add(-time.Minute), s.o.Now(), func(time.Time) {})
	dry := tried.Events
	if err != nil || len(dry) == 0 || dry[0].On != list[1].ID || dry[0].Kind != alert.Raised {
		t.Errorf("dry run: %+v, %v", dry, err)
	}
	mu.Lock()
	if len(live) == 0 || live[0].On != list[1].ID {
		t.Errorf("subscribed: %+v", live)
	}
	mu.Unlock()
	if err := s.TryChannel(t.Context(), config.Channels[0]); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(o); err != nil {
		t.Fatal(err)
	}
	if got := s.Alerts(); len(got.Rules) != 1 || got.Rules[0].Comment != rule.Comment || len(got.Standing) == 0 {
		t.Errorf("after a restart: %+v", got)
	}
	testbed.Wait(t, "it is measured again", func() bool { return s.Snapshot().Targets[1].LostInRow > 6 })
	desk.mu.Lock()
	defer desk.mu.Unlock()
	if len(desk.titles) != 2 { // the alert and the trial
		t.Errorf("told again after a restart: %q", desk.titles)
	}
}

// away is a desktop that shows nothing until it is back.
type away struct {
	desktop
	back atomic.Bool
}

func (a *away) Notify(ctx context.Context, title, text string) error {
	if !a.back.Load() {
		return errors.New("nobody is logged in")
	}
	return a.desktop.Notify(ctx, title, text)
}

// TestToldAfterRestart: what a channel did not take is told by the next run.
func TestToldAfterRestart(t *testing.T) {
	desk := &away{}
	o := Options{Dir: t.TempDir(), Open: newEcho, Sender: channel.Sender{Desktop: desk}}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Add(t.Context(), []latency.Target{quick("down", "192.0.2.99")}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetAlerts(t.Context(), AlertConfig{
		Rules:    []alert.Rule{{ID: "r1", Name: "loss", Kind: alert.KindThreshold, Enabled: true, Scope: alert.Scope{All: true}, Thresholds: "-w 100,20% -c 500,60%", Channels: []string{"c1"}}},
		Channels: []channel.Channel{{ID: "c1", Name: "desk", Kind: channel.KindDesktop, Enabled: true}}}); err != nil {
		t.Fatal(err)
	}
	testbed.Wait(t, "it waits", func() bool { d := s.Alerts().Deliveries; return len(d) == 1 && d[0].Pending == 1 && d[0].Last != nil })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	desk.back.Store(true)
	if s, err = Open(o); err != nil {
		t.Fatal(err)
	}
	told := func() int { desk.mu.Lock(); defer desk.mu.Unlock(); return len(desk.titles) }
	testbed.Wait(t, "it is told", func() bool { return told() == 1 })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(o); err != nil {
		t.Fatal(err)
	}
	testbed.Wait(t, "a third run measures", func() bool { x := s.Snapshot().Targets; return len(x) == 1 && len(x[0].Points) > 2 })
	if told() != 1 {
		t.Errorf("told %d times", told())
	}
}
