// Package tcp measures how long TCP connects take: from the first SYN to the
// connection, on a fresh socket each.
//
// The system repeats a SYN that was lost after a second, so that a connect which
// takes little more than 1 s, or 3 s, is one whose first SYN or its answer was
// lost. A SYN that this machine's own firewall drops looks like one that the
// network lost: Linux does not tell. A firewall that rejects, here or on the
// way, looks like the target's refusal.
package tcp

import (
	"context"
	"net"
	"net/netip"
	"syscall"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/outbox"
	"tacklebox/platform/latency/probe/socket"
)

// Options of the engine; the zero value works.
type Options struct {
	// Attempts is how many connects are in flight at most, 0 for 4,096. With more,
	// those that only wait for a late answer give way, then probes are skipped.
	Attempts int
	// Clock is the time to measure with, the system's when empty.
	Clock outbox.Clock
}

// Open starts the engine. A connection is an answer, one that the target resets
// is refused; both come from the Addr of the request. An answer is waited for
// during max(10 s, 3 x timeout).
func Open(o Options) (probe.Engine, error) {
	if o.Clock.Now == nil {
		o.Clock = outbox.SystemClock()
	}
	return outbox.NewPool("tcp", o.Attempts, o.Clock, connect), nil
}

func connect(ctx context.Context, a *outbox.Attempt) {
	to := netip.AddrPortFrom(a.Addr.Addr().Unmap(), a.Addr.Port())
	options, err := socket.For(a.Request)
	if err != nil {
		a.SendFailed(to.Addr(), socket.Reason(err))
		return
	}
	d := net.Dialer{LocalAddr: options.TCP(), KeepAlive: -1}
	d.Control = func(network, address string, c syscall.RawConn) error {
		if err := options.Control(network, address, c); err != nil {
			return err
		}
		a.Begin()
		a.SentSoon(to.Addr())
		return nil
	}
	conn, err := d.DialContext(ctx, socket.Network("tcp", to.Addr()), to.String())
	at := a.Stamp()
	if err != nil {
		a.Free(at)
		Failed(ctx, a, to, options, err)
		return
	}
	a.Answer(to.Addr(), at, nil)
	Reset(conn)
}

// Reset closes a connection by a reset, so that no socket is left in TIME_WAIT
// for a minute after each probe.
func Reset(conn net.Conn) {
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}

// Failed says what became of a connect to that address that ended with err.
// "Unreachable" is this machine's own word when it would not send a datagram
// there either, and else a router's, or the silence of a neighbour.
func Failed(ctx context.Context, a *outbox.Attempt, to netip.AddrPort, o socket.Options, err error) {
	switch {
	case ctx.Err() != nil || socket.TimedOut(err):
		a.Sent(to.Addr())
	case socket.Refused(err):
		a.Refused(to.Addr(), to.Addr(), latency.ReasonRefused)
	case socket.Unreachable(err) && o.Routed(to) == nil:
		a.Refused(to.Addr(), netip.Addr{}, latency.ReasonUnreachable)
	case !a.SendFailed(to.Addr(), socket.Reason(err)):
		// It had left: what the system says now came later than from here.
		a.Refused(to.Addr(), netip.Addr{}, latency.ReasonUnreachable)
	}
}
