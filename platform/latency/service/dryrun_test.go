package service

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/probe"
)

// A dry run tells how far it is, in order and within its stretch, comes to the
// same as one that does not tell, and ends when it is cancelled.
func TestDryRunAt(t *testing.T) {
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
	got, err := s.DryRunAt(t.Context(), rule, from, to, func(at time.Time) { told = append(told, at) })
	if err != nil || len(got) < 2 || got[0].Kind != alert.Raised {
		t.Fatalf("%v, %v", got, err)
	}
	if len(told) < 3 {
		t.Errorf("told %d times", len(told))
	}
	for i, at := range told {
		if at.Before(from) || at.After(to) || i > 0 && at.Before(told[i-1]) {
			t.Errorf("told %v after %v", at, told[:i])
		}
	}
	if plain, err := s.DryRun(t.Context(), rule, from, to); err != nil || !reflect.DeepEqual(plain, got) {
		t.Errorf("%v, %+v instead of %+v", err, plain, got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := s.DryRunAt(ctx, rule, from, to, func(time.Time) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
