package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/transfer"
	"tacklebox/platform/testbed"
)

func (b *bench) must(t testing.TB, args ...string) string {
	t.Helper()
	if code := b.run(t, args...); code != 0 {
		t.Fatalf("%s: exit code %d, %s", args, code, b.err.String())
	}
	return b.out.String()
}

func (b *bench) listed(t testing.TB) (rows []targetRow) {
	t.Helper()
	if err := json.Unmarshal([]byte(b.must(t, "latency", "list", "--json")), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAddListRemove(t *testing.T) {
	b, _ := newLatencyBench(t, nil)
	if rows := b.listed(t); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
	if b.must(t, "latency", "list"); !strings.Contains(b.err.String(), "latency add") {
		t.Errorf("%q", b.err.String())
	}
	if out := b.must(t, "latency", "add", "192.0.2.1", "Google;DNS1;8.8.8.8", "https://example.org/x"); out != "192.0.2.1\nGoogle/DNS1\nhttps://example.org/x\n" {
		t.Errorf("%q", out)
	}
	if out := b.must(t, "latency", "add", "8.8.8.8", "--group", "Google", "--name", "DNS1"); out != "" || !strings.Contains(b.err.String(), "Google/DNS1 is there already") {
		t.Errorf("%q, %q", out, b.err.String())
	}
	b.must(t, "latency", "add", "-i", "5s", "-W", "1s", "--group", "Lab/Rack", "--name", "Host", "192.0.2.9")
	rows := b.listed(t)
	if len(rows) != 4 || rows[1].Name != "DNS1" || rows[1].Interval != "1s" || rows[3].Interval != "5s" || !slices.Equal(rows[3].Group, []string{"Lab", "Rack"}) || rows[2].Target != "https://example.org/x" {
		t.Errorf("%+v", rows)
	}
	if out := b.must(t, "latency", "list"); strings.Contains(out, "secret") || !strings.Contains(out, "Lab/Rack/Host") {
		t.Errorf("%s", out)
	}
	for name, tc := range map[string]struct {
		args []string
		code int
		says string
	}{
		"without force": {[]string{"remove", "DNS1"}, exitFailed, "--force"},
		"unknown":       {[]string{"remove", "--force", "nobody"}, exitFailed, "there is no target"},
		"nothing":       {[]string{"remove"}, exitUsage, "no target to remove"},
		"bad target":    {[]string{"add", "a..b", "192.0.2.77"}, exitUsage, "is no host name"},
		"password":      {[]string{"add", "https://me:secret@example.org/y"}, exitUsage, "leave it out"},
		"in the name":   {[]string{"add", "--name", "https://me:secret@example.org/y", "192.0.2.78"}, exitFailed, "leave it out"},
		"to be watched": {[]string{"watch", "https://me:secret@example.org/y"}, exitUsage, "leave it out"},
		"comment":       {[]string{"add", "# nothing"}, exitUsage, "is no target"},
		"two names":     {[]string{"add", "--name", "x", "192.0.2.7", "192.0.2.8"}, exitUsage, "--name goes with one target"},
		"list what":     {[]string{"list", "x"}, exitUsage, "is too much"},
	} {
		if code := b.run(t, append([]string{"latency"}, tc.args...)...); code != tc.code || !strings.Contains(b.err.String(), tc.says) || strings.Contains(b.err.String(), "secret") {
			t.Errorf("%s: exit code %d, %s", name, code, b.err.String())
		}
	}
	if out := b.must(t, "__complete", "latency", "remove", ""); !strings.HasPrefix(out, "192.0.2.1\t192.0.2.1\nGoogle/DNS1\t8.8.8.8\n") || strings.Contains(out, "secret") {
		t.Errorf("%q", out)
	}
	if out := b.must(t, "latency", "remove", "--force", "DNS1", "4"); out != "Google/DNS1\nLab/Rack/Host\n" || len(b.listed(t)) != 2 {
		t.Errorf("%q", out)
	}
}

// running starts latency run and waits until it has measured something.
func running(t *testing.T, b *bench, args ...string) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	code, ended := make(chan int, 1), make(chan struct{})
	t.Cleanup(func() { cancel(); <-ended })
	other := *b // its own streams
	other.out.Reset()
	other.err.Reset()
	log := &locked{}
	go func() {
		defer close(ended)
		code <- run(ctx, append([]string{"latency", "run"}, args...), streams{strings.NewReader(""), log, log}, Config{Version: "1", Program: "tb"}, other.services())
	}()
	testbed.Wait(t, "it measures: "+log.String(), func() bool { return strings.Contains(log.String(), "measuring") || len(code) > 0 })
	b.err.WriteString(log.String())
	return func() int {
		cancel()
		select {
		case c := <-code:
			b.err.Reset()
			b.err.WriteString(log.String())
			return c
		case <-time.After(testbed.Deadline):
			t.Fatal("it does not end")
			return -1
		}
	}
}

// One measures; others look, and say so; what was measured is there afterwards.
func TestRun(t *testing.T) {
	t.Cleanup(func() { goleak.VerifyNone(t) }) // the last of all
	b, _ := newLatencyBench(t, map[string][]string{"192.0.2.2": slices.Repeat([]string{"silent"}, 1000)})
	b.must(t, "latency", "add", "-i", "0.2", "-W", "0.1", "192.0.2.1", "192.0.2.2")
	told := listenUnit(t, b)
	stop := running(t, b)
	for _, args := range [][]string{{"run"}, {"add", "192.0.2.3"}, {"remove", "--force", "192.0.2.1"}, {"import", "-"}} {
		if code := b.run(t, append([]string{"latency"}, args...)...); code != exitFailed || !strings.Contains(b.err.String(), "another process measures into it") {
			t.Errorf("%s: exit code %d, %q", args, code, b.err.String())
		}
	}
	var rows []targetRow
	testbed.Wait(t, "what is measured can be seen", func() bool {
		rows = b.listed(t)
		return len(rows) == 2 && rows[0].Replies >= 3 && rows[1].Lost >= 3
	})
	if *rows[0].Loss != 0 || *rows[1].Loss != 1 || rows[1].Median != nil || *rows[0].Median < 9.9 || *rows[0].Median > 10.1 {
		t.Errorf("%+v", rows)
	}
	if code := stop(); code != 0 || !strings.Contains(b.err.String(), "echo requests: engine kernel") || !strings.Contains(b.err.String(), "measuring has ended") {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
	if got := told(); !slices.Equal(got, []string{"READY=1", "STOPPING=1"}) {
		t.Errorf("systemd is told %q", got)
	}
	for _, args := range [][]string{{"--metrics", "0.0.0.0:0"}, {"--metrics", "nonsense"}} {
		if code := b.run(t, append([]string{"latency", "run"}, args...)...); code != exitFailed || !strings.Contains(b.err.String(), "metrics at") {
			t.Errorf("%s: exit code %d, %s", args, code, b.err.String())
		}
	}
	if code := b.run(t, "latency", "run", "--metrics-public"); code != exitUsage {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
}

func TestPrintUnit(t *testing.T) {
	b, _ := newLatencyBench(t, nil)
	out := b.must(t, "--data-dir", "/srv/100% $mine", "latency", "run", "--print-unit", "--metrics", "127.0.0.1:9374", "--engine", "pro-bing")
	want := `ExecStart="/opt/tool box/tacklebox-cli" --data-dir "/srv/100%% $$mine" latency run --engine pro-bing --metrics 127.0.0.1:9374` + "\n"
	if !strings.Contains(out, want) || strings.Count(out, "ExecStart=") != 1 || !strings.Contains(out, "Type=notify") {
		t.Errorf("%s", out)
	}
	if entries, err := os.ReadDir(b.folder); err != nil || len(entries) != 0 {
		t.Errorf("printing a unit touches the data folder: %v, %v", entries, err)
	}
	for word, want := range map[string]string{"a": "a", "": `""`, `a\b "c"`: `"a\\b \"c\""`, "a;b": `"a;b"`} {
		if got := unitQuote(word); got != want {
			t.Errorf("%q is %s", word, got)
		}
	}
}

// measured fills a history: an hour of 192.0.2.1 that lost 60 in a row.
func measured(t *testing.T, b *bench) (from time.Time) {
	t.Helper()
	b.must(t, "latency", "add", "Lab;one;192.0.2.1", "http://192.0.2.2/")
	from = time.Now().Add(-time.Hour).Truncate(time.Second)
	s, err := history.Open(service.Folder(b.folder), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rows []latency.Result
	for i := range 3000 {
		r := latency.Result{Target: 1, Node: latency.LocalNode, Seq: uint64(i), Sent: from.Add(time.Duration(i) * time.Second), Outcome: latency.Reply, RTT: 20 * time.Millisecond, Engine: "kernel"}
		if i >= 1000 && i < 1060 {
			r.Outcome, r.RTT = latency.Timeout, 0
		}
		rows = append(rows, r)
	}
	if err := s.Append(rows); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return from
}

func TestExport(t *testing.T) {
	b, _ := newLatencyBench(t, nil)
	for _, args := range [][]string{{"export"}, {"export", "--samples", "one"}, {"report", "--target", "one", "--format", "svg"}} {
		if code := b.run(t, append([]string{"latency"}, args...)...); code != exitFailed || !strings.Contains(b.err.String(), "nothing was measured") {
			t.Errorf("%s: exit code %d, %s", args, code, b.err.String())
		}
	}
	from := measured(t, b)
	// What import reads is what export wrote.
	for _, format := range []string{transfer.CSV, transfer.JSON, transfer.Lines, transfer.Prober, transfer.SmokePing} {
		file := filepath.Join(b.folder, "export."+format)
		if format == transfer.Prober {
			file += ".yml"
		}
		b.must(t, "latency", "export", "--format", format, "-o", file)
		testbed.OwnerOnly(t, file)
		text, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(text), "secret") || !strings.Contains(string(text), "192.0.2.1") {
			t.Errorf("%s: %v, %s", format, err, text)
		}
		if code := b.run(t, "latency", "export", "--format", format, "-o", file); code != exitFailed || !strings.Contains(b.err.String(), "--force") {
			t.Errorf("%s: exit code %d, %s", format, code, b.err.String())
		}
		b.must(t, "latency", "export", "--format", format, "-o", file, "--force")
		other, _ := newLatencyBench(t, nil)
		var in transfer.Account
		if err := json.Unmarshal([]byte(other.must(t, "latency", "import", "--json", file)), &in); err != nil {
			t.Fatal(err)
		}
		if want := map[string]int{transfer.Prober: 1}[format]; len(in.Added) != max(want, 2-want) || in.Kind != format && format != transfer.Prober {
			t.Errorf("%s: %+v", format, in)
		}
	}
	out := b.must(t, "latency", "export", "--samples", "Lab/one", "--from", from.Add(990*time.Second).Format(time.RFC3339), "--to", from.Add(1010*time.Second).Format(time.RFC3339))
	if lines := strings.Split(out, "\n"); len(lines) != 22 || strings.Count(out, "timeout") != 10 || !strings.Contains(lines[1], "Lab/one,,990,") {
		t.Errorf("%s", out)
	}
	store := filepath.Join(b.folder, "all.zip")
	b.must(t, "latency", "export", "--store", store)
	if code := b.run(t, "latency", "export", "--store", store); code != exitFailed || !strings.Contains(b.err.String(), "--force") {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
	other, _ := newLatencyBench(t, nil)
	other.must(t, "latency", "export", "--restore", store)
	if rows := other.listed(t); len(rows) != 2 || rows[0].Name != "one" {
		t.Errorf("%+v", rows)
	}
	if code := other.run(t, "latency", "export", "--restore", store); code != exitFailed {
		t.Errorf("a history is overwritten: exit code %d", code)
	}
	for _, args := range [][]string{{"--store", "a", "--samples", "b"}, {"--from", "1h"}, {"--samples", "a", "--format", "prober"}, {"--samples", "one", "--from", "soon"}, {"--samples", "one", "--from", "1h", "--to", "2h"}} {
		if code := b.run(t, append([]string{"latency", "export"}, args...)...); code != exitUsage {
			t.Errorf("%s: exit code %d, %s", args, code, b.err.String())
		}
	}
	if left, _ := filepath.Glob(filepath.Join(b.folder, "*.part")); left != nil {
		t.Errorf("left behind: %s", left)
	}
}

func TestReport(t *testing.T) {
	b, _ := newLatencyBench(t, nil)
	from := measured(t, b)
	begin, end := from.Format(time.RFC3339), from.Add(50*time.Minute).Format(time.RFC3339)
	for name, want := range map[string]string{"a.html": "<!doctype html", "a.htm": "<!doctype html", "a.png": "\x89PNG\r\n", "a.svg": "<svg", "a.csv": "target,address,seq", "a.json": `{"target":"Lab/one"`} {
		file := filepath.Join(b.folder, name)
		b.must(t, "latency", "report", "--target", "one", "--from", begin, "--to", end, "-o", file)
		body, err := os.ReadFile(file)
		if err != nil || !strings.Contains(strings.ToLower(string(body[:min(len(body), 200)])), strings.ToLower(want)) {
			t.Errorf("%s: %v, %.200q", name, err, body)
		}
	}
	html, err := os.ReadFile(filepath.Join(b.folder, "a.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"timeout (60)", "60 of 3000", "kernel"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the report has no %q", want)
		}
	}
	plain := b.must(t, "latency", "report", "--target", "one", "--from", begin, "--to", end, "--format", "png", "-o", "-")
	if smoky := b.must(t, "latency", "report", "--target", "one", "--from", begin, "--to", end, "--format", "png", "--smokeping", "-o", "-"); smoky == plain || !strings.HasPrefix(smoky, "\x89PNG") {
		t.Error("SmokePing's look is the same")
	}
	b.must(t, "latency", "report", "--target", "one", "--target", "2", "--from", begin, "--format", "html", "--note", "<b>see</b>")
	if out := b.out.String(); strings.Contains(out, "secret") || !strings.Contains(out, "&lt;b&gt;see") {
		t.Error("a note or a password is written as it is")
	}
	for name, tc := range map[string]struct {
		args []string
		code int
	}{
		"no target":   {[]string{"-o", "x.png"}, exitUsage},
		"no format":   {[]string{"--target", "one", "-o", "x.doc"}, exitUsage},
		"two in one":  {[]string{"--target", "one", "--target", "2", "--format", "png"}, exitUsage},
		"narrow":      {[]string{"--target", "one", "--format", "png", "--width", "3"}, exitUsage},
		"unknown":     {[]string{"--target", "nobody", "--format", "svg"}, exitFailed},
		"overwriting": {[]string{"--target", "one", "-o", filepath.Join(b.folder, "a.svg")}, exitFailed},
		"no folder":   {[]string{"--target", "one", "-o", filepath.Join(b.folder, "nosuch", "a.svg")}, exitFailed},
		"a folder":    {[]string{"--target", "one", "--format", "svg", "-o", b.folder}, exitFailed},
	} {
		if code := b.run(t, append([]string{"latency", "report"}, tc.args...)...); code != tc.code || strings.Count(b.err.String(), "\n") != 1 {
			t.Errorf("%s: exit code %d, %s", name, code, b.err.String())
		}
	}
}
