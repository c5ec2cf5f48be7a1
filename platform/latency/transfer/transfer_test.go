package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
)

const canary = "canary-3f9c1a"

const config = `*** General ***
datadir = /var/lib/smokeping
*** Database ***
step = 300
pings = 20
*** Alerts ***
to = |/usr/bin/touch /nosuch/x
from = me@example.org
+someloss
type = loss
pattern = >0%,*12*,>0%
+hooked
to = https://hooks.example/T0/` + canary + `
type = rtt
pattern = >100
*** Probes ***
+ FPing
binary = /usr/bin/fping
*** Targets ***
probe = FPing
menu = Top
title = Top
+ Europe
menu = Europe
title = All of Europe
++ Paris
menu = Paris
title = Paris
host = paris.example.org
alerts = someloss,hooked
++ Rome
host = rome.example.org
nonsense = 1
`

func open(t *testing.T) (*history.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := history.Open(dir, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, dir
}

func source(t *testing.T) *Source {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(name, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(name, Any)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A webhook's address goes to where secrets are kept, and into no file of the
// history; what does something arrives disabled.
func TestSecretsApart(t *testing.T) {
	s, dir := open(t)
	kept := map[string]string{}
	var stages []Stage
	o := Options{Now: time.Now(), Progress: func(p Progress) { stages = append(stages, p.Stage) },
		KeepSecret: func(_ context.Context, ref string, s channel.Secret) error { kept[ref] = s.Reveal(); return nil }}
	in, err := Take(t.Context(), OfStore(s), source(t), o)
	if err != nil || len(in.Added) != 2 || len(in.Rules) != 2 || len(in.Tells) != 2 {
		t.Fatalf("%v, %+v", err, in)
	}
	c, err := OfStore(s).Alerts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hooks := 0
	for _, ch := range c.Channels {
		if ch.Enabled {
			t.Errorf("channel %q arrived enabled", ch.Name)
		}
		if ch.Kind == channel.KindWebhook {
			hooks++
			if kept[ch.SecretRef] != "https://hooks.example/T0/"+canary || ch.URL != "" {
				t.Errorf("the address is kept as %q: %q", ch.SecretRef, kept[ch.SecretRef])
			}
		}
	}
	if hooks != 1 || len(stages) == 0 {
		t.Errorf("%d webhooks, stages %v", hooks, stages)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if strings.Contains(string(body), canary) {
			t.Errorf("the address is in %s", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Receivers of two configurations that differ in their tokens only are two; and what
// could not be kept the first time is kept the next.
func TestTwoTokens(t *testing.T) {
	s, _ := open(t)
	kept := map[string]string{}
	keep := func(_ context.Context, ref string, s channel.Secret) error { kept[ref] = s.Reveal(); return nil }
	never := func(context.Context, string, channel.Secret) error { return ErrNotKept }
	in, err := Take(t.Context(), OfStore(s), source(t), Options{KeepSecret: never})
	if err != nil || len(in.Unkept) != 1 || strings.Contains(in.Unkept[0], canary) {
		t.Fatalf("%v, %v", in.Unkept, err)
	}
	for range 2 {
		if in, err = Take(t.Context(), OfStore(s), source(t), Options{KeepSecret: keep}); err != nil || len(in.Unkept) != 0 || len(kept) != 1 {
			t.Fatalf("%v, %v, %v", kept, in.Unkept, err)
		}
	}
	other := source(t)
	for i := range other.Config.Receivers {
		other.Config.Receivers[i].Verbatim = strings.ReplaceAll(other.Config.Receivers[i].Verbatim, canary, canary+"2")
	}
	if _, err = Take(t.Context(), OfStore(s), other, Options{KeepSecret: keep}); err != nil {
		t.Fatal(err)
	}
	addresses := slices.Sorted(maps.Values(kept))
	if want := []string{"https://hooks.example/T0/" + canary, "https://hooks.example/T0/" + canary + "2"}; !slices.Equal(addresses, want) {
		t.Errorf("kept %q", addresses)
	}
}

// A keychain that refuses ends the import with the reason, and the address is in
// no error.
func TestSecretRefused(t *testing.T) {
	s, _ := open(t)
	_, err := Take(t.Context(), OfStore(s), source(t), Options{KeepSecret: func(context.Context, string, channel.Secret) error { return errors.New("locked") }})
	if err == nil || !strings.Contains(err.Error(), "locked") || strings.Contains(err.Error(), canary) {
		t.Error(err)
	}
}

// The account of a dry run is that of the run, and nothing is changed by it;
// taking the same over again changes nothing.
func TestDryRun(t *testing.T) {
	s, _ := open(t)
	would, err := Take(t.Context(), OfStore(s), source(t), Options{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := s.Targets(t.Context()); err != nil || len(list) != 0 {
		t.Fatalf("%v, %v", list, err)
	}
	did, err := Take(t.Context(), OfStore(s), source(t), Options{})
	if err != nil || len(did.Added) != len(would.Added) || len(did.Rules) != len(would.Rules) || len(did.Left) != len(would.Left) {
		t.Errorf("%v: %+v instead of %+v", err, did, would)
	}
	again, err := Take(t.Context(), OfStore(s), source(t), Options{})
	if err != nil || len(again.Added) != 0 || len(again.There) != 2 || !again.Rules[0].There {
		t.Errorf("%v: %+v", err, again)
	}
	if c, err := OfStore(s).Alerts(t.Context()); err != nil || len(c.Rules) != 2 || len(c.Channels) != 2 {
		t.Errorf("%v: %d rules, %d channels", err, len(c.Rules), len(c.Channels))
	}
}

// A cancelled import says so and leaves what was done.
func TestCancel(t *testing.T) {
	s, _ := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, err := Take(ctx, OfStore(s), source(t), Options{})
	if !errors.Is(err, context.Canceled) || in == nil || len(in.Added) != 0 {
		t.Errorf("%v, %+v", err, in)
	}
}

// A file that is there stays unless it is to be overwritten, and an error leaves
// nothing behind.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out")
	put := func(text string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
	}
	if err := File(name, false, put("one")); err != nil {
		t.Fatal(err)
	}
	if err := File(name, false, put("two")); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	if err := File(name, true, func(io.Writer) error { return errors.New("no") }); err == nil {
		t.Error("no error")
	}
	if body, _ := os.ReadFile(name); string(body) != "one" {
		t.Errorf("%q", body)
	}
	if err := File(name, true, put("three")); err != nil {
		t.Error(err)
	}
	if err := File(dir, true, put("x")); err == nil {
		t.Error("a folder was overwritten")
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Errorf("%v", list)
	}
}

// TestLogin: a password in a URL is neither kept nor repeated, whatever file it comes
// in; the account says which file and line it was left out of.
func TestLogin(t *testing.T) {
	dir := t.TempDir()
	url := "https://me:" + canary + "@host.example/"
	for name, text := range map[string]string{
		"a.txt":  "192.0.2.1\n" + url + "\n",
		"a.csv":  "name,kind,host,url\nb,http,host.example," + url + "\na,icmp,192.0.2.1,\n",
		"a.json": `{"targets":[{"host":"192.0.2.1"},{"kind":"http","url":"` + url + `"}]}`,
		"a.yml":  "targets:\n- hosts: [192.0.2.1, '" + url + "']\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path, Any)
		if err != nil {
			t.Fatal(err)
		}
		a, err := Take(t.Context(), nil, s, Options{DryRun: true})
		if err != nil {
			t.Fatal(err)
		}
		all, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(all), canary) {
			t.Errorf("%s: %s", name, all)
		}
		if len(a.Added) != 1 || len(a.Left) != 1 || !strings.HasPrefix(a.Left[0].String(), path+", line 2: ") {
			t.Errorf("%s: %d added, left out: %q", name, len(a.Added), a.Left)
		}
	}
}

// No export has a password in it, and each tells what it leaves out.
func TestWrite(t *testing.T) {
	list := []latency.Target{{Name: "page", Kind: latency.KindHTTP, Host: "example.org", URL: "https://me:" + canary + "@example.org/"}}
	for _, kind := range []string{CSV, JSON, SmokePing, Prober, Lines} {
		text, lost, err := Write(list, kind)
		if err != nil && kind != Prober || strings.Contains(text, canary) {
			t.Errorf("%s: %v, %s", kind, err, text)
		}
		if err == nil && (len(lost) == 0 || !strings.Contains(lost[0].What, "password")) {
			t.Errorf("%s: %v", kind, lost)
		}
	}
	if list[0].URL == "https://example.org/" {
		t.Error("the target itself was changed")
	}
	if _, _, err := Write(list, "xml"); err == nil {
		t.Error("no error")
	}
}

// TestNarrowColumns: a short period has no columns without a probe between its probes,
// and the smoke of a graph is that of the probes around each column.
func TestNarrowColumns(t *testing.T) {
	s, err := history.Open(t.TempDir(), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	one := latency.Target{Name: "a", Kind: latency.KindICMP, Host: "192.0.2.1"}
	if err := s.SaveTarget(&one, 0); err != nil {
		t.Fatal(err)
	}
	from := time.Now().Add(-time.Hour).Truncate(time.Minute)
	var rows []latency.Result
	for i := range 180 {
		rows = append(rows, latency.Result{Target: one.ID, Node: latency.LocalNode, Seq: uint64(i), Sent: from.Add(time.Duration(i) * time.Second), Outcome: latency.Reply,
			RTT: time.Duration(20+i%5) * time.Millisecond, Engine: "kernel", Address: netip.MustParseAddr("192.0.2.1")})
	}
	if err := s.Append(rows); err != nil {
		t.Fatal(err)
	}
	for _, e := range [][2]time.Duration{{10 * time.Second, 20 * time.Second}, {-time.Hour, 3 * time.Second}, {170 * time.Second, 10 * time.Hour}} {
		if err := s.SaveEvent(&history.Event{Node: latency.LocalNode, Target: one.ID, At: from.Add(e[0]), Until: from.Add(e[1]), Kind: service.EventAlert, Body: "{}"}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Section(t.Context(), s, one, Stretch{From: from, To: from.Add(3 * time.Minute), Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	if got.Graph.Interval != time.Second || len(got.Graph.Columns) != 90 {
		t.Errorf("interval %v, %d columns", got.Graph.Interval, len(got.Graph.Columns))
	}
	for i, c := range got.Graph.Columns {
		if c.Hist == nil || c.Hist.Replies == 0 {
			t.Errorf("column %d has no probe", i)
		}
		// Of two seconds each.
		if want := i <= 1 || i >= 5 && i <= 10 || i >= 85; want != (c.Bands&smoke.BandAlert != 0) {
			t.Errorf("column %d: an alert is %v", i, !want)
		}
	}
}
