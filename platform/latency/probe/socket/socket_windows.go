package socket

import (
	"encoding/binary"
	"net"
	"syscall"

	"golang.org/x/sys/windows"

	"tacklebox/platform/latency"
)

const (
	ipTTL        = 4
	ipTOS        = 3
	ipUnicastIf  = 31
	ip6Hops      = 4
	ip6TClass    = 39
	ip6UnicastIf = 31
	levelIPv4    = windows.IPPROTO_IP
	levelIPv6    = windows.IPPROTO_IPV6
)

func (o Options) set(fd uintptr, six bool) error {
	s := windows.Handle(fd)
	if o.DSCP > 0 {
		// Windows takes it and sends 0 unless a QoS policy says otherwise; newer
		// ones may refuse it. Neither is a reason not to measure.
		_ = option(s, six, ipTOS, ip6TClass, o.DSCP<<2)
	}
	if o.TTL > 0 {
		if err := option(s, six, ipTTL, ip6Hops, o.TTL); err != nil {
			return err
		}
	}
	if o.Device == "" {
		return nil
	}
	i, err := net.InterfaceByName(o.Device)
	if err != nil {
		return err
	}
	return option(s, six, ipUnicastIf, ip6UnicastIf, interfaceIndex(i.Index, six))
}

// interfaceIndex is in network order for IPv4 and in host order for IPv6.
func interfaceIndex(i int, six bool) int {
	if six {
		return i
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(i))
	return int(int32(binary.LittleEndian.Uint32(b[:])))
}

func option(s windows.Handle, six bool, four, sixth, value int) error {
	if six {
		return windows.SetsockoptInt(s, levelIPv6, sixth, value)
	}
	return windows.SetsockoptInt(s, levelIPv4, four, value)
}

// Refused is true when the other side turned the probe away.
func Refused(err error) bool {
	return is(err, windows.WSAECONNREFUSED, windows.WSAECONNRESET, windows.ERROR_CONNECTION_REFUSED, syscall.ECONNREFUSED)
}

func systemTimeout(err error) bool { return is(err, windows.WSAETIMEDOUT, windows.ERROR_SEM_TIMEOUT) }

func reasonOf(code syscall.Errno) (latency.Reason, bool) {
	switch code {
	case windows.WSAENETUNREACH, windows.WSAEHOSTUNREACH, windows.WSAEAFNOSUPPORT, windows.ERROR_NETWORK_UNREACHABLE, windows.ERROR_HOST_UNREACHABLE:
		return latency.ReasonNoRoute, true
	case windows.WSAEACCES, windows.ERROR_ACCESS_DENIED:
		return latency.ReasonProhibited, true
	case windows.WSAENETDOWN, windows.WSAEHOSTDOWN, windows.WSAEADDRNOTAVAIL:
		return latency.ReasonLinkDown, true
	case windows.WSAENOBUFS, windows.WSAEMFILE, windows.WSAEADDRINUSE, windows.ERROR_NOT_ENOUGH_MEMORY:
		return latency.ReasonNoBuffer, true
	case windows.WSAECONNREFUSED, windows.WSAECONNRESET, windows.ERROR_CONNECTION_REFUSED:
		return latency.ReasonRefused, true
	}
	return latency.ReasonOther, false
}
