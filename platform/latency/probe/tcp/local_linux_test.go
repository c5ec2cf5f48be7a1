package tcp

import (
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/ledger"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/tuntest"
)

// What this machine itself refuses was never sent; what a host refuses, or is
// silent to, was.
func TestRoutes(t *testing.T) {
	tuntest.Run(t, tuntest.Options{}, func(env *tuntest.Env) {
		env.IP("route", "add", "prohibit", "192.0.2.1")
		env.IP("route", "add", "unreachable", "192.0.2.2")
		env.IP("route", "add", "blackhole", "192.0.2.3")
		env.IP("-6", "route", "add", "prohibit", "2001:db8::1")
		env.IPTables("-A", "INPUT", "-i", "lo", "-p", "tcp", "--dport", "81", "-j", "REJECT", "--reject-with", "icmp-host-unreachable")
		env.IPTables("-A", "INPUT", "-i", "lo", "-p", "tcp", "--dport", "82", "-j", "DROP")
		r := open(t, Options{})
		for target, c := range []struct {
			to   string
			what probe.What
			why  latency.Reason
		}{
			{"192.0.2.1:80", probe.SendFailed, latency.ReasonProhibited},
			{"192.0.2.2:80", probe.SendFailed, latency.ReasonNoRoute},
			{"192.0.2.3:80", probe.SendFailed, latency.ReasonNoRoute},
			{"198.51.100.1:80", probe.SendFailed, latency.ReasonNoRoute}, // no default route
			{"[2001:db8::1]:80", probe.SendFailed, latency.ReasonProhibited},
			{"127.0.0.1:81", probe.Refused, latency.ReasonUnreachable},
		} {
			r.Engine.Send(request(target, 0, c.to))
			if got := r.Decided(target, 0); got.What != c.what || got.Reason != c.why {
				t.Errorf("%s: %+v", c.to, got)
			}
		}
		// Silence: a host behind the device, and a firewall that drops.
		for target, to := range []string{"10.9.0.7:80", "127.0.0.1:82"} {
			r.Engine.Send(request(20+target, 0, to))
			if got := r.First(20+target, 0); got.What != probe.Sent {
				t.Errorf("%s: %+v", to, got)
			}
		}
		env.IP("link", "set", tuntest.Device, "down")
		r.Engine.Send(request(30, 0, "10.9.0.7:80"))
		if got := r.First(30, 0); got.What != probe.SendFailed || got.Reason != latency.ReasonNoRoute {
			t.Errorf("link down: %+v", got)
		}
	})
}

func TestOptions(t *testing.T) {
	tuntest.Run(t, tuntest.Options{}, func(env *tuntest.Env) {
		// Only packets with that DSCP, TTL and source pass.
		env.IP("addr", "add", "127.0.0.9/8", "dev", "lo")
		env.IPTables("-A", "INPUT", "-i", "lo", "-p", "tcp", "--syn", "-m", "dscp", "--dscp", "46", "-m", "ttl", "--ttl-eq", "9", "-s", "127.0.0.9", "-j", "ACCEPT")
		env.IPTables("-A", "INPUT", "-i", "lo", "-p", "tcp", "--syn", "-j", "REJECT", "--reject-with", "tcp-reset")
		to := server(t, "tcp4", "127.0.0.1:0")
		r := open(t, Options{})
		q := request(1, 0, to)
		r.Engine.Send(q)
		if got := r.Decided(1, 0); got.What != probe.Refused {
			t.Errorf("without options: %+v", got)
		}
		q.Seq, q.DSCP, q.TTL, q.Source = 1, 46, 9, "127.0.0.9"
		r.Engine.Send(q)
		if got := r.Decided(1, 1); got.What != probe.Answer {
			t.Errorf("with options: %+v", got)
		}
		q.Seq, q.DSCP, q.TTL, q.Source = 2, 0, 0, "lo"
		r.Engine.Send(q)
		if got := r.Decided(1, 2); got.What != probe.Refused {
			t.Errorf("through lo: %+v", got)
		}
		q.Seq, q.Source = 3, tuntest.Device // loopback is not reached through it
		r.Engine.Send(q)
		if got := r.First(1, 3); got.What == probe.SendFailed && got.Reason == latency.ReasonOther {
			t.Errorf("through the device: %+v", got)
		}
	})
}

// A reader that stands still for longer than the timeout holds the verdict back:
// what was answered in time is a reply when it reads on.
func TestStalledReader(t *testing.T) {
	to := server(t, "tcp4", "127.0.0.1:0")
	e, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	const timeout = 300 * time.Millisecond
	var rows []latency.Result
	l := ledger.New(ledger.Config{Target: 1, Timeout: timeout, Emit: func(r latency.Result) { rows = append(rows, r) }})
	const n = 50
	for seq := range uint64(n) {
		q := request(1, seq, to)
		q.Timeout = timeout
		e.Send(q)
	}
	stall := time.NewTimer(3 * timeout)
	<-stall.C
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	for len(rows) < n {
		select {
		case batch := <-e.Happenings():
			for _, h := range batch {
				switch h.What {
				case probe.Sent:
					l.Sent(h.Seq, h.At, h.Wall, h.Addr)
				case probe.Answer:
					l.Answer(h.Seq, h.RTT, h.From, h.TTL)
				default:
					t.Errorf("%+v", h)
				}
			}
			l.Advance(e.Drained())
		case <-deadline.C:
			t.Fatalf("%d rows", len(rows))
		}
	}
	for _, r := range rows {
		if r.Outcome != latency.Reply && r.RTT <= timeout {
			t.Errorf("%+v", r)
		}
	}
}
