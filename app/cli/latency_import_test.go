package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/transfer"
)

const smokePingConfig = `*** General ***
owner = somebody
datadir = /var/lib/smokeping
*** Database ***
step = 300
pings = 20
*** Alerts ***
to = |/usr/bin/touch %s
from = me@example.org
+someloss
type = loss
pattern = >0%%,*12*,>0%%
edgetrigger = yes
*** Probes ***
+ FPing
binary = /usr/bin/touch
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
alerts = someloss
++ Rome
host = rome.example.org
nonsense = 1
++ Both
host = /Europe/Paris /Europe/Rome
`

// Everything of a configuration is taken over or listed; its commands never run.
func TestImportSmokePing(t *testing.T) {
	b, _ := newLatencyBench(t, nil)
	dir := t.TempDir()
	touched := filepath.Join(dir, "touched")
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(strings.ReplaceAll(smokePingConfig, "%s", touched), "%%", "%")), 0o600); err != nil {
		t.Fatal(err)
	}
	out := b.must(t, "latency", "import", "--dry-run", dir)
	for _, want := range []string{
		"smokeping: 2 targets would be taken over, 0 there already",
		"  Europe/Paris  paris.example.org  icmp\n",
		"  someloss  type = loss, pattern = >0%,*12*,>0%  on 1 target\n",
		"receivers, every one disabled until you enable it in the window:\n  command  |/usr/bin/touch " + touched,
		"config, line 8",
		"config, line 16: \"binary = /usr/bin/touch\"",
		"nonsense = 1",
		"a graph of 2 targets",
		"--history /var/lib/smokeping",
		"nothing was changed",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if rows := b.listed(t); len(rows) != 0 {
		t.Errorf("a dry run keeps %+v", rows)
	}
	var in transfer.Account
	if err := json.Unmarshal([]byte(b.must(t, "latency", "import", "--json", file)), &in); err != nil {
		t.Fatal(err)
	}
	if len(in.Added) != 2 || len(in.Tells) != 1 || in.Tells[0].Enabled || in.Tells[0].Kind != "command" || !in.Rules[0].Enabled || in.Rules[0].Targets != 1 {
		t.Errorf("%+v", in)
	}
	again := transfer.Account{}
	if err := json.Unmarshal([]byte(b.must(t, "latency", "import", "--json", file)), &again); err != nil {
		t.Fatal(err)
	}
	if len(again.Added) != 0 || len(again.There) != 2 || !again.Rules[0].There {
		t.Errorf("repeated: %+v", again)
	}
	if _, err := os.Stat(touched); err == nil {
		t.Error("an imported command was run")
	}
	config := keptAlerts(t, b)
	if len(config.Rules) != 1 || len(config.Channels) != 1 || config.Channels[0].Enabled || !slices.Equal(config.Rules[0].Scope.Targets, []latency.TargetID{1}) {
		t.Errorf("%+v", config)
	}
	// Another configuration's alert of the same name is another alert, and its
	// receiver another receiver.
	text := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(smokePingConfig, "%s", touched+"2"), "%%", "%"), ">0%,*12*", ">9%,*3*")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b.must(t, "latency", "import", file)
	if config = keptAlerts(t, b); len(config.Rules) != 2 || len(config.Channels) != 2 || slices.Equal(config.Rules[0].Channels, config.Rules[1].Channels) {
		t.Errorf("%+v", config)
	}
}

// keptAlerts are the alerts as the service reads them.
func keptAlerts(t *testing.T, b *bench) service.AlertState {
	t.Helper()
	s, err := service.Open(service.Options{Dir: service.Folder(b.folder), LookOnly: true, Open: func(latency.Kind) (probe.Engine, error) { panic("it only looks") }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return s.Alerts()
}

func TestImportLists(t *testing.T) {
	for name, tc := range map[string]struct {
		file, text, kind string
		code, added      int
		says             string
	}{
		"lines":        {"list", "Google;DNS1;8.8.8.8\n1.1.1.1\nbad..host\n", "auto", 0, 2, "list, line 3"},
		"fping":        {"list", "192.0.2.1 # one\n192.0.2.2\n", "fping", 0, 2, ""},
		"prober":       {"p.yml", "targets:\n- hosts: [192.0.2.1, 192.0.2.2]\n  interval: 5s\n", "auto", 0, 2, ""},
		"prober too":   {"p", "# mine\ntargets:\n- hosts: [192.0.2.1]\n", "auto", 0, 1, "prober: 1 target"},
		"csv":          {"t.csv", "name,kind,host\na,icmp,192.0.2.1\n", "auto", 0, 1, ""},
		"json":         {"t.json", `[{"name":"a","kind":"icmp","host":"192.0.2.1"}]`, "auto", 0, 1, ""},
		"binary":       {"t", "\x00\x01\x02", "lines", exitFailed, 0, "this is no text"},
		"a cycle":      {"config", "@include config\n", "smokeping", exitFailed, 0, "config"},
		"no history":   {"list", "192.0.2.1\n", "history", exitUsage, 0, "--history goes with SmokePing"},
		"hostile name": {"list", "a\x1b]0;x;192.0.2.1\n", "auto", exitFailed, 0, "control characters"},
		"no target":    {"config", "*** Targets ***\nprobe = FPing\n@include loop\n", "smokeping", exitFailed, 0, "no target that can be taken over"},
	} {
		b, _ := newLatencyBench(t, nil)
		file := filepath.Join(t.TempDir(), tc.file)
		if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"latency", "import", "--kind", tc.kind, file}
		if tc.kind == "history" {
			args = []string{"latency", "import", "--history", "/", file}
		}
		code := b.run(t, args...)
		said := b.out.String() + b.err.String()
		if code != tc.code || !strings.Contains(said, tc.says) || len(b.listed(t)) != tc.added || strings.Contains(said, "\x1b") {
			t.Errorf("%s: exit code %d, %s", name, code, said)
		}
	}
	b, _ := newLatencyBench(t, nil)
	big := filepath.Join(t.TempDir(), "big")
	f, err := os.Create(big)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(50 << 20); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	if code := b.run(t, "latency", "import", big); code != exitFailed || !strings.Contains(b.err.String(), "more than 8 MB") {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
	for _, args := range [][]string{{}, {"a", "b"}, {"--kind", "xml", "a"}} {
		if code := b.run(t, append([]string{"latency", "import"}, args...)...); code != exitUsage {
			t.Errorf("%s: exit code %d", args, code)
		}
	}
	if code := b.run(t, "latency", "import", "/nosuch"); code != exitFailed || !strings.Contains(b.err.String(), "no such file") {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
}

// The history of SmokePing's raw logs comes to the targets it belongs to, each
// slave's to a node of its own, once.
func TestImportHistory(t *testing.T) {
	b, _ := newLatencyBench(t, nil)
	dir, data := t.TempDir(), t.TempDir()
	config := strings.ReplaceAll(strings.ReplaceAll(smokePingConfig, "%s", "x"), "%%", "%")
	config = strings.Replace(config, "*** Alerts ***", "*** Slaves ***\nsecrets = /nosuch\n+ moon\ndisplay_name = moon\ncolor = 0000ff\n*** Alerts ***", 1)
	config = strings.Replace(config, "host = paris.example.org", "host = paris.example.org\nrawlog = %Y-%m-%d\nslaves = moon", 1)
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(data, "Europe"), 0o700); err != nil {
		t.Fatal(err)
	}
	pings := strings.Repeat("\t1.000000e-02", 20)
	var raw strings.Builder
	const start = 1_700_000_100 // a multiple of 300
	for i := range 12 {
		raw.WriteString(strconv.Itoa(start+300*i) + "\tU\t0\t1.000000e-02" + pings + "\n")
	}
	for _, name := range []string{"Paris.2023-11-14.csv", "Paris~moon.2023-11-14.csv", "Nobody.2023-11-14.csv"} {
		if err := os.WriteFile(filepath.Join(data, "Europe", name), []byte(raw.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := b.must(t, "latency", "import", "--dry-run", "--history", data, dir)
	if !strings.Contains(out, "history of 2 targets") || !strings.Contains(out, "Nobody.2023-11-14.csv: belongs to no target") || !strings.Contains(out, "as moon saw it") {
		t.Errorf("%s", out)
	}
	b.must(t, "latency", "import", "--history", data, dir)
	var in transfer.Account
	if err := json.Unmarshal([]byte(b.must(t, "latency", "import", "--json", "--history", data, dir)), &in); err != nil {
		t.Fatal(err)
	}
	if in.Past == nil || !in.Past.Complete || in.Past.Stored != 0 || len(in.Past.Targets) != 2 {
		t.Errorf("repeated: %+v", in.Past)
	}
	s, err := history.Open(service.Folder(b.folder), history.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for node := range latency.NodeID(3) {
		cols, err := s.Columns(context.Background(), 1, node, time.Unix(start-300, 0), time.Unix(start+3600, 0), 1)
		if err != nil {
			t.Fatal(err)
		}
		replies := uint64(0)
		if len(cols) > 0 && cols[0].Hist != nil {
			replies = cols[0].Hist.Replies
		}
		if want := map[latency.NodeID]uint64{1: 240, 2: 240}[node]; replies != want {
			t.Errorf("node %d has %d replies, want %d", node, replies, want)
		}
	}
}
