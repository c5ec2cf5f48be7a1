// Package socket sets what a target asks of its sockets (source, DSCP, TTL) and
// says in a Reason why the system would not send.
package socket

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// Options are a target's wishes for its socket.
type Options struct {
	DSCP int // 0 to 63, 0 is the system's; Windows ignores it without a policy
	TTL  int // 0 is the system's
	// Local is the address to send from, invalid for the system's choice.
	Local netip.Addr
	// Device is the interface to send through, empty for the system's choice.
	Device string
	// Errors asks for the errors that routers send, where the system has them.
	Errors bool
}

// ErrNoSource is a source that this machine does not have.
var ErrNoSource = errors.New("no such source address or interface on this machine: choose another, or none")

// For reads the options of a request.
func For(r probe.Request) (Options, error) {
	o := Options{DSCP: r.DSCP, TTL: r.TTL}
	if r.Source == "" {
		return o, nil
	}
	if addr, err := netip.ParseAddr(r.Source); err == nil {
		o.Local = addr.Unmap()
		return o, nil
	}
	if _, err := net.InterfaceByName(r.Source); err != nil {
		return o, fmt.Errorf("source %q: %w", r.Source, ErrNoSource)
	}
	o.Device = r.Source
	return o, nil
}

// Network is base ("tcp", "udp") with the family of addr.
func Network(base string, addr netip.Addr) string {
	if addr.Unmap().Is4() {
		return base + "4"
	}
	return base + "6"
}

// TCP is Local as a dialer wants it.
func (o Options) TCP() net.Addr {
	if !o.Local.IsValid() {
		return nil
	}
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(o.Local, 0))
}

// UDP is Local as a dialer wants it.
func (o Options) UDP() net.Addr {
	if !o.Local.IsValid() {
		return nil
	}
	return net.UDPAddrFromAddrPort(netip.AddrPortFrom(o.Local, 0))
}

// Control is for net.Dialer: it sets the options before the socket connects.
func (o Options) Control(network, _ string, c syscall.RawConn) error {
	six := network[len(network)-1] == '6'
	var err error
	if outer := c.Control(func(fd uintptr) { err = o.set(fd, six) }); outer != nil {
		return outer
	}
	return err
}

// Reason says why sending failed, from the system's error code.
func Reason(err error) latency.Reason {
	if err == nil {
		return latency.ReasonNone
	}
	if errors.Is(err, ErrNoSource) {
		return latency.ReasonLinkDown
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return latency.ReasonUnresolved
	}
	var code syscall.Errno
	if errors.As(err, &code) {
		if why, known := reasonOf(code); known {
			return why
		}
	}
	if errors.Is(err, os.ErrPermission) {
		return latency.ReasonProhibited
	}
	return latency.ReasonOther
}

// TimedOut is true when nothing came before a deadline, ours or the system's.
func TimedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout() || systemTimeout(err)
}

// Unreachable is true for the errors that both this machine's routes and a
// router's ICMP message give.
func Unreachable(err error) bool {
	return Reason(err) == latency.ReasonNoRoute
}

// Routed asks the system whether it would send to addr with these options, which
// a datagram socket tells at its connect without sending anything. The error is
// the system's.
func (o Options) Routed(addr netip.AddrPort) error {
	port := addr.Port()
	if port == 0 {
		port = 7
	}
	d := net.Dialer{LocalAddr: o.UDP(), Control: o.Control}
	c, err := d.Dial(Network("udp", addr.Addr()), netip.AddrPortFrom(addr.Addr(), port).String())
	if err != nil {
		return err
	}
	return c.Close()
}
