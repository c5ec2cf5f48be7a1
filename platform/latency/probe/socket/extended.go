package socket

import (
	"encoding/binary"
	"net/netip"

	"tacklebox/platform/latency"
)

// Where an extended error comes from, and the sizes and families in it, as Linux
// lays them out (linux/errqueue.h).
const (
	originICMP  = 2
	originICMP6 = 3
	extendedLen = 16
	familyIPv4  = 2
	familyIPv6  = 10
)

// extended reads a sock_extended_err with the offender's address behind it. It
// is false for what is no ICMP message.
func extended(b []byte) (latency.Reason, netip.Addr, bool) {
	if len(b) < extendedLen {
		return "", netip.Addr{}, false
	}
	origin, kind, code := b[4], b[5], b[6]
	why := latency.ReasonOther
	switch {
	case origin == originICMP && kind == 3:
		why = latency.ReasonUnreachable
		if code == 3 || code == 2 { // port, protocol
			why = latency.ReasonRefused
		}
	case origin == originICMP6 && kind == 1:
		why = latency.ReasonUnreachable
		if code == 4 { // port
			why = latency.ReasonRefused
		}
	case origin == originICMP && kind == 11, origin == originICMP6 && kind == 3:
		why = latency.ReasonTTL
	case origin != originICMP && origin != originICMP6:
		return "", netip.Addr{}, false
	}
	return why, offender(b[extendedLen:]), true
}

// offender reads a sockaddr in this machine's byte order.
func offender(b []byte) netip.Addr {
	if len(b) < 8 {
		return netip.Addr{}
	}
	switch family := binary.NativeEndian.Uint16(b); {
	case family == familyIPv4:
		return netip.AddrFrom4([4]byte(b[4:8]))
	case family == familyIPv6 && len(b) >= 24:
		return netip.AddrFrom16([16]byte(b[8:24])).Unmap()
	}
	return netip.Addr{}
}
