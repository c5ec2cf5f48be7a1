package targets

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
)

func TestReadProber(t *testing.T) {
	l, err := ReadProber(strings.NewReader(`---
colour: red
targets:
- hosts: &h
  - example.org
  - 2001:db8::1
  - "bad host"
  interval: 2s
  network: ip6
  size: 120
  source: 10.0.0.1
  tos: 0xb8
  labels:
    group: Europe/Paris
    rack: "7"
- host: example.net
  protocol: udp
  interval: soon
- hosts: *h
  weight: 3
- {}
- text
`))
	if err != nil {
		t.Fatal(err)
	}
	want := latency.Target{Kind: "icmp", Group: []string{"Europe", "Paris"}, Name: "example.org", Host: "example.org", Interval: 2 * time.Second,
		Family: "ip6", Size: 120, Source: "10.0.0.1", DSCP: 46}
	if len(l.Targets) != 5 || !reflect.DeepEqual(l.Targets[0], want) {
		t.Errorf("%+v", l.Targets)
	}
	lines := []int{}
	for _, p := range l.Problems {
		lines = append(lines, p.Line)
	}
	if !reflect.DeepEqual(lines, []int{2, 15, 7, 17, 18, 20, 7, 21, 22}) {
		t.Errorf("problems at %v: %v", lines, l.Problems)
	}
}

func TestProberRefuses(t *testing.T) {
	for _, bad := range []string{"a: [", "- x", "text", "\x00", "targets: {}"} {
		if l, err := ReadProber(strings.NewReader(bad)); err == nil && len(l.Problems) == 0 {
			t.Errorf("%q: no complaint", bad)
		}
	}
	// Aliases of aliases: a few lines that stand for billions of hosts.
	var bomb strings.Builder
	bomb.WriteString("x0: &x0 [a, b]\n")
	for i := range 30 {
		bomb.WriteString("x" + itoa(i+1) + ": &x" + itoa(i+1) + " [*x" + strings.TrimPrefix("0"+itoa(i), "0") + "]\n")
	}
	_, _ = ReadProber(strings.NewReader(bomb.String()))
	many := "targets:\n- &g\n  hosts: [h1, h2, h3]\n" + strings.Repeat("- *g\n", maxNodes)
	if l, err := ReadProber(strings.NewReader(many)); err != nil || len(l.Targets) != 3 {
		t.Errorf("%v, %d targets", err, len(l.Targets))
	}
}

func TestProberRoundTrip(t *testing.T) {
	list := []latency.Target{
		{Kind: "icmp", Name: "a.example", Host: "a.example"},
		{Kind: "icmp", Name: "b.example", Host: "b.example"},
		{Kind: "icmp", Group: []string{"G", "H"}, Name: "true", Host: "::1", Interval: 5e9, Size: 100, DSCP: 8, Source: "::2", Family: "ip6"},
		{Kind: "tcp", Name: "t", Host: "t", Port: 1},
		{Kind: "icmp", Name: "c.example", Host: "c.example", Timeout: 1e9, Source: "eth0"},
	}
	text, gone, err := Prober(list)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ReadProber(strings.NewReader(text))
	if err != nil || len(l.Problems) > 0 {
		t.Fatalf("%v %v\n%s", err, l.Problems, text)
	}
	want := map[string]latency.Target{"a.example": list[0], "b.example": list[1], "::1": list[2], "c.example": {Kind: "icmp", Name: "c.example", Host: "c.example"}}
	got := map[string]latency.Target{}
	for _, x := range l.Targets {
		got[x.Host] = x
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\n%s", got, text)
	}
	if len(gone) != 3 {
		t.Errorf("lost %v", gone)
	}
}

func FuzzReadProber(f *testing.F) {
	f.Add("targets:\n- hosts: [a, b]\n  interval: 1s\n  tos: 0x20\n- host: c\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadProber(strings.NewReader(text))
		if err != nil {
			return
		}
		out, _, err := Prober(l.Targets)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadProber(strings.NewReader(out)); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	})
}
