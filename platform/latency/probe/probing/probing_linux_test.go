package probing

import (
	"bytes"
	"errors"
	"net/netip"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/probetest"
	"tacklebox/platform/latency/tuntest"
	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const every = 50 * time.Millisecond

var (
	host4 = netip.MustParseAddr("10.9.0.7")
	host6 = netip.MustParseAddr("fd09::7")
)

func begin(t *testing.T, o Options, lifetime time.Duration) *probetest.Reader {
	t.Helper()
	e, err := open(o, lifetime)
	if err != nil {
		t.Fatal(err)
	}
	return probetest.Read(t, e)
}

func echo(target int, to netip.Addr) probe.Request {
	return probe.Request{Target: latency.TargetID(target), Addr: netip.AddrPortFrom(to, 0), Timeout: time.Second, Every: every, Size: latency.DefaultSize}
}

// tick asks for n probes, one each Every, from the sequence number in q on.
func tick(t *testing.T, r *probetest.Reader, q probe.Request, n int) {
	t.Helper()
	ticker := time.NewTicker(q.Every)
	defer ticker.Stop()
	for i := range n {
		if i > 0 {
			<-ticker.C
		}
		r.Engine.Send(q)
		q.Seq++
	}
	for seq := q.Seq - uint64(n); seq < q.Seq; seq++ {
		r.First(int(q.Target), seq)
	}
}

func counts(r *probetest.Reader, target, n int) map[probe.What]int {
	by := map[probe.What]int{}
	for seq := range uint64(n) {
		for _, h := range r.All(target, seq) {
			by[h.What]++
		}
	}
	return by
}

func testScript(t *testing.T, o Options, groups bool) {
	after := tuntest.Answer{After: 20 * time.Millisecond, TTL: 57}
	rows := [][]tuntest.Answer{
		{after}, {}, {after, {After: 25 * time.Millisecond}},
		{{Kind: tuntest.Truncated, Keep: 30}}, {{Kind: tuntest.Truncated, Keep: 10}}, {{Kind: tuntest.Foreign}},
		{{Kind: tuntest.Unreachable}}, {after},
	}
	script := tuntest.Table(map[netip.Addr][][]tuntest.Answer{host4: rows, host6: rows})
	tuntest.Run(t, tuntest.Options{Script: script, PingGroups: groups}, func(env *tuntest.Env) {
		r := begin(t, o, lifetime)
		for target, to := range []netip.Addr{host4, host6} {
			q := echo(target, to)
			q.TTL, q.DSCP = 33, 46
			tick(t, r, q, len(rows))
			for _, seq := range []uint64{0, 2, 7} {
				if got := r.Decided(target, seq); got.What != probe.Answer || got.RTT < 19*time.Millisecond || got.From != to || got.TTL != 57 {
					t.Errorf("%v, seq %d: %+v", to, seq, got)
				}
			}
			r.Until("the duplicate", func() bool { return len(r.All(target, 2)) == 3 })
			if got := r.Decided(target, 3); got.What != probe.Bad || got.Reason != latency.ReasonTruncated {
				t.Errorf("%v, cut off: %+v", to, got)
			}
			for _, seq := range []uint64{1, 4, 5, 6} {
				if all := r.All(target, seq); len(all) != 1 || all[0].What != probe.Sent || all[0].Addr != to || all[0].Wall.IsZero() {
					t.Errorf("%v, seq %d has no answer: %+v", to, seq, all)
				}
			}
		}
		for _, s := range env.Seen() {
			if s.TTL != 33 || s.DSCP != 46 || s.Size != latency.DefaultSize {
				t.Errorf("the target saw %+v", s)
			}
		}
	})
}

func TestScriptDatagram(t *testing.T) { testScript(t, Options{Sockets: Datagram}, true) }

func TestScriptRaw(t *testing.T) { testScript(t, Options{Sockets: Raw}, false) }

func TestAutoTakesDatagram(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true, Unprivileged: true}, func(*tuntest.Env) {
		r := begin(t, Options{}, lifetime)
		r.Engine.Send(echo(1, host4))
		if got := r.Decided(1, 0); got.What != probe.Answer {
			t.Errorf("%+v", got)
		}
		if _, err := Open(Options{Sockets: Raw}); !errors.Is(err, ErrPermission) || !strings.Contains(err.Error(), "ping_group_range") {
			t.Errorf("raw sockets for everybody: %v", err)
		}
	})
}

// Pingers are replaced and nothing is lost at the seam.
func TestRenewal(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true, Script: func(tuntest.Request) []tuntest.Answer {
		return []tuntest.Answer{{After: 120 * time.Millisecond}}
	}}, func(env *tuntest.Env) {
		r := begin(t, Options{}, 5*every)
		const n = 60
		tick(t, r, echo(1, host4), n)
		for seq := range uint64(n) {
			if first := r.First(1, seq); first.What == probe.Sent {
				if got := r.Decided(1, seq); got.What != probe.Answer || got.RTT < 119*time.Millisecond {
					t.Errorf("seq %d: %+v", seq, got)
				}
			}
		}
		if by := counts(r, 1, n); by[probe.Sent] < n-3 {
			t.Errorf("%v of %d", by, n)
		}
		if seen := len(env.Seen()); seen > n+6 {
			t.Errorf("%d packets for %d probes", seen, n)
		}
	})
}

// A change of address starts anew at once; the old one's answers are kept.
func TestChange(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true, Script: func(tuntest.Request) []tuntest.Answer {
		return []tuntest.Answer{{After: 150 * time.Millisecond}}
	}}, func(*tuntest.Env) {
		r := begin(t, Options{}, lifetime)
		q := echo(1, host4)
		tick(t, r, q, 4)
		q.Seq, q.Addr = 4, netip.AddrPortFrom(netip.MustParseAddr("10.9.0.8"), 0)
		tick(t, r, q, 4)
		for seq := range uint64(8) {
			got := r.Decided(1, seq)
			want := host4
			if seq >= 4 {
				want = q.Addr.Addr()
			}
			if got.What != probe.Answer || got.Addr != want {
				t.Errorf("seq %d: %+v", seq, got)
			}
		}
	})
}

// Pingers that are done go away: there are as many as targets.
func TestNoGrowth(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true}, func(*tuntest.Env) {
		r := begin(t, Options{}, 4*every) // some twenty generations
		const targets, n = 10, 80
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for seq := range uint64(n) {
			for target := range targets {
				q := echo(target, host4)
				q.Seq = seq
				r.Engine.Send(q)
			}
			<-ticker.C
		}
		testbed.Wait(t, "no more goroutines than two Pingers' for each target", func() bool { return pingers(t) <= targets*8 })
		by := map[probe.What]int{}
		for target := range targets {
			for what, count := range counts(r, target, n) {
				by[what] += count
			}
		}
		if by[probe.Answer] < targets*n*9/10 {
			t.Errorf("%v of %d", by, targets*n)
		}
	})
}

// Whoever asks between two far ticks does not wait for the next.
func TestPhase(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true}, func(env *tuntest.Env) {
		r := begin(t, Options{}, time.Hour)
		q := echo(1, host4)
		q.Every = time.Minute
		for seq := range uint64(3) {
			q.Seq = seq
			asked := r.Engine.Now()
			r.Engine.Send(q)
			if got := r.Decided(1, seq); got.What != probe.Answer || r.First(1, seq).At < asked {
				t.Errorf("seq %d, asked at %v: %+v", seq, asked, r.All(1, seq))
			}
		}
		if n := len(env.Seen()); n != 3 {
			t.Errorf("%d packets for three probes", n)
		}
	})
}

// An engine that closes in the middle of everything leaves nothing behind; its
// reader need not read.
func TestCloseUnread(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true}, func(env *tuntest.Env) {
		env.IP("route", "add", "prohibit", "192.0.2.1")
		e, err := Open(Options{})
		if err != nil {
			t.Fatal(err)
		}
		for target := range 50 {
			e.Send(echo(target, host4))
			e.Send(echo(100+target, netip.MustParseAddr("192.0.2.1")))
		}
		testbed.Wait(t, "some have left", func() bool { return len(env.Seen()) > 20 })
		if e.Drained() >= e.Now() {
			t.Error("nothing was read and all is drained")
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		e.Send(echo(1, host4))
		if n := pingers(t); n != 0 {
			t.Errorf("%d goroutines of Pingers are left", n)
		}
	})
}

// What passed before onSend counts, a step of the clock during the flight does
// not.
func TestSending(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct{ reading, send, want time.Duration }{
		"at once":              {20 * ms, 20 * ms, 0},
		"preempted":            {38 * ms, 20 * ms, 18 * ms},
		"an hour forward":      {time.Hour + 21*ms, time.Hour + 20*ms, ms},
		"an hour back":         {-time.Hour + 21*ms, -time.Hour + 20*ms, ms},
		"a step in between":    {time.Hour, 20 * ms, sendingLimit},
		"preempted at the end": {20 * ms, 35 * ms, 0},
	} {
		if got := sending(c.reading, c.send); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func pingers(t *testing.T) int {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 2); err != nil {
		t.Fatal(err)
	}
	return strings.Count(b.String(), "pro-bing")
}

// A route of type prohibit makes a plain Pinger spin for ever, deaf to its
// context. Here each probe is a failure to send, no goroutine stays and no time
// is burnt.
func TestProhibit(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true}, func(env *tuntest.Env) {
		env.IP("route", "add", "prohibit", "192.0.2.1")
		env.IP("route", "add", "unreachable", "192.0.2.2")
		r := begin(t, Options{}, lifetime)
		q := echo(1, netip.MustParseAddr("192.0.2.1"))
		before := cpu(t)
		const n = 60
		tick(t, r, q, n)
		if spent := cpu(t) - before; spent > n*every/4 {
			t.Errorf("%v of processor time in %v", spent, n*every)
		}
		for seq := range uint64(n) {
			if got := r.First(1, seq); got.What != probe.SendFailed || got.Reason != latency.ReasonProhibited {
				t.Fatalf("seq %d: %+v", seq, got)
			}
		}
		testbed.Wait(t, "no Pinger is left", func() bool { return pingers(t) == 0 })
		q = echo(2, netip.MustParseAddr("192.0.2.2"))
		tick(t, r, q, 5)
		for seq := range uint64(5) {
			if got := r.First(2, seq); got.What != probe.SendFailed || got.Reason != latency.ReasonNoRoute {
				t.Errorf("seq %d: %+v", seq, got)
			}
		}
		env.IP("-6", "route", "add", "prohibit", "2001:db8::1")
		tick(t, r, echo(3, netip.MustParseAddr("2001:db8::1")), 3)
		if got := r.First(3, 2); got.What != probe.SendFailed || got.Reason != latency.ReasonProhibited {
			t.Errorf("version 6: %+v", got)
		}
		testbed.Wait(t, "no Pinger is left", func() bool { return pingers(t) == 0 })
		// The route goes away, and the next attempt works.
		env.IP("route", "del", "prohibit", "192.0.2.1")
		env.IP("route", "add", "192.0.2.1", "dev", tuntest.Device)
		q = echo(1, netip.MustParseAddr("192.0.2.1"))
		q.Seq = n
		r.Until("an answer", func() bool {
			q.Seq++
			r.Engine.Send(q)
			return r.First(1, q.Seq).What == probe.Sent
		})
		if got := r.Decided(1, q.Seq); got.What != probe.Answer {
			t.Errorf("%+v", got)
		}
	})
}

// A route that turns prohibited, and a link that goes down, in the middle.
func TestFailsLater(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true}, func(env *tuntest.Env) {
		r := begin(t, Options{}, lifetime)
		q := echo(1, host4)
		tick(t, r, q, 3)
		env.IP("route", "add", "prohibit", host4.String())
		q.Seq = 3
		tick(t, r, q, 5)
		if got := r.First(1, 6); got.What != probe.SendFailed || got.Reason != latency.ReasonProhibited {
			t.Errorf("prohibited: %+v", got)
		}
		o := echo(2, netip.MustParseAddr("10.9.0.9"))
		tick(t, r, o, 3)
		env.IP("link", "set", tuntest.Device, "down")
		o.Seq = 3
		tick(t, r, o, 5)
		if got := r.First(2, 6); got.What != probe.SendFailed || got.Reason != latency.ReasonNoRoute && got.Reason != latency.ReasonLinkDown {
			t.Errorf("link down: %+v", got)
		}
		env.IP("link", "set", tuntest.Device, "up")
		o.Seq = 8
		tick(t, r, o, 4)
		if got := r.Decided(2, 11); got.What != probe.Answer {
			t.Errorf("link up again: %+v", got)
		}
		if r.Engine.Dropped() != 0 {
			t.Errorf("%d answers count as dropped though none was due", r.Engine.Dropped())
		}
	})
}

func TestSources(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true}, func(env *tuntest.Env) {
		env.IP("addr", "add", "10.9.0.2/32", "dev", tuntest.Device)
		r := begin(t, Options{}, lifetime)
		for target, source := range []string{"10.9.0.2", tuntest.Device} {
			q := echo(target, host4)
			q.Source = source
			r.Engine.Send(q)
			if got := r.Decided(target, 0); got.What != probe.Answer {
				t.Errorf("from %s: %+v", source, got)
			}
		}
		if seen := env.Seen(); len(seen) == 0 || seen[0].From.String() != "10.9.0.2" {
			t.Errorf("the target saw %+v", seen)
		}
		for target, source := range []string{"203.0.113.1", "no-such-interface"} {
			q := echo(10+target, host4)
			q.Source = source
			r.Engine.Send(q)
			if got := r.First(10+target, 0); got.What != probe.SendFailed || got.Reason != latency.ReasonLinkDown {
				t.Errorf("from %s: %+v", source, got)
			}
		}
	})
}

// Three hundred targets at once, all in their order; who stops asking is
// forgotten.
func TestMany(t *testing.T) {
	// The other end stands still for a while, as on a busy machine: what waits for it
	// comes late, and all of it.
	stall := time.NewTimer(time.Hour)
	script := func(q tuntest.Request) []tuntest.Answer {
		if q.N == 1 && q.Addr == host4 {
			stall.Reset(1300 * time.Millisecond)
			<-stall.C
		}
		return []tuntest.Answer{{}}
	}
	tuntest.Run(t, tuntest.Options{PingGroups: true, Script: script}, func(env *tuntest.Env) {
		r := begin(t, Options{}, lifetime)
		const n, rounds = 300, 4
		ticker := time.NewTicker(500 * time.Millisecond)
		defer ticker.Stop()
		for seq := range uint64(rounds) {
			for target := range n {
				q := echo(target, netip.AddrFrom4([4]byte{10, 9, 0, byte(2 + target%250)}))
				q.Seq, q.Every = seq, 500*time.Millisecond
				r.Engine.Send(q)
			}
			<-ticker.C
		}
		r.Until("all are decided", func() bool {
			by := map[probe.What]int{}
			for target := range n {
				for what, count := range counts(r, target, rounds) {
					by[what] += count
				}
			}
			return by[probe.Answer] >= by[probe.Sent]-n/100 && by[probe.Sent]+by[probe.Skipped] == n*rounds
		})
		by := map[probe.What]int{}
		for target := range n {
			for seq := range uint64(rounds) {
				all := r.All(target, seq)
				by[all[len(all)-1].What]++
				if last := all[len(all)-1]; last.What == probe.Sent {
					seen := 0
					for _, s := range env.Seen() {
						if s.Addr == last.Addr {
							seen++
						}
					}
					t.Logf("no answer: %+v; the target saw %d", all, seen)
				}
			}
		}
		if by[probe.Answer] < n*rounds*95/100 {
			t.Errorf("%v of %d", by, n*rounds)
		}
		t.Logf("%v", by)
	})
}
