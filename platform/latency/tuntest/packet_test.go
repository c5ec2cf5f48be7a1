package tuntest

import (
	"encoding/binary"
	"net/netip"
	"testing"
)

// requestFrom makes an echo request as this machine would send it.
func requestFrom(from, to netip.Addr, payload int) []byte {
	body := make([]byte, 8+payload)
	body[0] = 8
	if to.Is6() {
		body[0] = 128
	}
	binary.BigEndian.PutUint16(body[4:], 0x1234)
	for i := range payload {
		body[8+i] = byte(i)
	}
	return wrap(from, to, body)
}

func TestAnswer(t *testing.T) {
	for _, pair := range [][2]netip.Addr{{Local4, netip.MustParseAddr("10.9.0.2")}, {Local6, netip.MustParseAddr("fd09::2")}} {
		p, ok := readRequest(requestFrom(pair[0], pair[1], 100))
		if !ok || p.from != pair[0] || p.to != pair[1] || len(p.icmp) != 108 || p.ttl != 64 {
			t.Fatalf("%+v, %v", p, ok)
		}
		header := len(p.ip) - len(p.icmp)
		router, other := Router4, netip.MustParseAddr("10.9.0.9")
		if pair[1].Is6() {
			router, other = Router6, netip.MustParseAddr("fd09::9")
		}
		for _, c := range []struct {
			a    Answer
			from netip.Addr
			size int // of the ICMP message
		}{
			{Answer{}, pair[1], 108},
			{Answer{From: other}, other, 108},
			{Answer{Kind: Truncated, Keep: 10}, pair[1], 18},
			{Answer{Kind: Truncated, Keep: 1000}, pair[1], 108},
			{Answer{Kind: Foreign}, pair[1], 108},
			{Answer{Kind: WrongID}, pair[1], 108},
			{Answer{Kind: Unreachable}, router, 8 + header + 8},
			{Answer{Kind: TTLExceeded, From: other, Quote: 50}, other, 8 + header + 50},
			{Answer{Kind: Prohibited, Quote: 5000}, router, 8 + header + 108},
		} {
			b := p.answer(c.a)
			icmp := b[header:]
			if len(icmp) != c.size {
				t.Errorf("%+v: %d bytes, want %d", c.a, len(icmp), c.size)
			}
			var from netip.Addr
			if pair[0].Is4() {
				from = netip.AddrFrom4([4]byte(b[12:16]))
				if sum(0, b[:20]) != 0 || sum(0, icmp) != 0 {
					t.Errorf("%+v: a checksum is wrong", c.a)
				}
			} else {
				from = netip.AddrFrom16([16]byte(b[8:24]))
				if sum(uint32(len(icmp))+protocol6+^uint32(sum(0, b[8:40]))&0xffff, icmp) != 0 {
					t.Errorf("%+v: the checksum is wrong", c.a)
				}
			}
			if from != c.from {
				t.Errorf("%+v comes from %v, want %v", c.a, from, c.from)
			}
		}
	}
}

// FuzzRequest: the device's reader takes whatever is routed to it.
func FuzzRequest(f *testing.F) {
	f.Add(requestFrom(Local4, Router4, 56))
	f.Add(requestFrom(Local6, Router6, 0))
	f.Add([]byte{0x4f})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := readRequest(b)
		if !ok {
			return
		}
		for k := Echo; k <= Redirect; k++ {
			_ = p.answer(Answer{Kind: k, Keep: len(b) / 2, Quote: len(b)})
		}
	})
}
