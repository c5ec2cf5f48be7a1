package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/monitor"
)

// watched is what a run of watch in JSON printed.
type watchedOutput struct {
	rows    []outcomeRow
	summary []summaryRow
}

func readWatched(t testing.TB, text string) (w watchedOutput) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		if i == len(lines)-1 {
			var end struct {
				Summary struct{ Targets []summaryRow }
			}
			if err := json.Unmarshal([]byte(line), &end); err != nil || end.Summary.Targets == nil {
				t.Fatalf("the last line is no summary: %v: %s", err, line)
			}
			w.summary = end.Summary.Targets
			return w
		}
		var row outcomeRow
		dec := json.NewDecoder(strings.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&row); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		w.rows = append(w.rows, row)
	}
	return w
}

func (w watchedOutput) of(target string) (words []string) {
	for _, r := range w.rows {
		if r.Target == target {
			words = append(words, r.Outcome)
		}
	}
	return words
}

const addr = "192.0.2.1"

// Every outcome has its line, late and duplicate lines of their own.
func TestWatchOutcomes(t *testing.T) {
	defer goleak.VerifyNone(t)
	b, set := newLatencyBench(t, map[string][]string{addr: {"silent", "late", "twice", "unreachable", "no-route", "cut", "skipped"}})
	before := time.Now()
	code := b.run(t, "latency", "watch", "-i", "0.2", "-W", "300ms", "-c", "14", "--format", "json", addr)
	if code != watchLost || b.err.Len() != 0 {
		t.Fatalf("exit code %d, %s", code, b.err.String())
	}
	w := readWatched(t, b.out.String())
	count := map[string]int{}
	bySeq := map[uint64][]string{}
	frozen := 0
	for _, r := range w.rows {
		if r.Reason == "frozen" {
			frozen++ // turns that a busy machine came too late for
			continue
		}
		count[r.Outcome]++
		bySeq[r.Seq] = append(bySeq[r.Seq], r.Outcome)
		sent, err := time.Parse(time.RFC3339Nano, r.Sent)
		if err != nil || sent.Before(before.Add(-time.Second)) || sent.After(time.Now().Add(time.Second)) || len(r.Sent) < len("2006-01-02T15:04:05.000000000Z") {
			t.Errorf("sent %q: %v", r.Sent, err)
		}
		answered := r.Outcome == "reply" || r.Outcome == "late" || r.Outcome == "duplicate"
		if (r.RTT != nil) != answered || r.Target != addr || r.Engine != "kernel" {
			t.Errorf("%+v", r)
		}
		if r.Outcome != "not-measured" && r.Address != addr {
			t.Errorf("address %q of %+v", r.Address, r)
		}
	}
	replies := 14 - 6 - frozen
	want := map[string]int{"reply": replies, "timeout": 2, "late": 1, "duplicate": 1, "icmp-error": 1, "send-error": 1, "bad-reply": 1, "not-measured": 1}
	if !maps.Equal(count, want) {
		t.Errorf("outcomes %v, want %v", count, want)
	}
	at := set.opened[latency.KindICMP].at
	for word, outcomes := range map[string][]string{"silent": {"timeout"}, "late": {"timeout", "late"}, "twice": {"reply", "duplicate"}, "unreachable": {"icmp-error"}, "cut": {"bad-reply"}} {
		if !slices.Equal(bySeq[at[word]], outcomes) {
			t.Errorf("%s, seq %d: %v, want %v", word, at[word], bySeq[at[word]], outcomes)
		}
	}
	for _, r := range w.rows {
		switch {
		case r.Seq == at["unreachable"] && (r.From != "10.0.0.254" || r.Reason != "unreachable"), r.Seq == at["no-route"] && r.Reason != "no-route", r.Outcome == "late" && *r.RTT != 700:
			t.Errorf("%+v", r)
		}
	}
	s := w.summary[0]
	if s.Sent != uint64(replies)+4 || s.Replies != uint64(replies) || s.Lost != 4 || *s.Loss != 4/float64(s.Sent) || s.Late != 1 || s.Duplicates != 1 || s.SendErrors != 1 ||
		s.NotMeasured != uint64(1+frozen) || *s.Min != 10 || *s.Median != 10 || *s.P95 != 10 || *s.Max != 10 || *s.Jitter != 0 {
		t.Errorf("summary %+v", s)
	}
}

func TestWatchExitCodes(t *testing.T) {
	// A busy machine is late by less than the interval.
	quick := []string{"latency", "watch", "-i", "1s", "-W", "100ms", "-c", "2"}
	for name, tc := range map[string]struct {
		script map[string][]string
		args   []string
		code   int
		says   string
	}{
		"all replied":       {nil, []string{addr}, 0, ""},
		"some lost":         {map[string][]string{addr: {"silent"}}, []string{addr}, 1, ""},
		"none replied":      {map[string][]string{addr: {"silent", "silent"}}, []string{addr}, 2, ""},
		"one of two":        {map[string][]string{addr: {"silent", "silent"}}, []string{addr, "192.0.2.2"}, 1, ""},
		"not sent":          {map[string][]string{addr: {"no-route"}}, []string{addr}, 1, ""},
		"late is lost":      {map[string][]string{addr: {"late"}}, []string{addr}, 1, ""},
		"twice is answered": {map[string][]string{addr: {"twice"}}, []string{addr}, 0, ""},
		"no such name":      {nil, []string{"nosuch.invalid"}, 2, "no such name: check how it is written"},
		"no host":           {nil, nil, 64, "no host to watch"},
		"bad host":          {nil, []string{"a..b"}, 64, "is no host name"},
		"a network":         {nil, []string{"10.0.0.0/8"}, 64, "a whole network"},
		"no such flag":      {nil, []string{"--sise", "1", addr}, 64, "unknown flag: --sise"},
		"interval":          {nil, []string{"-i", "0.1", addr}, 64, "from 200ms to 1h0m0s"},
		"no time":           {nil, []string{"-i", "soon", addr}, 64, "write a time such as 1s"},
		"size":              {nil, []string{"--size", "70000", addr}, 64, "--size 70000: from 1 to 65507"},
		"dscp":              {nil, []string{"--dscp", "64", addr}, 64, "from 0 to 63"},
		"ttl":               {nil, []string{"--ttl", "256", addr}, 64, "from 0 to 255"},
		"source":            {nil, []string{"--source", "-x", addr}, 64, "neither an address nor an interface"},
		"family":            {nil, []string{"--family", "ip5", addr}, 64, "one of any, ip4, ip6"},
		"engine":            {nil, []string{"--engine", "fping", addr}, 64, "one of auto, kernel, pro-bing, icmpapi"},
		"format":            {nil, []string{"--format", "xml", addr}, 64, "one of text, json"},
		"count":             {nil, []string{"--count", "-1", addr}, 64, "invalid argument"},
		"no such file":      {nil, []string{"--targets", "/nosuch/list"}, 125, "no such file"},
		"no such verb":      {nil, nil, 64, "no host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, _ := newLatencyBench(t, tc.script)
			code := b.run(t, append(slices.Clone(quick), tc.args...)...)
			if code != tc.code || !strings.Contains(b.err.String(), tc.says) || tc.code >= 64 && (b.out.Len() != 0 || strings.Count(b.err.String(), "\n") != 1) {
				t.Errorf("exit code %d, %q, %q", code, b.out.String(), b.err.String())
			}
		})
	}
	b, _ := newLatencyBench(t, nil)
	if code := b.run(t, "latency", "wach"); code != 64 || !strings.Contains(b.err.String(), `there is no verb "latency wach"`) {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
}

// Where echo requests may not be sent, the one sentence says what to run, and
// other probes go on.
func TestWatchWithoutEchoes(t *testing.T) {
	b, set := newLatencyBench(t, nil)
	set.refuse = true
	code := b.run(t, "latency", "watch", "-c", "1", addr)
	want := "tb: echo requests cannot be sent here: this user may not open ping sockets: run sudo sysctl -w x='0 1'; TCP (host:port), DNS and HTTP targets work without\n"
	if code != exitFailed || b.err.String() != want || b.out.Len() != 0 {
		t.Errorf("exit code %d, %q", code, b.err.String())
	}
	code = b.run(t, "latency", "watch", "-c", "2", "-i", "1", "--format", "json", addr, addr+":443", "dns:"+addr+"/example.org", "http://"+addr+"/")
	if code != watchLost || b.err.String() != want {
		t.Errorf("exit code %d, %q", code, b.err.String())
	}
	w := readWatched(t, b.out.String())
	for target, outcome := range map[string]string{addr: "send-error", addr + ":443": "reply", "dns:" + addr + "/example.org": "reply", "http://" + addr: "reply"} {
		if !slices.Equal(w.of(target), []string{outcome, outcome}) {
			t.Errorf("%s: %v", target, w.of(target))
		}
	}
	if code := b.run(t, "latency", "watch", "-c", "1", "--format", "json", addr); code != exitFailed || !strings.Contains(b.err.String(), `"exit_code":125`) {
		t.Errorf("exit code %d, %q", code, b.err.String())
	}
}

func TestWatchText(t *testing.T) {
	b, set := newLatencyBench(t, map[string][]string{addr: {"", "silent", "twice", "unreachable"}})
	b.env["TERM"] = "xterm"
	code := b.run(t, "latency", "watch", "-i", "1", "-W", "100ms", "-c", "4", addr, "router.example")
	if code != watchLost {
		t.Fatalf("exit code %d, %s", code, b.err.String())
	}
	if want := "echo requests: engine kernel, stamped by the kernel as they leave and come back\n"; b.err.String() != want {
		t.Errorf("stderr %q", b.err.String())
	}
	out := b.out.String()
	for _, want := range []string{
		"192.0.2.1           0     10.000 ms\n",
		"192.0.2.1           1       timeout  no answer within 100ms\n",
		"192.0.2.1           2     10.000 ms  duplicate\n",
		"192.0.2.1           3    icmp-error  unreachable, says 10.0.0.254\n",
		"router.example      0     10.000 ms  at 192.0.2.80\n",
		"router.example      1     10.000 ms\n",
		"\nTARGET          SENT  REPLIES  LOST",
		"192.0.2.1          4        2     2  50.0%  10.000  10.000  10.000  10.000          -  1 duplicate\n",
		"router.example     4        4     0   0.0%  10.000  10.000  10.000  10.000      0.000\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("colours in a pipe")
	}
	set.choice.Refused = []engines.Refusal{{Engine: engines.Kernel, Kind: errDenied, Err: errDenied, Fix: "sudo x"}}
	set.choice.Engine = engines.ProBing
	if got := echoText(set.choice); got != "echo requests: engine pro-bing; kernel would be more exact, but: denied: run sudo x" {
		t.Errorf("%q", got)
	}
}

// Flags reach the wire, and what a file says is overruled by them only.
func TestWatchSettings(t *testing.T) {
	b, set := newLatencyBench(t, nil)
	file := filepath.Join(b.folder, "list.csv")
	text := "group,name,kind,host,interval,size,dscp\nLab,a,icmp,192.0.2.7,500ms,100,10\nLab,bad..host,icmp,bad..host,,,\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code := b.run(t, "latency", "watch", "-c", "1", "--size", "9", "--ttl", "3", "--source", "lo", "--engine", "pro-bing", "--targets", file)
	r := set.opened[latency.KindICMP].last
	if code != 0 || r.Size != 9 || r.DSCP != 10 || r.TTL != 3 || r.Source != "lo" || r.Every != 500*time.Millisecond || r.Timeout != 2*time.Second || set.options.ICMP != "pro-bing" {
		t.Errorf("exit code %d, %+v, %+v, %s", code, r, set.options, b.err.String())
	}
	if !strings.Contains(b.err.String(), "list.csv, line 3") {
		t.Errorf("a line that cannot be read is not told: %q", b.err.String())
	}
	b.stdin = strings.NewReader("192.0.2.8\n")
	if code := b.run(t, "latency", "watch", "-c", "1", "--targets", "-"); code != 0 || set.opened[latency.KindICMP].last.Size != latency.DefaultSize {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
}

// cancelling ends the context after some lines.
type cancelling struct {
	bytes.Buffer
	mu     sync.Mutex
	after  int
	cancel context.CancelFunc
}

func (c *cancelling) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.after--; c.after == 0 {
		c.cancel()
	}
	return c.Buffer.Write(p)
}

// Ctrl-C ends with the summary, and the code of what was measured: what is in
// flight then counts for nothing.
func TestWatchInterrupted(t *testing.T) {
	defer goleak.VerifyNone(t)
	b, _ := newLatencyBench(t, map[string][]string{"192.0.2.2": {"silent", "silent", "silent", "silent", "silent", "silent"}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &cancelling{after: 3, cancel: cancel}
	code := b.runWith(ctx, out, "latency", "watch", "-i", "0.2", "-W", "1m", "--format", "json", addr, "192.0.2.2")
	w := readWatched(t, out.String())
	if code != 0 || len(w.of(addr)) < 3 || w.summary[0].Lost != 0 || w.summary[1].Sent != 0 || w.summary[1].Unfinished == 0 || w.summary[1].NotMeasured != 0 {
		t.Errorf("exit code %d, %s", code, out.String())
	}
	if code := b.runWith(t.Context(), broken{}, "latency", "watch", "-i", "0.2", addr); code != exitFailed || !strings.Contains(b.err.String(), "write the outcomes: broken pipe") {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
}

// A reader that stands still loses lines, but holds nothing up, costs no more
// memory than the bound, and the figures count everything.
func TestWatchSlowReader(t *testing.T) {
	list := []latency.Target{{ID: 1, Name: "a", Kind: latency.KindICMP, Host: addr}}
	w := newWatch(list, time.Now)
	rows := make([]latency.Result, 1000)
	for i := range rows {
		rows[i] = latency.Result{Target: 1, Outcome: latency.Reply, RTT: time.Duration(i+1) * time.Microsecond}
	}
	n := 0
	for n < 3*maxWaiting {
		w.sink(rows)
		n += len(rows)
	}
	w.notice(monitor.Notice{Kind: monitor.NoticeDropped})
	if got := w.leftOut(); got != uint64(n-maxWaiting+1) {
		t.Errorf("%d lines are left out of %d", got, n)
	}
	w.end()
	written := 0
	if err := w.write(func(*figures, line) error { written++; return nil }); err != nil || written != maxWaiting {
		t.Errorf("%d written, %v", written, err)
	}
	g := w.order[0]
	if g.all.Replies != uint64(n) || len(g.exact) != exactUpTo || w.code() != 0 {
		t.Errorf("%d replies of %d, %d kept", g.all.Replies, n, len(g.exact))
	}
	// Above the bound the figures come from the histogram, within half a percent.
	if m := g.quantile(0.5); m < 495*time.Microsecond || m > 505*time.Microsecond {
		t.Errorf("median %v", m)
	}
}

func TestLabels(t *testing.T) {
	list := []latency.Target{
		{Name: "a", Kind: latency.KindICMP, Host: "192.0.2.1"},
		{Name: "dns", Group: []string{"Google"}, Kind: latency.KindICMP, Host: "8.8.8.8"},
		{Name: "dns", Group: []string{"Quad9"}, Kind: latency.KindICMP, Host: "9.9.9.9"},
		{Name: "x", Kind: latency.KindICMP, Host: "192.0.2.2"},
		{Name: "x", Kind: latency.KindICMP, Host: "192.0.2.3"},
		{Name: "y\x1b[31m", Kind: latency.KindICMP, Host: "192.0.2.4"},
		{Name: "z", Kind: latency.KindICMP, Host: "192.0.2.5"},
		{Name: "z", Kind: latency.KindICMP, Host: "192.0.2.5"},
		{Name: "b", Kind: latency.KindICMP, Host: "b"},
		{Name: "b", Kind: latency.KindICMP, Host: "b"},
		{Name: "u", Kind: latency.KindHTTP, Host: "c", URL: "http://me:secret@c/"},
		{Name: "u", Kind: latency.KindHTTP, Host: "c", URL: "http://me:secret@c/"},
	}
	want := []string{"a", "Google/dns", "Quad9/dns", "x 192.0.2.2", "x 192.0.2.3", "y\ufffd[31m", "z 192.0.2.5", "z 192.0.2.5 #2", "b", "b #2", "u", "u #2"}
	if got := labels(list); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestValues(t *testing.T) {
	now := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"": now.Add(-time.Hour), "now": now, "90m": now.Add(-90 * time.Minute), "-24h": now.Add(-24 * time.Hour), "7d": now.AddDate(0, 0, -7), "2w": now.AddDate(0, 0, -14),
		"2026-05-03": time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC), "2026-05-03T15:04": time.Date(2026, 5, 3, 15, 4, 0, 0, time.UTC),
		"2026-05-03 15:04:05": time.Date(2026, 5, 3, 15, 4, 5, 0, time.UTC), "2026-05-03T15:04:05+02:00": time.Date(2026, 5, 3, 13, 4, 5, 0, time.UTC),
	} {
		if got, err := instant(text, now, now.Add(-time.Hour)); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"yesterday", "24", "9999999d", "-", "2026-13-01", "--1h"} {
		if got, err := instant(text, now, now); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
	for text, want := range map[string]time.Duration{"1": time.Second, "0.5": 500 * time.Millisecond, "200ms": 200 * time.Millisecond, "1h": time.Hour, "NaN": 0, "0": 0, "2h": 0, "1e300": 0, "": 0} {
		p := period{low: latency.MinInterval, high: latency.MaxInterval}
		if err := p.Set(text); p.Duration != want || (err == nil) != (want > 0) {
			t.Errorf("%q is %v, %v", text, p.Duration, err)
		}
	}
}

// FuzzTimes: no text makes a time out of bounds.
func FuzzTimes(f *testing.F) {
	for _, text := range []string{"90m", "7d", "2026-05-03T15:04", "0.2", "1h", "9223372036854775807w", "-1d"} {
		f.Add(text)
	}
	now := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := instant(text, now, now); err == nil && (got.Year() < -1 || got.Year() > 10000) {
			t.Errorf("%q is %v", text, got)
		}
		p := period{low: latency.MinInterval, high: latency.MaxInterval}
		if err := p.Set(text); err == nil && (p.Duration < p.low || p.Duration > p.high) {
			t.Errorf("%q is %v", text, p.Duration)
		}
	})
}
