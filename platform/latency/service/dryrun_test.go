package service

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/probe"
)

// A dry run tells how far it is, in order and within its stretch, comes to the
// same as one that does not tell, and ends when it is cancelled.
func TestDryRun(t *testing.T) {
	s, err := Open(Options{Dir: t.TempDir(), Open: func(latency.Kind) (probe.Engine, error) { return nil, errors.New("nothing is sent in this test") }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	list, err := s.Add(t.Context(), []latency.Target{{Name: "a", Kind: latency.KindICMP, Host: "192.0.2.1", Paused: true}})
	if err != nil {
		t.Fatal(err)
	}
	const n = 20_000
	to := time.Now().Add(-time.Minute)
	from := to.Add(-n * time.Second)
	rows := make([]latency.Result, n)
	for i := range rows {
		rows[i] = latency.Result{Target: list[0].ID, Node: latency.LocalNode, Seq: uint64(1_000_000 + i), Sent: from.Add(time.Duration(i) * time.Second), Outcome: latency.Reply, RTT: time.Millisecond}
		if i > n/2 && i < n/2+60 {
			rows[i].Outcome, rows[i].RTT = latency.Timeout, 0
		}
	}
	if err := errors.Join(s.Store().Append(rows), s.Store().Flush()); err != nil {
		t.Fatal(err)
	}
	rule := alert.Rule{ID: "r", Name: "r", Kind: alert.KindThreshold, Scope: alert.Scope{All: true}, Thresholds: "-w 100,20%"}
	var told []time.Time
	tried, err := s.DryRun(t.Context(), rule, from, to, func(at time.Time) { told = append(told, at) })
	got := tried.Events
	if err != nil || len(got) < 2 || got[0].Kind != alert.Raised {
		t.Fatalf("%v, %v", got, err)
	}
	if tried.Rows < n-1 || tried.First.Sub(from) > 2*time.Second || tried.RolledUp { // stored to the millisecond
		t.Errorf("%d rows from %v, of roll-ups %v", tried.Rows, tried.First, tried.RolledUp)
	}
	if len(told) < 3 {
		t.Errorf("told %d times", len(told))
	}
	for i, at := range told {
		if at.Before(from) || at.After(to) || i > 0 && at.Before(told[i-1]) {
			t.Errorf("told %v after %v", at, told[:i])
		}
	}
	if plain, err := s.DryRun(t.Context(), rule, from, to, func(time.Time) {}); err != nil || !reflect.DeepEqual(plain.Events, got) {
		t.Errorf("%v, %+v instead of %+v", err, plain.Events, got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := s.DryRun(ctx, rule, from, to, func(time.Time) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestDryRunOnRollups: what was imported as rounds is looked at, too, and where nothing
// is stored that is no verdict.
func TestDryRunOnRollups(t *testing.T) {
	s := open(t, t.TempDir())
	x := quick("x", "192.0.2.1")
	x.Paused = true
	list, err := s.Add(t.Context(), []latency.Target{x})
	if err != nil {
		t.Fatal(err)
	}
	const step = 5 * time.Minute
	begin := time.Now().Add(-48 * time.Hour).Truncate(step)
	if _, err := s.Store().ImportRollups(t.Context(), list[0].ID, latency.LocalNode, step, func(yield func(time.Time, *histogram.Histogram) bool) {
		for i := range 200 {
			h := &histogram.Histogram{}
			for range 20 {
				h.Observe(20 * time.Millisecond)
			}
			if i >= 100 && i < 110 {
				h = &histogram.Histogram{Lost: 20}
			}
			if !yield(begin.Add(time.Duration(i)*step), h) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	rule := alert.Rule{ID: "r", Name: "r", Kind: alert.KindPattern, Scope: alert.Scope{All: true}, Pattern: ">50%", Metric: "loss", Mode: "smokeping", Step: step}
	tried, err := s.DryRun(t.Context(), rule, begin.Add(-time.Hour), begin.Add(20*time.Hour), func(time.Time) {})
	if err != nil || tried.Rows != 4000 || !tried.RolledUp || tried.First.Sub(begin) > step {
		t.Fatalf("%d rows from %v, %v", tried.Rows, tried.First, err)
	}
	if len(tried.Events) != 2 || tried.Events[0].Kind != alert.Raised || tried.Events[1].Kind != alert.Cleared ||
		tried.Events[0].At.Sub(begin.Add(100*step)).Abs() > 2*step || tried.Events[1].At.Sub(begin.Add(110*step)).Abs() > 2*step {
		t.Errorf("%+v", tried.Events)
	}
	if tried, err = s.DryRun(t.Context(), rule, begin.Add(-10*time.Hour), begin.Add(-5*time.Hour), func(time.Time) {}); err != nil || tried.Rows != 0 || len(tried.Events) != 0 {
		t.Errorf("%+v, %v", tried, err)
	}
}

// TestRolledProbes: they come to the loss and the median of what they stand for.
func TestRolledProbes(t *testing.T) {
	for _, c := range []struct{ replies, lost, n, want int }{{20, 0, 20, 0}, {0, 20, 20, 20}, {15, 5, 20, 5}, {300, 1, 100, 1}, {1, 299, 100, 99}, {1, 0, 1, 0}, {0, 1, 1, 1}, {7, 0, 7, 0}, {200, 100, 100, 33}} {
		h := &histogram.Histogram{Lost: uint64(c.lost)}
		for i := range c.replies {
			h.Observe(time.Duration(i+1) * time.Millisecond)
		}
		rows := probes(h, 1, time.Unix(1000, 0), time.Minute)
		var got histogram.Histogram
		for i := range rows {
			got.Count(&rows[i])
			if i > 0 && !rows[i].Sent.After(rows[i-1].Sent) || rows[i].Sent.Sub(time.Unix(1000, 0)) >= time.Minute {
				t.Fatalf("sent at %v", rows[i].Sent)
			}
		}
		if len(rows) != c.n || int(got.Lost) != c.want {
			t.Errorf("%d and %d lost: %d, of which %d lost", c.replies, c.lost, len(rows), got.Lost)
		}
		if a, b := h.Quantile(0.5), got.Quantile(0.5); c.replies > 0 && (a-b).Abs() > a/20 {
			t.Errorf("%d and %d lost: median %v instead of %v", c.replies, c.lost, b, a)
		}
	}
}
