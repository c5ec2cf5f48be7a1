package service

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/testbed"
)

// decidedOnce fails when two probes of a target have the same sequence number, and
// gives how many there are.
func decidedOnce(t *testing.T, s *Service, targets []latency.Target) (n int) {
	t.Helper()
	if err := s.Store().Flush(); err != nil {
		t.Fatal(err)
	}
	for _, x := range targets {
		seen := map[uint64]time.Time{}
		for r, err := range s.Store().Samples(t.Context(), x.ID, latency.LocalNode, time.Now().Add(-time.Hour), time.Now().Add(time.Hour)) {
			if err != nil {
				t.Fatal(err)
			}
			if !r.Outcome.Decides() {
				continue
			}
			n++
			if before, twice := seen[r.Seq]; twice {
				t.Errorf("target %d: %d was sent at %v and at %v", x.ID, r.Seq, before, r.Sent)
			}
			seen[r.Seq] = r.Sent
		}
	}
	return n
}

// measured waits until a service has decided so many probes from now on.
func measured(t *testing.T, s *Service, n int64) {
	t.Helper()
	var got atomic.Int64
	defer s.Subscribe(func(rows []latency.Result) { got.Add(int64(len(rows))) })()
	testbed.Wait(t, "probes", func() bool { return got.Load() >= n })
}

// TestSeqsOverRuns: no number is used twice, whether a run was ended while it
// measured or was killed a moment after a target came.
func TestSeqsOverRuns(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var list []latency.Target
	for i := range 100 {
		list = append(list, quick(fmt.Sprint("t", i), fmt.Sprintf("192.0.2.%d", i%90+1)))
	}
	list, err := s.Add(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		measured(t, s, 200)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir)
	}
	measured(t, s, 200)
	added, err := s.Add(t.Context(), []latency.Target{quick("new", "192.0.2.1")})
	if err != nil {
		t.Fatal(err)
	}
	list = append(list, added...)
	measured(t, s, 500) // the new one several times
	if n := decidedOnce(t, s, list); n < 500 {
		t.Errorf("only %d probes", n)
	}
	// What a killed process leaves is what is on the disk by then.
	killed := filepath.Join(t.TempDir(), "killed")
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	before := decidedOnce(t, s, added)
	next := open(t, killed)
	if !next.Writer() {
		t.Fatal("it only looks")
	}
	measured(t, next, 500)
	if n := decidedOnce(t, next, list); n == 0 || before == 0 {
		t.Errorf("%d probes, %d before", n, before)
	}
}

// TestTroubleGoes: that something could not be kept is said until it can.
func TestTroubleGoes(t *testing.T) {
	s := open(t, t.TempDir())
	s.kept(errors.New("the disk is full"))
	if s.Snapshot().StoreErr == nil {
		t.Fatal("nothing is said")
	}
	s.saveAlive()
	if err := s.Snapshot().StoreErr; err != nil {
		t.Errorf("it is still said: %v", err)
	}
}
