package kernel

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// BenchmarkError measures 300 targets on loopback, one probe each per second:
// the round trips, which there are next to nothing, are the error. "busy" has
// four goroutines that compute and allocate beside it. One operation is one
// probe: -benchtime=6000x takes 20 s.
func BenchmarkError(b *testing.B) {
	for name, busy := range map[string]int{"idle": 0, "busy": 4} {
		b.Run(name, func(b *testing.B) {
			d := newDrive(b, Options{}, time.Second)
			stop := make(chan struct{})
			var workers sync.WaitGroup
			for range busy {
				workers.Go(func() { work(stop) })
			}
			const targets = 300
			before, sent, start := cpu(b), 0, time.Now()
			b.ResetTimer()
			// As many as are due, since ticks are missed while others compute.
			for sent < b.N {
				d.run(1, time.Second/targets, func(int) {
					for sent < b.N && time.Duration(sent)*time.Second/targets <= time.Since(start) {
						d.send(latency.TargetID(sent%targets), loopback(sent%targets))
						sent++
					}
				}, 0)
			}
			b.StopTimer()
			d.settle()
			used := cpu(b) - before
			close(stop)
			workers.Wait()
			var rtts []time.Duration
			for _, rows := range d.rows {
				for _, r := range rows {
					if r.Outcome == latency.Reply {
						rtts = append(rtts, r.RTT)
					}
				}
			}
			if lost := b.N - len(rtts); lost != 0 {
				b.Errorf("%d of %d probes without a reply: %v", lost, b.N, d.outcomes())
				return
			}
			slices.Sort(rtts)
			us := func(q float64) float64 {
				return float64(rtts[int(q*float64(len(rtts)-1))].Nanoseconds()) / 1e3
			}
			b.ReportMetric(us(0.5), "p50-us")
			b.ReportMetric(us(0.99), "p99-us")
			b.ReportMetric(us(1), "max-us")
			if busy == 0 {
				b.ReportMetric(100*used.Seconds()/b.Elapsed().Seconds(), "cpu-%")
			}
		})
	}
}

// work keeps a processor and the garbage collector busy.
func work(stop <-chan struct{}) {
	var keep [][]byte
	for {
		select {
		case <-stop:
			return
		default:
		}
		keep = append(keep, make([]byte, 1024))
		for _, b := range keep[len(keep)-1:] {
			for i := range b {
				b[i] += byte(i)
			}
		}
		if len(keep) > 2000 {
			keep = nil
		}
	}
}

func cpu(t testing.TB) time.Duration {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSend is the cost of one probe, from Send to its answer.
func BenchmarkSend(b *testing.B) {
	opened, err := Open(Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer opened.Close()
	answered := make(chan struct{}, 1)
	var done sync.WaitGroup
	done.Go(func() {
		for batch := range opened.Happenings() {
			for _, h := range batch {
				if h.What != probe.Sent {
					answered <- struct{}{}
				}
			}
		}
	})
	b.ReportAllocs()
	seq := uint64(0)
	r := probe.Request{Target: 1, Timeout: time.Second, Size: 56}
	r.Addr = netip.AddrPortFrom(loopback(1), 0)
	for b.Loop() {
		r.Seq = seq
		seq++
		opened.Send(r)
		<-answered
	}
	_ = opened.Close()
	done.Wait()
}
