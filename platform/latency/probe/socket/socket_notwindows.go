//go:build !windows

package socket

import (
	"syscall"

	"golang.org/x/sys/unix"

	"tacklebox/platform/latency"
)

func (o Options) set(fd uintptr, six bool) error {
	s := int(fd)
	if o.DSCP > 0 {
		if err := option(s, six, unix.IP_TOS, unix.IPV6_TCLASS, o.DSCP<<2); err != nil {
			return err
		}
	}
	if o.TTL > 0 {
		if err := option(s, six, unix.IP_TTL, unix.IPV6_UNICAST_HOPS, o.TTL); err != nil {
			return err
		}
	}
	if o.Errors {
		// Without it the probe's fate is only less well known.
		_ = errorsOn(s, six)
	}
	if o.Device != "" {
		return bindDevice(s, six, o.Device)
	}
	return nil
}

func option(s int, six bool, four, sixth, value int) error {
	if six {
		return unix.SetsockoptInt(s, unix.IPPROTO_IPV6, sixth, value)
	}
	return unix.SetsockoptInt(s, unix.IPPROTO_IP, four, value)
}

// Refused is true when the other side turned the probe away.
func Refused(err error) bool { return is(err, unix.ECONNREFUSED, unix.ECONNRESET) }

func systemTimeout(err error) bool { return is(err, unix.ETIMEDOUT) }

func reasonOf(code syscall.Errno) (latency.Reason, bool) {
	switch code {
	// EINVAL is a black hole route's answer.
	case unix.ENETUNREACH, unix.EHOSTUNREACH, unix.EAFNOSUPPORT, unix.EINVAL:
		return latency.ReasonNoRoute, true
	case unix.EPERM, unix.EACCES:
		return latency.ReasonProhibited, true
	case unix.ENETDOWN, unix.EHOSTDOWN, unix.ENODEV, unix.ENXIO, unix.EADDRNOTAVAIL:
		return latency.ReasonLinkDown, true
	case unix.ENOBUFS, unix.ENOMEM, unix.EAGAIN, unix.EMFILE, unix.ENFILE, unix.EADDRINUSE:
		return latency.ReasonNoBuffer, true
	case unix.ECONNREFUSED, unix.ECONNRESET:
		return latency.ReasonRefused, true
	}
	return latency.ReasonOther, false
}
