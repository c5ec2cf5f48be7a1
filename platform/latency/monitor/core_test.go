package monitor

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// fakeEngine notes what it is asked and tells what a test wants.
type fakeEngine struct {
	name    string
	now     func() time.Duration
	asked   []probe.Request
	out     chan []probe.Happening
	dropped uint64
	held    time.Duration // Drained, when it stands still
	closed  bool
}

func newFake(name string) *fakeEngine {
	return &fakeEngine{name: name, out: make(chan []probe.Happening, 1000), held: -1}
}

func (f *fakeEngine) Name() string { return f.name }
func (f *fakeEngine) Send(r probe.Request) {
	f.asked = append(f.asked, r)
	f.tell(probe.Happening{Target: r.Target, Seq: r.Seq, What: probe.Sent, At: f.now(), Addr: r.Addr.Addr()})
}
func (f *fakeEngine) tell(h probe.Happening)               { f.out <- []probe.Happening{h} }
func (f *fakeEngine) Happenings() <-chan []probe.Happening { return f.out }
func (f *fakeEngine) Drained() time.Duration {
	if f.held >= 0 {
		return f.held
	}
	return f.now()
}
func (f *fakeEngine) Dropped() uint64    { return f.dropped }
func (f *fakeEngine) Now() time.Duration { return f.now() }
func (f *fakeEngine) Close() error       { f.closed = true; return nil }

// bench is a core whose time a test moves.
type bench struct {
	t       *testing.T
	c       *core
	e       *fakeEngine
	now     Reading
	rows    []latency.Result
	notices []Notice
	mu      sync.Mutex
	names   map[string][]netip.Addr
}

// Read is part of Clocks.
func (b *bench) Read() Reading { return b.now }

var epoch = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func newBench(t *testing.T, engine string) *bench {
	b := &bench{t: t, e: newFake(engine), now: Reading{Boot: time.Hour, Wall: epoch}, names: map[string][]netip.Addr{}}
	b.e.now = func() time.Duration { return b.now.Boot - b.now.Slept }
	b.c = newCore(Options{
		Open:   func(latency.Kind) (probe.Engine, error) { return b.e, nil },
		Sink:   func(r []latency.Result) { b.rows = append(b.rows, r...) },
		Notice: func(n Notice) { b.notices = append(b.notices, n) },
		Clocks: b,
		Resolve: func(_ context.Context, host string, _ latency.Family) ([]netip.Addr, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if a := b.names[host]; a != nil {
				return a, nil
			}
			return nil, errors.New("no such name")
		},
	})
	t.Cleanup(b.c.close)
	return b
}

// turn does what the loop does once.
func (b *bench) turn() {
	b.c.look()
	for more := true; more; {
		select {
		case batch := <-b.e.out:
			b.c.happened(b.c.slotOf(latency.KindICMP), batch)
		default:
			more = false
		}
	}
	b.c.step()
	b.c.flush()
}

// pass lets time go by in the steps that the loop would wake for.
func (b *bench) pass(d time.Duration) {
	for end := b.now.Boot + d; b.now.Boot < end; {
		step := min(50*time.Millisecond, end-b.now.Boot)
		b.now.Boot += step
		b.now.Wall = b.now.Wall.Add(step)
		b.turn()
	}
}

// jump lets time go by without a turn.
func (b *bench) jump(d time.Duration) {
	b.now.Boot += d
	b.now.Wall = b.now.Wall.Add(d)
}

func (b *bench) answer(seq uint64, rtt time.Duration) {
	b.e.tell(probe.Happening{Target: 1, Seq: seq, What: probe.Answer, RTT: rtt})
}

func (b *bench) count(o latency.Outcome, why latency.Reason) (n int) {
	for _, r := range b.rows {
		if r.Outcome == o && (why == "*" || r.Reason == why) {
			n++
		}
	}
	return n
}

func target(id latency.TargetID, host string) latency.Target {
	return latency.Target{ID: id, Kind: latency.KindICMP, Host: host, Interval: time.Second, Timeout: 2 * time.Second}
}

func TestRepliesAndTimeouts(t *testing.T) {
	b := newBench(t, "kernel")
	b.c.set([]Spec{{Target: target(1, "192.0.2.1"), FirstSeq: 40}})
	b.pass(time.Second)
	b.answer(40, 20*time.Millisecond)
	b.pass(8900 * time.Millisecond)
	if len(b.e.asked) != 10 || b.e.asked[0].Seq != 40 || b.e.asked[9].Seq != 49 {
		t.Fatalf("asked %d times from %d", len(b.e.asked), b.e.asked[0].Seq)
	}
	if b.count(latency.Reply, "") != 1 || b.count(latency.Timeout, "") != 7 || len(b.rows) != 8 {
		t.Errorf("%d rows: %+v", len(b.rows), b.rows)
	}
	if b.rows[0].RTT != 20*time.Millisecond || b.rows[0].Address.String() != "192.0.2.1" {
		t.Errorf("%+v", b.rows[0])
	}
}

// A reader that stands still loses nothing: what was delivered before Drained is
// looked at first, and what is later than Drained is not decided.
func TestNothingIsLostForWantOfReading(t *testing.T) {
	b := newBench(t, "kernel")
	b.c.set([]Spec{{Target: target(1, "192.0.2.1")}})
	b.pass(100 * time.Millisecond)
	b.e.held = b.e.now()
	b.pass(5 * time.Second)
	if len(b.rows) != 0 {
		t.Fatalf("decided without having read: %+v", b.rows)
	}
	b.answer(0, time.Millisecond)
	b.e.held = -1
	b.now.Boot += advanceEvery
	b.now.Wall = b.now.Wall.Add(advanceEvery)
	b.c.look()
	b.c.step() // without taking the answer first, as when both are ready at once
	b.c.flush()
	if len(b.rows) == 0 || b.rows[0].Outcome != latency.Reply {
		t.Errorf("%+v", b.rows)
	}
}

func TestSleep(t *testing.T) {
	b := newBench(t, "kernel")
	b.c.set([]Spec{{Target: target(1, "192.0.2.1")}})
	b.pass(500 * time.Millisecond)
	b.jump(8 * time.Hour)
	b.now.Slept += 8 * time.Hour
	b.turn()
	b.pass(2 * time.Second)
	for _, r := range b.rows {
		if r.Outcome.Lost() {
			t.Fatalf("sleep counted as loss: %+v", r)
		}
	}
	// The probe in flight, then the first and the last of the missed turns.
	if n := b.count(latency.NotMeasured, latency.ReasonAsleep); n != 3 {
		t.Errorf("%d rows: %+v", n, b.rows)
	}
	last := b.rows[len(b.rows)-1]
	if next := b.e.asked[1].Seq; last.Seq != 28799 && last.Seq != 28800 || next != last.Seq+1 {
		t.Errorf("seq %d, then %d", last.Seq, next)
	}
	if len(b.notices) != 1 || b.notices[0].Kind != NoticeAsleep || b.notices[0].Took != 8*time.Hour {
		t.Errorf("%+v", b.notices)
	}
}

// A process that stood still for 30 s has 30 turns that were not measured, and
// nothing lost; what the kernel stamped meanwhile keeps its round trip, what is
// timed by this process does not.
func TestFreeze(t *testing.T) {
	for _, engine := range []string{"kernel", "pro-bing"} {
		b := newBench(t, engine)
		b.c.set([]Spec{{Target: target(1, "192.0.2.1")}})
		b.pass(100 * time.Millisecond)
		b.answer(0, 10*time.Millisecond)
		b.jump(30 * time.Second)
		b.turn()
		b.pass(500 * time.Millisecond)
		frozen := b.count(latency.NotMeasured, latency.ReasonFrozen)
		switch engine {
		case "kernel":
			if b.count(latency.Reply, "") != 1 || frozen < 29 || frozen > 30 {
				t.Errorf("%s: %d frozen, %+v", engine, frozen, b.rows)
			}
		default:
			if b.count(latency.Reply, "") != 0 || frozen < 30 || frozen > 31 {
				t.Errorf("%s: %d frozen, %+v", engine, frozen, b.rows)
			}
		}
		if b.count(latency.Timeout, "*") != 0 {
			t.Errorf("%s: lost: %+v", engine, b.rows)
		}
	}
}

func TestClockStep(t *testing.T) {
	b := newBench(t, "kernel")
	b.c.set([]Spec{{Target: target(1, "192.0.2.1")}})
	b.pass(200 * time.Millisecond)
	b.now.Wall = b.now.Wall.Add(-time.Hour)
	b.turn()
	if b.count(latency.NotMeasured, latency.ReasonClock) != 1 || b.notices[0].Kind != NoticeClock || b.notices[0].Took != -time.Hour {
		t.Errorf("%+v %+v", b.rows, b.notices)
	}
}

func TestOverflowIsNotLoss(t *testing.T) {
	b := newBench(t, "kernel")
	often := target(1, "192.0.2.1")
	often.Interval = latency.MinInterval
	b.c.set([]Spec{{Target: often}})
	b.pass(500 * time.Millisecond)
	b.e.dropped, b.e.held = 7, b.e.now()
	b.pass(time.Second) // the reader is behind
	if len(b.rows) != 0 {
		t.Errorf("decided before all was read: %+v", b.rows)
	}
	b.answer(0, 30*time.Millisecond) // one answer was kept
	b.e.held = -1
	b.pass(300 * time.Millisecond)
	if b.count(latency.Reply, "") != 1 || b.count(latency.NotMeasured, latency.ReasonOverflow) != 2 || b.count(latency.Timeout, "*") != 0 {
		t.Errorf("%+v", b.rows)
	}
	b.pass(5 * time.Second)
	if b.count(latency.Timeout, "") == 0 {
		t.Error("nothing times out any more")
	}
}

func TestPause(t *testing.T) {
	b := newBench(t, "kernel")
	b.c.set([]Spec{{Target: target(1, "192.0.2.1")}})
	b.pass(500 * time.Millisecond)
	b.c.pauseAll(true)
	b.pass(10 * time.Second)
	if len(b.e.asked) != 1 {
		t.Fatalf("asked while paused: %+v", b.e.asked)
	}
	b.c.pauseAll(false)
	b.pass(time.Second)
	if n := b.count(latency.NotMeasured, latency.ReasonPaused); n < 10 || n > 12 {
		t.Errorf("%d rows are paused", n)
	}
	if len(b.e.asked) != 3 {
		t.Errorf("asked %d times", len(b.e.asked))
	}
	seen := map[uint64]bool{}
	for _, r := range b.rows {
		if r.Outcome.Decides() && seen[r.Seq] {
			t.Errorf("seq %d decided twice", r.Seq)
		}
		seen[r.Seq] = true
	}
}

func TestNames(t *testing.T) {
	b := newBench(t, "kernel")
	b.c.set([]Spec{{Target: target(1, "nowhere.example")}})
	wait := func() {
		t.Helper()
		b.turn()
		select {
		case a := <-b.c.names.answers:
			b.c.looked(a)
		case <-time.After(10 * time.Second):
			t.Fatal("no answer")
		}
	}
	b.jump(100 * time.Millisecond)
	wait()
	b.pass(3 * time.Second)
	if n := b.count(latency.SendError, latency.ReasonUnresolved); n < 2 || len(b.e.asked) != 0 {
		t.Fatalf("%d unresolved, %d asked", n, len(b.e.asked))
	}
	if s := b.c.status(); s.Targets[0].Err == nil {
		t.Error("no reason")
	}
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	b.mu.Lock()
	b.names["nowhere.example"] = []netip.Addr{one}
	b.mu.Unlock()
	for deadline := time.Now().Add(10 * time.Second); !b.c.entries[1].addr.IsValid() && time.Now().Before(deadline); {
		b.pass(time.Second)
		select {
		case a := <-b.c.names.answers:
			b.c.looked(a)
		case <-time.After(time.Millisecond):
		}
	}
	// Round robin does not make the address wander; a real change does.
	b.c.looked(answer{e: b.c.entries[1], addrs: []netip.Addr{two, one}})
	if b.c.entries[1].addr != one || len(b.notices) != 0 {
		t.Errorf("wandered: %+v", b.notices)
	}
	b.c.looked(answer{e: b.c.entries[1], addrs: []netip.Addr{two}})
	b.pass(2 * time.Second)
	if last := b.e.asked[len(b.e.asked)-1]; last.Addr.Addr() != two || len(b.notices) != 1 || b.notices[0].Before != one.String() {
		t.Errorf("%+v %+v", last, b.notices)
	}
}

// A name without an address is told at once and looked up again by and by, however
// rarely it is asked; and asked as soon as it has one.
func TestNamesRarelyAsked(t *testing.T) {
	b := newBench(t, "kernel")
	rare := target(1, "nowhere.example")
	rare.Interval = time.Hour
	b.c.set([]Spec{{Target: rare}, {Target: target(2, "gone.example"), Count: 1}})
	start := b.c.now.Boot
	turn := func() {
		b.pass(250 * time.Millisecond)
		select {
		case a := <-b.c.names.answers:
			b.c.looked(a)
		case <-time.After(time.Millisecond):
		}
	}
	for deadline := time.Now().Add(10 * time.Second); b.count(latency.SendError, latency.ReasonUnresolved) < 2 && time.Now().Before(deadline); {
		turn()
	}
	if n := b.count(latency.SendError, latency.ReasonUnresolved); n != 2 || b.c.now.Boot-start > time.Minute {
		t.Fatalf("%d unresolved after %v", n, b.c.now.Boot-start)
	}
	b.mu.Lock()
	b.names["nowhere.example"] = []netip.Addr{netip.MustParseAddr("192.0.2.1")}
	b.names["gone.example"] = []netip.Addr{netip.MustParseAddr("192.0.2.2")}
	b.mu.Unlock()
	for deadline := time.Now().Add(10 * time.Second); len(b.e.asked) == 0 && time.Now().Before(deadline); {
		turn()
	}
	for range 8 {
		turn()
	}
	if len(b.e.asked) != 1 || b.e.asked[0].Target != 1 || b.c.now.Boot-start > 10*time.Minute {
		t.Errorf("asked %+v after %v", b.e.asked, b.c.now.Boot-start)
	}
}

// A name whose requests go to an address not seen before has changed; one that is
// answered in turns has not.
func TestWentElsewhere(t *testing.T) {
	b := newBench(t, "http")
	b.c.set([]Spec{{Target: latency.Target{ID: 1, Kind: latency.KindHTTP, URL: "http://www.example/", Interval: time.Second, Timeout: time.Second}}})
	e := b.c.entries[1]
	for _, a := range []string{"192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.9", "192.0.2.1"} {
		b.c.wentTo(e, netip.MustParseAddr(a))
	}
	var got []string
	for _, n := range b.notices {
		got = append(got, n.Before+" "+n.Text)
	}
	if want := []string{"192.0.2.1 192.0.2.2", "192.0.2.1 192.0.2.9"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	b.c.wentTo(e, netip.Addr{})
	icmp := &entry{spec: Spec{Target: target(2, "192.0.2.1")}}
	b.c.wentTo(icmp, netip.MustParseAddr("192.0.2.1"))
	if len(icmp.went) != 0 || len(e.went) != 3 {
		t.Errorf("%v %v", icmp.went, e.went)
	}
}

// Turns are spread over the interval, come first within a second, and the cap
// stretches all intervals alike.
func TestSpreadAndCap(t *testing.T) {
	b := newBench(t, "kernel")
	b.c.o.MaxRate = 100
	var specs []Spec
	for i := range 200 {
		specs = append(specs, Spec{Target: target(latency.TargetID(i+1), "192.0.2.1")})
	}
	b.c.set(specs)
	if s := b.c.status(); s.Stretch != 2 || s.Rate != 100 {
		t.Errorf("%+v", s)
	}
	b.pass(20 * time.Second)
	if n := len(b.e.asked); n < 2000 || n > 2250 {
		t.Errorf("%d probes in 20 s", n)
	}
	slow := newBench(t, "kernel")
	specs = nil
	for i := range 10 {
		tg := target(latency.TargetID(i+1), "192.0.2.1")
		tg.Interval = time.Minute
		specs = append(specs, Spec{Target: tg})
	}
	slow.c.set(specs)
	slow.pass(1100 * time.Millisecond)
	if len(slow.e.asked) != 10 {
		t.Errorf("%d of 10 were asked in the first second", len(slow.e.asked))
	}
	slow.pass(3 * time.Minute)
	var due []time.Duration
	for _, e := range slow.c.entries {
		due = append(due, e.due%time.Minute)
	}
	slices.Sort(due)
	for i := 1; i < len(due); i++ {
		if due[i]-due[i-1] < 2*time.Second {
			t.Errorf("turns at %v", due)
		}
	}
}

func TestCountAndChange(t *testing.T) {
	b := newBench(t, "kernel")
	b.c.set([]Spec{{Target: target(1, "192.0.2.1"), Count: 3}})
	b.pass(2500 * time.Millisecond)
	if b.c.done() || len(b.e.asked) != 3 {
		t.Fatalf("done %v after %d", b.c.done(), len(b.e.asked))
	}
	b.pass(3 * time.Second)
	if !b.c.done() || len(b.e.asked) != 3 {
		t.Errorf("done %v after %d", b.c.done(), len(b.e.asked))
	}
	// Another interval: what is in flight is not measured, seq goes on.
	b = newBench(t, "kernel")
	b.c.set([]Spec{{Target: target(1, "192.0.2.1")}})
	b.pass(500 * time.Millisecond)
	changed := target(1, "192.0.2.1")
	changed.Interval = 200 * time.Millisecond
	b.c.set([]Spec{{Target: changed}})
	b.answer(0, time.Millisecond) // too late for the old ledger
	b.pass(time.Second)
	if b.count(latency.NotMeasured, latency.ReasonClosed) != 1 || b.e.asked[1].Seq != 1 || b.count(latency.Reply, "") != 0 {
		t.Errorf("%+v", b.rows)
	}
	named := changed
	named.Name = "gateway"
	b.c.set([]Spec{{Target: named}})
	if n := b.count(latency.NotMeasured, latency.ReasonClosed); n != 1 {
		t.Errorf("a new name disturbed measuring: %d", n)
	}
}
