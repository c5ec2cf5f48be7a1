package history

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tacklebox/platform/latency"
)

// TestSeenWhileFlushed: a query sees each row that was appended once, also while the
// buffer is being turned into segments and written.
func TestSeenWhileFlushed(t *testing.T) {
	const n = 5000
	s := openTest(t, t.TempDir(), &clock{epoch.Add(time.Hour)}, Options{})
	var appended atomic.Int64
	var busy sync.WaitGroup
	ended := make(chan struct{})
	busy.Go(func() {
		defer close(ended)
		for i := range n {
			r := latency.Result{Target: 1, Node: latency.LocalNode, Seq: uint64(i), Sent: epoch.Add(time.Duration(i) * 100 * time.Millisecond), RTT: time.Millisecond, Outcome: latency.Reply}
			if err := s.Append([]latency.Result{r}); err != nil {
				t.Error(err)
				return
			}
			appended.Add(1)
			runtime.Gosched() // to whoever writes and reads
		}
	})
	busy.Go(func() {
		for {
			select {
			case <-ended:
				return
			default:
			}
			if err := s.Flush(); err != nil {
				t.Error(err)
				return
			}
		}
	})
	defer busy.Wait()
	for done := false; !done; {
		select {
		case <-ended:
			done = true
		default:
		}
		least := int(appended.Load())
		seen := map[uint64]bool{}
		for _, r := range samples(t, s, epoch, epoch.Add(time.Hour)) {
			if seen[r.Seq] {
				t.Fatalf("row %d twice", r.Seq)
			}
			seen[r.Seq] = true
		}
		if len(seen) < least {
			t.Fatalf("%d rows of %d", len(seen), least)
		}
	}
	if got := len(samples(t, s, epoch, epoch.Add(time.Hour))); got != n {
		t.Errorf("%d rows of %d in the end", got, n)
	}
}
