package alert

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/history"
)

// TestDryRunOverHistory: a dry run over what the store kept tells what was told
// while it was measured, with the gateway's rows among them.
func TestDryRunOverHistory(t *testing.T) {
	begin := noon
	s, err := history.Open(t.TempDir(), history.Options{Now: func() time.Time { return begin.Add(3 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, name := range []string{"gateway", "web"} {
		if err := s.SaveTarget(&latency.Target{Name: name, Kind: latency.KindICMP, Host: "192.0.2.1", Interval: time.Second}, i); err != nil {
			t.Fatal(err)
		}
	}
	targets := []Target{{ID: 1, Gateway: true}, {ID: 2, Group: []string{"out"}}}
	rule := all(Rule{Kind: KindThreshold, Thresholds: "-w 60,20% -c 85,60%"})
	smoke := all(Rule{Kind: KindPattern, Metric: pattern.RTT, Pattern: "<15,*3*,>65", Mode: pattern.AsSmokePing})
	for _, r := range []*Rule{&rule, &smoke} {
		r.Scope = Scope{Groups: [][]string{{"out"}}}
	}
	r := rand.New(rand.NewPCG(4, 2))
	gateway, web := random(r, 1, 5000), random(r, 2, 5000)
	var live []latency.Result
	for row, err := range Merge(rows(gateway...), rows(web...)) {
		if err != nil {
			t.Fatal(err)
		}
		live = append(live, row)
	}
	if err := s.Append(live); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []Rule{rule, smoke} {
		e := New(Config{Rules: []Rule{r}, Targets: targets})
		told := append(e.Observe(live), e.Flush()...)
		ctx := context.Background()
		to := begin.Add(3 * time.Hour)
		got, err := DryRun(ctx, r, targets, Merge(s.Samples(ctx, 1, latency.LocalNode, begin, to), s.Samples(ctx, 2, latency.LocalNode, begin, to)))
		if err != nil {
			t.Fatal(err)
		}
		if brief(got) != brief(told) || len(told) < 4 {
			t.Errorf("live   %s\nreplay %s", brief(told), brief(got))
		}
	}
}
