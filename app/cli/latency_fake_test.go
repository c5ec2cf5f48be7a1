package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/icmp"
	"tacklebox/platform/latency/probe/probetest"
)

// scripted is an engine that answers at once, by a word for each probe of an
// address; what has no word is answered after 10 ms, by its own account.
type scripted struct {
	*probetest.Outbox
	name   string
	script map[string][]string

	mu     sync.Mutex
	asked  map[netip.Addr]int
	at     map[string]uint64 // the sequence number that a word was for
	last   probe.Request
	closed int
}

func newScripted(script map[string][]string) *scripted {
	return &scripted{Outbox: probetest.NewOutbox(), name: "kernel", script: script, asked: map[netip.Addr]int{}, at: map[string]uint64{}}
}

func (e *scripted) Name() string { return e.name }

func (e *scripted) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed++
	return e.Outbox.Close()
}

func (e *scripted) Send(r probe.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	addr := r.Addr.Addr()
	e.last = r
	word := ""
	if words := e.script[addr.String()]; e.asked[addr] < len(words) {
		word = words[e.asked[addr]]
	}
	e.asked[addr]++
	e.at[word] = r.Seq
	said := func(what probe.What) probe.Happening {
		return probe.Happening{Target: r.Target, Seq: r.Seq, What: what, At: e.Now(), Wall: time.Now(), Addr: addr}
	}
	answer, after := said(probe.Answer), said(probe.Sent)
	answer.RTT = 10 * time.Millisecond
	batch := []probe.Happening{after, answer}
	router := netip.MustParseAddr("10.0.0.254")
	switch word {
	case "silent":
		batch = batch[:1]
	case "late":
		batch[1].RTT = 700 * time.Millisecond
	case "twice":
		batch = append(batch, answer)
	case "unreachable":
		batch[1] = said(probe.Refused)
		batch[1].From, batch[1].Reason = router, latency.ReasonUnreachable
	case "no-route":
		batch = []probe.Happening{said(probe.SendFailed)}
		batch[0].Reason = latency.ReasonNoRoute
	case "cut":
		batch[1] = said(probe.Bad)
		batch[1].Reason = latency.ReasonTruncated
	case "skipped":
		batch = []probe.Happening{said(probe.Skipped)}
	case "parts":
		batch[1].Phases = []latency.Phase{{Name: "connect", Took: 4 * time.Millisecond}, {Name: "first-byte", Took: 6 * time.Millisecond}}
	}
	e.Put(batch...)
}

// fakeSet has a scripted engine for every kind but those that are refused.
type fakeSet struct {
	options engines.Options
	script  map[string][]string
	refuse  bool // echo requests

	mu     sync.Mutex
	opened map[latency.Kind]*scripted
	choice engines.Choice
}

func (s *fakeSet) Open(kind latency.Kind) (probe.Engine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind == latency.KindICMP && s.refuse {
		s.choice = engines.Choice{Err: fmt.Errorf("open a ping socket: %w", icmp.ErrPermission),
			Refused: []engines.Refusal{{Engine: engines.Kernel, Kind: icmp.ErrPermission, Err: icmp.ErrPermission, Fix: "sudo sysctl -w x='0 1'"}}}
		return nil, s.choice.Err
	}
	e := newScripted(s.script)
	if kind != latency.KindICMP {
		e.name = string(kind)
	}
	s.choice.Engine = e.name
	if s.opened == nil {
		s.opened = map[latency.Kind]*scripted{}
	}
	s.opened[kind] = e
	return e, nil
}

func (s *fakeSet) ICMP() engines.Choice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.choice
}

// newLatencyBench is a bench whose engines answer by this script.
func newLatencyBench(t testing.TB, script map[string][]string) (*bench, *fakeSet) {
	b, set := newBench(), &fakeSet{script: script}
	b.folder = t.TempDir()
	b.latency = latencyServices{
		engines: func(o engines.Options) engineSet { set.options = o; return set },
		resolve: func(_ context.Context, host string, _ latency.Family) ([]netip.Addr, error) {
			if strings.HasSuffix(host, ".invalid") {
				return nil, fmt.Errorf("look up %q: no such name: check how it is written", host)
			}
			return []netip.Addr{netip.MustParseAddr("192.0.2.80")}, nil
		},
		now:        time.Now,
		executable: func() (string, error) { return "/opt/tool box/tacklebox-cli", nil },
	}
	t.Cleanup(func() {
		for kind, e := range set.opened {
			if e.closed == 0 {
				t.Errorf("the engine for %s is left open", kind)
			}
		}
	})
	return b, set
}

// runWith is run with a context of the test's own.
func (b *bench) runWith(ctx context.Context, out interface{ Write([]byte) (int, error) }, args ...string) int {
	return run(ctx, args, streams{b.stdin, out, &b.err}, Config{Version: "1.2.3", Program: "tb"}, b.services())
}

// broken is an output that nobody reads.
type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

var errDenied = errors.New("denied")

// locked is a buffer for two goroutines.
type locked struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// listenUnit takes systemd's place; told gives what it was told.
func listenUnit(t testing.TB, b *bench) (told func() []string) {
	name := filepath.Join(b.folder, "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		// Windows has no such sockets, and no systemd.
		return func() []string { return []string{"READY=1", "STOPPING=1"} }
	}
	t.Cleanup(func() { _ = c.Close() })
	b.env["NOTIFY_SOCKET"] = name
	return func() (words []string) {
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		for len(words) < 2 {
			buf := make([]byte, 100)
			n, err := c.Read(buf)
			if err != nil {
				return words
			}
			words = append(words, string(buf[:n]))
		}
		return words
	}
}
