package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/registry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func parse(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func none(string) string { return "" }

func made(t testing.TB, o Options) *Transport {
	t.Helper()
	if o.Getenv == nil {
		o.Getenv = none
	}
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

func serve(t testing.TB, f http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s
}

func wantCause(t testing.TB, err error, want registry.Cause) {
	t.Helper()
	if got := registry.CauseOf(err); got != want {
		t.Fatalf("cause %q, want %q: %v", got, want, err)
	}
}

func get(t testing.TB, c *http.Client, ctx context.Context, address, authorization string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp, err := c.Do(r)
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	return resp, err
}

const basicHeader = "Basic dXNlcjpjYW5hcnk="

// TestBlobsRedirectWithoutThePassword: to another port of the same host, too,
// where Go would keep it, and on every hop after it.
func TestBlobsRedirectWithoutThePassword(t *testing.T) {
	var seen sync.Map
	store := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r.URL.Path, r.Header.Get("Authorization")+r.Header.Get("Referer"))
		if r.URL.Path == "/hop" {
			http.Redirect(w, r, "/blob", http.StatusTemporaryRedirect)
			return
		}
		_, _ = io.WriteString(w, "content")
	})
	reg := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, store.URL+"/hop", http.StatusTemporaryRedirect)
	})
	tr := made(t, Options{Base: parse(t, reg.URL)})
	resp, err := get(t, tr.Distribution(), t.Context(), reg.URL+"/v2/x/blobs/y", basicHeader)
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(resp, err)
	}
	for _, path := range []string{"/hop", "/blob"} {
		if got, ok := seen.Load(path); !ok || got != "" {
			t.Errorf("%s got %q", path, got)
		}
	}
	_, err = get(t, tr.API(), t.Context(), reg.URL+"/api/v2.0/projects", basicHeader)
	wantCause(t, err, registry.CauseRedirect)
}

// TestNoRedirectToLess: nothing goes from https to http, and a circle ends.
func TestNoRedirectToLess(t *testing.T) {
	plain := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
	reg := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, plain.URL, http.StatusFound) }))
	t.Cleanup(reg.Close)
	tr := made(t, Options{Base: parse(t, reg.URL), Fingerprint: Describe(reg.Certificate()).Fingerprint})
	_, err := get(t, tr.Distribution(), t.Context(), reg.URL+"/v2/", "")
	wantCause(t, err, registry.CauseRedirect)
	circle := made(t, Options{Base: parse(t, plain.URL)})
	for _, c := range []*http.Client{circle.API(), circle.Distribution()} {
		_, err = get(t, c, t.Context(), plain.URL+"/v2/", "")
		wantCause(t, err, registry.CauseRedirect)
	}
}

// TestPlainHTTP: only on this machine, or for a host that is marked.
func TestPlainHTTP(t *testing.T) {
	tr := made(t, Options{Base: parse(t, "https://registry.invalid")})
	_, err := get(t, tr.API(), t.Context(), "http://registry.invalid/v2/", "")
	wantCause(t, err, registry.CausePlain)
	marked := made(t, Options{Base: parse(t, "http://registry.invalid:81"), Plain: true})
	if err := marked.allowed(parse(t, "http://registry.invalid:81/v2/")); err != nil {
		t.Error(err)
	}
	for _, other := range []string{"http://registry.invalid:82/", "http://other.invalid:81/", "ftp://registry.invalid/", "file:///etc/passwd"} {
		wantCause(t, marked.allowed(parse(t, other)), registry.CausePlain)
	}
}

// TestRealms: where the password may go.
func TestRealms(t *testing.T) {
	for _, c := range []struct {
		base, realm string
		realms      []string
		want        registry.Cause
	}{
		{base: "https://r.test", realm: "https://r.test/token"},
		{base: "https://r.test", realm: "https://r.test:443/token"},
		{base: "https://r.test", realm: "https://R.TEST/token"},
		{base: "https://r.test", realm: "https://r.test:8443/token", want: registry.CauseRealm},
		{base: "https://r.test", realm: "https://auth.r.test/token", want: registry.CauseRealm},
		{base: "https://r.test", realm: "https://auth.r.test/token", realms: []string{"auth.r.test"}},
		{base: "https://r.test", realm: "https://auth.r.test:444/token", realms: []string{"auth.r.test"}, want: registry.CauseRealm},
		{base: "https://r.test", realm: "http://r.test/token", realms: []string{"r.test"}, want: registry.CauseRealm},
		{base: "https://r.test", realm: "http://127.0.0.1/token", realms: []string{"127.0.0.1"}, want: registry.CauseRealm},
		{base: "https://registry-1.docker.io", realm: "https://auth.docker.io/token"},
		{base: "http://127.0.0.1:5000", realm: "http://127.0.0.1:5001/token", want: registry.CauseRealm},
		{base: "http://127.0.0.1:5000", realm: "http://127.0.0.1:5001/token", realms: []string{"127.0.0.1:5001"}},
	} {
		tr := made(t, Options{Base: parse(t, c.base), Realms: c.realms})
		if got := registry.CauseOf(tr.MaySend(parse(t, c.realm))); got != c.want {
			t.Errorf("%s to %s (%v): %q, want %q", c.base, c.realm, c.realms, got, c.want)
		}
	}
}

// TestTokenRequestsAreGuarded: an identity token is in the body, not in a header.
func TestTokenRequestsAreGuarded(t *testing.T) {
	var asked atomic.Int32
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { asked.Add(1) })
	tr := made(t, Options{Base: parse(t, "https://r.test")})
	_, err := tr.Token(t.Context(), Challenge{Scheme: "bearer", Realm: parse(t, other.URL)}, registry.Credential{Token: "canary"}, "")
	wantCause(t, err, registry.CauseRealm)
	_, err = tr.Token(t.Context(), Challenge{Scheme: "bearer", Realm: parse(t, other.URL)}, registry.Credential{User: "u", Secret: "canary"}, "")
	wantCause(t, err, registry.CauseRealm)
	if asked.Load() != 0 {
		t.Error("it was asked")
	}
}

// TestInFlight: at most four at a time, and a place that was waited for in vain
// is free again.
func TestInFlight(t *testing.T) {
	var now, most atomic.Int32
	release := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for {
			if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		<-release
	})
	tr := made(t, Options{Base: parse(t, s.URL)})
	ctx, cancel := context.WithCancel(t.Context())
	var jobs sync.WaitGroup
	var failed atomic.Int32
	for i := range 20 {
		jobs.Go(func() {
			c := ctx
			if i%2 == 0 {
				c = t.Context()
			}
			if _, err := get(t, tr.API(), c, s.URL, ""); err != nil {
				failed.Add(1)
			}
		})
	}
	wait(t, func() bool { return tr.Active() == InFlight })
	cancel()
	close(release)
	jobs.Wait()
	if most.Load() > InFlight || tr.Most() > InFlight || failed.Load() > 10 {
		t.Errorf("%d at a time, %d failed", most.Load(), failed.Load())
	}
	wait(t, func() bool { return tr.Active() == 0 })
}

func wait(t testing.TB, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("waited in vain")
		}
	}
}

// TestOneRequestChecks: twenty at once with a wrong password are one failed
// login, and none after it.
func TestOneRequestChecks(t *testing.T) {
	var logins atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			logins.Add(1)
		}
		w.WriteHeader(http.StatusUnauthorized)
	})
	var told atomic.Int32
	login := NewLogin(registry.Credential{User: "u", Secret: "canary"}, nil, func(registry.Refusal) { told.Add(1) })
	tr := made(t, Options{Base: parse(t, s.URL), Login: login})
	login.OnCheck(func(ctx context.Context) error {
		err := tr.Verify(ctx, login.Credential(), true, false)
		if registry.CauseOf(err) == registry.CauseCredential {
			login.Refuse("no")
		}
		return err
	})
	var jobs sync.WaitGroup
	for range 20 {
		jobs.Go(func() {
			_, err := get(t, tr.API(), t.Context(), s.URL+"/api/v2.0/x", basicHeader)
			if c := registry.CauseOf(err); c != registry.CauseCredential && c != registry.CauseStopped {
				t.Errorf("cause %q: %v", c, err)
			}
		})
	}
	jobs.Wait()
	_, err := get(t, tr.API(), t.Context(), s.URL+"/api/v2.0/x", "Bearer token")
	wantCause(t, err, registry.CauseStopped)
	if logins.Load() != 1 || told.Load() != 1 || login.Refusal() == nil {
		t.Errorf("%d logins, told %d times", logins.Load(), told.Load())
	}
	// An earlier run's refusal holds.
	again := NewLogin(registry.Credential{User: "u", Secret: "canary"}, login.Refusal(), nil)
	wantCause(t, again.Ready(t.Context()), registry.CauseStopped)
}

// TestNotRefused: 401 on a page of a proxy is about the proxy, and a server that
// asks for rest is not asked again before it is over.
func TestNotRefused(t *testing.T) {
	var asked atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/v2/" {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnauthorized)
	})
	login := NewLogin(registry.Credential{User: "u", Secret: "canary"}, nil, nil)
	tr := made(t, Options{Base: parse(t, s.URL), Login: login})
	if resp, err := get(t, tr.API(), t.Context(), s.URL+"/api/x", basicHeader); err != nil || resp.StatusCode != http.StatusUnauthorized || login.Refusal() != nil {
		t.Errorf("%v, %v, refused %v", resp, err, login.Refusal())
	}
	login.OnCheck(func(ctx context.Context) error { return tr.Verify(ctx, login.Credential(), true, false) })
	asked.Store(0)
	for range 5 {
		_, err := get(t, tr.API(), t.Context(), s.URL+"/api/x", basicHeader)
		wantCause(t, err, registry.CauseTooMany)
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	login.mu.Lock()
	login.now = func() time.Time { return time.Now().Add(31 * time.Second) }
	login.mu.Unlock()
	tr.calm.mu.Lock()
	tr.calm.now = func() time.Time { return time.Now().Add(31 * time.Second) }
	tr.calm.mu.Unlock()
	_, err := get(t, tr.API(), t.Context(), s.URL+"/api/x", basicHeader)
	wantCause(t, err, registry.CauseTooMany)
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

// TestCheckGoesOn: who gives up does not break it off, and who waits gets what
// came of it.
func TestCheckGoesOn(t *testing.T) {
	var checks atomic.Int32
	begun, end := make(chan struct{}), make(chan struct{})
	l := NewLogin(registry.Credential{User: "u", Secret: "s"}, nil, nil)
	l.OnCheck(func(ctx context.Context) error {
		checks.Add(1)
		close(begun)
		<-end
		return ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { first <- l.Ready(ctx) }()
	<-begun
	second := make(chan error, 1)
	go func() { second <- l.Ready(t.Context()) }()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("first: %v", err)
	}
	close(end)
	if err := <-second; err != nil || checks.Load() != 1 {
		t.Errorf("second: %v after %d checks", err, checks.Load())
	}
	if err := l.Ready(t.Context()); err != nil || checks.Load() != 1 {
		t.Errorf("fresh: %v after %d checks", err, checks.Load())
	}
	l.mu.Lock()
	l.now = func() time.Time { return time.Now().Add(fresh + time.Second) }
	l.check = func(context.Context) error { checks.Add(1); return nil }
	l.mu.Unlock()
	if err := l.Ready(t.Context()); err != nil || checks.Load() != 2 {
		t.Errorf("later: %v after %d checks", err, checks.Load())
	}
}

// TestProxy: the choice, what is kept of it, and the errors of one.
func TestProxy(t *testing.T) {
	for in, want := range map[string]string{"": "", "system": "", "none": "none", "http://p.test:3128": "http://p.test:3128", "http://p.test:3128/x?y": "http://p.test:3128", "socks5://p.test": "socks5://p.test"} {
		if got, err := ParseProxy(in); got != want || err != nil {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"p.test:3128", "ftp://p", "http://u:canary@p.test", "http://", "http://u:canary@p\x00"} {
		if _, err := ParseProxy(in); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", in, err)
		}
	}
	var through atomic.Int32
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		through.Add(1)
		if r.Method == http.MethodConnect {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusProxyAuthRequired)
	})
	for _, c := range []struct {
		o Options
	}{
		{Options{Base: parse(t, "https://r.invalid"), Proxy: proxy.URL}},
		{Options{Base: parse(t, "http://r.invalid"), Plain: true, Proxy: proxy.URL}},
		{Options{Base: parse(t, "https://r.invalid"), Getenv: func(n string) string { return map[string]string{"HTTPS_PROXY": proxy.URL}[n] }}},
		{Options{Base: parse(t, "https://r.invalid"), Proxy: "http://127.0.0.1:1"}},
		{Options{Base: parse(t, "https://r.invalid"), Proxy: "http://proxy.invalid:1"}},
	} {
		_, err := made(t, c.o).Ping(t.Context())
		wantCause(t, err, registry.CauseProxy)
	}
	if through.Load() != 3 {
		t.Errorf("%d went through the proxy", through.Load())
	}
	_, err := made(t, Options{Base: parse(t, "https://r.invalid"), Proxy: "none", Getenv: func(string) string { return proxy.URL }}).Ping(t.Context())
	wantCause(t, err, registry.CauseDNS)
}

func TestInternetSettings(t *testing.T) {
	c := internetSettings("http=a:1;https=b:2;ftp=c:3", "*.corp.test;10.*;192.168.*;<local>;one.test;*odd*")
	if c.HTTPProxy != "http://a:1" || c.HTTPSProxy != "http://b:2" || c.NoProxy != ".corp.test,10.0.0.0/8,192.168.0.0/16,one.test" {
		t.Errorf("%+v", c)
	}
	if c := internetSettings("p:8080", ""); c.HTTPSProxy != "http://p:8080" || c.HTTPProxy != "http://p:8080" {
		t.Errorf("%+v", c)
	}
}

// TestCalm: a server that asks to be left alone is, for as long as it asks and at most
// a minute, and only in that part of its API.
func TestCalm(t *testing.T) {
	var asked atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/v2/a/manifests/1" {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	tr := made(t, Options{Base: parse(t, s.URL)})
	now := time.Now()
	tr.calm.now = func() time.Time { return now }
	ask := func(path string) error {
		_, err := get(t, tr.Distribution(), t.Context(), s.URL+path, "")
		return err
	}
	if err := ask("/v2/a/manifests/1"); err != nil {
		t.Fatal(err)
	}
	wantCause(t, ask("/v2/b/manifests/1"), registry.CauseTooMany)
	if err := ask("/v2/a/tags/list"); err != nil {
		t.Errorf("another part: %v", err)
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("%d were asked", n)
	}
	now = now.Add(maxCalm)
	if err := ask("/v2/b/manifests/1"); err != nil || asked.Load() != 3 {
		t.Errorf("after a minute: %v", err)
	}
}
