package http

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, o Options) *probetest.Reader {
	t.Helper()
	e, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return probetest.Read(t, e)
}

func ask(target int, seq uint64, url string) probe.Request {
	return probe.Request{Target: latency.TargetID(target), Seq: seq, URL: url, Timeout: time.Second, Every: time.Second}
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func phaseNames(h probe.Happening) string {
	var names []string
	for _, p := range h.Phases {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

// sums fails when the phases do not make up the round trip.
func sums(t *testing.T, h probe.Happening) {
	t.Helper()
	var sum time.Duration
	for _, p := range h.Phases {
		if p.Took < 0 {
			t.Errorf("phase %s took %v", p.Name, p.Took)
		}
		sum += p.Took
	}
	if sum != h.RTT || h.RTT <= 0 {
		t.Errorf("phases of %v in a round trip of %v", sum, h.RTT)
	}
}

func TestStatus(t *testing.T) {
	for code, want := range map[int]probe.What{200: probe.Answer, 204: probe.Answer, 302: probe.Answer, 401: probe.Answer, 404: probe.Answer, 500: probe.Bad, 503: probe.Bad} {
		r := open(t, Options{})
		r.Engine.Send(ask(1, 0, serve(t, status(code))))
		got := r.Decided(1, 0)
		if got.What != want || want == probe.Bad && got.Reason != latency.ReasonRefused || got.Addr.String() != "127.0.0.1" {
			t.Errorf("status %d: %+v", code, got)
		}
		if want == probe.Answer {
			if phaseNames(got) != "connect first-byte" {
				t.Errorf("status %d: phases %q", code, phaseNames(got))
			}
			sums(t, got)
		}
	}
}

func TestTLS(t *testing.T) {
	for _, two := range []bool{false, true} {
		var proto atomic.Value
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) { proto.Store(q.Proto) }))
		s.EnableHTTP2 = two
		s.StartTLS()
		t.Cleanup(s.Close)
		roots := x509.NewCertPool()
		roots.AddCert(s.Certificate())
		lookup := func(_ context.Context, _, host string) ([]netip.Addr, error) {
			if host == "other.example" {
				return nil, &net.DNSError{Name: host, IsNotFound: true}
			}
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		}
		r := open(t, Options{Roots: roots, Lookup: lookup})
		_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
		for seq := range uint64(3) {
			r.Engine.Send(ask(1, seq, "https://example.com:"+port+"/"))
		}
		for seq := range uint64(3) {
			got := r.Decided(1, seq)
			if got.What != probe.Answer || phaseNames(got) != "dns connect tls first-byte" {
				t.Errorf("%+v", got)
			}
			sums(t, got)
		}
		if want := map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[two]; proto.Load() != want {
			t.Errorf("the server saw %v, not %s", proto.Load(), want)
		}
		// The certificate is for example.com and 127.0.0.1, and for no other.
		r.Engine.Send(ask(2, 0, "https://localhost:"+port+"/"))
		r.Engine.Send(ask(3, 0, "https://other.example:"+port+"/"))
		if got := r.First(3, 0); got.What != probe.SendFailed || got.Reason != latency.ReasonUnresolved {
			t.Errorf("a name without an address: %+v", got)
		}
		if got := r.Decided(2, 0); got.What != probe.Bad || got.Reason != latency.ReasonProtocol {
			t.Errorf("a certificate of another name: %+v", got)
		}
		strange := open(t, Options{Lookup: lookup})
		strange.Engine.Send(ask(1, 0, "https://example.com:"+port+"/"))
		if got := strange.Decided(1, 0); got.What != probe.Bad || got.Reason != latency.ReasonProtocol {
			t.Errorf("an authority that is not trusted: %+v", got)
		}
	}
}

// Each probe connects anew.
func TestFreshConnections(t *testing.T) {
	var connections atomic.Int64
	s := httptest.NewUnstartedServer(status(200))
	s.Config.ConnState = func(_ net.Conn, c http.ConnState) {
		if c == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	r := open(t, Options{})
	for seq := range uint64(4) {
		r.Engine.Send(ask(1, seq, s.URL))
		if got := r.Decided(1, seq); got.What != probe.Answer {
			t.Fatalf("%+v", got)
		}
	}
	if n := connections.Load(); n != 4 {
		t.Errorf("%d connections for four probes", n)
	}
}

// Credentials reach the server's head and nothing that is reported.
func TestCredentials(t *testing.T) {
	const canary = "s3cret-canary"
	var user, secret, agent, path atomic.Value
	url := serve(t, func(_ http.ResponseWriter, q *http.Request) {
		u, p, _ := q.BasicAuth()
		user.Store(u)
		secret.Store(p)
		agent.Store(q.UserAgent())
		path.Store(q.URL.String())
	})
	r := open(t, Options{})
	r.Engine.Send(ask(1, 0, strings.Replace(url, "://", "://me:"+canary+"@", 1)+"/health?x=1"))
	if got := r.Decided(1, 0); got.What != probe.Answer {
		t.Fatalf("%+v", got)
	}
	if user.Load() != "me" || secret.Load() != canary || agent.Load() != "tacklebox" || path.Load() != "/health?x=1" {
		t.Errorf("the server saw %v, %v, %v, %v", user.Load(), secret.Load(), agent.Load(), path.Load())
	}
	r.Engine.Send(ask(1, 1, "http://me:"+canary+"@127.0.0.1:1/"))
	r.Decided(1, 1)
	r.Engine.Send(ask(1, 2, "http://me:"+canary+"@%zz/"))
	if got := r.First(1, 2); got.What != probe.SendFailed {
		t.Errorf("a URL that is none: %+v", got)
	}
	for seq := range uint64(3) {
		if all := fmt.Sprintf("%+v", r.All(1, seq)); strings.Contains(all, canary) {
			t.Errorf("a password was reported: %s", all)
		}
	}
}

func TestFamilyAndAddress(t *testing.T) {
	url := serve(t, status(200))
	port := url[strings.LastIndexByte(url, ':')+1:]
	var asked atomic.Value
	r := open(t, Options{Lookup: func(_ context.Context, network, _ string) ([]netip.Addr, error) {
		asked.Store(network)
		if network == "ip6" {
			return nil, nil
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}})
	q := ask(1, 0, "http://name.example:"+port)
	q.Family = latency.Family4
	r.Engine.Send(q)
	if got := r.Decided(1, 0); got.What != probe.Answer || asked.Load() != "ip4" || phaseNames(got) != "dns connect first-byte" {
		t.Errorf("asked for %v: %+v", asked.Load(), got)
	}
	q.Seq, q.Family = 1, latency.Family6
	r.Engine.Send(q)
	if got := r.First(1, 1); got.What != probe.SendFailed || got.Reason != latency.ReasonUnresolved || asked.Load() != "ip6" {
		t.Errorf("asked for %v: %+v", asked.Load(), got)
	}
	// An address that was found already is not looked up.
	q.Seq, q.Addr = 2, netip.MustParseAddrPort("127.0.0.1:80")
	r.Engine.Send(q)
	if got := r.Decided(1, 2); got.What != probe.Answer || phaseNames(got) != "connect first-byte" {
		t.Errorf("%+v", got)
	}
}

// raw serves each connection by a function.
func raw(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { cancel(); _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				defer context.AfterFunc(ctx, func() { _ = c.Close() })()
				_, _ = bufio.NewReader(c).ReadString('\n')
				serve(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func TestOddServers(t *testing.T) {
	for name, c := range map[string]struct {
		serve  func(net.Conn)
		what   probe.What
		reason latency.Reason
	}{
		"no HTTP":      {func(c net.Conn) { _, _ = c.Write([]byte("220 mail ready\r\n")) }, probe.Bad, latency.ReasonProtocol},
		"hangs up":     {func(net.Conn) {}, probe.Bad, latency.ReasonProtocol},
		"endless head": {func(c net.Conn) { endless(c, "HTTP/1.1 200 OK\r\nA: ") }, probe.Bad, latency.ReasonProtocol},
		"endless body": {func(c net.Conn) { endless(c, "HTTP/1.1 200 OK\r\n\r\n") }, probe.Answer, ""},
		"resets":       {func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, probe.Refused, latency.ReasonRefused},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, Options{})
			r.Engine.Send(ask(1, 0, raw(t, c.serve)))
			got := r.Decided(1, 0)
			// What was not read yet makes a closing server reset.
			hungUp := name == "hangs up" && got.Reason == latency.ReasonRefused
			if (got.What != c.what || got.Reason != c.reason) && !hungUp {
				t.Errorf("%+v", got)
			}
		})
	}
}

func endless(c net.Conn, head string) {
	_, err := c.Write([]byte(head))
	for block := []byte(strings.Repeat("x", 4096)); err == nil; {
		_, err = c.Write(block)
	}
}

// A head that stalls after its first byte does not hold the others' verdict
// back, and its time is that of the whole head.
func TestStalledHead(t *testing.T) {
	rest := make(chan struct{})
	url := raw(t, func(c net.Conn) {
		_, _ = c.Write([]byte("HTTP"))
		<-rest
		_, _ = c.Write([]byte("/1.1 200 OK\r\n\r\n"))
	})
	r := open(t, Options{})
	q := ask(1, 0, url)
	q.Timeout = 10 * time.Millisecond
	r.Engine.Send(q)
	at := r.First(1, 0).At
	r.Until("the verdict on others", func() bool { return r.Engine.Drained() > at+300*time.Millisecond })
	close(rest)
	got := r.Decided(1, 0)
	if got.What != probe.Answer || got.RTT < 300*time.Millisecond {
		t.Errorf("%+v", got)
	}
	sums(t, got)
}

func TestNobody(t *testing.T) {
	r := open(t, Options{})
	r.Engine.Send(ask(1, 0, "http://127.0.0.1:1/"))
	if got := r.Decided(1, 0); got.What != probe.Refused || got.Reason != latency.ReasonRefused {
		t.Errorf("a closed port: %+v", got)
	}
	// Silent until the engine closes: nothing is said but that it was sent.
	r.Engine.Send(ask(2, 0, "https://"+probetest.BlackHole(t)+"/"))
	if got := r.First(2, 0); got.What != probe.Sent {
		t.Errorf("a host that does not answer: %+v", got)
	}
	silent := make(chan struct{})
	t.Cleanup(func() { close(silent) })
	r.Engine.Send(ask(3, 0, raw(t, func(net.Conn) { <-silent })))
	if got := r.First(3, 0); got.What != probe.Sent {
		t.Errorf("a server that says nothing: %+v", got)
	}
	for _, url := range []string{"", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/", "http://[::1/"} {
		q := ask(4, uint64(len(r.All(4, 0))), url)
		e := open(t, Options{})
		e.Engine.Send(q)
		if got := e.First(4, q.Seq); got.What != probe.SendFailed {
			t.Errorf("%q: %+v", url, got)
		}
	}
}

func TestMany(t *testing.T) {
	url := serve(t, status(200))
	r := open(t, Options{})
	for target := range 300 {
		q := ask(target, 1, url)
		q.Timeout = time.Minute
		r.Engine.Send(q)
	}
	for target := range 300 {
		if got := r.Decided(target, 1); got.What != probe.Answer {
			t.Fatalf("target %d: %+v", target, got)
		}
	}
}

// A look-up that hangs is a failure to send, in the order of the requests.
func TestSlowLookup(t *testing.T) {
	url := serve(t, status(200))
	port := url[strings.LastIndexByte(url, ':')+1:]
	release := make(chan struct{})
	var asked atomic.Int64
	r := open(t, Options{Lookup: func(ctx context.Context, _, _ string) ([]netip.Addr, error) {
		if asked.Add(1) == 1 {
			select {
			case <-release:
			case <-ctx.Done():
			}
			return nil, errors.New("no name server answers")
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}})
	r.Engine.Send(ask(1, 0, "http://name.example:"+port))
	r.Until("the first look-up", func() bool { return asked.Load() == 1 })
	r.Engine.Send(ask(1, 1, "http://name.example:"+port))
	r.Until("the second look-up", func() bool { return asked.Load() == 2 })
	at := r.Engine.Now()
	r.Until("a tenth of a second", func() bool { return r.Engine.Now() > at+100*time.Millisecond })
	if all := r.All(1, 1); len(all) != 0 {
		t.Errorf("the second was reported before the first: %+v", all)
	}
	close(release)
	if got := r.Decided(1, 1); got.What != probe.Answer || got.RTT > 100*time.Millisecond {
		t.Errorf("%+v", got)
	}
	if got := r.First(1, 0); got.What != probe.SendFailed || got.Reason != latency.ReasonUnresolved {
		t.Errorf("%+v", got)
	}
}

func FuzzRequest(f *testing.F) {
	for _, s := range []string{"http://example.org/", "https://me:secret@[::1]:8443/a?b#c", "http://a b/", "HTTP://x", "//x", "http:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := request(t.Context(), text)
		if err != nil {
			return
		}
		if r.URL.User != nil || r.URL.Host == "" || r.URL.Scheme != "http" && r.URL.Scheme != "https" {
			t.Errorf("%q became %v", text, r.URL)
		}
	})
}
