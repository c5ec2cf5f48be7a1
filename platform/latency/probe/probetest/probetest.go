// Package probetest reads an engine in tests and waits for what it says.
package probetest

import (
	"fmt"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/testbed"
)

type key struct {
	target latency.TargetID
	seq    uint64
}

// Reader collects an engine's happenings and checks their contract: the first
// word about a probe is Sent, SendFailed or Skipped, and the first words about a
// target come by ascending seq. Its methods are safe for concurrent use.
type Reader struct {
	Engine probe.Engine
	t      testing.TB
	done   chan struct{}

	mu   sync.Mutex
	said map[key][]probe.Happening
	last map[latency.TargetID]uint64
	bad  []string
}

// Read starts reading. The engine is closed with the test, which fails when it
// broke the contract.
func Read(t testing.TB, e probe.Engine) *Reader {
	t.Helper()
	r := &Reader{Engine: e, t: t, done: make(chan struct{}), said: map[key][]probe.Happening{}, last: map[latency.TargetID]uint64{}}
	go func() {
		defer close(r.done)
		for batch := range e.Happenings() {
			r.mu.Lock()
			for _, h := range batch {
				r.note(h)
			}
			r.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close the engine: %v", err)
		}
		<-r.done
		for _, b := range r.bad {
			t.Error(b)
		}
	})
	return r
}

func (r *Reader) note(h probe.Happening) {
	k := key{h.Target, h.Seq}
	first := h.What == probe.Sent || h.What == probe.SendFailed || h.What == probe.Skipped
	if known := len(r.said[k]) > 0; known == first {
		r.bad = append(r.bad, fmt.Sprintf("after %d words about probe %v came %+v", len(r.said[k]), k, h))
	}
	if last, some := r.last[h.Target]; first && some && last >= h.Seq {
		r.bad = append(r.bad, fmt.Sprintf("target %d: seq %d was announced after %d", h.Target, h.Seq, last))
	}
	if first {
		r.last[h.Target] = h.Seq
	}
	r.said[k] = append(r.said[k], h)
}

// All is what was said about a probe so far.
func (r *Reader) All(target int, seq uint64) []probe.Happening {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]probe.Happening(nil), r.said[key{latency.TargetID(target), seq}]...)
}

// First waits for the first word about a probe.
func (r *Reader) First(target int, seq uint64) probe.Happening {
	r.t.Helper()
	r.Until(fmt.Sprintf("the first word about probe %d of target %d", seq, target), func() bool { return len(r.All(target, seq)) > 0 })
	return r.All(target, seq)[0]
}

// Decided waits for what ended a probe: the word after Sent, or the one instead
// of it.
func (r *Reader) Decided(target int, seq uint64) probe.Happening {
	r.t.Helper()
	var got probe.Happening
	r.Until(fmt.Sprintf("what became of probe %d of target %d", seq, target), func() bool {
		all := r.All(target, seq)
		if len(all) == 0 || all[0].What == probe.Sent && len(all) < 2 {
			return false
		}
		got = all[min(1, len(all)-1)]
		return true
	})
	return got
}

// Until waits for a condition.
func (r *Reader) Until(what string, holds func() bool) {
	r.t.Helper()
	testbed.Wait(r.t, what, holds)
}

// BlackHole is the address of a listener on loopback that answers no SYN: its
// queue is full and nobody accepts.
func BlackHole(t testing.TB) string {
	t.Helper()
	s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(s) })
	if err := syscall.Bind(s, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(s, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(s)
	if err != nil {
		t.Fatal(err)
	}
	to := net.JoinHostPort("127.0.0.1", fmt.Sprint(name.(*syscall.SockaddrInet4).Port))
	for range 8 {
		c, err := net.DialTimeout("tcp4", to, 200*time.Millisecond)
		if err != nil {
			return to // the queue is full
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	t.Fatal("the queue of a listener that never accepts did not fill up")
	return ""
}
