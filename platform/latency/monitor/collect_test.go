package monitor

import (
	"fmt"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// collector is a fake whose happenings are fetched.
type collector struct {
	*fakeEngine
	waiting []probe.Happening
	fetched int
	sends   map[time.Duration]int // how many at each instant
	wall    func() time.Time
}

func (c *collector) Send(r probe.Request) {
	at := c.now()
	c.sends[at]++
	c.asked = append(c.asked, r)
	c.waiting = append(c.waiting,
		probe.Happening{Target: r.Target, Seq: r.Seq, What: probe.Sent, At: at, Wall: c.wall(), Addr: r.Addr.Addr()},
		probe.Happening{Target: r.Target, Seq: r.Seq, What: probe.Answer, RTT: time.Millisecond})
}

func (c *collector) Collect() ([]probe.Happening, time.Duration) {
	c.fetched++
	batch := c.waiting
	c.waiting = nil
	return batch, c.Drained()
}

// What can be collected is collected, and thirty targets of a second are asked in
// groups: each keeps its pace, none is asked more than 40 ms early, and the
// monitor wakes a fraction as often.
func TestCollects(t *testing.T) {
	b := newBench(t, probe.NameKernel)
	e := &collector{fakeEngine: b.e, sends: map[time.Duration]int{}, wall: func() time.Time { return b.now.Wall }}
	b.c.o.Open = func(latency.Kind) (probe.Engine, error) { return e, nil }
	var specs []Spec
	for i := range 30 {
		specs = append(specs, Spec{Target: target(latency.TargetID(i+1), fmt.Sprintf("192.0.2.%d", i+1))})
	}
	b.c.look()
	b.c.set(specs)
	if e.fetched != 1 {
		t.Errorf("collected %d times before the first probe, want once", e.fetched)
	}
	// The loop's own waits, so that its turns are those that a machine would wake for.
	turns := 0
	for end := b.now.Boot + 10*time.Second; b.now.Boot < end; turns++ {
		b.c.look()
		b.jump(max(b.c.step(), time.Millisecond))
		b.c.flush()
	}
	if got := b.count(latency.Reply, ""); got < 290 || len(e.asked) < 299 || len(e.asked) > 330 {
		t.Errorf("%d probes, %d replies in ten seconds of thirty targets", len(e.asked), got)
	}
	if turns > 300 || len(e.sends) > 250 {
		t.Errorf("%d turns, %d of which sent something: they should go in groups", turns, len(e.sends))
	}
	t.Logf("%d probes in %d groups, %d turns", len(e.asked), len(e.sends), turns)
	last := map[latency.TargetID]time.Duration{}
	for i := range b.rows {
		r := &b.rows[i]
		if r.Outcome != latency.Reply {
			t.Fatalf("%+v", r)
		}
	}
	for _, r := range b.rows {
		at := time.Duration(r.Sent.UnixNano())
		if before, ok := last[r.Target]; ok && (at-before-time.Second).Abs() > slackMost {
			t.Errorf("target %d was asked %v after the last time", r.Target, at-before)
		}
		last[r.Target] = at
	}
}
