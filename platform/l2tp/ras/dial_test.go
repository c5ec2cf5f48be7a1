package ras

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/testbed"
)

// heard is a dial in short: stages with their states, and the last progress.
func heard(t *testing.T, c <-chan Progress) (string, Progress) {
	t.Helper()
	var out []string
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		select {
		case p, more := <-c:
			if !more {
				t.Fatal("the channel was closed without a last progress")
			}
			if p.Done {
				if p, more := <-c; more {
					t.Fatalf("after the last one: %+v", p)
				}
				return strings.Join(out, " "), p
			}
			out = append(out, fmt.Sprintf("%s:%s", p.Stage, p.State))
		case <-limit.C:
			t.Fatal("a dial does not end")
		}
	}
}

// steps are the states of a dial that connects.
func steps() []notice {
	var n []notice
	for _, s := range []uint32{0, 1, 2, 3, 4, 5, 6, 10, 13, 11, 12, 14, 18, 22, 0x2000} {
		n = append(n, notice{state: s})
	}
	return n
}

func until(state, code uint32) []notice {
	var n []notice
	for _, x := range steps() {
		if n = append(n, x); x.state == state {
			break
		}
	}
	return append(n, notice{state, code})
}

func dialing(t *testing.T) *fake {
	f := newFake()
	f.add(t, "own.pbk", "vpn.example.com", office(), false)
	f.logins["own.pbk|office"] = [3]string{"me", "", "CORP"}
	return f
}

// TestDialConnects: each stage once, what the connection gave, and hung up.
func TestDialConnects(t *testing.T) {
	f := dialing(t)
	f.script = steps()
	c, err := f.system().Dial(t.Context(), Dial{Connection: "Office", Reach: "vpn.example.com"}, false)
	if err != nil {
		t.Fatal(err)
	}
	got, last := heard(t, c)
	const want = "DNS:begun DNS:passed UDP:begun UDP:passed IKE:passed IPsec:passed L2TP:passed PPP:begun PPP:passed IP:begun IP:passed"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if !last.Connected || last.Code != 0 || last.Err != nil || last.Address.String() != "10.9.0.7" || fmt.Sprint(last.DNS) != "[10.9.0.1]" ||
		fmt.Sprint(last.Routes) != "[0.0.0.0/0 10.9.0.7/32]" || last.Reached.String() != "vpn.example.com answers in 12 ms" {
		t.Errorf("%+v", last)
	}
	if f.hungUp != 1 || len(f.up) != 0 {
		t.Errorf("hung up %d times, %d are left", f.hungUp, len(f.up))
	}
	if text(f.dialed.user[:]) != "me" || text(f.dialed.domain[:]) != "CORP" || f.dialed.password[0] != '*' {
		t.Errorf("dialed as %q in %q", text(f.dialed.user[:]), text(f.dialed.domain[:]))
	}
}

func TestDialKeeps(t *testing.T) {
	f := dialing(t)
	f.script = steps()
	c, err := f.system().Dial(t.Context(), Dial{Connection: "office", User: `X\you`, Password: []byte("canary"), Keep: true, Reach: "10.9.0.77"}, true)
	if err != nil {
		t.Fatal(err)
	}
	got, last := heard(t, c)
	if strings.Contains(got, "IKE") || strings.Contains(got, "IPsec") || !strings.Contains(got, "L2TP:passed") {
		t.Errorf("without IPsec: %s", got)
	}
	if !last.Connected || f.hungUp != 0 || last.Reached.String() != "10.9.0.77 does not answer: no such way" {
		t.Errorf("%+v, hung up %d times", last, f.hungUp)
	}
	if text(f.dialed.user[:]) != "you" || text(f.dialed.password[:]) != "canary" {
		t.Errorf("%q %q", text(f.dialed.user[:]), text(f.dialed.password[:]))
	}
}

func TestDialFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		script []notice
		code   int64
		end    string
	}{
		{"no answer", until(2, 809), 809, "UDP:begun UDP:failed"},
		{"ciphers", until(2, 788), 788, "UDP:begun IKE:failed"},
		{"service", until(2, 827), 827, "UDP:begun PC:failed"},
		{"login", until(5, 691), 691, "PPP:begun PPP:failed"},
		{"a code of an earlier stage", until(5, 678), 678, "PPP:begun PPP:failed"},
		{"addresses", until(14, 720), 720, "IP:begun IP:failed"},
		{"unknown", until(13, 999), 999, "PPP:begun PPP:failed"},
		{"went away", []notice{{stateConnectDevice, 0}, {stateDisconnected, 0}}, 668, "UDP:begun UDP:failed"},
	} {
		f := dialing(t)
		f.script = c.script
		ch, err := f.system().Dial(t.Context(), Dial{Connection: "office"}, false)
		if err != nil {
			t.Fatal(err)
		}
		got, last := heard(t, ch)
		if !strings.HasSuffix(got, c.end) || last.Connected || last.Code != c.code || last.Err != nil {
			t.Errorf("%s: %s, %+v", c.name, got, last)
		}
		if f.hungUp != 1 || len(f.up) != 0 {
			t.Errorf("%s: hung up %d times", c.name, f.hungUp)
		}
	}
}

// TestDialEnds: whatever happens, it ends, says why, and hangs up.
func TestDialEnds(t *testing.T) {
	t.Run("refused at once", func(t *testing.T) {
		f := dialing(t)
		f.refuses = 633
		c, _ := f.system().Dial(t.Context(), Dial{Connection: "office"}, false)
		if _, last := heard(t, c); last.Code != 633 || f.hungUp != 1 {
			t.Errorf("%+v, hung up %d times", last, f.hungUp)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		f := dialing(t)
		f.script = until(2, 0)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c, _ := f.system().Dial(ctx, Dial{Connection: "office"}, false)
		for p := range c {
			if p.Stage == "UDP" {
				cancel()
			}
			if p.Done && (!errors.Is(p.Err, context.Canceled) || f.hungUp != 1) {
				t.Errorf("%+v, hung up %d times", p, f.hungUp)
			}
		}
	})
	t.Run("too slow", func(t *testing.T) {
		f := dialing(t)
		f.script = until(2, 0)
		s := f.system()
		s.timing.limit = 20 * time.Millisecond
		c, _ := s.Dial(t.Context(), Dial{Connection: "office"}, false)
		if _, last := heard(t, c); !errors.Is(last.Err, ErrGaveUp) || f.hungUp != 1 {
			t.Errorf("%+v, hung up %d times", last, f.hungUp)
		}
	})
	t.Run("RasDial does not come back", func(t *testing.T) {
		f := dialing(t)
		f.late = make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		s := f.system()
		c, _ := s.Dial(ctx, Dial{Connection: "office"}, false)
		cancel()
		if _, last := heard(t, c); !errors.Is(last.Err, context.Canceled) {
			t.Errorf("%+v", last)
		}
		// The end of the program waits for it, but not for ever.
		short, done := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer done()
		if err := s.Close(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		close(f.late)
		long, done := context.WithTimeout(t.Context(), testbed.Deadline)
		defer done()
		if err := s.Close(long); err != nil || f.hungUp != 1 || len(f.up) != 0 {
			t.Errorf("what came late: %v, hung up %d times", err, f.hungUp)
		}
	})
	t.Run("the program ends", func(t *testing.T) {
		f := dialing(t)
		f.script = until(2, 0)
		s := f.system()
		c, _ := s.Dial(t.Context(), Dial{Connection: "office"}, false)
		<-c // it has begun
		long, done := context.WithTimeout(t.Context(), testbed.Deadline)
		defer done()
		if err := s.Close(long); err != nil || len(f.up) != 0 {
			t.Errorf("%v, %d are up", err, len(f.up))
		}
		if _, last := heard(t, c); !errors.Is(last.Err, context.Canceled) {
			t.Errorf("%+v", last)
		}
		if _, err := s.Dial(t.Context(), Dial{Connection: "office"}, false); !errors.Is(err, ErrClosed) {
			t.Errorf("after it: %v", err)
		}
		if err := s.Close(long); err != nil {
			t.Error(err)
		}
	})
	t.Run("asks a person", func(t *testing.T) {
		f := dialing(t)
		f.script = until(5, 0)
		f.script = append(f.script, notice{state: statePaused + 3})
		c, _ := f.system().Dial(t.Context(), Dial{Connection: "office"}, false)
		if _, last := heard(t, c); last.Err == nil || last.Connected {
			t.Errorf("%+v", last)
		}
	})
	t.Run("Windows keeps it", func(t *testing.T) {
		f := dialing(t)
		f.script, f.keeps = steps(), true
		s := f.system()
		s.timing.gone = 20 * time.Millisecond
		c, _ := s.Dial(t.Context(), Dial{Connection: "office"}, false)
		if _, last := heard(t, c); last.Err == nil || !last.Connected {
			t.Errorf("%+v", last)
		}
	})
	t.Run("no such name", func(t *testing.T) {
		f := newFake()
		p := office()
		p.Name = "other"
		f.add(t, "own.pbk", "nowhere.example.com", p, false)
		f.logins["own.pbk|other"] = [3]string{"me", "", ""}
		c, _ := f.system().Dial(t.Context(), Dial{Connection: "other"}, false)
		if got, last := heard(t, c); got != "DNS:begun DNS:failed" || last.Err == nil || f.last != 0 {
			t.Errorf("%s, %+v", got, last)
		}
	})
}

// TestDialRefused: what proves nothing is not begun.
func TestDialRefused(t *testing.T) {
	f := dialing(t)
	if _, err := f.system().Dial(t.Context(), Dial{Connection: "nothing"}, false); code(err) != errNoEntry {
		t.Errorf("no connection: %v", err)
	}
	delete(f.logins, "own.pbk|office")
	if _, err := f.system().Dial(t.Context(), Dial{Connection: "office"}, false); !errors.Is(err, ErrNoLogin) {
		t.Errorf("no login: %v", err)
	}
	if _, err := f.system().Dial(t.Context(), Dial{Connection: "office", User: "me", Password: []byte("canary\x00")}, false); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("no password: %v", err)
	}
	var c connection
	_ = put(c.entry[:], "OFFICE")
	f.stands = []connection{c}
	if _, err := f.system().Dial(t.Context(), Dial{Connection: "office", User: "me"}, false); !errors.Is(err, ErrConnected) {
		t.Errorf("connected: %v", err)
	}
}

// FuzzTrack: whatever Windows tells, a stage is told at most twice and the channel
// has room for all of it.
func FuzzTrack(f *testing.F) {
	f.Add([]byte{0, 2, 5, 14, 18, 22}, int64(691), true)
	f.Fuzz(func(t *testing.T, states []byte, code int64, ipsec bool) {
		told := map[string]int{}
		tr := track{ipsec: ipsec, tell: func(p Progress) { told[string(p.Stage)+p.State]++ }}
		tr.begin("DNS")
		for _, s := range states {
			tr.state(uint32(s))
		}
		tr.fail(code)
		if len(told) > mostProgress-2 {
			t.Fatalf("%v", told)
		}
		for k, n := range told {
			if n > 1 {
				t.Fatalf("%s was told %d times", k, n)
			}
		}
	})
}

// TestCounterpart keeps the entries of the planner and of ras.h the same.
func TestCounterpart(t *testing.T) {
	for i, want := range []string{plan.EncryptNone, plan.EncryptNeeded, plan.EncryptMost, plan.EncryptAsked} {
		if levels[i] != want { // ET_None, ET_Require, ET_RequireMax, ET_Optional
			t.Errorf("ET_%d is %s", i, levels[i])
		}
	}
}
