package alert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/pattern"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// script writes a target's results: one character a second. Digits are replies of
// so many times 10 ms, x a timeout, s a send error, z asleep, f frozen, o our own
// socket overflowed, space nothing at all.
func script(id latency.TargetID, from time.Time, text string) []latency.Result {
	var out []latency.Result
	for i, c := range text {
		r := latency.Result{Target: id, Node: latency.LocalNode, Seq: uint64(i), Sent: from.Add(time.Duration(i) * time.Second)}
		switch c {
		case 'x':
			r.Outcome = latency.Timeout
		case 's':
			r.Outcome, r.Reason = latency.SendError, latency.ReasonLinkDown
		case 'z':
			r.Outcome, r.Reason = latency.NotMeasured, latency.ReasonAsleep
		case 'f':
			r.Outcome, r.Reason = latency.NotMeasured, latency.ReasonFrozen
		case 'o':
			r.Outcome, r.Reason = latency.NotMeasured, latency.ReasonOverflow
		case ' ':
			continue
		default:
			r.Outcome, r.RTT = latency.Reply, time.Duration(c-'0')*10*time.Millisecond
		}
		out = append(out, r)
	}
	return out
}

// brief writes events as "5s raised critical".
func brief(events []Event) string {
	var out []string
	for _, e := range events {
		s := fmt.Sprintf("%gs %s %s", e.At.Sub(noon).Seconds(), e.Kind, e.Level)
		if e.On != 1 {
			s = fmt.Sprintf("#%d ", e.On) + s
		}
		if e.Held {
			s += " (held)"
		}
		if e.Behind != "" {
			s += " behind " + e.Behind
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func rows(results ...latency.Result) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		for _, r := range results {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func all(r Rule) Rule {
	r.ID, r.Name, r.Enabled, r.Scope = "r", "rule", true, Scope{All: true}
	return r
}

func TestRules(t *testing.T) {
	limit := func(r Rule) Rule {
		r.Kind, r.Thresholds = KindThreshold, "-w 100,20% -c 500,60%"
		return all(r)
	}
	pat := func(metric pattern.Metric, text string, r Rule) Rule {
		r.Kind, r.Metric, r.Pattern = KindPattern, metric, text
		return all(r)
	}
	for _, c := range []struct {
		name   string
		rule   Rule
		script string
		want   string
	}{
		{"nothing", limit(Rule{}), "11111111111111111111", ""},
		{"critical loss and back", limit(Rule{}), "11111xxx1111111", "9s raised critical; 14s cleared ok"},
		{"warning at a fifth", limit(Rule{}), "11x1111111", "4s raised warning; 9s cleared ok"},
		{"slow", limit(Rule{}), "::::::::::11111", "4s raised warning; 14s cleared ok"},
		{"worse, better, well", limit(Rule{}), "x1111xxxxxx111111111", "4s raised warning; 9s raised critical; 14s raised warning; 19s cleared ok"},
		{"two bad windows", limit(Rule{RaiseAfter: 2}), "x1111xxxxx" + "xxxxx11111", "9s raised warning; 14s raised critical; 19s cleared ok"},
		{"one bad window of two", limit(Rule{RaiseAfter: 2}), "xxxxx11111xxxxx", ""},
		{"two good windows", limit(Rule{ClearAfter: 2}), "xxxxx11111xxxxx1111111111", "4s raised critical; 24s cleared ok"},
		{"send errors are no loss", limit(Rule{}), "sssssssssssssss11111", ""},
		{"nor part of the window", limit(Rule{}), "11sssss111", ""},
		{"a window of three", limit(Rule{Window: 3}), "111xx1", "5s raised critical"},
		{"packets of check_ping", all(Rule{Kind: KindThreshold, Thresholds: "-c 500,100% -p 2"}), "1xxx", "3s raised critical"},
		{"sleep forgets the first failure", limit(Rule{}), "1xxz111111", ""},
		{"a freeze drops what counts in a row", limit(Rule{RaiseAfter: 2}), "xxxxxfxxxxxxxxxx", "15s raised critical"},
		{"an overflow does not", limit(Rule{RaiseAfter: 2}), "xxxxxoxxxxx", "10s raised critical"},
		{"an alert outlives a nap", limit(Rule{}), "xxxxxzzz11111", "4s raised critical; 12s cleared ok"},
		{"rounds of ten seconds", pat(pattern.Loss, ">20%,>20%", Rule{}), "1111111111xxx1111111xxx1111111" + "1111111111", "29s raised critical; 39s cleared ok"},
		{"rounds of probes", pat(pattern.RTT, "<50,>50", Rule{Pings: 3, Level: Warning}), "111999999", "5s raised warning; 8s cleared ok"},
		{"start", pat(pattern.RTT, "==S,==U", Rule{Pings: 2}), "xx11", "1s raised critical; 3s cleared ok"},
		{"start after a nap", pat(pattern.RTT, "==S,==U", Rule{Pings: 2}), "1111zzxx", "7s raised critical"},
		{"each round", pat(pattern.Loss, ">50%", Rule{Pings: 2, EveryRound: true}), "xxxxxx11", "1s raised critical; 3s active critical; 5s active critical; 7s cleared ok"},
		{"matcher", all(Rule{Kind: KindMatcher, Pattern: "CheckLoss(l=>50,x=>2)", Pings: 2}), "xxxxxx1111", "3s raised critical; 9s cleared ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			results := script(1, noon, c.script)
			got, err := DryRun(context.Background(), c.rule, []Target{{ID: 1}}, rows(results...))
			if err != nil {
				t.Fatal(err)
			}
			if brief(got) != c.want {
				t.Errorf("%s:\n got %s\nwant %s", c.script, brief(got), c.want)
			}
		})
	}
}

func TestWhy(t *testing.T) {
	r := all(Rule{Kind: KindThreshold, Thresholds: "-w 100,20% -c 500,60%"})
	got, err := DryRun(context.Background(), r, []Target{{ID: 1}}, rows(script(1, noon, "11xx1")...))
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	if want := "rta 10 ms, loss 40% of 5 probes: warning (-w 100,20% -c 500,60%)"; got[0].Why != want {
		t.Errorf("%q", got[0].Why)
	}
	r = all(Rule{Kind: KindPattern, Metric: pattern.RTT, Pattern: "==*,==U", Pings: 2})
	got, err = DryRun(context.Background(), r, []Target{{ID: 1}}, rows(script(1, noon, "12xx")...))
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	if want := "rtt 20 ms, no answer"; got[0].Why != want {
		t.Errorf("%q", got[0].Why)
	}
	if len(got[0].Seen) != 2 || got[0].Seen[1].Loss != 100 {
		t.Errorf("%+v", got[0].Seen)
	}
}

func TestGateway(t *testing.T) {
	rule := all(Rule{Kind: KindThreshold, Thresholds: "-c 1000,60%"})
	rule.Scope = Scope{Groups: [][]string{{"out"}}}
	targets := []Target{{ID: 1, Group: []string{"out", "there"}}, {ID: 2, Gateway: true}}
	for _, c := range []struct{ name, target, gateway, want string }{
		{"gateway down", "11111xxxxxxxxxxxxxxx11111", "11111xxxxxxxxxxxxxxx11111", "9s held critical; 20s cleared ok (held)"},
		{"target down", "11111xxxxx11111", "111111111111111", "9s raised critical; 14s cleared ok"},
		{"gateway missed one probe", "11111xxxxxxxxxx", "11111111x11111x", "9s raised critical"},
		{"raised when the gateway answers", "11111xxxxxxxxxx", "111111111x11111", "9s held critical; 10s raised critical"},
		{"gateway never answers", "11111xxxxx", "xxxxxxxxxx", "9s raised critical"},
		{"link down", "11111xxxxxsssssxxxxx11111", "1111111ssssssssssss111111", "9s held critical; 19s cleared ok (held)"},
		{"until the gateway answers after sleep", "11111zxxxxxxxxx1111111111", "11111zxxxxxxxxxx111111111", "10s held critical; 16s cleared ok (held)"},
		{"still down afterwards", "11111xxxxxxxxxxxxxxxxxxxx", "11111xxxx1111111111111111", "9s raised critical"},
		{"cleared while held", "11111xxxxx11111", "111111xxxxxxxxxxxx", "9s held critical; 14s cleared ok (held)"},
		{"an alert of before clears", "xxxxx11111111", "11111xxxxxxxxxxx", "4s raised critical; 9s cleared ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			merged := Merge(rows(script(2, noon, c.gateway)...), rows(script(1, noon, c.target)...))
			got, err := DryRun(context.Background(), rule, targets, merged)
			if err != nil {
				t.Fatal(err)
			}
			if brief(got) != c.want {
				t.Errorf("got %s\nwant %s", brief(got), c.want)
			}
		})
	}
}

// TestParents: a parent counts in place of the gateways.
func TestParents(t *testing.T) {
	rule := all(Rule{Kind: KindThreshold, Thresholds: "-c 1000,60%"})
	rule.Scope = Scope{Targets: []latency.TargetID{1}}
	targets := []Target{{ID: 1, Parents: []latency.TargetID{3}}, {ID: 2, Gateway: true}, {ID: 3}}
	down, up := "11111xxxxxxxxxx", "111111111111111"
	for _, c := range []struct{ gateway, parent, want string }{
		{down, up, "9s raised critical"},
		{up, down, "9s held critical"},
	} {
		got, err := DryRun(context.Background(), rule, targets,
			Merge(rows(script(2, noon, c.gateway)...), rows(script(3, noon, c.parent)...), rows(script(1, noon, down)...)))
		if err != nil || brief(got) != c.want {
			t.Errorf("%s, %v; want %s", brief(got), err, c.want)
		}
	}
	rule.IgnoreGateway = true
	got, _ := DryRun(context.Background(), rule, targets, Merge(rows(script(3, noon, down)...), rows(script(1, noon, down)...)))
	if brief(got) != "9s raised critical" {
		t.Error(brief(got))
	}
}

// random is a day in the life of a few targets.
func random(r *rand.Rand, id latency.TargetID, n int) []latency.Result {
	var b strings.Builder
	states := "111111122xxxsfzo9"
	for b.Len() < n {
		c := string(states[r.IntN(len(states))])
		long := 1 + r.IntN(25)
		if strings.Contains("zfo", c) {
			long = 1 + r.IntN(4)
		}
		b.WriteString(strings.Repeat(c, long))
	}
	return script(id, noon, b.String())
}

// TestDryRunIsLive: a replay of what is stored tells what was told live, though
// live the results come as they are decided, timeouts after younger replies.
func TestDryRunIsLive(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 5))
		stored := random(r, 1, 2000)
		live := slices.Clone(stored)
		delay := func(x latency.Result) time.Time {
			if x.Outcome == latency.Timeout {
				return x.Sent.Add(3 * time.Second)
			}
			return x.Sent
		}
		slices.SortStableFunc(live, func(a, b latency.Result) int { return delay(a).Compare(delay(b)) })
		if slices.EqualFunc(live, stored, func(a, b latency.Result) bool { return a.Seq == b.Seq }) {
			t.Fatal("nothing is out of order here")
		}
		target := Target{ID: 1, Timeout: 3 * time.Second}
		for _, rule := range []Rule{
			all(Rule{Kind: KindThreshold, Thresholds: "-w 15,20% -c 50,60%", RaiseAfter: 2}),
			all(Rule{Kind: KindPattern, Metric: pattern.Loss, Pattern: ">0%,*6*,>10%"}),
			all(Rule{Kind: KindPattern, Metric: pattern.RTT, Pattern: "<15,*3*,>15,>15", Mode: pattern.AsSmokePing, Step: 15 * time.Second}),
			all(Rule{Kind: KindMatcher, Pattern: "ExpLoss(hist=>10,rising=>20,falling=>5)", Pings: 7}),
		} {
			e := New(Config{Rules: []Rule{rule}, Targets: []Target{target}})
			var told []Event
			for rest := live; len(rest) > 0; {
				n := min(len(rest), 1+r.IntN(9))
				told = append(told, e.Observe(rest[:n])...)
				rest = rest[n:]
			}
			told = append(told, e.Flush()...)
			replayed, err := DryRun(context.Background(), rule, []Target{target}, rows(stored...))
			if err != nil {
				t.Fatal(err)
			}
			if len(told) == 0 {
				t.Errorf("%s: nothing to compare", rule.Pattern+rule.Thresholds)
			}
			if !reflect.DeepEqual(told, replayed) {
				t.Fatalf("seed %d, %s:\nlive   %s\nreplay %s", seed, rule.Pattern+rule.Thresholds, brief(told), brief(replayed))
			}
		}
	}
}

// TestPriority: of SmokePing's alerts with a priority one speaks at a time.
func TestPriority(t *testing.T) {
	rule := func(id string, priority int) Rule {
		r := all(Rule{Kind: KindPattern, Metric: pattern.Loss, Pattern: ">0%", Pings: 2, Priority: priority, Channels: []string{"c"}})
		r.ID = id
		return r
	}
	e := New(Config{Rules: []Rule{rule("low", 30), rule("none", 0), rule("high", 5)}, Targets: []Target{{ID: 1}}})
	got := e.Observe(script(1, noon, "xx"))
	var tells []string
	for _, ev := range got {
		if ev.Tells() {
			tells = append(tells, ev.Rule)
		} else if ev.Behind != "high" {
			t.Errorf("%+v", ev)
		}
	}
	if fmt.Sprint(tells) != "[none high]" || len(got) != 3 {
		t.Error(tells, brief(got))
	}
}

// TestRestart: what stood before a restart is not raised again, and clears.
func TestRestart(t *testing.T) {
	rule := all(Rule{Kind: KindThreshold, Thresholds: "-c 500,60%"})
	targets := []Target{{ID: 1}}
	e := New(Config{Rules: []Rule{rule}, Targets: targets})
	if got := brief(e.Observe(script(1, noon, "xxxxx"))); got != "4s raised critical" {
		t.Fatal(got)
	}
	kept, err := json.Marshal(e.Standing())
	if err != nil {
		t.Fatal(err)
	}
	var standing []Standing
	if err := json.Unmarshal(kept, &standing); err != nil {
		t.Fatal(err)
	}
	e = New(Config{Rules: []Rule{rule}, Targets: targets, Standing: standing})
	if got := e.Standing(); len(got) != 1 || got[0].Level != Critical {
		t.Errorf("%+v", got)
	}
	if got := brief(e.Observe(script(1, noon.Add(time.Hour), "xxxxx11111"))); got != "3609s cleared ok" {
		t.Error(got)
	}
}

// TestUpdate: rules come and go while results do.
func TestUpdate(t *testing.T) {
	one := all(Rule{Kind: KindThreshold, Thresholds: "-c 500,60%"})
	broken := all(Rule{Kind: KindPattern, Metric: pattern.Loss, Pattern: ">5"})
	broken.ID = "broken"
	targets := []Target{{ID: 1}}
	e := New(Config{Rules: []Rule{one, broken}, Targets: targets})
	var where *pattern.Error
	if err := e.Problems()["broken"]; !errors.As(err, &where) || where.Position != 3 {
		t.Errorf("%v", err)
	}
	results := script(1, noon, "xxx11xxxxx111111")
	e.Observe(results[:3])
	if got := e.Update([]Rule{one}, targets); got != nil {
		t.Error(got)
	}
	if got := brief(e.Observe(results[3:5])); got != "4s raised critical" {
		t.Errorf("an unchanged rule forgot: %s", got)
	}
	two := one
	two.Thresholds = "-c 500,100%"
	e.Update([]Rule{two}, targets)
	if got := e.Standing(); len(got) != 1 || got[0].Level != Critical {
		t.Errorf("%+v", got)
	}
	two.Enabled = false
	if got := brief(e.Update([]Rule{two}, targets)); got != "4s cleared ok" {
		t.Error(got)
	}
	e.Update([]Rule{one}, targets)
	e.Observe(results[5:10])
	if got := brief(e.Update([]Rule{one}, nil)); got != "9s cleared ok" {
		t.Error(got)
	}
	if got := e.Standing(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if got := e.Observe(results[10:]); got != nil {
		t.Error(got)
	}
}

// TestOrder: gaps and new numbers do not stop a target's rules.
func TestOrder(t *testing.T) {
	var o order
	o.patience = 5 * time.Second
	var got []string
	push := func(seq uint64, second int) {
		o.push(latency.Result{Seq: seq, Sent: noon.Add(time.Duration(second) * time.Second)}, func(r *latency.Result) { got = append(got, fmt.Sprint(r.Seq)) })
	}
	for _, p := range [][2]int{{8, 0}, {10, 2}, {9, 1}, {9, 1}, {11, 3}, {14, 6}, {13, 5}, {16, 8}, {20, 12}, {12, 4}, {3, 20}, {4, 21}, {5, 30}} {
		push(uint64(p[0]), p[1])
	}
	// 8 is given up waiting for at 6 s, 12 is waited for in vain, 3 begins anew.
	if want := "8 9 10 11 13 14 16 20 3 4 5"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	for i := range maxWaiting + 100 {
		push(uint64(1000+2*i), 31)
	}
	if len(o.waiting) > maxWaiting {
		t.Errorf("%d wait", len(o.waiting))
	}
}

func TestRuleJSON(t *testing.T) {
	r := Rule{ID: "a", Name: "A", Kind: KindPattern, Metric: pattern.Loss, Pattern: ">0%", Mode: pattern.AsSmokePing, Level: Warning,
		Scope: Scope{Groups: [][]string{{"a", "b"}}, Targets: []latency.TargetID{3}}, Channels: []string{"x"}, Step: time.Minute, Imported: "text"}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Rule
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(r, back) {
		t.Errorf("%v: %s", err, data)
	}
	if !strings.Contains(string(data), `"level":"warning"`) {
		t.Errorf("%s", data)
	}
}

func TestValidate(t *testing.T) {
	for says, r := range map[string]Rule{
		"has no id":             {Name: "a", Kind: KindThreshold, Thresholds: "-w 1,1%"},
		"neither a threshold":   {ID: "a", Name: "a"},
		"1 to 10000 probes":     {ID: "a", Kind: KindThreshold, Thresholds: "-w 1,1%", Window: -1},
		"lasts from 1 s":        {ID: "a", Kind: KindPattern, Step: time.Millisecond},
		"2048 rounds":           {ID: "a", Kind: KindPattern, History: 1 << 20},
		"warning or critical":   {ID: "a", Kind: KindPattern, Level: Unknown},
		"no threshold":          {ID: "a", Kind: KindThreshold},
		"empty pattern":         {ID: "a", Kind: KindPattern, Metric: pattern.RTT},
		"Name(argument=>value":  {ID: "a", Kind: KindMatcher},
		"take 1 to 1000":        {ID: "a", Kind: KindMatcher, RaiseAfter: 1001},
		"documented or as Smok": {ID: "a", Kind: KindPattern, Metric: pattern.RTT, Mode: "x", Pattern: ">1"},
	} {
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want %q", err, says)
		}
	}
}

func TestScope(t *testing.T) {
	target := &Target{ID: 7, Group: []string{"a", "b"}}
	for want, scopes := range map[bool][]Scope{
		true:  {{All: true}, {Targets: []latency.TargetID{1, 7}}, {Groups: [][]string{{"a"}}}, {Groups: [][]string{{"x"}, {"a", "b"}}}, {Groups: [][]string{{}}}},
		false: {{}, {Targets: []latency.TargetID{1}}, {Groups: [][]string{{"b"}}}, {Groups: [][]string{{"a", "b", "c"}}}},
	} {
		for _, s := range scopes {
			if s.Has(target) != want {
				t.Errorf("%+v: %v", s, !want)
			}
		}
	}
}

// TestUnread: what cannot be read is told of, and gone past.
func TestUnread(t *testing.T) {
	broken := errors.New("damaged")
	bad := func(yield func(latency.Result, error) bool) {
		for i, r := range script(1, noon, "1x1") {
			if i == 1 && !yield(latency.Result{}, broken) || !yield(r, nil) {
				return
			}
		}
	}
	rule := all(Rule{Kind: KindThreshold, Thresholds: "-c 500,60%", Window: 1})
	got, err := DryRun(context.Background(), rule, []Target{{ID: 1}}, Merge(rows(script(2, noon, "111")...), bad))
	if !errors.Is(err, broken) || brief(got) != "1s raised critical; 2s cleared ok" {
		t.Errorf("%v %s", err, brief(got))
	}
	n := 0
	for range Merge(bad, rows(script(2, noon, "111")...)) {
		if n++; n == 2 {
			break
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := DryRun(ctx, rule, nil, rows(script(1, noon, "x")...)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// BenchmarkObserve is one result of one target under three rules.
func BenchmarkObserve(b *testing.B) {
	rules := []Rule{
		all(Rule{Kind: KindThreshold, Thresholds: "-w 100,20% -c 500,60%"}),
		all(Rule{Kind: KindPattern, Metric: pattern.Loss, Pattern: ">0%,*12*,>0%,*12*,>0%"}),
		all(Rule{Kind: KindMatcher, Pattern: "CheckLoss(l=>20,x=>3)", Pings: 20}),
	}
	for i := range rules {
		rules[i].ID = fmt.Sprint(i)
	}
	e := New(Config{Rules: rules, Targets: []Target{{ID: 1}}})
	one := script(1, noon, "1")
	for i := 0; b.Loop(); i++ {
		one[0].Seq, one[0].Sent = uint64(i), noon.Add(time.Duration(i)*time.Second)
		e.Observe(one)
	}
}
