package containers

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"go.uber.org/goleak"

	"tacklebox/platform/containers/dockertest"
)

// bound is how soon a lost or returned engine has to be told.
const bound = 2 * time.Second

// await reads events until one is of kind and tells how long that took.
func await(t testing.TB, events <-chan Event, kind EventKind, limit time.Duration) (Event, time.Duration) {
	t.Helper()
	start := time.Now()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case event, ok := <-events:
			if !ok {
				t.Fatalf("the channel closed before %q", kind)
			}
			if event.Kind == kind {
				return event, time.Since(start)
			}
		case <-timer.C:
			t.Fatalf("no event %q within %v", kind, limit)
		}
	}
}

func TestWatchLostAndReturned(t *testing.T) {
	d := dockertest.Private(t, dockertest.Options{})
	ref := dockertest.Image(t, d, dockertest.Busybox)
	before := goleak.IgnoreCurrent()
	e := connected(t, d.Host)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := e.Watch(ctx)
	await(t, seen, EventContainers, bound)

	create := func() string {
		c, err := d.Client().ContainerCreate(t.Context(), &container.Config{Image: ref}, nil, nil, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	id := create()
	for {
		event, _ := await(t, seen, EventContainers, bound)
		if event.ContainerID == id && event.Action == "create" {
			break
		}
	}

	stopped := make(chan struct{})
	go func() { d.Stop(t); close(stopped) }()
	event, _ := await(t, seen, EventLost, 20*time.Second)
	<-stopped
	if CauseOf(event.Err) != CauseNoEngine {
		t.Errorf("lost: %v", event.Err)
	}
	d.Start(t)
	_, took := await(t, seen, EventReturned, bound)
	t.Logf("returned engine told after %v", took)
	await(t, seen, EventContainers, bound)
	if list, err := e.Containers(t.Context()); err != nil || len(list) != 1 || list[0].ID != id {
		t.Errorf("after the restart: %v %v", list, err)
	}

	// Changes are told again: by themselves, or, while the new stream is not open
	// yet, by one event that stands for all.
	id = create()
	for listed := false; !listed; {
		await(t, seen, EventContainers, bound)
		list, err := e.Containers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		listed = list[0].ID == id
	}

	d.Freeze(t)
	event, took = await(t, seen, EventLost, bound)
	t.Logf("hanging engine told after %v", took)
	if CauseOf(event.Err) != CauseTimeout {
		t.Errorf("hanging: %v", event.Err)
	}
	d.Thaw(t)
	await(t, seen, EventReturned, bound)

	cancel()
	dockertest.Wait(t, bound, "the channel closes", func() bool {
		select {
		case _, ok := <-seen:
			return !ok
		default:
			return false
		}
	})
	_ = e.Close()
	_ = d.Client().Close()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("tacklebox/platform/containers/dockertest.startTied.func1"))
}

// TestWatchKilledEngine: an engine that dies without a word is told in time.
func TestWatchKilledEngine(t *testing.T) {
	stop := make(chan struct{})
	f := dockertest.NewFake(t, "1.41")
	f.Handle("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	})
	e := connected(t, f.Host)
	seen := e.Watch(t.Context())
	await(t, seen, EventImages, bound)
	f.Handle("HEAD /_ping", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	f.Handle("GET /_ping", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	close(stop)
	_, took := await(t, seen, EventLost, bound)
	if took > time.Second {
		t.Errorf("told after %v", took)
	}
}

// TestWatchSlowReader: a reader that is away does not stop the watch, finds the
// latest state first and no pile of events.
func TestWatchSlowReader(t *testing.T) {
	p := newPending()
	for i := range 10 * maxPending {
		p.add(Event{Kind: EventContainers, ContainerID: strings.Repeat("a", i+1), Action: "start"})
	}
	p.add(Event{Kind: EventImages})
	p.urgent(Event{Kind: EventLost})
	p.urgent(Event{Kind: EventReturned})
	if len(p.list) > maxPending+2 {
		t.Errorf("%d events wait", len(p.list))
	}
	if first, _ := p.first(); first.Kind != EventReturned {
		t.Errorf("first is %+v", first)
	}
	p.urgent(Event{Kind: EventLost})
	var urgent int
	for _, event := range p.list {
		if event.urgent() {
			urgent++
		}
	}
	if urgent != 1 {
		t.Errorf("%d states wait, want the latest only", urgent)
	}
}

func TestEventOf(t *testing.T) {
	for _, tc := range []struct {
		kind   events.Type
		action string
		want   EventKind
	}{
		{"container", "start", EventContainers},
		{"container", "die", EventContainers},
		{"container", "health_status: healthy", EventContainers},
		{"container", "exec_create: /bin/sh -c x", ""},
		{"container", "exec_die", ""},
		{"container", "resize", ""},
		{"image", "pull", EventImages},
		{"image", "delete", EventImages},
		{"network", "connect", ""},
	} {
		event, ok := eventOf(events.Message{Type: tc.kind, Action: events.Action(tc.action), Actor: events.Actor{ID: "x"}})
		if event.Kind != tc.want || ok != (tc.want != "") {
			t.Errorf("%s %s: %+v", tc.kind, tc.action, event)
		}
	}
}

// TestWatchHostileEvents: a stream without line ends, or of garbage, ends and is
// opened again, and nothing grows.
func TestWatchHostileEvents(t *testing.T) {
	f := dockertest.NewFake(t, "1.41")
	f.Handle("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		_, _ = io.WriteString(w, `{"Type":"container","Action":"`)
		chunk := strings.Repeat("x", 64<<10)
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	})
	e := connected(t, f.Host)
	seen := e.Watch(t.Context())
	await(t, seen, EventContainers, bound)
	await(t, seen, EventImages, bound)
	// Opened again.
	await(t, seen, EventContainers, 5*time.Second)
}

// TestWatchOlderAPIReturns: an engine that was replaced by an older one is not
// taken for the same.
func TestWatchOlderAPIReturns(t *testing.T) {
	f := dockertest.NewFake(t, "1.47")
	e := connected(t, f.Host)
	seen := e.Watch(t.Context())
	await(t, seen, EventImages, bound)
	f.SetAPI("1.41")
	event, _ := await(t, seen, EventLost, bound)
	wantCause(t, event.Err, CauseAPI)
}
