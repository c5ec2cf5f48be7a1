package channel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is a desktop that does what it is told.
type desk struct {
	mu    sync.Mutex
	shown []string
	fails func(n int) error
	tries int
}

func (d *desk) Notify(_ context.Context, title, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tries++
	if d.fails != nil {
		if err := d.fails(d.tries); err != nil {
			return err
		}
	}
	d.shown = append(d.shown, title)
	return nil
}

func (d *desk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.shown)
}

func state(t *testing.T, q *Queue, id string) State {
	t.Helper()
	for _, s := range q.States() {
		if s.Channel == id {
			return s
		}
	}
	t.Fatalf("no channel %s", id)
	return State{}
}

func desktop(id string) Channel {
	return Channel{ID: id, Name: id, Kind: KindDesktop, Enabled: true}
}

// TestRetry: 500, then success; meanwhile another channel works.
func TestRetry(t *testing.T) {
	var ok atomic.Bool
	s, seen := server(t, func(w http.ResponseWriter, _ *http.Request) {
		if !ok.Load() {
			w.WriteHeader(500)
		}
	})
	d := &desk{}
	changes := make(chan struct{}, 1000)
	q := NewQueue(context.Background(), Options{Sender: Sender{Desktop: d}, FirstRetry: time.Millisecond, LastRetry: 4 * time.Millisecond,
		Changed: func() {
			select {
			case changes <- struct{}{}:
			default:
			}
		}})
	defer q.Close()
	q.Set([]Channel{hook(s.URL+"/"+canary, FormGeneric), desktop("d")})
	for i := range 3 {
		m := message()
		m.Target = fmt.Sprint("t", i)
		q.Send([]string{"h", "d", "nobody"}, m)
	}
	testbed.Wait(t, "the desktop shows all", func() bool { return d.count() == 3 })
	tries := 0
	testbed.Wait(t, "the webhook is tried again", func() bool { tries += len(seen()); return tries > 3 })
	if st := state(t, q, "h"); st.Pending != 3 || !strings.Contains(st.LastError, "500") || st.Delivered != 0 || strings.Contains(st.LastError, canary) {
		t.Errorf("%+v", st)
	}
	ok.Store(true)
	testbed.Wait(t, "all arrives", func() bool { return state(t, q, "h").Delivered == 3 })
	if st := state(t, q, "h"); st.Pending != 0 || st.LastError != "" || st.LastSuccess.IsZero() || !st.NextTry.IsZero() || st.Dropped != 0 {
		t.Errorf("%+v", st)
	}
	if len(changes) == 0 {
		t.Error("no change was told of")
	}
}

// TestBackOff: waits double up to a limit, with a quarter of chance.
func TestBackOff(t *testing.T) {
	waits := make(chan time.Duration, 100)
	go_ := make(chan time.Time)
	d := &desk{fails: func(int) error { return errors.New("no") }}
	q := NewQueue(context.Background(), Options{Sender: Sender{Desktop: d}, Random: func() float64 { return 0.5 },
		After: func(w time.Duration) (<-chan time.Time, func() bool) {
			waits <- w
			return go_, func() bool { return true }
		}})
	defer q.Close()
	q.Set([]Channel{desktop("d")})
	q.Send([]string{"d"}, message())
	for _, want := range []time.Duration{5, 10, 20, 40, 80, 160, 320, 600, 600} {
		if got := <-waits; got != want*time.Second {
			t.Errorf("waits %v, want %v", got, want*time.Second)
		}
		select {
		case go_ <- time.Time{}:
		case <-time.After(testbed.Deadline):
			t.Fatal("nobody waits")
		}
	}
	<-waits
	// A changed channel is tried at once.
	c := desktop("d")
	c.Name = "other"
	q.Set([]Channel{c})
	if got := <-waits; got != 5*time.Second {
		t.Errorf("waits %v after a change", got)
	}
}

// TestBounds: too many and too old messages are given up, and counted; the next
// one that goes through says so.
func TestBounds(t *testing.T) {
	var now atomic.Int64
	now.Store(noon.UnixNano())
	var broken atomic.Bool
	broken.Store(true)
	d := &desk{fails: func(int) error {
		if broken.Load() {
			return errors.New("no")
		}
		return nil
	}}
	q := NewQueue(context.Background(), Options{Sender: Sender{Desktop: d}, Now: func() time.Time { return time.Unix(0, now.Load()) },
		FirstRetry: time.Millisecond, LastRetry: time.Millisecond})
	defer q.Close()
	q.Set([]Channel{desktop("d")})
	for range MaxPending + 20 {
		q.Send([]string{"d"}, message())
	}
	if st := state(t, q, "d"); st.Pending != MaxPending || st.Dropped != 20 {
		t.Errorf("%+v", st)
	}
	now.Add(int64(keepFor + time.Minute))
	testbed.Wait(t, "old ones are dropped", func() bool { return state(t, q, "d").Dropped == MaxPending+20 })
	broken.Store(false)
	q.Send([]string{"d"}, message())
	testbed.Wait(t, "a new one goes through", func() bool { return state(t, q, "d").Delivered == 1 })
}

// TestPermanent: what cannot be mended is not tried again, and holds up nothing.
func TestPermanent(t *testing.T) {
	s, seen := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			w.WriteHeader(410)
		}
	})
	q := NewQueue(context.Background(), Options{FirstRetry: time.Hour})
	defer q.Close()
	q.Set([]Channel{hook(s.URL+"/gone", FormGeneric)})
	q.Send([]string{"h"}, message())
	testbed.Wait(t, "it is given up", func() bool { st := state(t, q, "h"); return st.Dropped == 1 && st.Pending == 0 })
	if st := state(t, q, "h"); !strings.Contains(st.LastError, "410") {
		t.Errorf("%+v", st)
	}
	q.Set([]Channel{hook(s.URL+"/there", FormGeneric)})
	q.Send([]string{"h"}, message())
	testbed.Wait(t, "the new address works", func() bool { return state(t, q, "h").Delivered == 1 })
	if g := seen(); len(g) != 2 {
		t.Errorf("%d requests", len(g))
	}
}

// TestDisabled: a channel that is not enabled tells nobody.
func TestDisabled(t *testing.T) {
	d := &desk{}
	q := NewQueue(context.Background(), Options{Sender: Sender{Desktop: d}})
	c := desktop("d")
	c.Enabled = false
	q.Set([]Channel{c, desktop("e")})
	q.Send([]string{"d"}, message())
	q.Send([]string{"e"}, message())
	testbed.Wait(t, "the other tells", func() bool { return state(t, q, "e").Delivered == 1 })
	if d.count() != 1 || len(q.States()) != 1 {
		t.Errorf("%d shown, %+v", d.count(), q.States())
	}
	q.Set(nil)
	q.Send([]string{"e"}, message())
	if len(q.States()) != 0 {
		t.Error("a channel stayed")
	}
	q.Close()
	q.Set([]Channel{desktop("e")})
	q.Send([]string{"e"}, message())
}

// TestEnd: a queue ends in the midst of a request that nobody answers.
func TestEnd(t *testing.T) {
	arrived := make(chan struct{})
	s, _ := server(t, func(_ http.ResponseWriter, r *http.Request) { close(arrived); <-r.Context().Done() })
	ctx, cancel := context.WithCancel(context.Background())
	q := NewQueue(ctx, Options{})
	q.Set([]Channel{hook(s.URL, FormGeneric)})
	begun := time.Now()
	for range 50 {
		q.Send([]string{"h"}, message())
	}
	<-arrived
	cancel()
	q.Close()
	if took := time.Since(begun); took > WebhookTimeout/2 {
		t.Errorf("took %v", took)
	}
}
