// Package transport is the one place that talks HTTP to registries. What it
// makes always verifies TLS, sends a password only where a person agreed to, asks
// at most so many things at a time, and stops using a credential that was refused.
package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"tacklebox/platform/registry"
)

// The bounds of every conversation.
const (
	// InFlight is how many requests of a connection are answered at a time.
	InFlight = 4
	// Timeout bounds a request with its answer, unless its context does earlier.
	Timeout = 10 * time.Second

	dialTimeout   = 8 * time.Second
	headerTimeout = 30 * time.Second
	idleTimeout   = 30 * time.Second
	maxHeaders    = 64 << 10
	maxRedirects  = 5
	// grace is how long a server takes to notice that a request was broken off.
	grace = 50 * time.Millisecond
)

// UserAgent names the program in a server's log.
const UserAgent = "Tacklebox"

// Options say how a registry is reached. Base alone is enough.
type Options struct {
	// Base is scheme://host[:port].
	Base *url.URL
	// CA has PEM certificates that are trusted beside the system's.
	CA string
	// Fingerprint is the SHA-256 of the one certificate that was accepted.
	Fingerprint string
	// Plain allows http to Base though it is another machine.
	Plain bool
	// Proxy is "" for the system's, "none", or a URL.
	Proxy string
	// Realms are other hosts that may get the password.
	Realms []string
	// Login is the credential in use; nil is none.
	Login *Login
	// Getenv is this process's when nil; it says which proxy the system has.
	Getenv func(string) string
	// InFlight is the constant when 0.
	InFlight int
}

// Transport makes clients for one registry. Close it to end what is idle.
type Transport struct {
	o     Options
	rt    *http.Transport
	dials *dials
	proxy func(*url.URL) (*url.URL, error)
	slots chan struct{}
	pins  *pins
	calm  calm

	mu       sync.Mutex
	inFlight int
	most     int
}

// New checks the options and makes a transport. It sends nothing.
func New(o Options) (*Transport, error) {
	if o.Base == nil {
		panic("transport: no base")
	}
	if o.InFlight <= 0 {
		o.InFlight = InFlight
	}
	bad := func(err error) (*Transport, error) {
		return nil, &registry.Error{Op: "reach", Object: o.Base.Host, Cause: registry.CauseAddress, Err: err}
	}
	p, err := newPins(o)
	if err != nil {
		return bad(err)
	}
	proxy, err := proxyFor(o)
	if err != nil {
		return bad(err)
	}
	t := &Transport{o: o, proxy: proxy, slots: make(chan struct{}, o.InFlight), pins: p}
	t.calm.now = time.Now
	t.dials = newDials(p, proxy)
	t.rt = t.dials.transport(o.Base.Hostname(), o.InFlight)
	return t, nil
}

// Base is where the registry answers.
func (t *Transport) Base() *url.URL { return t.o.Base }

// Login is the credential in use, nil for none.
func (t *Transport) Login() *Login { return t.o.Login }

// Proxy is the proxy on the way to the registry, nil for none.
func (t *Transport) Proxy() (*url.URL, error) { return t.proxy(t.o.Base) }

// Close ends connections that are idle.
func (t *Transport) Close() {
	t.rt.CloseIdleConnections()
	t.dials.close()
}

// Most is how many requests there were at a time since the start.
func (t *Transport) Most() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.most
}

// Active is how many requests are being answered now.
func (t *Transport) Active() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.inFlight
}

// roundTripper is the one for a URL: the registry's, unless it is an address of
// another machine, which only one of its own can verify through a proxy.
func (t *Transport) roundTripper(u *url.URL) http.RoundTripper {
	host := u.Hostname()
	if u.Scheme != "https" || net.ParseIP(host) == nil || strings.EqualFold(host, t.o.Base.Hostname()) {
		return t.rt
	}
	return t.dials.forAddress(host, t.o.InFlight)
}

// API is a client for /api: a redirect that changes scheme, host or port is
// refused, and no cookie is kept, since one that comes back makes Harbor ask for
// a token against forgery.
func (t *Transport) API() *http.Client {
	return &http.Client{Transport: guard{t}, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if registry.Origin(next.URL) != registry.Origin(via[0].URL) {
			return refuseRedirect(via[0].URL, next.URL)
		}
		return enough(via)
	}}
}

// Distribution is a client for /v2: what is read may lie elsewhere, and then it
// is fetched without the credential.
func (t *Transport) Distribution() *http.Client {
	return &http.Client{Transport: guard{t}, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if registry.Origin(next.URL) == registry.Origin(via[0].URL) && len(via) == 1 {
			return enough(via)
		}
		reads := via[0].Method == http.MethodGet || via[0].Method == http.MethodHead
		weaker := via[0].URL.Scheme == "https" && next.URL.Scheme != "https"
		if !reads || weaker || next.URL.User != nil {
			return refuseRedirect(via[0].URL, next.URL)
		}
		// Go keeps it for another port of the same host, and for names below it.
		next.Header.Del("Authorization")
		next.Header.Del("Referer")
		return enough(via)
	}}
}

func enough(via []*http.Request) error {
	if len(via) >= maxRedirects {
		return &registry.Error{Cause: registry.CauseRedirect, Err: fmt.Errorf("more than %d redirects", maxRedirects), Hint: "the proxy in front of the registry sends requests in a circle"}
	}
	return nil
}

func refuseRedirect(from, to *url.URL) error {
	return &registry.Error{
		Cause: registry.CauseRedirect,
		Err:   fmt.Errorf("%s sends the request on to %s, which is not followed", registry.Origin(from), registry.Origin(to)),
		Hint:  "connect to the address that answers itself",
	}
}

// guard decides on each single request, redirects and token requests included.
type guard struct{ t *Transport }

// RoundTrip asks once, if it may.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	t := g.t
	if err := t.allowed(r.URL); err != nil {
		return nil, err
	}
	if err := t.calm.wait(r); err != nil {
		return nil, err
	}
	secret := carries(r, t.o.Base)
	if secret {
		if err := t.allowedSecret(r.URL); err != nil {
			return nil, err
		}
		if err := t.o.Login.ready(r.Context()); err != nil {
			return nil, err
		}
	}
	if err := t.take(r.Context()); err != nil {
		return nil, err
	}
	// A redirect's and a retry's header is the caller's own map.
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", UserAgent)
	r.Header.Del("Cookie")
	resp, err := t.roundTripper(r.URL).RoundTrip(r)
	if err != nil {
		if r.Context().Err() != nil {
			// The server has not noticed yet that nobody waits: its place is given on
			// when it has.
			time.AfterFunc(grace, t.give)
		} else {
			t.give()
		}
		return nil, t.explain(r, err)
	}
	if id := resp.Header.Get("X-Request-Id"); id != "" {
		remember(r.Context(), registry.Clean(id, 100))
	}
	if resp.StatusCode == http.StatusProxyAuthRequired {
		t.give()
		_ = resp.Body.Close()
		return nil, &registry.Error{Cause: registry.CauseProxy, Status: resp.StatusCode, Err: errors.New("the proxy wants a user name and a password"), Hint: "give them in the proxy's address"}
	}
	t.calm.answered(r, resp)
	if secret {
		t.o.Login.answered(r, resp)
	}
	resp.Body = &body{ReadCloser: resp.Body, done: sync.OnceFunc(t.give)}
	return resp, nil
}

// allowed refuses http that nobody agreed to.
func (t *Transport) allowed(u *url.URL) error {
	switch u.Scheme {
	case "https":
		return nil
	case "http":
		if registry.Loopback(u.Hostname()) || t.o.Plain && registry.Origin(u) == registry.Origin(t.o.Base) {
			return nil
		}
	}
	return &registry.Error{Cause: registry.CausePlain, Err: fmt.Errorf("%s would be asked without TLS", u.Host), Hint: "use https, or mark this host for plain HTTP: everybody on the way can then read the password"}
}

// allowedSecret refuses to send the credential to a host nobody confirmed.
func (t *Transport) allowedSecret(u *url.URL) error {
	if registry.Origin(u) == registry.Origin(t.o.Base) {
		return nil
	}
	host := strings.ToLower(u.Host)
	if u.Scheme != "https" && !(registry.Loopback(u.Hostname()) && registry.Loopback(t.o.Base.Hostname())) {
		return &registry.Error{Cause: registry.CauseRealm, Host: host,
			Err:  fmt.Errorf("%s wants the password sent to %s without TLS, which is never done", t.o.Base.Host, registry.Origin(u)),
			Hint: "set the registry's external URL to https"}
	}
	for _, known := range append([]string{knownRealm[t.o.Base.Host]}, t.o.Realms...) {
		if known != "" && strings.EqualFold(strings.TrimSuffix(known, ":443"), strings.TrimSuffix(host, ":443")) {
			return nil
		}
	}
	return &registry.Error{Cause: registry.CauseRealm, Host: host,
		Err:  fmt.Errorf("%s wants the password sent to another host, %s", t.o.Base.Host, host),
		Hint: "confirm that host if it belongs to the registry"}
}

// MaySend says whether the credential may go to a place.
func (t *Transport) MaySend(u *url.URL) error {
	if err := t.allowed(u); err != nil && registry.CauseOf(err) != registry.CausePlain {
		return err
	}
	return t.allowedSecret(u)
}

// knownRealm are the two hosts of registries that everybody knows.
var knownRealm = map[string]string{"registry-1.docker.io": "auth.docker.io"}

// carries is true for a request that has the credential, or what was got for it.
func carries(r *http.Request, base *url.URL) bool {
	if r.Header.Get("Authorization") != "" {
		return true
	}
	// A token is asked for with the identity token in the body.
	return r.Method == http.MethodPost && registry.Origin(r.URL) != registry.Origin(base) || r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// take waits for one of the places.
func (t *Transport) take(ctx context.Context) error {
	select {
	case t.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	t.mu.Lock()
	t.inFlight++
	t.most = max(t.most, t.inFlight)
	t.mu.Unlock()
	return nil
}

func (t *Transport) give() {
	t.mu.Lock()
	t.inFlight--
	t.mu.Unlock()
	<-t.slots
}

// body gives the place back when the answer is read or left.
type body struct {
	io.ReadCloser
	done func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.done()
	}
	return n, err
}

func (b *body) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}

type requestIDKey struct{}

// RequestID holds the last X-Request-Id of what was asked under a context.
type RequestID struct {
	mu sync.Mutex
	id string
}

// String is the ID, "" when no server gave one.
func (r *RequestID) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.id
}

// WithRequestID makes a context whose requests' IDs are remembered.
func WithRequestID(ctx context.Context) (context.Context, *RequestID) {
	id := &RequestID{}
	return context.WithValue(ctx, requestIDKey{}, id), id
}

func remember(ctx context.Context, id string) {
	if r, ok := ctx.Value(requestIDKey{}).(*RequestID); ok {
		r.mu.Lock()
		r.id = id
		r.mu.Unlock()
	}
}
