package kernel

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/tuntest"
	"tacklebox/platform/testbed"
)

const ms = time.Millisecond

// want is a row that the ledger is to have.
type want struct {
	outcome latency.Outcome
	rtt     time.Duration // exact on the other end's part
	reason  latency.Reason
	from    netip.Addr
}

// line is one probe of the script: what the other end answers, and the rows.
type line struct {
	answers []tuntest.Answer
	rows    []want
}

// script has every outcome at least once; its router and other are addresses of
// the family.
func script(router, other netip.Addr) []line {
	reply := func(rtt time.Duration) []want { return []want{{outcome: latency.Reply, rtt: rtt}} }
	lost := []want{{outcome: latency.Timeout}}
	refused := func(why latency.Reason, from netip.Addr) []want {
		return []want{{outcome: latency.ICMPError, reason: why, from: from}}
	}
	bad := func(why latency.Reason) []want { return []want{{outcome: latency.BadReply, reason: why}} }
	type a = tuntest.Answer
	return []line{
		{[]a{{After: 20 * ms}}, reply(20 * ms)},
		{nil, lost},
		{[]a{{After: 20 * ms}, {After: 40 * ms}}, []want{{outcome: latency.Reply, rtt: 20 * ms}, {outcome: latency.Duplicate, rtt: 40 * ms}}},
		{[]a{{After: 170 * ms}}, reply(170 * ms)}, // overtaken by the next two
		{[]a{{After: 10 * ms}}, reply(10 * ms)},
		{[]a{{}}, reply(0)},
		{[]a{{After: 5 * ms, Kind: tuntest.Truncated, Keep: 30}}, bad(latency.ReasonTruncated)},
		{[]a{{Kind: tuntest.Truncated, Keep: 0}}, bad(latency.ReasonTruncated)},
		{[]a{{After: 5 * ms, Kind: tuntest.Foreign}}, bad(latency.ReasonProtocol)},
		{[]a{{Kind: tuntest.WrongID}}, lost}, // somebody else's
		{[]a{{Kind: tuntest.Foreign, From: other}, {After: 15 * ms}}, reply(15 * ms)},
		{[]a{{After: 10 * ms, Kind: tuntest.Unreachable}}, refused(latency.ReasonUnreachable, router)},
		{[]a{{Kind: tuntest.TTLExceeded, Quote: 400}}, refused(latency.ReasonTTL, router)},
		{[]a{{Kind: tuntest.Prohibited, From: other}}, refused(latency.ReasonProhibited, other)},
		{[]a{{Kind: tuntest.Redirect}, {After: 12 * ms}}, reply(12 * ms)},
		{[]a{{After: 900 * ms}}, []want{{outcome: latency.Timeout}, {outcome: latency.Late, rtt: 900 * ms}}},
		{[]a{{After: 600 * ms}, {After: 700 * ms}}, []want{{outcome: latency.Timeout}, {outcome: latency.Late, rtt: 600 * ms}, {outcome: latency.Duplicate, rtt: 700 * ms}}},
		{[]a{{After: 8 * ms, From: other}}, []want{{outcome: latency.Reply, rtt: 8 * ms, from: other}}},
		{[]a{{After: 3 * time.Second}}, []want{{outcome: latency.Timeout}, {outcome: latency.Late, rtt: 3 * time.Second}}},
		{[]a{{Kind: tuntest.Unreachable}, {After: 10 * ms}}, []want{{outcome: latency.ICMPError, reason: latency.ReasonUnreachable, from: router}, {outcome: latency.Duplicate, rtt: 10 * ms}}},
	}
}

func answers(lines []line) [][]tuntest.Answer {
	var rows [][]tuntest.Answer
	for _, l := range lines {
		rows = append(rows, l.answers)
	}
	return rows
}

// slow is what the other end, a goroutine of this test, may add.
const slow = 150 * ms

// TestScript: the ledger that the engine feeds is the script, line by line.
func TestScript(t *testing.T) {
	for name, o := range map[string]tuntest.Options{
		"raw":                   {},
		"datagram":              {PingGroups: true, Unprivileged: true},
		"raw-" + collected:      {},
		"datagram-" + collected: {PingGroups: true, Unprivileged: true},
	} {
		t.Run(name, func(t *testing.T) {
			lines4 := script(tuntest.Router4, netip.MustParseAddr("10.9.0.77"))
			lines6 := script(tuntest.Router6, netip.MustParseAddr("fd09::77"))
			addr4, addr6 := netip.MustParseAddr("10.9.0.2"), netip.MustParseAddr("fd09::2")
			o.Script = tuntest.Table(map[netip.Addr][][]tuntest.Answer{addr4: answers(lines4), addr6: answers(lines6)})
			tuntest.Run(t, o, func(env *tuntest.Env) {
				d := newDrive(t, Options{}, 400*ms)
				if raw := strings.HasPrefix(name, "raw"); d.e.v4[0].raw != raw || d.e.v6[0].raw != raw {
					t.Fatalf("raw sockets: %v and %v, want %v (as user %d)", d.e.v4[0].raw, d.e.v6[0].raw, raw, os.Getuid())
				}
				d.run(len(lines4), 50*ms, func(int) { d.send(4, addr4); d.send(6, addr6) }, 4*time.Second)
				compare(t, "IPv4", d.rows[4], lines4)
				compare(t, "IPv6", d.rows[6], lines6)
				if d.e.Dropped() != 0 {
					t.Errorf("%d answers dropped", d.e.Dropped())
				}
				stamped(t, d.e.v4[0], len(lines4))
				stamped(t, d.e.v6[0], len(lines6))
			})
		})
	}
}

// stamped: the kernel's send stamp has been matched to every probe, and lies
// where it must.
func stamped(t *testing.T, s *socket, sent int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, p := range s.flights.ring {
		if p.until == 0 {
			continue
		}
		n++
		if after := time.Duration(p.tx - p.sent.offset - int64(p.sent.mono)); p.tx == 0 || after < -p.sent.slack || after > slow {
			t.Errorf("seq %d was stamped %v after it was sent", p.seq, after)
		}
	}
	if n != sent {
		t.Errorf("%d probes are remembered, want %d", n, sent)
	}
}

func compare(t *testing.T, family string, rows []latency.Result, lines []line) {
	t.Helper()
	var added []time.Duration
	for seq, l := range lines {
		var got []latency.Result
		for _, r := range rows {
			if r.Seq == uint64(seq) {
				got = append(got, r)
			}
		}
		if len(got) != len(l.rows) {
			t.Errorf("%s seq %d: %d rows %v, want %d", family, seq, len(got), got, len(l.rows))
			continue
		}
		for i, w := range l.rows {
			g := got[i]
			if g.Outcome != w.outcome || g.Reason != w.reason || g.From != w.from {
				t.Errorf("%s seq %d: %v %q from %v, want %v %q from %v", family, seq, g.Outcome, g.Reason, g.From, w.outcome, w.reason, w.from)
			}
			if g.RTT < w.rtt || g.RTT > w.rtt+slow {
				t.Errorf("%s seq %d: %v took %v, want %v", family, seq, g.Outcome, g.RTT, w.rtt)
			}
			if w.rtt > 0 {
				added = append(added, g.RTT-w.rtt)
			}
			if g.Sent.IsZero() || time.Since(g.Sent) > time.Minute {
				t.Errorf("%s seq %d was sent at %v", family, seq, g.Sent)
			}
		}
	}
	slices.Sort(added)
	// Most of the time it is punctual.
	if len(added) == 0 || added[len(added)/2] > 5*ms {
		t.Errorf("%s: too long by %v", family, added)
		return
	}
	t.Logf("%s: %d lines, the other end adds %v to %v", family, len(lines), added[0], added[len(added)-1])
}

// TestFping: fping sees the same losses at the same places, and the same times.
func TestFping(t *testing.T) {
	ours, theirs := netip.MustParseAddr("10.9.0.2"), netip.MustParseAddr("10.9.0.3")
	var rows [][]tuntest.Answer
	for i := range 40 {
		switch {
		case i%7 == 3:
			rows = append(rows, nil)
		case i%11 == 5:
			rows = append(rows, []tuntest.Answer{{After: 900 * ms}}) // after the timeout
		default:
			rows = append(rows, []tuntest.Answer{{After: time.Duration(5+i%5*10) * ms}})
		}
	}
	tuntest.Run(t, tuntest.Options{Script: tuntest.Table(map[netip.Addr][][]tuntest.Answer{ours: rows, theirs: rows})}, func(env *tuntest.Env) {
		testbed.Program(t, "fping", "fping")
		said := make(chan string, 1)
		go func() {
			said <- env.Command("sh", "dash", "-c", fmt.Sprintf("fping -q -C %d -p 50 -t 300 %s 2>&1 || true", len(rows), theirs))
		}()
		d := newDrive(t, Options{}, 300*ms)
		d.run(len(rows), 50*ms, func(int) { d.send(1, ours) }, 1500*ms)
		_, list, ok := strings.Cut(<-said, " : ")
		fields := strings.Fields(list)
		if !ok || len(fields) != len(rows) {
			t.Fatalf("fping said %q", list)
		}
		var differences []time.Duration
		for seq, field := range fields {
			i := slices.IndexFunc(d.rows[1], func(r latency.Result) bool { return r.Seq == uint64(seq) && r.Outcome.Decides() })
			if i < 0 {
				t.Fatalf("seq %d is not decided", seq)
			}
			got := d.rows[1][i]
			if lost := field == "-"; lost != got.Outcome.Lost() {
				t.Errorf("seq %d: fping says %q, we say %v", seq, field, got.Outcome)
			} else if !lost {
				took, err := strconv.ParseFloat(field, 64)
				if err != nil {
					t.Fatal(err)
				}
				differences = append(differences, (got.RTT - time.Duration(took*float64(ms))).Abs())
			}
		}
		slices.Sort(differences)
		middle := differences[len(differences)/2]
		t.Logf("%d probes, %d replies, differences from fping: median %v, most %v", len(rows), len(differences), middle, differences[len(differences)-1])
		// Both share one other end, whose timers differ by a millisecond.
		if middle > 3*ms {
			t.Errorf("half of the times differ from fping's by %v or more", middle)
		}
	})
}
