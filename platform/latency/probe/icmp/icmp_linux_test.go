package icmp

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/tuntest"
	"tacklebox/platform/testbed"
)

// TestUnprivileged: without the right nothing is opened and the answer is the
// command; with it the kernel engine measures.
func TestUnprivileged(t *testing.T) {
	t.Run("forbidden", func(t *testing.T) {
		tuntest.Run(t, tuntest.Options{Unprivileged: true}, func(*tuntest.Env) {
			choice, err := Open(Options{})
			if err == nil {
				t.Fatalf("%v was opened", choice)
			}
			if !errors.Is(err, ErrPermission) {
				t.Errorf("%v, want a matter of permission", err)
			}
			for _, r := range Refusals(err) {
				if !errors.Is(r, ErrPermission) || !strings.Contains(r.Fix, "ping_group_range='0 2147483647'") {
					t.Errorf("%s: %v, %q", r.Engine, r, r.Fix)
				}
			}
			if len(Refusals(err)) != 2 {
				t.Errorf("%v: want the word of both engines", err)
			}
			t.Log(err)
		})
	})
	t.Run("allowed", func(t *testing.T) {
		tuntest.Run(t, tuntest.Options{Unprivileged: true, PingGroups: true}, func(*tuntest.Env) {
			for _, name := range []string{"kernel", "pro-bing"} {
				choice, err := Open(Options{Engine: name})
				if err != nil {
					t.Fatal(err)
				}
				measures(t, choice, name)
			}
			choice, err := Open(Options{Engine: Auto})
			if err != nil {
				t.Fatal(err)
			}
			t.Log(choice)
			measures(t, choice, "kernel")
		})
	})
}

// measures gets one answer and closes the engine.
func measures(t *testing.T, c *Choice, name string) {
	t.Helper()
	defer c.Engine.Close()
	if c.Engine.Name() != name {
		t.Errorf("%s was opened, want %s", c.Engine.Name(), name)
	}
	c.Engine.Send(probe.Request{Target: 1, Addr: netip.AddrPortFrom(netip.MustParseAddr("10.9.0.2"), 0), Timeout: time.Second, Every: time.Second, Size: 56})
	limit := time.NewTimer(testbed.Deadline)
	defer limit.Stop()
	for {
		select {
		case batch := <-c.Engine.Happenings():
			for _, h := range batch {
				if h.What == probe.Answer {
					return
				}
			}
		case <-limit.C:
			t.Fatalf("%s got no answer", name)
		}
	}
}
