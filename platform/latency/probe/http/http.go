// Package http measures how long a server takes to answer a GET, in its parts:
// "dns", "connect", "tls" (with https) and "first-byte". Each probe looks the
// name up, connects and greets anew; redirects are not followed, proxies are not
// used, and of the answer only the head is read.
//
// An answer below status 500 is an answer: 401 and 404 say that the server
// serves. From 500 on it says itself that it does not, which is a bad reply with
// the reason "refused". A certificate that is not trusted and an answer that is
// no HTTP are bad replies with the reason "protocol".
package http

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"

	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/outbox"
)

// Options of the engine; the zero value works.
type Options struct {
	// Attempts is how many requests are in flight at most, 0 for 1,024. With more,
	// those that only wait for a late answer give way, then probes are skipped.
	Attempts int
	// Roots are the trusted authorities, nil for the system's.
	Roots *x509.CertPool
	// Lookup finds a name's addresses, best first; network is "ip", "ip4" or "ip6".
	// Nil is the system's resolver.
	Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
	// Clock is the time to measure with, the system's when empty.
	Clock outbox.Clock
}

const (
	// attempts is fewer than other engines have: a request costs some 100 KB while
	// it greets.
	attempts = 1024
	// headSize is how many bytes of an answer's head are read.
	headSize = 64 << 10
	// userAgent is what servers' logs show.
	userAgent = "tacklebox"
)

// Open starts the engine. A request with an Addr goes there, one without to the
// first address that its URL's host has in the Family; Addr of the happenings is
// where it went. An answer is waited for during max(10 s, 3 x timeout).
func Open(o Options) (probe.Engine, error) {
	if o.Lookup == nil {
		o.Lookup = net.DefaultResolver.LookupNetIP
	}
	if o.Clock.Now == nil {
		o.Clock = outbox.SystemClock()
	}
	if o.Attempts <= 0 {
		o.Attempts = attempts
	}
	return outbox.NewPool("http", o.Attempts, o.Clock, func(ctx context.Context, a *outbox.Attempt) {
		(&get{o: &o, a: a}).run(ctx)
	}), nil
}

// request is the GET for a URL. Credentials in the URL go into the head, as
// browsers do, and nowhere else.
func request(ctx context.Context, text string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, text, nil)
	if err != nil {
		return nil, err
	}
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" || r.URL.Host == "" {
		return nil, http.ErrNotSupported
	}
	if user := r.URL.User; user != nil {
		secret, _ := user.Password()
		r.SetBasicAuth(user.Username(), secret)
		r.URL.User = nil
	}
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Accept", "*/*")
	r.Header.Set("Cache-Control", "no-cache")
	return r, nil
}
