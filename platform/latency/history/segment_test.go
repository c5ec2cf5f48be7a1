package history

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history/historytest"
)

var epoch = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func traffic(target latency.TargetID, start time.Time, n int, seed uint64) []latency.Result {
	return historytest.Traffic(target, start, n, seed)
}

func everySecond(latency.TargetID) int64 { return 1_000_000 }

func rowsOf(t testing.TB, segments []*segment) (out []latency.Result) {
	t.Helper()
	for _, g := range segments {
		if err := g.each(func(r *latency.Result) bool { out = append(out, *r); return true }); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestCodesAreExact(t *testing.T) {
	worst := 0.0
	for code := firstRTT; code <= math.MaxUint16; code++ {
		rtt := codeRTT(uint16(code))
		// Below 2 µs a nanosecond is more than a code.
		if rtt > 2*time.Microsecond && rttCode(rtt) != uint16(code) {
			t.Fatalf("code %d is %v, which is code %d", code, rtt, rttCode(rtt))
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100000 {
		rtt := time.Duration(math.Exp(r.Float64()*20) * 10000)
		worst = max(worst, (math.Abs(float64(stored(rtt)-rtt))-1)/float64(rtt)) // a nanosecond is the unit
	}
	t.Logf("largest error %.4f %%, longest %v", worst*100, codeRTT(math.MaxUint16))
	if worst > 0.00025 {
		t.Errorf("error %v", worst)
	}
	if stored(-1) != rttFloor || stored(time.Hour*24*365) != codeRTT(math.MaxUint16) {
		t.Error("ends of the scale")
	}
}

// odd is everything that is not a plain reply.
func odd(start time.Time) []latency.Result {
	hop := netip.MustParseAddr("2001:db8::1")
	rows := []latency.Result{
		{Seq: 3, Outcome: latency.Late, RTT: 12 * time.Second}, // of a probe in another segment
		{Seq: 5, Outcome: latency.Timeout},
		{Seq: 5, Outcome: latency.Late, RTT: 6 * time.Second},
		{Seq: 6, Outcome: latency.Reply, RTT: time.Millisecond},
		{Seq: 6, Outcome: latency.Duplicate, RTT: 2 * time.Millisecond},
		{Seq: 6, Outcome: latency.Duplicate, RTT: 3 * time.Millisecond, From: hop},
		{Seq: 7, Outcome: latency.ICMPError, Reason: latency.ReasonUnreachable, From: hop},
		{Seq: 8, Outcome: latency.ICMPError, Reason: latency.ReasonRefused},
		{Seq: 9, Outcome: latency.BadReply, Reason: latency.ReasonTruncated},
		{Seq: 10, Outcome: latency.BadReply},
		{Seq: 11, Outcome: latency.Timeout, Reason: "of a later version"},
		{Seq: 12, Outcome: latency.Reply, RTT: 90 * time.Millisecond, Phases: []latency.Phase{{Name: "dns", Took: 5}, {Name: "quic", Took: 7}}},
		{Seq: 900, Outcome: latency.Reply, RTT: time.Millisecond},
	}
	for i, reason := range reasons {
		rows = append(rows, latency.Result{Seq: uint64(1000 + i), Outcome: latency.NotMeasured, Reason: reason},
			latency.Result{Seq: uint64(2000 + i), Outcome: latency.SendError, Reason: reason})
	}
	for i := range rows {
		r := &rows[i]
		r.Target, r.Node, r.Engine, r.Address = 1, 2, "pro-bing", netip.MustParseAddr("192.0.2.1")
		r.Sent = start.Add(time.Duration(r.Seq) * time.Second)
		if r.RTT > 0 {
			r.RTT = stored(r.RTT)
		}
	}
	return rows
}

func TestEveryOutcomeComesBack(t *testing.T) {
	want := odd(epoch)
	segments := build(append([]latency.Result(nil), want...), everySecond)
	if len(segments) != 1 {
		t.Fatalf("%d segments", len(segments))
	}
	packed := new(deflater).seal(segments)
	again, err := new(inflater).unseal(packed, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range [][]*segment{segments, again} {
		got := rowsOf(t, form)
		if len(got) != len(want) {
			t.Fatalf("%d rows of %d", len(got), len(want))
		}
		seen := map[[2]uint64]int{}
		for _, w := range want {
			seen[[2]uint64{w.Seq, uint64(w.Outcome)}]++
		}
		for _, g := range got {
			seen[[2]uint64{g.Seq, uint64(g.Outcome)}]--
			for _, w := range want {
				if w.Seq == g.Seq && w.Outcome == g.Outcome && w.RTT == g.RTT && w.From == g.From {
					if !w.Sent.Equal(g.Sent) {
						t.Errorf("seq %d: sent %v, want %v", g.Seq, g.Sent, w.Sent)
					}
					g.Sent = w.Sent
					if !reflect.DeepEqual(w, g) {
						t.Errorf("got %+v\nwant %+v", g, w)
					}
				}
			}
		}
		for k, n := range seen {
			if n != 0 {
				t.Errorf("seq %d outcome %v: off by %d", k[0], latency.Outcome(k[1]), n)
			}
		}
	}
}

// TestTimes: starts that jitter, wander, stop and step are kept within the
// tolerance, and never the wrong row's.
func TestTimes(t *testing.T) {
	for name, move := range map[string]func(i int, r *rand.Rand) time.Duration{
		"steady": func(i int, _ *rand.Rand) time.Duration { return time.Duration(i) * time.Second },
		"jitter": func(i int, r *rand.Rand) time.Duration {
			return time.Duration(i)*time.Second + time.Duration(r.IntN(900))*time.Millisecond
		},
		"wandering": func(i int, _ *rand.Rand) time.Duration { return time.Duration(i) * 1001 * time.Millisecond },
		"step back": func(i int, _ *rand.Rand) time.Duration {
			if i > 50 {
				return time.Duration(i)*time.Second - 20*time.Second
			}
			return time.Duration(i) * time.Second
		},
	} {
		r := rand.New(rand.NewPCG(3, 4))
		sent := map[uint64]time.Time{}
		var rows []latency.Result
		for i := range 100 {
			at := epoch.Add(move(i, r))
			sent[uint64(i)] = at
			rows = append(rows, latency.Result{Target: 1, Seq: uint64(i), Sent: at, Outcome: latency.Reply, RTT: time.Millisecond})
		}
		got := rowsOf(t, build(rows, everySecond))
		for _, g := range got {
			if off := g.Sent.Sub(sent[g.Seq]).Abs(); off > 20*time.Millisecond {
				t.Errorf("%s: seq %d is off by %v", name, g.Seq, off)
			}
		}
		if len(got) != 100 {
			t.Errorf("%s: %d rows", name, len(got))
		}
	}
}

func FuzzUnseal(f *testing.F) {
	f.Add(new(deflater).seal(build(traffic(1, epoch, 50, 1), everySecond)))
	f.Add(new(deflater).seal(build(odd(epoch), everySecond)))
	f.Add([]byte{sealedVersion, 1})
	f.Fuzz(func(t *testing.T, p []byte) {
		segments, err := new(inflater).unseal(p, 1, 1)
		if err != nil {
			return
		}
		for _, g := range segments {
			n := 0
			_ = g.each(func(*latency.Result) bool { n++; return n < 1000 })
		}
		if _, err := new(inflater).unseal(new(deflater).seal(segments), 1, 1); err != nil {
			t.Fatalf("its own sealing does not open: %v", err)
		}
	})
}

func FuzzSegment(f *testing.F) {
	for _, rows := range [][]latency.Result{traffic(1, epoch, 20, 1), odd(epoch)} {
		g := build(rows, everySecond)[0]
		var codes []byte
		for _, c := range g.codes {
			codes = binary.BigEndian.AppendUint16(codes, c)
		}
		f.Add(codes, g.extras)
	}
	f.Fuzz(func(t *testing.T, codes, extras []byte) {
		g := segment{series: series{interval: 1000}, extras: extras}
		for len(codes) > 1 {
			g.codes = append(g.codes, binary.BigEndian.Uint16(codes))
			codes = codes[2:]
		}
		n := 0
		_ = g.each(func(*latency.Result) bool { n++; return true })
		if n > len(g.codes) {
			t.Fatalf("%d rows of %d codes", n, len(g.codes))
		}
	})
}
