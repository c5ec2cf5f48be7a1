package service

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/kernel"
)

// soakTargets are asked every second.
const soakTargets = 1000

// use is what a process holds.
type use struct {
	goroutines, files int
	heap              uint64
	cpu               time.Duration // computed so far
}

func used(t *testing.T) use {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return use{goroutines: runtime.NumGoroutine(), files: len(files), heap: m.HeapAlloc, cpu: time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

// TestThousandTargets measures a thousand targets every second for a minute (as
// long as SOAK says: make soak has ten): no target misses more than 1 % of its
// turns, nothing is lost, and nothing grows.
func TestThousandTargets(t *testing.T) {
	long := time.Minute
	if v := os.Getenv("SOAK"); v != "" {
		d, err := time.ParseDuration(v)
		if err != nil {
			t.Fatalf("SOAK: %v", err)
		}
		long = d
	}
	s, err := Open(Options{Dir: t.TempDir(), Open: func(latency.Kind) (probe.Engine, error) { return kernel.Open(kernel.Options{}) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var mu sync.Mutex
	replies, others, lost := map[latency.TargetID]int{}, map[string]int{}, 0
	cancel := s.Subscribe(func(rows []latency.Result) {
		mu.Lock()
		defer mu.Unlock()
		for i := range rows {
			if rows[i].Outcome == latency.Reply {
				replies[rows[i].Target]++
			} else {
				// A machine that stood still for a moment measured nothing in it, and
				// says so. That counts as missed below, but it is not loss.
				if rows[i].Outcome != latency.NotMeasured {
					lost++
				}
				others[fmt.Sprintf("%s %s", rows[i].Outcome, rows[i].Reason)]++
			}
		}
	})
	defer cancel()
	var list []latency.Target
	for i := range soakTargets {
		host := fmt.Sprintf("127.7.%d.%d", i/250, 1+i%250)
		list = append(list, latency.Target{Name: host, Kind: latency.KindICMP, Host: host, Interval: time.Second, Timeout: time.Second})
	}
	start := time.Now()
	if list, err = s.Add(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	for _, e := range s.Snapshot().Engines {
		if e.Err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(e.Err)
			}
			t.Skip(e.Err)
		}
	}
	// Two thirds in: everything that is kept for a while has its size by then.
	var early use
	third := time.NewTimer(long / 3 * 2)
	end := time.NewTimer(long)
	defer third.Stop()
	defer end.Stop()
	<-third.C
	early = used(t)
	<-end.C
	late := used(t)
	mu.Lock()
	defer mu.Unlock()
	want := int(time.Since(start).Seconds()) - 2
	missed := 0
	for _, tg := range list {
		if replies[tg.ID] < want*99/100 {
			missed++
		}
	}
	if missed > 0 || lost > 0 {
		t.Errorf("%d targets have fewer than %d replies; other outcomes: %v", missed, want*99/100, others)
	}
	t.Logf("%v: %d probes, not replied %v, %.1f %% of a core in the last third; two thirds in %+v, at the end %+v", long, soakTargets*want, others,
		100*(late.cpu-early.cpu).Seconds()/(long/3).Seconds(), early, late)
	if late.goroutines > early.goroutines+2 || late.files > early.files+2 {
		t.Errorf("it grows: %+v, then %+v", early, late)
	}
	// What is not sealed yet is kept in memory: 2 bytes a probe and some more.
	if room := early.heap + 16<<20 + uint64(soakTargets)*uint64(long.Seconds())*8; late.heap > room {
		t.Errorf("the heap grew from %d to %d bytes", early.heap, late.heap)
	}
}
