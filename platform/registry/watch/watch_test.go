package watch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/registry/watch"
	"tacklebox/platform/testbed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a watch whose clock a test moves.
type bench struct {
	*watch.Watch
	store *connect.Store
	mu    sync.Mutex
	now   time.Time
	told  []string
}

func newBench(t testing.TB) *bench {
	b := &bench{store: registrytest.Store(t, t.TempDir(), &registrytest.Secrets{}), now: time.Now()}
	b.Watch = watch.New(watch.Options{Store: b.store, Notify: func(n watch.Notice) {
		b.mu.Lock()
		defer b.mu.Unlock()
		text := strings.TrimSpace(fmt.Sprint(n.Kind, " ", n.Object))
		if n.Count > 1 {
			text += fmt.Sprint(" ", n.Count)
		}
		b.told = append(b.told, text)
	}, Now: func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }})
	return b
}

// round goes round and gives the notices of that round.
func (b *bench) round(ctx context.Context) string {
	b.mu.Lock()
	b.told = nil
	b.now = b.now.Add(time.Minute)
	b.mu.Unlock()
	b.Round(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.told, ", ")
}

func (b *bench) add(t testing.TB, c registry.Connection, password string) string {
	t.Helper()
	return registrytest.Open(t, b.store, c, password).Connection.ID
}

// TestNoticesOnce: each thing is told once, and again after it was over.
func TestNoticesOnce(t *testing.T) {
	h := fakeharbor.New(t)
	p := h.AddPolicy(fakeharbor.Policy{Name: "copy"})
	h.FailEarly(p, "before our time")
	b := newBench(t)
	b.add(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	if got := b.round(t.Context()); got != "" {
		t.Errorf("at first %q", got)
	}
	if s := b.Statuses()[0]; s.State != watch.Attention || len(s.Components) != 8 || len(s.Failed) != 1 {
		t.Errorf("%+v", s)
	}
	h.Lock()
	h.Components["redis"] = "connection refused"
	h.Queues = []*fakeharbor.Queue{{Type: "IMAGE_SCAN", Count: 4, Latency: 3600}, {Type: "RETENTION", Count: 4, Latency: 3600, Paused: true}, {Type: "WEBHOOK", Count: 1, Latency: 5}}
	h.Unlock()
	h.FailEarly(p, "now")
	if got := b.round(t.Context()); got != "unhealthy redis, queue IMAGE_SCAN, replication copy" {
		t.Errorf("then %q", got)
	}
	since := time.Time{}
	for range 3 {
		if got := b.round(t.Context()); got != "" {
			t.Errorf("again %q", got)
		}
		for _, c := range b.Statuses()[0].Components {
			if c.Name == "redis" {
				if !since.IsZero() && !c.Since.Equal(since) || c.Healthy {
					t.Errorf("%+v, since %v", c, since)
				}
				since = c.Since
			}
		}
	}
	if watch.Worst(b.Statuses()) != watch.Trouble {
		t.Errorf("%+v", b.Statuses())
	}
	h.Lock()
	h.Components["redis"] = ""
	h.Unlock()
	b.round(t.Context())
	h.Lock()
	h.Components["redis"] = "again"
	h.Unlock()
	if got := b.round(t.Context()); got != "unhealthy redis" {
		t.Errorf("the second time %q", got)
	}
}

// TestOneFailedLogin, not one a round, when a password was changed.
func TestOneFailedLogin(t *testing.T) {
	h := fakeharbor.New(t)
	b := newBench(t)
	id := b.add(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	b.round(t.Context())
	h.Lock()
	h.Users["admin"].Password = "changed"
	h.Unlock()
	if got := b.round(t.Context()); got != "refused admin" {
		t.Errorf("told %q", got)
	}
	for range 5 {
		if got := b.round(t.Context()); got != "" {
			t.Errorf("told again %q", got)
		}
	}
	if n := h.FailedLogins(); n != 1 {
		t.Errorf("%d failed logins, want 1", n)
	}
	// How it is, everybody may ask.
	if s := b.Statuses()[0]; s.Refused == nil || len(s.Components) != 8 || s.State != watch.Attention {
		t.Errorf("%+v", s)
	}
	h.Lock()
	h.Users["admin"].Password = fakeharbor.Password
	h.Unlock()
	if err := b.store.Retry(id); err != nil {
		t.Fatal(err)
	}
	b.round(t.Context())
	if s := b.Statuses()[0]; s.Refused != nil || s.State != watch.Good {
		t.Errorf("%+v", s)
	}
}

// TestPolite: a round is a handful of requests; what is forbidden is not asked
// each time; a server that asks for rest gets it; who is not watched is not asked.
func TestPolite(t *testing.T) {
	h := fakeharbor.New(t)
	h.Users["eve"] = &fakeharbor.User{Password: "p"}
	b := newBench(t)
	id := b.add(t, registry.Connection{URL: h.URL, User: "eve"}, "p")
	b.round(t.Context())
	before := len(h.Asked())
	b.round(t.Context())
	if n := len(h.Asked()) - before; n > 3 {
		t.Errorf("%d requests in a round: %v", n, h.Asked()[before:])
	}
	h.Fail(fakeharbor.Fault{Path: "/health", Kind: "429"})
	b.round(t.Context())
	before = len(h.Asked())
	b.Round(t.Context()) // within the 17 seconds
	if n := len(h.Asked()) - before; n != 0 {
		t.Errorf("%d requests though it asked for rest", n)
	}
	if s := b.Statuses()[0]; s.State != watch.Attention || registry.CauseOf(s.Err) != registry.CauseTooMany {
		t.Errorf("%+v", s)
	}
	h.Mend()
	if _, err := b.store.Change(id, func(c *registry.Connection) { c.NoWatch = true }); err != nil {
		t.Fatal(err)
	}
	before = len(h.Asked())
	b.round(t.Context())
	if n := len(h.Asked()) - before; n != 0 || b.Statuses()[0].State != watch.Unknown {
		t.Errorf("%d requests though it is not watched: %+v", n, b.Statuses())
	}
}

// TestNothingAnswers is told once, with everything it had running again after.
func TestNothingAnswers(t *testing.T) {
	h := fakeharbor.New(t)
	b := newBench(t)
	b.add(t, registry.Connection{URL: h.URL}, "")
	b.add(t, registry.Connection{URL: "https://registry.invalid"}, "")
	h.Fail(fakeharbor.Fault{Path: "", Kind: "die"})
	if got := b.round(t.Context()); got != "down, down" {
		t.Errorf("told %q", got)
	}
	h.Mend()
	if got := b.round(t.Context()); got != "" {
		t.Errorf("told %q", got)
	}
	if s := b.Statuses(); s[0].State != watch.Good || s[1].State != watch.Trouble || s[1].Err == nil {
		t.Errorf("%+v", s)
	}
}

// TestExpiry: certificates and robots that end soon.
func TestExpiry(t *testing.T) {
	ca := registrytest.NewCA(t)
	h := fakeharbor.NewTLS(t, ca.Pair(t, registrytest.Leaf{Ends: time.Now().Add(5 * 24 * time.Hour)}))
	b := newBench(t)
	id := b.add(t, registry.Connection{URL: h.URL, CA: ca.PEM, User: "admin"}, fakeharbor.Password)
	if _, err := b.store.Change(id, func(c *registry.Connection) { c.Expires = time.Now().Add(48 * time.Hour) }); err != nil {
		t.Fatal(err)
	}
	got := b.round(t.Context())
	if !strings.Contains(got, "robot admin") || !strings.Contains(got, "certificate 127.0.0.1:") {
		t.Errorf("told %q", got)
	}
	if got := b.round(t.Context()); got != "" {
		t.Errorf("told again %q", got)
	}
	if s := b.Statuses()[0]; s.Expires.IsZero() || s.State != watch.Attention {
		t.Errorf("%+v", s)
	}
}

// TestRunEnds with its context, at once, though a server hangs.
func TestRunEnds(t *testing.T) {
	h := fakeharbor.New(t)
	h.Fail(fakeharbor.Fault{Path: "", Kind: "hang"})
	b := newBench(t)
	b.add(t, registry.Connection{URL: h.URL}, "")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Run(ctx)
	}()
	testbed.Wait(t, "the round has begun", func() bool { return h.Active() > 0 })
	cancel()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Fatal("it goes on")
	}
	testbed.Wait(t, "nothing is asked any more", func() bool { return h.Active() == 0 })
}

// TestPageOfTheProxy: a web server in front that keeps the passwords answers with a
// page; that is a refusal as any other, and one failed login.
func TestPageOfTheProxy(t *testing.T) {
	var tried atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			tried.Add(1)
		}
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Www-Authenticate", `Basic realm="Registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n</body>\r\n</html>\r\n")
	}))
	defer s.Close()
	b := newBench(t)
	b.add(t, registry.Connection{URL: s.URL, User: "u"}, "wrong")
	for range 4 {
		b.round(t.Context())
	}
	if n := tried.Load(); n != 1 || b.Statuses()[0].Refused == nil {
		t.Errorf("%d failed logins, %+v", n, b.Statuses()[0])
	}
}

// TestStandsWhileUnread: what could not be read in a round is not over.
func TestStandsWhileUnread(t *testing.T) {
	h := fakeharbor.New(t)
	b := newBench(t)
	b.add(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	b.round(t.Context())
	h.Lock()
	h.Components["redis"] = "connection refused"
	h.Queues = []*fakeharbor.Queue{{Type: "IMAGE_SCAN", Count: 4, Latency: 3600}}
	h.Unlock()
	if got := b.round(t.Context()); got != "unhealthy redis, queue IMAGE_SCAN" {
		t.Errorf("told %q", got)
	}
	h.Fail(fakeharbor.Fault{Path: "/health", Kind: "500", Times: 1})
	if got := b.round(t.Context()); got != "down" {
		t.Errorf("a round that failed told %q", got)
	}
	if got := b.round(t.Context()); got != "" {
		t.Errorf("the round after it told %q", got)
	}
	h.Fail(fakeharbor.Fault{Path: "/queues", Kind: "429", Times: 1})
	if got := b.round(t.Context()); got != "" || b.Statuses()[0].State != watch.Trouble {
		t.Errorf("told %q, and redis makes it %v", got, b.Statuses()[0].State)
	}
}

// TestManyFailures: more than a page of runs between two rounds; and a failure that
// good runs of another policy have passed.
func TestManyFailures(t *testing.T) {
	h := fakeharbor.New(t)
	p, q := h.AddPolicy(fakeharbor.Policy{Name: "copy"}), h.AddPolicy(fakeharbor.Policy{Name: "busy", Enabled: true})
	b := newBench(t)
	b.add(t, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	b.round(t.Context())
	for range 130 {
		h.FailEarly(p, "x")
	}
	if got := b.round(t.Context()); got != "replication copy 130" {
		t.Errorf("told %q", got)
	}
	h.FailEarly(p, "y")
	c := harborClient(t, b, b.Statuses()[0].ID)
	for range 25 {
		if _, err := c.StartReplication(t.Context(), q.ID); err != nil {
			t.Fatal(err)
		}
	}
	h.Advance(time.Hour)
	if got := b.round(t.Context()); got != "replication copy" {
		t.Errorf("told %q", got)
	}
	for range 3 {
		b.round(t.Context())
		if s := b.Statuses()[0]; s.State != watch.Attention || len(s.Failed) != 1 || s.Failed[0].PolicyID != p.ID {
			t.Errorf("%v, %+v", s.State, s.Failed)
		}
	}
	if _, err := c.StartReplication(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	h.Advance(time.Hour)
	b.round(t.Context())
	if s := b.Statuses()[0]; len(s.Failed) != 0 {
		t.Errorf("its last run was good: %+v", s.Failed)
	}
}

func harborClient(t *testing.T, b *bench, id string) *harbor.Client {
	t.Helper()
	x, err := b.store.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x.Harbor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}
