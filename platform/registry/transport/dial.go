package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"

	"tacklebox/platform/registry"
)

// maxAddresses bounds how many other machines have connections at a time: a server
// may redirect to as many addresses as it likes.
const maxAddresses = 8

// dials makes the connections. All certificates are looked at by pins, which needs
// to know whose they are, also where that is an address and no name.
type dials struct {
	pins   *pins
	proxy  func(*url.URL) (*url.URL, error)
	dialer net.Dialer

	mu      sync.Mutex
	proxies map[string]bool // host:port of those that were chosen
	others  map[string]*http.Transport
}

func newDials(p *pins, proxy func(*url.URL) (*url.URL, error)) *dials {
	return &dials{pins: p, proxy: proxy, dialer: net.Dialer{Timeout: dialTimeout}, proxies: map[string]bool{}, others: map[string]*http.Transport{}}
}

// transport makes one for a host. host is whom a certificate behind a proxy has to
// be of when the connection has no server name.
func (d *dials) transport(host string, inFlight int) *http.Transport {
	return &http.Transport{
		Proxy:          d.choose,
		DialContext:    d.dialer.DialContext,
		DialTLSContext: d.dialTLS,
		// Verified by pins, which does all that crypto/tls would and says what the
		// server showed when it is not trusted. This is for what goes through a proxy.
		TLSClientConfig:        d.config(host),
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    inFlight,
		MaxResponseHeaderBytes: maxHeaders,
		ForceAttemptHTTP2:      true,
	}
}

func (d *dials) config(host string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, VerifyConnection: d.pins.verifier(host), MinVersion: tls.VersionTLS12}
}

// choose asks for the proxy, and remembers it for dialTLS.
func (d *dials) choose(r *http.Request) (*url.URL, error) {
	u, err := d.proxy(r.URL)
	if err == nil && u != nil && u.Scheme == "https" {
		port := u.Port()
		if port == "" {
			port = "443"
		}
		d.mu.Lock()
		d.proxies[net.JoinHostPort(u.Hostname(), port)] = true
		d.mu.Unlock()
	}
	return u, err
}

// dialTLS connects to a registry, or to a proxy that is spoken to by https.
func (d *dials) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	config := d.config(host)
	config.ServerName = host
	d.mu.Lock()
	proxy := d.proxies[addr]
	d.mu.Unlock()
	if !proxy { // whose CONNECT is HTTP/1.1
		config.NextProtos = []string{"h2", "http/1.1"}
	}
	raw, err := d.dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		var u *untrusted
		if proxy && errors.As(err, &u) {
			// Said as the proxy's: its certificate is not the registry's to accept.
			return nil, &registry.Error{Cause: registry.CauseProxy, Err: fmt.Errorf("the proxy %s is not trusted: %w", addr, u.err), Hint: "add the proxy's CA to the system's, or set this connection to none"}
		}
		return nil, err
	}
	return conn, nil
}

// forAddress gives the transport for an address of another machine.
func (d *dials) forAddress(host string, inFlight int) *http.Transport {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.others[host]; t != nil {
		return t
	}
	if len(d.others) >= maxAddresses {
		for h, t := range d.others {
			t.CloseIdleConnections()
			delete(d.others, h)
		}
	}
	t := d.transport(host, inFlight)
	d.others[host] = t
	return t
}

// close ends connections that are idle.
func (d *dials) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.others {
		t.CloseIdleConnections()
	}
}
