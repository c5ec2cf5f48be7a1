package alert

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/smokeping"
)

const config = `*** General ***
owner = somebody
*** Database ***
step = 300
pings = 20
*** Alerts ***
to = noc@example.org,|/usr/bin/page --all
from = smoke@example.org
+someloss
type = loss
pattern = >0%,*12*,>0%,*12*,>0%
comment = loss 3 times in a row
edgetrigger = yes
priority = 2
+slow
type = rtt
pattern = <10,>100
comment = slow
to = https://hooks.example/c4n4ry-0123456789
+odd
type = matcher
pattern = Oddness(of=>3)
comment = a matcher of somebody's own
+unused
type = matcher
pattern = CheckLoss(l=>20,x=>3)
comment = nobody
*** Probes ***
+FPing
binary = /usr/bin/fping
*** Targets ***
probe = FPing
menu = Top
title = Top
alerts = someloss
+Europe
menu = Europe
title = Europe
alertee = europe@example.org
++Paris
menu = Paris
host = paris.example
++Rome
menu = Rome
host = rome.example
alerts = slow,odd
+Lima
menu = Lima
host = lima.example
`

func TestFromSmokePing(t *testing.T) {
	c, err := smokeping.Load(fstest.MapFS{"config": {Data: []byte(config)}}, "config", smokeping.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]latency.TargetID{"Europe/Paris": 1, "Europe/Rome": 2, "Lima": 3}
	in := FromSmokePing(c, func(t *smokeping.Target) (latency.TargetID, bool) { id, ok := ids[t.Path]; return id, ok })
	var channels []string
	for _, ch := range in.Channels {
		if ch.Enabled || ch.Problem == "" || ch.Validate() == nil && ch.Kind != channel.KindWebhook {
			t.Errorf("%+v", ch)
		}
		channels = append(channels, fmt.Sprintf("%s %s %q %d", ch.ID, ch.Kind, ch.Imported, len(ch.Argv)))
	}
	if got, want := strings.Join(channels, "\n"), `smokeping-1 text "noc@example.org" 0
smokeping-2 command "|/usr/bin/page --all" 0
smokeping-3 webhook "https://hooks.example/…" 0
smokeping-4 text "europe@example.org" 0`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if u := in.Channels[2].URL.Reveal(); u != "https://hooks.example/c4n4ry-0123456789" {
		t.Error(u)
	}
	var rules []string
	for _, r := range in.Rules {
		rules = append(rules, fmt.Sprintf("%s %v %s %v %v %d %v %d %v", r.ID, r.Enabled, r.Kind, r.Scope.Targets, r.Step, r.History, r.EveryRound, r.Priority, r.Channels))
	}
	if got, want := strings.Join(rules, "\n"), `smokeping-someloss true pattern [1] 5m0s 27 false 2 [smokeping-1 smokeping-2 smokeping-4]
smokeping-someloss-2 true pattern [3] 5m0s 27 false 2 [smokeping-1 smokeping-2]
smokeping-slow true pattern [2] 5m0s 2 true 0 [smokeping-1 smokeping-2 smokeping-3 smokeping-4]
smokeping-odd false matcher [2] 5m0s 2 true 0 [smokeping-1 smokeping-2 smokeping-4]
smokeping-unused false matcher [] 5m0s 3 true 0 [smokeping-1 smokeping-2]`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if r := in.Rules[3]; !strings.Contains(r.Problem, `no matcher "Oddness"`) || r.Imported != "type = matcher, pattern = Oddness(of=>3)" {
		t.Errorf("%+v", r)
	}
	if r := in.Rules[0]; r.Mode != pattern.AsSmokePing {
		t.Errorf("%+v", r)
	}
	// The imported rule works, over rounds of five minutes.
	var results []latency.Result
	for i := range 6 * 300 {
		r := latency.Result{Target: 1, Node: 1, Seq: uint64(i), Sent: noon.Add(time.Duration(i) * time.Second), Outcome: latency.Reply, RTT: time.Millisecond}
		if i%300 == 7 && i > 600 {
			r.Outcome = latency.Timeout
		}
		results = append(results, r)
	}
	e := New(Config{Rules: in.Rules, Targets: []Target{{ID: 1, Name: "Paris", Host: "paris.example", Group: []string{"Europe"}}}})
	got := e.Observe(results)
	if want := "1499s raised critical"; brief(got) != want {
		t.Errorf("%s, want %s", brief(got), want)
	}
	var told heard
	e.Tell(&told, got)
	if len(told) != 1 || fmt.Sprint(told[0].channels) != "[smokeping-1 smokeping-2 smokeping-4]" {
		t.Fatalf("%+v", told)
	}
	m := told[0].m
	if m.Title() != "Paris (paris.example): someloss raised, critical" || m.Comment != "loss 3 times in a row" || !strings.Contains(m.Why, "loss start, 0%, 0%, 0.3%") {
		t.Errorf("%q %+v", m.Title(), m)
	}
	// Held alerts, and those behind another, are nobody's.
	held := got[0]
	held.Kind = Held
	behind := got[0]
	behind.Behind = "other"
	e.Tell(&told, []Event{held, behind})
	if len(told) != 1 {
		t.Errorf("%+v", told)
	}
	// A target that is gone is told of by its number.
	gone := e.Update(nil, nil)
	e.Tell(&told, gone)
	if len(told) != 2 || told[1].m.Title() != "target 1: someloss cleared, ok" {
		t.Errorf("%+v", told)
	}
}

type heard []struct {
	channels []string
	m        channel.Message
}

func (h *heard) Send(channels []string, m channel.Message) {
	*h = append(*h, struct {
		channels []string
		m        channel.Message
	}{channels, m})
}
