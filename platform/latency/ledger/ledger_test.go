package ledger

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency"
)

const sec = time.Second

var (
	target = netip.MustParseAddr("10.9.0.7")
	router = netip.MustParseAddr("10.9.0.1")
	epoch  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// script plays happenings to a ledger with a timeout of one second and gives
// its rows as "seq outcome detail".
func script(play func(*Ledger)) string {
	var rows []string
	l := New(Config{Target: 1, Node: latency.LocalNode, Timeout: sec, Emit: func(r latency.Result) {
		row := fmt.Sprintf("%d %v", r.Seq, r.Outcome)
		if r.RTT != 0 {
			row += " " + r.RTT.String()
		}
		if r.Reason != "" {
			row += " " + string(r.Reason)
		}
		if r.From.IsValid() {
			row += " by " + r.From.String()
		}
		if r.TTL != 0 {
			row += fmt.Sprint(" ttl ", r.TTL)
		}
		rows = append(rows, row)
	}})
	play(l)
	return strings.Join(rows, "; ")
}

func send(l *Ledger, seqs ...uint64) {
	for _, s := range seqs {
		l.Sent(s, time.Duration(s)*sec, epoch.Add(time.Duration(s)*sec), target)
	}
}

func TestDecisions(t *testing.T) {
	var none netip.Addr
	for _, c := range []struct {
		name string
		play func(*Ledger)
		want string
	}{
		{"reply", func(l *Ledger) { send(l, 0); l.Answer(0, 20*time.Millisecond, none, 0) }, "0 reply 20ms"},
		{"ttl of a reply and a duplicate", func(l *Ledger) { send(l, 0); l.Answer(0, sec, none, 57); l.Answer(0, sec, none, 58) }, "0 reply 1s ttl 57; 0 duplicate 1s ttl 58"},
		{"ttl of a late answer", func(l *Ledger) { send(l, 0); l.Answer(0, 3*sec, none, 57) }, "0 timeout; 0 late 3s ttl 57"},
		{"reply by another host", func(l *Ledger) { send(l, 0); l.Answer(0, sec, router, 0) }, "0 reply 1s by 10.9.0.1"},
		{"in flight is not lost", func(l *Ledger) { send(l, 0, 1); l.Advance(1900 * time.Millisecond) }, "0 timeout"},
		{"late stays lost", func(l *Ledger) { send(l, 0); l.Advance(2 * sec); l.Answer(0, 3*sec, none, 0) }, "0 timeout; 0 late 3s"},
		{"late before its verdict", func(l *Ledger) { send(l, 0); l.Answer(0, 1500*time.Millisecond, none, 0) }, "0 timeout; 0 late 1.5s"},
		{"too late for a note", func(l *Ledger) { send(l, 0); l.Advance(2 * sec); l.Answer(0, 11*sec, none, 0) }, "0 timeout"},
		{"forgotten", func(l *Ledger) { send(l, 0); l.Advance(11 * sec); l.Answer(0, 10*sec, none, 0) }, "0 timeout"},
		{"duplicate", func(l *Ledger) { send(l, 0); l.Answer(0, sec, none, 0); l.Answer(0, 2*sec, none, 0) }, "0 reply 1s; 0 duplicate 2s"},
		{"late twice", func(l *Ledger) {
			send(l, 0)
			l.Advance(2 * sec)
			l.Answer(0, 3*sec, none, 0)
			l.Answer(0, 4*sec, none, 0)
		},
			"0 timeout; 0 late 3s; 0 duplicate 4s"},
		{"refused", func(l *Ledger) { send(l, 0); l.Refused(0, router, latency.ReasonTTL); l.Advance(5 * sec) }, "0 icmp-error ttl-exceeded by 10.9.0.1"},
		{"answer after a refusal", func(l *Ledger) {
			send(l, 0)
			l.Refused(0, router, latency.ReasonUnreachable)
			l.Answer(0, sec, none, 0)
		}, "0 icmp-error unreachable by 10.9.0.1; 0 duplicate 1s"},
		{"answer after a pause", func(l *Ledger) {
			send(l, 0, 1)
			l.Void(5*sec, latency.ReasonPaused)
			l.Answer(0, 100*time.Millisecond, none, 0)
			l.Answer(1, 1500*time.Millisecond, none, 0)
		}, "0 not-measured paused; 1 not-measured paused; 1 late 1.5s"},
		{"refused twice", func(l *Ledger) {
			send(l, 0)
			l.Refused(0, router, latency.ReasonTTL)
			l.Refused(0, router, latency.ReasonTTL)
		}, "0 icmp-error ttl-exceeded by 10.9.0.1"},
		{"truncated", func(l *Ledger) { send(l, 0); l.Bad(0, none, latency.ReasonTruncated) }, "0 bad-reply truncated"},
		{"never left", func(l *Ledger) { send(l, 0); l.SendFailed(0, latency.ReasonNoRoute); l.Advance(5 * sec) }, "0 send-error no-route"},
		{"skipped", func(l *Ledger) { l.Skip(0, epoch, latency.ReasonPaused) }, "0 not-measured paused"},
		{"slept with two in flight", func(l *Ledger) {
			send(l, 0, 1, 2)
			l.Answer(1, sec, none, 0)
			l.Void(2*sec, latency.ReasonAsleep)
			l.Advance(9 * sec)
		},
			"1 reply 1s; 0 not-measured asleep; 2 timeout"},
		{"a reader that stood still", func(l *Ledger) {
			// Nothing was drained for five seconds; the replies waited in the socket.
			send(l, 0, 1, 2)
			l.Advance(500 * time.Millisecond)
			l.Answer(0, 20*time.Millisecond, none, 0)
			l.Answer(2, 30*time.Millisecond, none, 0)
			l.Advance(5 * sec)
		}, "0 reply 20ms; 2 reply 30ms; 1 timeout"},
		{"unknown and repeated numbers", func(l *Ledger) {
			l.Answer(9, sec, none, 0)
			send(l, 3, 3, 2)
			l.Answer(2, sec, none, 0)
			l.Answer(3, sec, none, 0)
		}, "3 reply 1s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := script(c.play); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Whatever happens in whatever order, a probe is decided exactly once, and late
// answers and duplicates come only after that.
func TestEachProbeIsDecidedOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	decided, rows := map[uint64]latency.Outcome{}, map[uint64]int{}
	l := New(Config{Timeout: sec, Emit: func(res latency.Result) {
		_, done := decided[res.Seq]
		if res.Outcome.Decides() {
			if done {
				t.Fatalf("seq %d decided twice", res.Seq)
			}
			decided[res.Seq] = res.Outcome
		} else if !done {
			t.Fatalf("seq %d: %v before its decision", res.Seq, res.Outcome)
		}
		rows[res.Seq]++
	}})
	const n = 20000
	largest := 0
	for seq := range uint64(n) {
		now := time.Duration(seq) * sec / 5
		l.Sent(seq, now, epoch, target)
		for range r.IntN(4) {
			old := seq - min(seq, uint64(r.IntN(80)))
			rtt := now - time.Duration(old)*sec/5
			switch r.IntN(6) {
			case 0:
				l.Refused(old, router, latency.ReasonUnreachable)
			case 1:
				l.Bad(old, router, latency.ReasonTruncated)
			case 2:
				l.SendFailed(old, latency.ReasonNoRoute)
			default:
				l.Answer(old, rtt, target, 0)
			}
		}
		if r.IntN(200) == 0 {
			l.Void(now, latency.ReasonAsleep)
		}
		l.Advance(now)
		largest = max(largest, cap(l.open))
	}
	l.Advance(n * sec)
	if len(decided) != n {
		t.Errorf("%d of %d decided", len(decided), n)
	}
	if l.InFlight() != 0 {
		t.Errorf("%d still in flight", l.InFlight())
	}
	// Ten seconds at 5/s are 50 entries.
	if largest > 256 {
		t.Errorf("the ledger grew to %d entries", largest)
	}
	if _, waiting := l.Next(); waiting {
		t.Error("Next waits for nothing")
	}
}
