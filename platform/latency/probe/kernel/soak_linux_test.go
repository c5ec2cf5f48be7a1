package kernel

import (
	"os"
	"runtime"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/tuntest"
)

// TestThousand: 1,000 probes a second to 1,000 targets, nothing lost, nothing
// skipped, and nothing that grows. LATENCY_SOAK=10m makes it last.
func TestThousand(t *testing.T) {
	lasts := 15 * time.Second
	if text := os.Getenv("LATENCY_SOAK"); text != "" {
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	tuntest.Run(t, tuntest.Options{PingGroups: true}, func(*tuntest.Env) {
		d := newDrive(t, Options{}, time.Second)
		start, sent := time.Now(), 0
		used := cpu(t)
		round := func(int) {
			for ; sent < int(time.Since(start)/time.Millisecond); sent++ {
				d.send(latency.TargetID(sent%1000), loopback(sent%1000))
			}
		}
		half := int(lasts / (20 * ms))
		d.run(half, 10*ms, round, 0)
		// By now as much is remembered as ever will be.
		heap, goroutines, files := size()
		ring := len(d.e.v4[0].flights.ring)
		d.run(half, 10*ms, round, 1500*ms)
		used = cpu(t) - used
		heapNow, goroutinesNow, filesNow := size()
		rows := 0
		for _, r := range d.rows {
			rows += len(r)
		}
		n := d.outcomes()
		if sent < int(lasts/ms)*99/100 || rows != sent || n[latency.Reply] != sent || d.skipped != 0 || d.e.Dropped() != 0 {
			t.Errorf("of %d probes in %v: %v, %d skipped, %d dropped", sent, lasts, n, d.skipped, d.e.Dropped())
		}
		// The rows are the test's own.
		grown := int64(heapNow) - int64(heap) - int64(rows-rows/2)*512
		if grown > 4<<20 || goroutinesNow > goroutines || filesNow > files || len(d.e.v4[0].flights.ring) > max(ring, 1<<14) {
			t.Errorf("heap grew by %d bytes, goroutines %d to %d, files %d to %d, ring %d to %d", grown, goroutines, goroutinesNow, files, filesNow, ring, len(d.e.v4[0].flights.ring))
		}
		t.Logf("%d probes, %.1f %% of a core with this test's part, heap %d to %d KB, ring %d", sent, 100*used.Seconds()/time.Since(start).Seconds(), heap>>10, heapNow>>10, ring)
	})
}

func size() (heap uint64, goroutines, files int) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	entries, _ := os.ReadDir("/proc/self/fd")
	return m.HeapAlloc, runtime.NumGoroutine(), len(entries)
}
