// Package dns measures how long a name server takes to answer a query, over UDP.
//
// Each query has a socket and a random identifier of its own and is sent once:
// a lost one is lost, and no repetition hides it. What the server answers is an
// answer: NOERROR, NXDOMAIN, one that is cut off to fit the datagram. SERVFAIL
// and the other errors are answers that say the server cannot serve.
package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"github.com/miekg/dns"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/outbox"
	"tacklebox/platform/latency/probe/socket"
)

// Options of the engine; the zero value works.
type Options struct {
	// Attempts is how many queries are in flight at most, 0 for 4,096. With more,
	// those that only wait for a late answer give way, then probes are skipped.
	Attempts int
	// ID gives the queries' identifiers; nil is the system's random source.
	ID func() uint16
	// Clock is the time to measure with, the system's when empty.
	Clock outbox.Clock
}

// ErrQuery is a Query that names nothing to ask for.
var ErrQuery = errors.New("not a query: write a name and a type, as in example.org A")

// DefaultQuery is asked where a request has none: every resolver knows the
// servers of the root.
const DefaultQuery = ". NS"

// Open starts the engine. Answers that do not repeat identifier and question are
// not this query's and decide nothing. An answer is waited for during
// max(10 s, 3 x timeout).
func Open(o Options) (probe.Engine, error) {
	if o.ID == nil {
		o.ID = dns.Id
	}
	if o.Clock.Now == nil {
		o.Clock = outbox.SystemClock()
	}
	return outbox.NewPool("dns", o.Attempts, o.Clock, func(ctx context.Context, a *outbox.Attempt) { ask(ctx, a, o.ID()) }), nil
}

// Query reads "example.org A"; the type may be left out and is A then.
func Query(text string) (name string, kind uint16, err error) {
	fields := words(text)
	if len(fields) == 0 {
		fields = words(DefaultQuery)
	}
	kind = dns.TypeA
	if len(fields) == 2 {
		known, ok := dns.StringToType[strings.ToUpper(fields[1])]
		if !ok {
			return "", 0, fmt.Errorf("type %q: %w", fields[1], ErrQuery)
		}
		kind = known
	}
	name, ok := spelled(fields[0])
	if !ok || len(fields) > 2 {
		return "", 0, fmt.Errorf("query %q: %w", text, ErrQuery)
	}
	return name, kind, nil
}

// words parts a query at its spaces, except at one after a backslash, which belongs
// to a name (as names of services have them, RFC 6763 section 4.3).
func words(text string) (all []string) {
	start, escaped := -1, false
	for i, r := range text {
		space := unicode.IsSpace(r) && !escaped
		escaped = r == '\\' && !escaped
		switch {
		case !space && start < 0:
			start = i
		case space && start >= 0:
			all = append(all, text[start:i])
			start = -1
		}
	}
	if start >= 0 {
		all = append(all, text[start:])
	}
	return all
}

// spelled is a name as an answer will spell it: escapes allow more than one way.
func spelled(name string) (string, bool) {
	if _, ok := dns.IsDomainName(name); !ok {
		return "", false
	}
	var wire [256]byte
	n, err := dns.PackDomainName(dns.Fqdn(name), wire[:], 0, nil, false)
	if err != nil {
		return "", false
	}
	name, _, err = dns.UnpackDomainName(wire[:n], 0)
	return name, err == nil
}

func ask(ctx context.Context, a *outbox.Attempt, id uint16) {
	to := netip.AddrPortFrom(a.Addr.Addr().Unmap(), a.Addr.Port())
	name, kind, err := Query(a.Query)
	if err != nil {
		a.SendFailed(to.Addr(), latency.ReasonUnresolved)
		return
	}
	var m dns.Msg
	m.SetQuestion(name, kind)
	m.Id = id
	query, err := m.Pack()
	if err != nil {
		a.SendFailed(to.Addr(), latency.ReasonUnresolved)
		return
	}
	options, err := socket.For(a.Request)
	if err != nil {
		a.SendFailed(to.Addr(), socket.Reason(err))
		return
	}
	options.Errors = true
	d := net.Dialer{LocalAddr: options.UDP(), Control: options.Control}
	conn, err := d.DialContext(ctx, socket.Network("udp", to.Addr()), to.String())
	if err != nil {
		a.SendFailed(to.Addr(), socket.Reason(err))
		return
	}
	defer conn.Close()
	// A deadline in the past ends the reading.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	a.Begin()
	if _, err := conn.Write(query); err != nil {
		a.SendFailed(to.Addr(), socket.Reason(err))
		return
	}
	a.Sent(to.Addr())
	listen(ctx, a, conn.(*net.UDPConn), to, m.Id, m.Question[0])
}

// listen reads until something decides the query.
func listen(ctx context.Context, a *outbox.Attempt, conn *net.UDPConn, to netip.AddrPort, id uint16, q dns.Question) {
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		at := a.Stamp()
		if err != nil {
			a.Free(at)
			if ctx.Err() == nil {
				refused(a, conn, to, err)
			}
			return
		}
		switch Judge(buf[:n], id, q) {
		case Foreign:
			a.Free(at)
			continue
		case Reply:
			a.Answer(to.Addr(), at, nil)
		case Failure:
			a.Free(at)
			a.Bad(to.Addr(), latency.ReasonRefused)
		case Broken:
			a.Free(at)
			a.Bad(to.Addr(), latency.ReasonProtocol)
		}
		return
	}
}

// refused says what an error of a connected socket means: an ICMP message about
// the query, which Linux can name the sender of.
func refused(a *outbox.Attempt, conn *net.UDPConn, to netip.AddrPort, err error) {
	if said, from, ok := socket.Said(conn); ok {
		a.Refused(to.Addr(), from, said)
		return
	}
	if socket.Refused(err) {
		a.Refused(to.Addr(), to.Addr(), latency.ReasonRefused)
		return
	}
	a.Refused(to.Addr(), netip.Addr{}, latency.ReasonUnreachable)
}
