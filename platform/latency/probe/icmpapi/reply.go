package icmpapi

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// The layouts of ipexport.h, little-endian as every Windows is.
const (
	// ICMP_ECHO_REPLY: Address, Status, RoundTripTime (4 each), DataSize, Reserved
	// (2 each), the pointer Data, and the answer's options: Ttl, Tos, Flags, OptionsSize
	// (1 each) and the pointer OptionsData.
	reply4Narrow = 28
	reply4Wide   = 40
	ttl4Narrow   = 20
	ttl4Wide     = 24
	// ICMPV6_ECHO_REPLY: a packed address of 26 bytes (port 2, flow 4, address 16,
	// scope 4), two of padding, Status, RoundTripTime.
	reply6 = 36
)

// reply is an answer as the API delivers it.
type reply struct {
	from   netip.Addr // invalid when it is nobody's
	status uint32
	took   time.Duration // in whole milliseconds
	data   []byte
	ttl    uint8 // 0 is not told, as of every IPv6 answer; expected, not yet seen on real Windows
}

// decode4 reads an ICMP_ECHO_REPLY at the start of the reply buffer b, which is
// at the address base; wide is a system with pointers of eight bytes. It is
// false for what is not whole.
func decode4(b []byte, base uint64, wide bool) (reply, bool) {
	size, ttlAt := reply4Narrow, ttl4Narrow
	if wide {
		size, ttlAt = reply4Wide, ttl4Wide
	}
	if len(b) < size {
		return reply{}, false
	}
	r := reply{status: binary.LittleEndian.Uint32(b[4:]), took: time.Duration(binary.LittleEndian.Uint32(b[8:])) * time.Millisecond}
	r.ttl = b[ttlAt]
	// The address is in network order whatever the machine's.
	if from := netip.AddrFrom4([4]byte(b[:4])); !from.IsUnspecified() {
		r.from = from
	}
	n := uint64(binary.LittleEndian.Uint16(b[12:]))
	at := uint64(binary.LittleEndian.Uint32(b[16:]))
	if wide {
		at = binary.LittleEndian.Uint64(b[16:])
	}
	if n == 0 {
		return r, true
	}
	// The pointer is believed only where it points into the buffer.
	if at < base || at-base > uint64(len(b)) || uint64(len(b))-(at-base) < n {
		return reply{}, false
	}
	r.data = b[at-base : at-base+n]
	return r, true
}

// decode6 reads an ICMPV6_ECHO_REPLY at the start of b, and the n bytes of
// payload that were sent from behind it: it does not say how many came.
func decode6(b []byte, n int) (reply, bool) {
	if len(b) < reply6 || n < 0 {
		return reply{}, false
	}
	r := reply{status: binary.LittleEndian.Uint32(b[28:]), took: time.Duration(binary.LittleEndian.Uint32(b[32:])) * time.Millisecond}
	from := netip.AddrFrom16([16]byte(b[6:22]))
	if scope := binary.LittleEndian.Uint32(b[22:]); scope != 0 && from.IsLinkLocalUnicast() {
		from = from.WithZone(strconv.FormatUint(uint64(scope), 10))
	}
	if !from.IsUnspecified() {
		r.from = from
	}
	r.data = b[reply6:min(reply6+n, len(b))]
	return r, true
}

// The IP_STATUS codes of ipexport.h. IPv6 uses the first of them under other
// names.
const (
	ipSuccess         = 0
	ipNetUnreachable  = 11002
	ipHostUnreachable = 11003
	ipProtUnreachable = 11004
	ipPortUnreachable = 11005
	ipNoResources     = 11006
	ipHWError         = 11008
	ipTooBig          = 11009
	ipTimedOut        = 11010
	ipBadRoute        = 11012
	ipTTLTransit      = 11013
	ipTTLReassembly   = 11014
	ipParamProblem    = 11015
	ipSourceQuench    = 11016
	ipBadDestination  = 11018
	ipUnreachable6    = 11040
	ipTimeExceeded6   = 11041
	ipBadHeader6      = 11042
	ipNextHeader6     = 11043
	ipICMPError6      = 11044
	ipScopeMismatch6  = 11045
	ipGeneralFailure  = 11050
)

// judge says what a status means. Without anybody it is from, an unreachable
// destination is this machine's own word. It is false for a time-out, which is
// the ledger's to declare.
func judge(status uint32, from netip.Addr) (probe.What, latency.Reason, bool) {
	said := from.IsValid()
	switch status {
	case ipSuccess:
		return probe.Answer, "", true
	case ipTimedOut:
		return 0, "", false
	case ipTTLTransit, ipTTLReassembly, ipTimeExceeded6:
		return probe.Refused, latency.ReasonTTL, true
	case ipNetUnreachable, ipHostUnreachable, ipProtUnreachable, ipPortUnreachable, ipUnreachable6, ipScopeMismatch6:
		if !said {
			return probe.SendFailed, latency.ReasonNoRoute, true
		}
		return probe.Refused, latency.ReasonUnreachable, true
	case ipBadRoute, ipBadDestination:
		return probe.SendFailed, latency.ReasonNoRoute, true
	case ipNoResources:
		return probe.SendFailed, latency.ReasonNoBuffer, true
	case ipHWError:
		return probe.SendFailed, latency.ReasonLinkDown, true
	case ipTooBig, ipParamProblem, ipSourceQuench, ipBadHeader6, ipNextHeader6, ipICMPError6:
		if said {
			return probe.Refused, latency.ReasonOther, true
		}
	case ipGeneralFailure:
		// What Windows says when a firewall of its own keeps the request in.
		return probe.SendFailed, latency.ReasonProhibited, true
	}
	return probe.SendFailed, latency.ReasonOther, true
}
