package alert

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/alert/pattern"
)

func TestSaved(t *testing.T) {
	s := Saved{Version: 1, Rules: []Rule{all(Rule{Kind: KindPattern, Pattern: ">5%", Metric: pattern.Loss})},
		Channels: []channel.Channel{{ID: "h", Kind: channel.KindWebhook, URL: "https://host/c4n4ry-token", SignKey: "c4n4ry-key", SecretRef: "a", SignRef: "b"}},
		Standing: []Standing{{Rule: "r", On: 1, Level: Warning, Since: noon}}}
	data, err := s.Encode()
	if err != nil || strings.Contains(string(data), "c4n4ry") {
		t.Fatalf("%v %s", err, data)
	}
	back, err := Decode(data)
	s.Channels[0].URL, s.Channels[0].SignKey = "", ""
	if err != nil || !reflect.DeepEqual(back, s) {
		t.Errorf("%v\n%+v\n%+v", err, back, s)
	}
	s.Channels[0].URL, s.Channels[0].SecretRef = "https://host/c4n4ry-token", ""
	if _, err := s.Encode(); err == nil || strings.Contains(err.Error(), "c4n4ry") {
		t.Error(err)
	}
	if empty, err := Decode(nil); err != nil || len(empty.Rules) != 0 {
		t.Error(err)
	}
	if _, err := Decode([]byte(`{"version":2}`)); !errors.Is(err, ErrNewer) {
		t.Error(err)
	}
	for _, bad := range []string{"[]", "{", `{"rules":[{"level":"terrible"}]}`, `{"rules":[` + strings.Repeat("{},", MaxRules) + `{}]}`} {
		if _, err := Decode([]byte(bad)); err == nil {
			t.Errorf("%.30s was read", bad)
		}
	}
}

// TestHourly: one probe an hour is a round by itself, and decides at once.
func TestHourly(t *testing.T) {
	rule := all(Rule{Kind: KindPattern, Pattern: "==0%,>50%", Metric: pattern.Loss})
	e := New(Config{Rules: []Rule{rule}, Targets: []Target{{ID: 1, Interval: time.Hour, Timeout: time.Second}}})
	var got []Event
	for i, o := range []latency.Outcome{latency.Reply, latency.Reply, latency.Timeout, latency.Reply} {
		n := len(got)
		got = append(got, e.Observe([]latency.Result{{Target: 1, Seq: uint64(i + 9), Sent: noon.Add(time.Duration(i) * time.Hour), Outcome: o}})...)
		if (len(got) > n) != (i >= 2) {
			t.Errorf("hour %d: %s", i, brief(got))
		}
	}
	if want := "7200s raised critical; 10800s cleared ok"; brief(got) != want {
		t.Errorf("%s", brief(got))
	}
}

// FuzzEngine: whatever comes in whatever order, nothing breaks, and what is told
// makes sense: each alert is raised before it is cleared, and cleared but once.
func FuzzEngine(f *testing.F) {
	for i, saved := range engineRules {
		f.Add([]byte(saved), []byte([]string{"111xxx\x00111sss\xff111", "1x1x1x1x\x801zz", "xxxx1111"}[i]))
	}
	f.Fuzz(func(t *testing.T, saved, stream []byte) { sensible(t, saved, stream) })
}

var engineRules = []string{
	`{"rules":[{"id":"a","kind":"threshold","enabled":true,"scope":{"all":true},"thresholds":"-w 100,20% -c 500,60%"}]}`,
	`{"rules":[{"id":"a","kind":"pattern","enabled":true,"scope":{"all":true},"pattern":">0%,*12*,>0%","metric":"loss","mode":"smokeping","pings":2,"every_round":true,"clear_after":2}]}`,
	`{"rules":[{"id":"a","kind":"matcher","enabled":true,"scope":{"groups":[["g"]]},"pattern":"CheckLoss(l=>20,x=>3)","step":2000000000,"raise_after":2}]}`,
}

// TestSensible is FuzzEngine's property on random streams.
func TestSensible(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	told := 0
	for range 100 {
		stream := make([]byte, 300)
		same := 0
		for i := range stream {
			// Long runs of one outcome, now and then a step back or an hour's gap.
			if same--; same < 0 {
				same = r.IntN(30)
				stream[i] = byte(r.IntN(256))
			} else {
				stream[i] = stream[i-1]&0x3c | byte(r.IntN(3)) | 0x40
			}
			if r.IntN(20) > 0 {
				stream[i] &= 0x7f
			}
		}
		for _, saved := range engineRules {
			told += sensible(t, []byte(saved), stream)
		}
	}
	if told < 1000 {
		t.Errorf("only %d events", told)
	}
}

// sensible feeds a stream and says how many events came of it.
func sensible(t *testing.T, saved, stream []byte) int {
	s, err := Decode(saved)
	if err != nil || len(s.Rules) > 20 {
		return 0
	}
	e := New(Config{Rules: s.Rules, Standing: s.Standing,
		Targets: []Target{{ID: 0, Gateway: true}, {ID: 1, Group: []string{"g"}}, {ID: 2, Group: []string{"g", "h"}, Parents: []latency.TargetID{1}}}})
	levels := map[string]Level{}
	key := func(rule string, on latency.TargetID) string { return rule + "\x00" + string(rune('0'+on)) }
	for _, st := range e.Standing() {
		levels[key(st.Rule, st.On)] = st.Level
	}
	restored := len(s.Standing) > 0
	seq := [3]uint64{}
	sent := noon
	ids := map[string]int{}
	for _, r := range s.Rules {
		ids[r.ID]++
	}
	var events []Event
	for _, b := range stream {
		id := latency.TargetID(b % 3)
		sent = sent.Add([]time.Duration{time.Second, 300 * time.Millisecond, -time.Second, time.Hour}[b>>6])
		events = append(events, e.Observe([]latency.Result{{Target: id, Seq: seq[id] + uint64(b>>5&1), Sent: sent,
			Outcome: latency.Outcome(b >> 2 % 9), RTT: time.Duration(b) * 10 * time.Millisecond, Reason: []latency.Reason{latency.ReasonAsleep, latency.ReasonFrozen}[b&1]}})...)
		seq[id]++
	}
	events = append(events, e.Flush()...)
	events = append(events, e.Update(nil, nil)...)
	for _, ev := range events {
		k := key(ev.Rule, ev.On)
		if ids[ev.Rule] != 1 || restored {
			continue
		}
		was := levels[k]
		if was == Unknown {
			was = OK
		}
		if ev.Was != was || ev.Kind == Raised && (ev.Level == was || ev.Level == OK) || ev.Kind == Cleared && !ev.Held && (was == OK || ev.Level != OK) ||
			ev.Kind == Held && ev.Level <= was || ev.Kind == Active && ev.Level != was {
			t.Fatalf("%+v after level %s", ev, was)
		}
		if ev.Kind == Raised || ev.Kind == Cleared {
			levels[k] = ev.Level
		}
	}
	for k, l := range levels {
		if l != OK && l != Unknown && !restored && ids[k[:len(k)-2]] == 1 {
			t.Fatalf("%q is still %s at the end", k, l)
		}
	}
	return len(events)
}
