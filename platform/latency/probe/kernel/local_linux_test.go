package kernel

import (
	"net/netip"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/tuntest"
)

// TestSendErrors: what this machine makes impossible is a send error with its
// reason, never loss, and harms no other target on the same socket.
func TestSendErrors(t *testing.T) {
	for name, o := range map[string]tuntest.Options{
		"raw":      {},
		"datagram": {PingGroups: true},
	} {
		t.Run(name, func(t *testing.T) {
			tuntest.Run(t, o, func(env *tuntest.Env) {
				env.IP("route", "add", "prohibit", "192.0.2.1")
				env.IP("route", "add", "unreachable", "192.0.2.2")
				env.IP("route", "add", "blackhole", "192.0.2.3")
				env.IP("-6", "route", "add", "prohibit", "2001:db8::1")
				env.IP("-6", "route", "add", "unreachable", "2001:db8::2")
				env.IP("-6", "route", "add", "blackhole", "2001:db8::3")
				env.IPTables("-A", "OUTPUT", "-d", "10.9.0.66", "-j", "DROP")
				env.IPTables("-6", "-A", "OUTPUT", "-d", "fd09::66", "-j", "DROP")
				wants := []struct {
					addr string
					why  latency.Reason
				}{
					{"192.0.2.1", latency.ReasonProhibited},
					{"192.0.2.2", latency.ReasonNoRoute},
					{"192.0.2.3", latency.ReasonNoRoute},
					{"198.51.100.1", latency.ReasonNoRoute},
					{"10.9.0.66", latency.ReasonProhibited},
					{"2001:db8::1", latency.ReasonProhibited},
					{"2001:db8::2", latency.ReasonNoRoute},
					{"2001:db8::3", latency.ReasonNoRoute},
					{"2001:db8:1::1", latency.ReasonNoRoute},
					{"fd09::66", latency.ReasonProhibited},
					{"10.9.0.5", latency.ReasonNone},
					{"fd09::5", latency.ReasonNone},
				}
				mode := Raw
				if o.PingGroups {
					mode = Datagram
				}
				d := newDrive(t, Options{Mode: mode}, 300*ms)
				d.run(10, 20*ms, func(int) {
					for i, w := range wants {
						d.send(latency.TargetID(i), netip.MustParseAddr(w.addr))
					}
				}, 500*ms)
				// Failed sends have not put the numbering of the stamps out of step.
				stamped(t, d.e.v4[0], 10)
				if mode == Raw {
					stamped(t, d.e.v6[0], 10)
				}
				for i, w := range wants {
					rows := d.rows[latency.TargetID(i)]
					if len(rows) != 10 {
						t.Errorf("%s: %d rows, want 10", w.addr, len(rows))
					}
					outcome := latency.SendError
					if w.why == latency.ReasonNone {
						outcome = latency.Reply
					}
					if w.addr == "fd09::66" && mode == Datagram {
						// Linux does not tell an IPv6 ping socket that its packet was filtered,
						// which is why Auto takes raw sockets for IPv6 where it may.
						continue
					}
					for _, r := range rows {
						if r.Outcome != outcome || r.Reason != w.why || r.RTT > slow {
							t.Errorf("%s: %v %q %v, want %v %q", w.addr, r.Outcome, r.Reason, r.RTT, outcome, w.why)
							break
						}
					}
				}
			})
		})
	}
}

// TestForeignErrors: an ICMP error that one target earns is no other target's
// send error, although the kernel reports it by the next call on the socket.
func TestForeignErrors(t *testing.T) {
	bad, good := netip.MustParseAddr("10.9.0.2"), netip.MustParseAddr("10.9.0.3")
	tuntest.Run(t, tuntest.Options{PingGroups: true, Script: func(r tuntest.Request) []tuntest.Answer {
		if r.Addr == bad {
			return []tuntest.Answer{{Kind: tuntest.Unreachable}}
		}
		return []tuntest.Answer{{}}
	}}, func(*tuntest.Env) {
		for _, mode := range []Mode{Datagram, Raw} {
			d := newDrive(t, Options{Mode: mode}, time.Second)
			d.run(200, 2*ms, func(int) { d.send(1, bad); d.send(2, good) }, 500*ms)
			stamped(t, d.e.v4[0], 400)
			for i, want := range map[latency.TargetID]latency.Outcome{1: latency.ICMPError, 2: latency.Reply} {
				if len(d.rows[i]) != 200 {
					t.Errorf("target %d: %d rows, want 200", i, len(d.rows[i]))
				}
				for _, r := range d.rows[i] {
					if r.Outcome != want {
						t.Errorf("target %d seq %d: %v %q, want %v", i, r.Seq, r.Outcome, r.Reason, want)
					}
				}
			}
		}
	})
}

// TestLinkDown: probes over an interface that is down are send errors, before
// and after they are replies.
func TestLinkDown(t *testing.T) {
	tuntest.Run(t, tuntest.Options{}, func(env *tuntest.Env) {
		d := newDrive(t, Options{}, 300*ms)
		target4, target6 := netip.MustParseAddr("10.9.0.2"), netip.MustParseAddr("fd09::2")
		d.run(30, 20*ms, func(i int) {
			switch i {
			case 10:
				env.IP("link", "set", tuntest.Device, "down")
			case 20:
				env.IP("link", "set", tuntest.Device, "up")
				env.IP("addr", "replace", tuntest.Local6.String()+"/64", "dev", tuntest.Device, "nodad")
			}
			d.send(4, target4)
			d.send(6, target6)
			r := d.request(7, target4)
			r.Source = tuntest.Device
			d.e.Send(r)
		}, 500*ms)
		for _, id := range []latency.TargetID{4, 6, 7} {
			for _, r := range d.rows[id] {
				want := latency.Reply
				if r.Seq >= 10 && r.Seq < 20 {
					want = latency.SendError
				}
				if id == 6 && (r.Seq == 20 || r.Seq == 21) {
					continue // the kernel takes up an IPv6 address in its own time
				}
				if r.Outcome != want {
					t.Errorf("target %d seq %d: %v %q, want %v", id, r.Seq, r.Outcome, r.Reason, want)
				}
			}
			if len(d.rows[id]) != 30 {
				t.Errorf("target %d: %d rows, want 30", id, len(d.rows[id]))
			}
		}
		t.Logf("over a link that is down: %q, %q, through it by name: %q", d.rows[4][12].Reason, d.rows[6][12].Reason, d.rows[7][12].Reason)
	})
}

// TestStatistic: what iptables drops on the way in is lost, at the same places.
func TestStatistic(t *testing.T) {
	tuntest.Run(t, tuntest.Options{PingGroups: true}, func(env *tuntest.Env) {
		env.IPTables("-A", "INPUT", "-p", "icmp", "--icmp-type", "echo-request", "-m", "statistic", "--mode", "nth", "--every", "4", "--packet", "0", "-j", "DROP")
		d := newDrive(t, Options{}, 200*ms)
		d.run(40, 10*ms, func(int) { d.send(1, netip.MustParseAddr("127.0.0.1")) }, 500*ms)
		if len(d.rows[1]) != 40 {
			t.Errorf("%d rows, want 40", len(d.rows[1]))
		}
		for _, r := range d.rows[1] {
			want := latency.Reply
			if r.Seq%4 == 0 {
				want = latency.Timeout
			}
			if r.Outcome != want {
				t.Errorf("seq %d: %v %q, want %v", r.Seq, r.Outcome, r.Reason, want)
			}
		}
	})
}

// TestWishes: size, DSCP, TTL and source arrive as asked for, through one socket.
func TestWishes(t *testing.T) {
	for name, o := range map[string]tuntest.Options{"raw": {}, "datagram": {PingGroups: true, Unprivileged: true}} {
		t.Run(name, func(t *testing.T) {
			o.Setup = func(env *tuntest.Env) {
				env.IP("addr", "add", "10.9.0.50/32", "dev", tuntest.Device)
				env.IP("addr", "add", "fd09::50/128", "dev", tuntest.Device, "nodad", "preferred_lft", "0")
				env.IP("addr", "add", "192.0.2.9/32", "dev", "lo")
			}
			tuntest.Run(t, o, func(env *tuntest.Env) {
				type wish struct {
					size, dscp, ttl int
					source          string
					from            string // what the other end is to see
				}
				wishes := map[string][]wish{
					"10.9.0.2": {{size: 56, from: "10.9.0.1"}, {size: 0, ttl: 9, from: "10.9.0.1"}, {size: 1, dscp: 46, from: "10.9.0.1"},
						{size: 23, source: "10.9.0.50", from: "10.9.0.50"}, {size: 1472, ttl: 255, dscp: 63, source: tuntest.Device, from: "10.9.0.1"},
						{size: 8, source: "192.0.2.9", from: "192.0.2.9"}, {size: 24, from: "10.9.0.1"}},
					"fd09::2": {{size: 56, from: "fd09::1"}, {size: 0, ttl: 9, from: "fd09::1"}, {size: 7, dscp: 46, from: "fd09::1"},
						{size: 23, source: "fd09::50", from: "fd09::50"}, {size: 1452, ttl: 255, dscp: 63, source: tuntest.Device, from: "fd09::1"}, {size: 24, from: "fd09::1"}},
				}
				d := newDrive(t, Options{}, time.Second)
				for a, list := range wishes {
					addr := netip.MustParseAddr(a)
					id := latency.TargetID(len(a))
					d.run(len(list), 20*ms, func(i int) {
						r := d.request(id, addr)
						r.Size, r.DSCP, r.TTL, r.Source = list[i].size, list[i].dscp, list[i].ttl, list[i].source
						d.e.Send(r)
					}, 300*ms)
					for i, w := range list {
						if got := d.rows[id][i]; got.Outcome != latency.Reply {
							t.Errorf("%s %+v: %v %q", a, w, got.Outcome, got.Reason)
						}
					}
					for _, seen := range env.Seen() {
						if seen.Addr != addr {
							continue
						}
						w := list[seen.N]
						ttl := w.ttl
						if ttl == 0 {
							ttl = 64
						}
						// A source on another interface is only taken with that interface's route.
						if seen.Size != w.size || seen.DSCP != w.dscp || seen.TTL != ttl || seen.From.String() != w.from {
							t.Errorf("%s: the other end saw %+v, want %+v", a, seen, w)
						}
					}
				}
				// What is larger than the link's MTU goes in fragments, which loopback
				// puts together again.
				r := d.request(99, netip.MustParseAddr("127.0.0.1"))
				r.Size = latency.MaxSize
				d.run(1, ms, func(int) { d.e.Send(r) }, 300*ms)
				if got := d.rows[99]; len(got) != 1 || got[0].Outcome != latency.Reply {
					t.Errorf("%d bytes: %+v, want a reply", r.Size, got)
				}
				for _, source := range []string{"nosuch0", "203.0.113.7", "fd09::50"} {
					r := d.request(100, netip.MustParseAddr("10.9.0.2"))
					r.Source = source
					d.run(1, ms, func(int) { d.e.Send(r) }, 50*ms)
					if got := d.rows[100][len(d.rows[100])-1]; got.Outcome != latency.SendError {
						t.Errorf("from %s: %v %q, want a send error", source, got.Outcome, got.Reason)
					} else {
						t.Logf("from %s: %q", source, got.Reason)
					}
				}
			})
		})
	}
}

// TestNeighbour: a host on the same network that is not there is an error from
// this machine's own address, once ARP or neighbour discovery has given up.
func TestNeighbour(t *testing.T) {
	tuntest.Run(t, tuntest.Options{}, func(env *tuntest.Env) {
		env.IP("link", "add", "veth9", "type", "veth", "peer", "name", "veth8")
		env.IP("link", "set", "veth9", "up")
		env.IP("link", "set", "veth8", "up")
		env.IP("addr", "add", "10.8.0.1/24", "dev", "veth9")
		env.IP("addr", "add", "fd08::1/64", "dev", "veth9", "nodad")
		d := newDrive(t, Options{}, 5*time.Second)
		d.run(1, 10*ms, func(int) {
			d.send(4, netip.MustParseAddr("10.8.0.2"))
			d.send(6, netip.MustParseAddr("fd08::2"))
		}, 4500*ms)
		for id, own := range map[latency.TargetID]string{4: "10.8.0.1", 6: "fd08::1"} {
			rows := d.rows[id]
			if len(rows) != 1 || rows[0].Outcome != latency.ICMPError || rows[0].Reason != latency.ReasonUnreachable || rows[0].From.String() != own {
				t.Errorf("target %d: %+v, want an ICMP error from %s", id, rows, own)
			}
		}
	})
}

// TestZone: a link-local address is reached through its zone, and answers as
// itself.
func TestZone(t *testing.T) {
	for name, o := range map[string]tuntest.Options{"raw": {}, "datagram": {PingGroups: true, Unprivileged: true}} {
		t.Run(name, func(t *testing.T) {
			o.Setup = func(env *tuntest.Env) {
				env.IP("addr", "add", "fe80::1/64", "dev", tuntest.Device, "nodad")
			}
			tuntest.Run(t, o, func(env *tuntest.Env) {
				d := newDrive(t, Options{}, time.Second)
				d.run(5, 20*ms, func(int) {
					d.send(1, netip.MustParseAddr("fe80::2%"+tuntest.Device))
					d.send(2, netip.MustParseAddr("fe80::2%nosuch0"))
					r := d.request(3, netip.MustParseAddr("fe80::2%"+tuntest.Device))
					r.Source = "fe80::1%" + tuntest.Device
					d.e.Send(r)
				}, 300*ms)
				for id, want := range map[latency.TargetID]latency.Outcome{1: latency.Reply, 2: latency.SendError, 3: latency.Reply} {
					if len(d.rows[id]) != 5 {
						t.Errorf("target %d: %d rows, want 5", id, len(d.rows[id]))
					}
					for _, r := range d.rows[id] {
						if r.Outcome != want || r.From.IsValid() {
							t.Errorf("target %d seq %d: %v %q from %v, want %v", id, r.Seq, r.Outcome, r.Reason, r.From, want)
						}
					}
				}
			})
		})
	}
}
