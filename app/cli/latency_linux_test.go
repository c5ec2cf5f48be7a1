package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tacklebox/platform/latency/tuntest"
	"tacklebox/platform/testbed"
)

// outcome is a line of latency watch as its documentation has it.
type outcome struct {
	Target, Address, Sent, Outcome, Engine, Reason, From string
	Seq                                                  uint64
	RTT                                                  *float64 `json:"rtt_ms"`
	Phases                                               map[string]float64
	Summary                                              *struct {
		Targets []struct {
			Target              string
			Sent, Replies, Lost uint64
			Late, Duplicates    uint64
			SendErrors          uint64 `json:"send_errors"`
			Loss                float64
			Median              *float64 `json:"median_ms"`
		}
	}
}

// ran is what the program did.
type ran struct {
	code  int
	lines []outcome // without the summary
	end   outcome   // the summary
	err   string
}

func latencyCommand(t testing.TB, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), binary, append([]string{"--data-dir", t.TempDir(), "latency"}, args...)...)
	cmd.Dir = "/"
	return cmd
}

func watch(t testing.TB, args ...string) (r ran) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := latencyCommand(t, append([]string{"watch", "--format", "json"}, args...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	r.code, r.err = cmd.ProcessState.ExitCode(), stderr.String()
	r.read(t, stdout.String())
	return r
}

func (r *ran) read(t testing.TB, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		var o outcome
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if o.Summary != nil {
			r.end = o
		} else {
			r.lines = append(r.lines, o)
		}
	}
}

// TestRealWatch is the promise of the documentation: five replies and a summary.
func TestRealWatch(t *testing.T) {
	tuntest.Run(t, tuntest.Options{}, func(*tuntest.Env) {
		r := watch(t, "--count", "5", "127.0.0.1")
		if r.code != 0 || len(r.lines) != 5 || r.err != "" || r.end.Summary == nil {
			t.Fatalf("%+v", r)
		}
		for i, o := range r.lines {
			if _, err := time.Parse(time.RFC3339Nano, o.Sent); o.Seq != uint64(i) || o.Outcome != "reply" || o.Address != "127.0.0.1" || o.Engine != "kernel" || o.RTT == nil || *o.RTT <= 0 || *o.RTT > 100 || err != nil {
				t.Errorf("%+v", o)
			}
		}
		if s := r.end.Summary.Targets[0]; s.Sent != 5 || s.Replies != 5 || s.Lost != 0 || s.Median == nil {
			t.Errorf("%+v", s)
		}
	})
}

// TestRealOutcomes: the lines are the script's, per sequence number, with each
// engine.
func TestRealOutcomes(t *testing.T) {
	const delay = 20 * time.Millisecond
	echo := func(after time.Duration) tuntest.Answer { return tuntest.Answer{After: after} }
	script := map[netip.Addr][][]tuntest.Answer{}
	row := [][]tuntest.Answer{
		{echo(delay)},
		nil,
		{echo(delay), echo(2 * delay)},
		{echo(700 * time.Millisecond)},
		{{Kind: tuntest.Unreachable}},
		{{Kind: tuntest.TTLExceeded}},
		{{Kind: tuntest.WrongID}},
		{echo(delay)}, {echo(delay)}, {echo(delay)}, {echo(delay)}, {echo(delay)},
	}
	want := map[string][][]string{
		"kernel": {{"reply"}, {"timeout"}, {"reply", "duplicate"}, {"timeout", "late"}, {"icmp-error"}, {"icmp-error"}, {"timeout"}, {"reply"}, {"reply"}, {"reply"}, {"reply"}, {"reply"}},
		// pro-bing does not see what routers say: their errors are silence to it.
		"pro-bing": {{"reply"}, {"timeout"}, {"reply", "duplicate"}, {"timeout", "late"}, {"timeout"}, {"timeout"}, {"timeout"}, {"reply"}, {"reply"}, {"reply"}, {"reply"}, {"reply"}},
	}
	for _, a := range []string{"10.9.0.2", "fd09::2", "10.9.0.3"} {
		script[netip.MustParseAddr(a)] = row
	}
	tuntest.Run(t, tuntest.Options{Script: tuntest.Table(script), PingGroups: true}, func(*tuntest.Env) {
		for engine, hosts := range map[string][]string{"kernel": {"10.9.0.2", "fd09::2"}, "pro-bing": {"10.9.0.3"}} {
			args := append([]string{"--engine", engine, "-i", "300ms", "-W", "500ms", "-c", fmt.Sprint(len(row))}, hosts...)
			r := watch(t, args...)
			if r.code != 1 {
				t.Errorf("%s: exit code %d, %s", engine, r.code, r.err)
			}
			got := map[string][][]string{}
			for _, h := range hosts {
				got[h] = make([][]string, len(row))
			}
			for _, o := range r.lines {
				got[o.Target][o.Seq] = append(got[o.Target][o.Seq], o.Outcome)
				if o.Engine != engine {
					t.Errorf("%+v", o)
				}
				// The other end is late when the machine is busy, but never early.
				if o.Outcome == "reply" && (*o.RTT < 19 || *o.RTT > 400) {
					t.Errorf("%s: a reply after 20 ms took %v ms: %+v", engine, *o.RTT, o)
				}
				if o.Outcome == "late" && (*o.RTT < 690 || *o.RTT > 1100) {
					t.Errorf("%s: a late one after 700 ms took %v ms", engine, *o.RTT)
				}
			}
			if m := r.end.Summary.Targets[0].Median; m == nil || *m < 19 || *m > 60 {
				t.Errorf("%s: the median of 20 ms is %v", engine, r.end.Summary.Targets[0])
			}
			for _, h := range hosts {
				for seq, outcomes := range want[engine] {
					if !slices.Equal(got[h][seq], outcomes) {
						t.Errorf("%s, %s, seq %d: %v, want %v", engine, h, seq, got[h][seq], outcomes)
					}
				}
			}
		}
	})
}

// TestRealNobody: a user without any privilege measures where the group may.
func TestRealNobody(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true, Unprivileged: true}, func(*tuntest.Env) {
		if r := watch(t, "-c", "2", "-i", "0.2", "10.9.0.2", "::1"); r.code != 0 || len(r.lines) != 4 || r.lines[0].Engine != "kernel" {
			t.Errorf("%+v", r)
		}
	})
}

// TestRealNobodyMayNot: where the group may not, one sentence says what to run,
// and TCP, DNS and HTTP work all the same.
func TestRealNobodyMayNot(t *testing.T) {
	tuntest.Run(t, tuntest.Options{Unprivileged: true, Setup: func(e *tuntest.Env) { e.Sysctl("net/ipv4/ping_group_range", "1 0") }}, func(*tuntest.Env) {
		r := watch(t, "-c", "2", "10.9.0.2")
		if r.code != 125 || len(r.lines) != 0 || !strings.Contains(r.err, "run sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'") || strings.Count(r.err, "\n") != 1 {
			t.Errorf("%+v", r)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: http.NotFoundHandler()}
		go func() { _ = server.Serve(l) }()
		defer server.Close()
		r = watch(t, "-c", "2", "-i", "0.2", l.Addr().String(), "http://"+l.Addr().String()+"/", "10.9.0.2")
		count := map[string]int{}
		for _, o := range r.lines {
			count[o.Engine+" "+o.Outcome]++
			if o.Engine == "http" && (o.Phases["connect"] <= 0 || o.Phases["first-byte"] <= 0) {
				t.Errorf("%+v", o)
			}
		}
		if r.code != 1 || count["tcp reply"] != 2 || count["http reply"] != 2 || count[" send-error"] != 2 {
			t.Errorf("%v, %+v", count, r)
		}
	})
}

// TestRealFailures: what this machine itself cannot send is no loss.
func TestRealFailures(t *testing.T) {
	tuntest.Run(t, tuntest.Options{}, func(e *tuntest.Env) {
		e.IP("route", "add", "unreachable", "198.51.100.1")
		e.IP("route", "add", "prohibit", "198.51.100.2")
		r := watch(t, "-c", "2", "-i", "0.2", "198.51.100.1", "198.51.100.2", "203.0.113.1")
		if r.code != 2 || len(r.lines) != 6 {
			t.Fatalf("%+v", r)
		}
		for _, o := range r.lines {
			if want := map[string]string{"198.51.100.1": "no-route", "198.51.100.2": "prohibited", "203.0.113.1": "no-route"}[o.Target]; o.Outcome != "send-error" || o.Reason != want {
				t.Errorf("%+v", o)
			}
		}
		for _, s := range r.end.Summary.Targets {
			if s.Sent != 0 || s.Lost != 0 || s.SendErrors != 2 {
				t.Errorf("%+v", s)
			}
		}
	})
}

// pipe collects what a program that still runs has written.
type pipe struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (p *pipe) Write(b []byte) (int, error) { p.mu.Lock(); defer p.mu.Unlock(); return p.b.Write(b) }
func (p *pipe) String() string              { p.mu.Lock(); defer p.mu.Unlock(); return p.b.String() }

// TestRealInterrupt: each line is there at once, and Ctrl-C ends with the summary
// and the code of what was measured.
func TestRealInterrupt(t *testing.T) {
	tuntest.Run(t, tuntest.Options{}, func(*tuntest.Env) {
		for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			out := &pipe{}
			cmd := latencyCommand(t, "watch", "--format", "json", "-i", "0.2", "10.9.0.2")
			cmd.Stdout = out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			testbed.Wait(t, "three lines", func() bool { return strings.Count(out.String(), "\n") >= 3 })
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			var r ran
			r.read(t, out.String())
			if cmd.ProcessState.ExitCode() != 0 || r.end.Summary == nil || r.end.Summary.Targets[0].Replies < 3 {
				t.Errorf("%v: exit code %d, %s", sig, cmd.ProcessState.ExitCode(), out.String())
			}
		}
	})
}

// TestRealRun measures headless, is scraped, is terminated, and what it measured
// is there.
func TestRealRun(t *testing.T) {
	tuntest.Run(t, tuntest.Options{}, func(*tuntest.Env) {
		data := t.TempDir()
		do := func(args ...string) *exec.Cmd {
			return exec.CommandContext(t.Context(), binary, append([]string{"--data-dir", data, "latency"}, args...)...)
		}
		if out, err := do("add", "-i", "0.2", "10.9.0.2", "10.9.0.3").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		log := &pipe{}
		cmd := do("run", "--metrics", "127.0.0.1:19374")
		cmd.Stderr = log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		scraped := ""
		testbed.Wait(t, "metrics", func() bool {
			answer, err := http.Get("http://127.0.0.1:19374/metrics")
			if err != nil {
				return false
			}
			defer answer.Body.Close()
			var b bytes.Buffer
			_, _ = b.ReadFrom(answer.Body)
			scraped = b.String()
			return strings.Contains(scraped, `smokeping_response_duration_seconds_count{host="10.9.0.2",ip="10.9.0.2",source="",tos="0"}`)
		})
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 0 || !strings.Contains(log.String(), "measuring 2 targets into ") {
			t.Errorf("exit code %d, %s", code, log)
		}
		out, err := do("list", "--json").Output()
		var rows []struct{ Replies, Lost int }
		if err := errors.Join(err, json.Unmarshal(out, &rows)); err != nil || len(rows) != 2 || rows[0].Replies == 0 || rows[0].Lost != 0 {
			t.Errorf("%v: %s", err, out)
		}
	})
}

// TestRealUnit: systemd takes the unit that is printed.
func TestRealUnit(t *testing.T) {
	analyze := testbed.Program(t, "systemd-analyze", "systemd")
	dir := t.TempDir()
	out, err := exec.CommandContext(t.Context(), binary, "--data-dir", dir+"/with space", "latency", "run", "--print-unit").Output()
	if err != nil {
		t.Fatal(err)
	}
	name := dir + "/tacklebox-latency.service"
	if err := os.WriteFile(name, out, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), analyze, "--user", "verify", name)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir)
	if said, err := cmd.CombinedOutput(); err != nil || len(said) != 0 {
		t.Errorf("%v: %s", err, said)
	}
}
