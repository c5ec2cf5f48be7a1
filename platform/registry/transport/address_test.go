package transport_test

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/registry/transport"
)

// serveAt is a server with a certificate at an address of loopback, h2 included.
func serveAt(t *testing.T, address string, cert tls.Certificate, f http.HandlerFunc) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(f)
	_ = s.Listener.Close()
	s.Listener = l
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	s.URL = "https://" + l.Addr().String()
	t.Cleanup(s.Close)
	return s
}

func tokens(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"token":"one.two.three"}`)
}

// shown is the certificate that an error offers to accept.
func shown(err error) *registry.Certificate {
	var own *registry.Error
	if errors.As(err, &own) {
		return own.Certificate
	}
	return nil
}

func at(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestRealmAtAnAddress: a token server without a name has to have its own address in
// its certificate; that of the registry, or one accepted for it, does not do.
func TestRealmAtAnAddress(t *testing.T) {
	ca := registrytest.NewCA(t)
	pair := func(names ...string) tls.Certificate { return ca.Pair(t, registrytest.Leaf{Names: names}) }
	own := pair("127.0.0.1")
	base := serveAt(t, "127.0.0.1", own, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for _, c := range []struct {
		name        string
		cert        tls.Certificate
		fingerprint string
		want        registry.Cause
	}{
		{"its own address", pair("127.0.0.2"), "", ""},
		{"another address", pair("127.0.0.3"), "", registry.CauseName},
		{"the registry's address", pair("127.0.0.1"), "", registry.CauseName},
		{"the accepted certificate of the registry", own, registrytest.Fingerprint(own), registry.CauseName},
	} {
		t.Run(c.name, func(t *testing.T) {
			realm := serveAt(t, "127.0.0.2", c.cert, tokens)
			u := at(t, realm.URL)
			tr, err := transport.New(transport.Options{Base: at(t, base.URL), CA: ca.PEM, Fingerprint: c.fingerprint, Proxy: transport.ProxyNone, Realms: []string{u.Host}})
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			if _, err := tr.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, err = tr.Token(t.Context(), transport.Challenge{Scheme: "bearer", Realm: u}, registry.Credential{User: "a", Secret: "canary"}, "")
			registrytest.WantCause(t, err, c.want)
			if err != nil && shown(err) != nil {
				t.Error("another server's certificate is offered to be accepted")
			}
		})
	}
}

// TestProxyAtAnAddress: https to a proxy without a name, and through it to a registry
// with one and without.
func TestProxyAtAnAddress(t *testing.T) {
	ca := registrytest.NewCA(t)
	pair := func(names ...string) tls.Certificate { return ca.Pair(t, registrytest.Leaf{Names: names}) }
	connect := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.ProtoMajor != 1 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer there.Close()
		w.WriteHeader(http.StatusOK)
		here, read, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		go func() { _, _ = io.Copy(there, read); _ = there.Close() }()
		_, _ = io.Copy(here, there)
	}
	for _, c := range []struct {
		name, base  string
		base_, prox tls.Certificate
		want        registry.Cause
	}{
		{"a registry with a name", "localhost", pair("localhost"), pair("127.0.0.3"), ""},
		{"a registry without", "127.0.0.2", pair("127.0.0.2"), pair("127.0.0.3"), ""},
		{"a registry with the proxy's address", "127.0.0.2", pair("127.0.0.3"), pair("127.0.0.3"), registry.CauseName},
		{"a proxy with the registry's address", "127.0.0.2", pair("127.0.0.2"), pair("127.0.0.2"), registry.CauseProxy},
	} {
		t.Run(c.name, func(t *testing.T) {
			listen := c.base
			if listen == "localhost" {
				listen = "127.0.0.1"
			}
			server := serveAt(t, listen, c.base_, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
			base := at(t, server.URL)
			base.Host = net.JoinHostPort(c.base, base.Port())
			proxy := serveAt(t, "127.0.0.3", c.prox, connect)
			tr, err := transport.New(transport.Options{Base: base, CA: ca.PEM, Proxy: proxy.URL})
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			_, err = tr.Ping(t.Context())
			registrytest.WantCause(t, err, c.want)
			if c.want == registry.CauseProxy && shown(err) != nil {
				t.Error("the proxy's certificate is offered to be accepted as the registry's")
			}
		})
	}
}
