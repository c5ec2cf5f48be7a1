package service

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
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

// stalls counts how often this machine gave a process that only sleeps and writes
// its turn more than 300 ms late. The process is another one, so that what it sees is
// not our own doing.
func stalls(t *testing.T) func() int {
	t.Helper()
	const pause, late = 100 * time.Millisecond, 300 * time.Millisecond
	cmd := exec.Command("sh", "-c", "while date +%s%N; do sleep 0.1; done")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		last := int64(0)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			at, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err == nil && last > 0 && time.Duration(at-last) > pause+late {
				n.Add(1)
			}
			last = at
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
		cmd.Wait()
	})
	return func() int { return int(n.Load()) }
}

// TestThousandTargets measures a thousand targets every second for a minute (as
// long as SOAK says: make soak has ten): no target misses more than 1 % of its
// turns, nothing is lost, and nothing grows. Where the machine stands still, which
// another process says, the turns of those moments are the machine's.
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
	stalled := stalls(t)
	var mu sync.Mutex
	replies, frozen, others, lost := map[latency.TargetID]int{}, map[latency.TargetID]int{}, map[string]int{}, 0
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
				if rows[i].Reason == latency.ReasonFrozen {
					frozen[rows[i].Target]++
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
	if list, err = s.Add(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	start := time.Now() // they are asked from now on
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
	missed, stood := 0, stalled()
	for _, tg := range list {
		had := replies[tg.ID]
		if stood > 0 {
			had += frozen[tg.ID]
		}
		if had < want*99/100 {
			missed++
		}
	}
	if missed > 0 || lost > 0 {
		t.Errorf("%d targets have fewer than %d replies; other outcomes: %v", missed, want*99/100, others)
	}
	t.Logf("%v: %d probes, not replied %v, the machine stood still %d times, %.1f %% of a core in the last third; two thirds in %+v, at the end %+v", long, soakTargets*want, others, stood,
		100*(late.cpu-early.cpu).Seconds()/(long/3).Seconds(), early, late)
	if late.goroutines > early.goroutines+2 || late.files > early.files+2 {
		t.Errorf("it grows: %+v, then %+v", early, late)
	}
	// What is not sealed yet is kept in memory: 2 bytes a probe and some more.
	if room := early.heap + 16<<20 + uint64(soakTargets)*uint64(long.Seconds())*8; late.heap > room {
		t.Errorf("the heap grew from %d to %d bytes", early.heap, late.heap)
	}
}
