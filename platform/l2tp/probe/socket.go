package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"tacklebox/platform/l2tp"
)

const (
	datagram = 16 << 10
	// most datagrams are read for one question: a flood is no answer.
	most = 64
)

// dial opens a datagram socket from a port of the system's choice: 500 and 4500
// belong to Windows itself.
func dial(ctx context.Context, to netip.AddrPort) (Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "udp", to.String())
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", to, err)
	}
	hearRefusals(c)
	return c, nil
}

// open dials a port of the server and ends its reads with ctx.
func (r *run) open(ctx context.Context, port uint16) (Conn, func(), error) {
	c, err := r.o.Dial(ctx, netip.AddrPortFrom(r.address, port))
	if err != nil {
		return nil, nil, err
	}
	return c, func() { _ = c.Close() }, nil
}

func localOf(c Conn) netip.AddrPort {
	if u, ok := c.LocalAddr().(*net.UDPAddr); ok {
		a := u.AddrPort()
		return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
	}
	return netip.AddrPort{}
}

// question sends b, and again from what is spare, and hands what comes to read
// until that is satisfied or ctx ends. It says accepted, icmp or silent.
func (r *run) question(ctx context.Context, c Conn, b []byte, read func([]byte) bool) l2tp.Reply {
	stop := context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	buf := make([]byte, datagram)
	wait := r.o.Timing.Again
	send := true
	heard := 0
	var next time.Time
	for ctx.Err() == nil && heard < most {
		if send {
			r.budget.took()
			if _, err := c.Write(b); refused(err) {
				return l2tp.ReplyICMP
			} else if err != nil {
				r.say("the network says: %v", errors.Unwrap(err))
				return l2tp.ReplySilent
			}
			next = time.Now().Add(wait)
			wait *= 2
			send = false
		}
		_ = c.SetReadDeadline(next)
		if ctx.Err() != nil {
			break // it ended while the deadline was set
		}
		n, err := c.Read(buf)
		switch {
		case err == nil:
			heard++
			if read(buf[:n]) {
				return l2tp.ReplyAccepted
			}
		case refused(err):
			return l2tp.ReplyICMP
		case errors.Is(err, os.ErrDeadlineExceeded):
			if send = ctx.Err() == nil && r.budget.again(); !send {
				next = time.Now().Add(wait)
			}
		default:
			// Host or network unreachable: told by a router, and no answer of the server.
			if ctx.Err() == nil {
				r.say("the network says: %v", errors.Unwrap(err))
			}
			return l2tp.ReplySilent
		}
	}
	return l2tp.ReplySilent
}
