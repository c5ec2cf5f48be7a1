package monitor

import (
	"errors"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/probetest"
	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers everything at once, on real time.
type echo struct{ *probetest.Outbox }

func (e *echo) Name() string { return "echo" }
func (e *echo) Send(r probe.Request) {
	at := e.Now()
	e.Put(probe.Happening{Target: r.Target, Seq: r.Seq, What: probe.Sent, At: at, Wall: time.Now(), Addr: r.Addr.Addr()},
		probe.Happening{Target: r.Target, Seq: r.Seq, What: probe.Answer, RTT: time.Millisecond})
}

// The loop on the machine's own clocks: counts end, an engine that ends is told,
// closing ends everything.
func TestMonitor(t *testing.T) {
	var mu sync.Mutex
	rows := map[latency.TargetID]int{}
	e := &echo{probetest.NewOutbox()}
	m := New(Options{
		Open: func(k latency.Kind) (probe.Engine, error) {
			if k != latency.KindICMP {
				return nil, errors.New("not here")
			}
			return e, nil
		},
		Sink: func(rs []latency.Result) {
			mu.Lock()
			defer mu.Unlock()
			for _, r := range rs {
				rows[r.Target]++
			}
		},
	})
	one, two := target(1, "192.0.2.1"), target(2, "192.0.2.2")
	one.Interval, two.Interval, two.Kind = latency.MinInterval, latency.MinInterval, latency.KindTCP
	if err := m.Set([]Spec{{Target: one, Count: 4}, {Target: two, Count: 2}}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-m.Counted():
	case <-time.After(testbed.Deadline):
		t.Fatal("it never ends")
	}
	mu.Lock()
	if rows[1] != 4 || rows[2] != 2 {
		t.Errorf("rows %v", rows)
	}
	mu.Unlock()
	s := m.Status()
	if len(s.Engines) != 2 || s.Engines[0].Name != "echo" || s.Engines[1].Err == nil {
		t.Errorf("%+v", s)
	}
	_ = e.Close()
	testbed.Wait(t, "the engine's end is noticed", func() bool { return errors.Is(m.Status().Engines[0].Err, errEngineEnded) })
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if err := m.Set(nil); !errors.Is(err, ErrClosed) {
		t.Errorf("set after close: %v", err)
	}
	if err := m.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

// TestSystemClocks: the clocks of this machine move as they say.
func TestSystemClocks(t *testing.T) {
	c := System()
	a := c.Read()
	testbed.Wait(t, "20 ms", func() bool { return c.Read().Boot-a.Boot > 20*time.Millisecond })
	b := c.Read()
	boot, wall := b.Boot-a.Boot, b.Wall.Sub(a.Wall)
	if off := boot - wall; off > 100*time.Millisecond || off < -100*time.Millisecond {
		t.Errorf("boot moved by %v, wall by %v", boot, wall)
	}
	if slept := b.Slept - a.Slept; slept > 50*time.Millisecond || slept < -50*time.Millisecond {
		t.Errorf("slept %v in a test", slept)
	}
}
