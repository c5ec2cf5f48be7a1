package http

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe/outbox"
	"tacklebox/platform/latency/probe/socket"
	"tacklebox/platform/latency/probe/tcp"
)

// get is one probe. The transport calls its hooks from goroutines of its own.
type get struct {
	o *Options
	a *outbox.Attempt

	mu        sync.Mutex
	to        netip.AddrPort
	options   socket.Options
	began     time.Duration
	mark      time.Duration // where the phase that runs began
	phases    []latency.Phase
	connected bool
	dialErr   error
	first     outbox.Stamp
	stamped   bool
	closed    bool // no stamp is taken any more
}

func (g *get) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { g.greeted(err) },
		GotFirstResponseByte: g.firstByte,
	}), g.a.URL)
	if err != nil {
		g.a.SendFailed(netip.Addr{}, latency.ReasonUnresolved)
		return
	}
	if g.options, err = socket.For(g.a.Request); err != nil {
		g.a.SendFailed(g.a.Addr.Addr(), socket.Reason(err))
		return
	}
	// A transport of its own: HTTP/2 would share one that another probe of the
	// same host has open.
	transport := &http.Transport{
		DialContext:            g.dial,
		TLSClientConfig:        &tls.Config{RootCAs: g.o.Roots, MinVersion: tls.VersionTLS12},
		DisableKeepAlives:      true,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: headSize,
	}
	defer transport.CloseIdleConnections()
	g.a.Begin()
	g.began = g.a.Began()
	g.mark = g.began
	answer, err := transport.RoundTrip(r)
	if err != nil {
		g.failed(ctx, err)
		return
	}
	g.answered(answer.StatusCode)
	cancel() // before Close, which would read on for a while
	_ = answer.Body.Close()
}

// dial looks the host up, unless the request says where to, and connects to the
// first address: trying more would measure something else each time.
func (g *get) dial(ctx context.Context, _, address string) (net.Conn, error) {
	to, looked, err := g.where(ctx, address)
	if err != nil {
		g.mu.Lock()
		g.dialErr = err
		g.mu.Unlock()
		return nil, err
	}
	g.mu.Lock()
	g.to = to
	g.mu.Unlock()
	if looked {
		g.phase("dns")
	}
	d := net.Dialer{LocalAddr: g.options.TCP(), KeepAlive: -1}
	d.Control = func(network, address string, c syscall.RawConn) error {
		if err := g.options.Control(network, address, c); err != nil {
			return err
		}
		g.a.SentSoon(to.Addr())
		return nil
	}
	conn, err := d.DialContext(ctx, socket.Network("tcp", to.Addr()), to.String())
	g.mu.Lock()
	g.connected, g.dialErr = err == nil, err
	g.mu.Unlock()
	if err != nil {
		return nil, err
	}
	g.phase("connect")
	g.a.Sent(to.Addr())
	return quick{conn}, nil
}

// lookupTime is how long a look-up may take at least: nothing is known of the
// probe until then.
const lookupTime = 4 * time.Second

// errNoAddress is a name without an address in the wanted family.
var errNoAddress = errors.New("no address in this family")

func (g *get) where(ctx context.Context, address string) (to netip.AddrPort, looked bool, err error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return to, false, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return to, false, err
	}
	if at := g.a.Addr.Addr(); at.IsValid() {
		return netip.AddrPortFrom(at.Unmap(), uint16(port)), false, nil
	}
	if at, err := netip.ParseAddr(host); err == nil {
		return netip.AddrPortFrom(at.Unmap(), uint16(port)), false, nil
	}
	network := "ip"
	if g.a.Family != latency.FamilyAny {
		network = string(g.a.Family)
	}
	ctx, cancel := context.WithTimeout(ctx, max(lookupTime, g.a.Timeout))
	defer cancel()
	all, err := g.o.Lookup(ctx, network, host)
	if err != nil {
		return to, true, err
	}
	if len(all) == 0 {
		return to, true, errNoAddress
	}
	return netip.AddrPortFrom(all[0].Unmap(), uint16(port)), true, nil
}

// phase ends the phase that runs, under its name, and begins the next.
func (g *get) phase(name string) {
	now := g.a.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.phases = append(g.phases, latency.Phase{Name: name, Took: now - g.mark})
	g.mark = now
}

func (g *get) greeted(err error) {
	if err == nil {
		g.phase("tls")
	}
}

func (g *get) firstByte() {
	at := g.a.Stamp()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stamped || g.closed {
		g.a.Free(at)
		return
	}
	g.first, g.stamped = at, true
}

// ended takes what the hooks have noted; later ones are ignored.
func (g *get) ended() (at outbox.Stamp, stamped bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	return g.first, g.stamped
}

func (g *get) answered(status int) {
	at, stamped := g.ended()
	if !stamped {
		at = g.a.Stamp()
	}
	g.mu.Lock()
	to := g.to.Addr()
	phases := append(g.phases, latency.Phase{Name: "first-byte", Took: at.At - g.mark})
	g.mu.Unlock()
	if status >= 500 {
		g.a.Free(at)
		g.a.Bad(to, latency.ReasonRefused)
		return
	}
	g.a.Answer(to, at, phases)
}

func (g *get) failed(ctx context.Context, err error) {
	if at, stamped := g.ended(); stamped {
		g.a.Free(at)
	}
	g.mu.Lock()
	to, connected, dialErr := g.to, g.connected, g.dialErr
	g.mu.Unlock()
	switch {
	case !to.IsValid(): // it was not even known where to
		g.a.SendFailed(netip.Addr{}, latency.ReasonUnresolved)
	case !connected && dialErr != nil:
		tcp.Failed(ctx, g.a, to, g.options, dialErr)
	case ctx.Err() != nil, socket.TimedOut(err):
		g.a.Sent(to.Addr())
	case socket.Refused(err):
		g.a.Refused(to.Addr(), to.Addr(), latency.ReasonRefused)
	default:
		g.a.Bad(to.Addr(), latency.ReasonProtocol)
	}
}

// quick is a connection that closes by a reset.
type quick struct{ net.Conn }

func (q quick) Close() error {
	tcp.Reset(q.Conn)
	return nil
}
