package service

import (
	"encoding/json"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/testbed"
)

// alertsAt are the alerts that were up at an instant, as a graph of a minute asks.
func alertsAt(t *testing.T, s *Service, id latency.TargetID, at time.Time) (out []history.Event) {
	t.Helper()
	list, err := s.Store().Events(t.Context(), id, at, at.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.Kind == EventAlert {
			out = append(out, e)
		}
	}
	return out
}

func standing(t *testing.T, s *Service, id latency.TargetID, at time.Time) int {
	t.Helper()
	return len(alertsAt(t, s, id, at))
}

// TestAlertStretch: the event of an alert lasts from its raising to its end or to
// another level, over restarts and whatever happened to its rule meanwhile.
func TestAlertStretch(t *testing.T) {
	dir := t.TempDir()
	o := Options{Dir: dir, Open: newEcho}
	open := func() *Service {
		t.Helper()
		s, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	s := open()
	list, err := s.Add(t.Context(), []latency.Target{quick("up", "192.0.2.1")})
	if err != nil {
		t.Fatal(err)
	}
	id := list[0].ID
	base := s.o.Now().Add(-24 * time.Hour).Truncate(time.Second)
	at := func(m int) time.Time { return base.Add(time.Duration(m) * time.Minute) }
	say := func(m int, rule string, kind alert.EventKind, level alert.Level, held bool) {
		s.noteAlert(&alert.Event{Kind: kind, Rule: rule, Node: latency.LocalNode, On: id, At: at(m), Level: level, Held: held})
	}
	say(0, "a", alert.Raised, alert.Warning, false)
	say(10, "a", alert.Raised, alert.Critical, false) // another level
	say(12, "b", alert.Raised, alert.Warning, false)
	say(15, "a", alert.Cleared, alert.Critical, true) // the end of what was held only
	say(20, "a", alert.Cleared, alert.OK, false)
	say(30, "c", alert.Raised, alert.Warning, false)
	// Two also stood before the first one ended, so it is the last one that is waited for.
	testbed.Wait(t, "the events are kept", func() bool {
		for _, e := range alertsAt(t, s, id, at(40)) {
			if x, _, _ := alertOf(&e); x.Rule == "c" {
				return true
			}
		}
		return false
	})
	for m, want := range map[int]int{-5: 0, 5: 1, 9: 2, 14: 2, 18: 2, 22: 1, 40: 2, 1000: 2} {
		// At a change the minute that is asked for touches both.
		if got := standing(t, s, id, at(m)); got != want {
			t.Errorf("minute %d: %d alerts, want %d", m, got, want)
		}
	}
	// There is no rule any more at the next start.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	if before, after := standing(t, s, id, at(1000)), standing(t, s, id, s.o.Now().Add(time.Hour)); before != 2 || after != 0 {
		t.Errorf("%d alerts before the restart, %d after it", before, after)
	}
}

// TestResumeRaised: what stands goes on, also where an earlier version's event had no
// length, and what does not ends when something was measured last.
func TestResumeRaised(t *testing.T) {
	s, err := Open(Options{Dir: t.TempDir(), Open: newEcho})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	now := s.o.Now().Truncate(time.Second)
	body := func(rule string) string {
		b, err := json.Marshal(alert.Event{Kind: alert.Raised, Rule: rule, Level: alert.Critical})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	since := now.Add(-time.Hour)
	for rule, until := range map[string]time.Time{"stands": history.Unended, "old": since, "gone": history.Unended, "done": since.Add(time.Minute)} {
		if err := s.store.SaveEvent(&history.Event{Node: latency.LocalNode, Target: 7, At: since, Until: until, Kind: EventAlert, Body: body(rule)}); err != nil {
			t.Fatal(err)
		}
	}
	var up []alert.Standing
	for _, rule := range []string{"stands", "old"} {
		up = append(up, alert.Standing{Rule: rule, Node: latency.LocalNode, On: 7, Level: alert.Critical, Since: since})
	}
	up = append(up, alert.Standing{Rule: "gone", Node: latency.LocalNode, On: 7, Level: alert.OK}, alert.Standing{Rule: "done", Node: latency.LocalNode, On: 7, Level: alert.Unknown})
	last := now.Add(-10 * time.Minute)
	if err := s.resumeRaised(t.Context(), up, last); err != nil {
		t.Fatal(err)
	}
	got := map[string]time.Time{}
	for _, e := range alertsAt(t, s, 7, since) {
		_, key, _ := alertOf(&e)
		got[key.rule] = e.Until
	}
	for rule, want := range map[string]time.Time{"stands": history.Unended, "old": history.Unended, "gone": last, "done": since.Add(time.Minute)} {
		if !got[rule].Equal(want) {
			t.Errorf("%s lasts until %v, want %v", rule, got[rule], want)
		}
	}
	if len(s.raised.up) != 2 {
		t.Errorf("%+v", s.raised)
	}
}
