package tuntest

import (
	"encoding/binary"
	"net/netip"
)

// packet is an echo request, taken apart.
type packet struct {
	ip         []byte // the whole of it
	icmp       []byte
	from, to   netip.Addr
	ttl, class int
}

const (
	protocol4 = 1
	protocol6 = 58
)

// readRequest reads an IP packet; false when it is no echo request.
func readRequest(b []byte) (packet, bool) {
	if len(b) == 0 {
		return packet{}, false
	}
	switch b[0] >> 4 {
	case 4:
		n := int(b[0]&0xf) * 4
		total := 0
		if len(b) >= 20 {
			total = int(binary.BigEndian.Uint16(b[2:]))
		}
		if n < 20 || len(b) < n+8 || total < n+8 || total > len(b) || b[9] != protocol4 || b[n] != 8 {
			return packet{}, false
		}
		b = b[:total]
		return packet{ip: b, icmp: b[n:], ttl: int(b[8]), class: int(b[1]),
			from: netip.AddrFrom4([4]byte(b[12:16])), to: netip.AddrFrom4([4]byte(b[16:20]))}, true
	case 6:
		if len(b) < 48 || b[6] != protocol6 || b[40] != 128 {
			return packet{}, false
		}
		return packet{ip: b, icmp: b[40:], ttl: int(b[7]), class: int(binary.BigEndian.Uint16(b)>>4) & 0xff,
			from: netip.AddrFrom16([16]byte(b[8:24])), to: netip.AddrFrom16([16]byte(b[24:40]))}, true
	}
	return packet{}, false
}

// answer makes the packet that an Answer describes.
func (p packet) answer(a Answer) []byte {
	v6 := p.to.Is6()
	kind, code, ok := a.Kind.icmp(v6)
	if !ok {
		return nil
	}
	from := a.From
	var body []byte
	if a.Kind >= Unreachable {
		if !from.IsValid() {
			from = Router4
			if v6 {
				from = Router6
			}
		}
		n := len(p.ip) - len(p.icmp) + max(a.Quote, 8)
		body = append([]byte{kind, code, 0, 0, 0, 0, 0, 0}, p.ip[:min(n, len(p.ip))]...)
		if a.Kind == Redirect {
			gateway := Router4.As4()
			copy(body[4:], gateway[:])
		}
	} else {
		if !from.IsValid() {
			from = p.to
		}
		body = append([]byte{kind, code, 0, 0}, p.icmp[4:]...)
		switch a.Kind {
		case Truncated:
			body = body[:min(len(body), 8+a.Keep)]
		case Foreign:
			for i := range body[8:] {
				body[8+i] ^= 0xa5
			}
		case WrongID:
			body[5] ^= 1
		}
	}
	out := wrap(from, p.from, body)
	if a.TTL != 0 {
		setTTL(out, a.TTL)
	}
	return out
}

// icmp is the type and code on the wire.
func (k Kind) icmp(v6 bool) (kind, code byte, ok bool) {
	type both struct{ kind4, code4, kind6, code6 byte }
	b, ok := map[Kind]both{
		Unreachable: {3, 1, 1, 3},
		Prohibited:  {3, 13, 1, 1},
		TTLExceeded: {11, 0, 3, 0},
		Redirect:    {5, 1, 0, 0},
	}[k]
	switch {
	case !ok:
		b = both{0, 0, 129, 0}
	case v6 && b.kind6 == 0:
		return 0, 0, false
	}
	if v6 {
		return b.kind6, b.code6, true
	}
	return b.kind4, b.code4, true
}

// wrap puts an ICMP message into an IP packet, checksums included.
func wrap(from, to netip.Addr, body []byte) []byte {
	if from.Is4() {
		b := make([]byte, 20, 20+len(body))
		b[0], b[8], b[9] = 0x45, 64, protocol4
		binary.BigEndian.PutUint16(b[2:], uint16(20+len(body)))
		copy(b[12:], from.AsSlice())
		copy(b[16:], to.AsSlice())
		binary.BigEndian.PutUint16(b[10:], sum(0, b))
		binary.BigEndian.PutUint16(body[2:], sum(0, body))
		return append(b, body...)
	}
	b := make([]byte, 40, 40+len(body))
	b[0], b[6], b[7] = 0x60, protocol6, 64
	binary.BigEndian.PutUint16(b[4:], uint16(len(body)))
	copy(b[8:], from.AsSlice())
	copy(b[24:], to.AsSlice())
	binary.BigEndian.PutUint16(body[2:], sum(uint32(len(body))+protocol6+^uint32(sum(0, b[8:]))&0xffff, body))
	return append(b, body...)
}

// setTTL changes what wrap has set.
func setTTL(b []byte, ttl uint8) {
	if b[0]>>4 == 6 {
		b[7] = ttl
		return
	}
	b[8], b[10], b[11] = ttl, 0, 0
	binary.BigEndian.PutUint16(b[10:], sum(0, b[:20]))
}

// sum is RFC 1071's checksum, which goes on from an earlier sum.
func sum(s uint32, b []byte) uint16 {
	for ; len(b) > 1; b = b[2:] {
		s += uint32(b[0])<<8 + uint32(b[1])
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}
