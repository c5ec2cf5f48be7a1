package service

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/probetest"
	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers everything at once, but for one address.
type echo struct{ *probetest.Outbox }

func newEcho(latency.Kind) (probe.Engine, error) {
	return &echo{probetest.NewOutbox()}, nil
}

func (e *echo) Name() string { return "echo" }
func (e *echo) Send(r probe.Request) {
	batch := []probe.Happening{{Target: r.Target, Seq: r.Seq, What: probe.Sent, At: e.Now(), Wall: time.Now(), Addr: r.Addr.Addr()}}
	if r.Addr.Addr().String() != "192.0.2.99" {
		batch = append(batch, probe.Happening{Target: r.Target, Seq: r.Seq, What: probe.Answer, RTT: 12 * time.Millisecond})
	}
	e.Put(batch...)
}

func open(t *testing.T, dir string) *Service {
	t.Helper()
	s, err := Open(Options{Dir: dir, Open: newEcho})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func quick(name, host string) latency.Target {
	return latency.Target{Name: name, Kind: latency.KindICMP, Host: host, Interval: latency.MinInterval, Timeout: 300 * time.Millisecond}
}

// TestMeasureLookResume: one process measures, a second one looks; after the end
// the next run goes on with other sequence numbers.
func TestMeasureLookResume(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	added, err := s.Add(t.Context(), []latency.Target{quick("up", "192.0.2.1"), quick("down", "192.0.2.99")})
	if err != nil || added[0].ID == 0 {
		t.Fatal(err)
	}
	testbed.Wait(t, "a level for each", func() bool {
		snap := s.Snapshot()
		return snap.Targets[0].Level == LevelGood && snap.Targets[1].Level == LevelFailed
	})
	up := s.Snapshot().Targets[0]
	if up.Median != 12*time.Millisecond || up.Loss != 0 || up.Address.String() != "192.0.2.1" || up.Engine != "echo" || len(up.Points) == 0 {
		t.Errorf("%+v", up)
	}
	second := open(t, dir)
	if second.Writer() {
		t.Fatal("two processes measure")
	}
	if _, err := second.Add(t.Context(), []latency.Target{quick("x", "192.0.2.2")}); !errors.Is(err, history.ErrReader) {
		t.Errorf("a looking process added a target: %v", err)
	}
	var mu sync.Mutex
	rows := map[rowID]int{}
	cancel := second.Subscribe(func(rs []latency.Result) {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range rs {
			if r.Target == added[0].ID {
				rows[rowID{r.Seq, r.Outcome}]++
			}
		}
	})
	defer cancel()
	if err := s.Store().Flush(); err != nil {
		t.Fatal(err)
	}
	testbed.Wait(t, "the second sees the target and its rows", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(second.Snapshot().Targets) == 2 && len(second.Snapshot().Targets[0].Points) > 3
	})
	mu.Lock()
	for id, n := range rows {
		if n != 1 {
			t.Errorf("%v came %d times", id, n)
		}
	}
	mu.Unlock()
	last := s.mon.Status().Targets
	if err := errors.Join(second.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	for _, a := range last {
		for _, b := range s.mon.Status().Targets {
			if a.ID == b.ID && b.NextSeq < a.NextSeq {
				t.Errorf("target %d: seq %d is used again after %d", a.ID, b.NextSeq, a.NextSeq)
			}
		}
	}
}

// TestSeqsAfterAKill: a run that never ended has its sequence numbers set aside.
func TestSeqsAfterAKill(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	added, err := s.Add(t.Context(), []latency.Target{quick("up", "192.0.2.1")})
	if err != nil {
		t.Fatal(err)
	}
	s.saveSeqs(reserve)
	body, err := s.store.Setting(t.Context(), SettingSeqs)
	if err != nil || len(body) == 0 {
		t.Fatalf("nothing is set aside: %v", err)
	}
	s.mu.Lock()
	upTo := s.reserved[added[0].ID]
	s.mu.Unlock()
	if next := s.mon.Status().Targets[0].NextSeq; upTo < next+10000 {
		t.Errorf("set aside up to %d, next is %d", upTo, next)
	}
	other := &Service{o: s.o, store: s.store, reserved: map[latency.TargetID]uint64{}}
	if err := other.resume(t.Context()); err != nil || other.reserved[added[0].ID] != upTo {
		t.Errorf("taken up: %v, %v", other.reserved, err)
	}
}

func TestChanges(t *testing.T) {
	s := open(t, t.TempDir())
	list, err := s.Add(t.Context(), []latency.Target{quick("a", "192.0.2.1"), quick("b", "192.0.2.2"), quick("c", "192.0.2.3")})
	if err != nil {
		t.Fatal(err)
	}
	list[1].Name = "bee"
	if err := s.Change(t.Context(), list[1]); err != nil {
		t.Fatal(err)
	}
	if err := s.Arrange(t.Context(), []latency.TargetID{list[2].ID, list[1].ID}); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), list[0].ID); err != nil {
		t.Fatal(err)
	}
	got, err := s.store.Targets(context.Background())
	if err != nil || len(got) != 2 || got[0].Name != "c" || got[1].Name != "bee" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.PauseAll(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if snap := s.Snapshot(); !snap.Paused || snap.Targets[0].Level != LevelUnknown {
		t.Errorf("%+v", snap)
	}
	if err := s.Change(t.Context(), latency.Target{ID: 99}); err == nil {
		t.Error("changed what is not there")
	}
}

func TestLevels(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	series := func(outcomes ...latency.Outcome) []Point {
		var out []Point
		for i, o := range outcomes {
			p := Point{At: now.Add(time.Duration(i-len(outcomes)) * time.Second), Outcome: o}
			if o == latency.Reply {
				p.RTT = time.Duration(10+i%2) * time.Millisecond
			}
			out = append(out, p)
		}
		return out
	}
	const r, l, s = latency.Reply, latency.Timeout, latency.SendError
	for _, c := range []struct {
		name   string
		points []Point
		paused bool
		level  Level
		loss   float64
	}{
		{"nothing yet", nil, false, LevelUnknown, math.NaN()},
		{"answers", series(r, r, r), false, LevelGood, 0},
		{"one lost of four", series(r, l, r, r), false, LevelDegraded, 0.25},
		{"three in a row", series(r, l, l, l), false, LevelFailed, 0.75},
		{"never answered", series(l), false, LevelFailed, 1},
		{"cannot send", series(r, s), false, LevelUnknown, 0},
		{"paused", series(r, r), true, LevelUnknown, 0},
	} {
		x := Live{Target: latency.Target{Interval: time.Second}, Points: c.points}
		x.compute(now, c.paused)
		if x.Level != c.level || x.Loss != c.loss && !(math.IsNaN(x.Loss) && math.IsNaN(c.loss)) {
			t.Errorf("%s: %s, loss %v", c.name, x.Level, x.Loss)
		}
	}
	x := Live{Target: latency.Target{Interval: time.Second}, Points: series(r, r, r)}
	x.compute(now, false)
	if x.Jitter != time.Millisecond || x.Median != 10*time.Millisecond {
		t.Errorf("jitter %v, median %v", x.Jitter, x.Median)
	}
	x.compute(now.Add(time.Hour), false)
	if x.Level != LevelUnknown {
		t.Errorf("an hour old: %s", x.Level)
	}
}

// The ring keeps the newest.
func TestRing(t *testing.T) {
	r := newRing(time.Hour)
	for i := range 100 {
		r.add(&latency.Result{Outcome: latency.Reply, Seq: uint64(i), RTT: time.Duration(i)})
	}
	if got := r.list(); len(got) != 60 || got[0].RTT != 40 || got[59].RTT != 99 {
		t.Errorf("%d, from %v", len(got), got[0])
	}
}
