package kernel

import (
	"bytes"
	"encoding/binary"

	"tacklebox/platform/latency"
)

// Types of ICMP and ICMPv6 messages that are sent or understood.
const (
	echoReply4    = 0
	unreachable4  = 3
	echoRequest4  = 8
	ttlExceeded4  = 11
	badParameter4 = 12

	unreachable6  = 1
	tooBig6       = 2
	ttlExceeded6  = 3
	badParameter6 = 4
	echoRequest6  = 128
	echoReply6    = 129
)

const (
	headerLen = 8  // of an echo request or reply
	tokenLen  = 24 // hash, seq, target
)

// token names a probe in its payload. The hash is keyed with a number that
// nobody else has, so neither another program's packets nor an answer to an
// older probe are taken for the answer to this one.
type token struct {
	key    uint64
	target latency.TargetID
	seq    uint64
}

func (t token) hash() uint64 { return mix(mix(t.key^uint64(t.target)) ^ t.seq) }

// mix is SplitMix64's finisher.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// fill writes the probe's whole payload: as much of the token as fits, then
// ascending bytes as ping sends them.
func (t token) fill(payload []byte) {
	var head [tokenLen]byte
	binary.BigEndian.PutUint64(head[:], t.hash())
	binary.BigEndian.PutUint64(head[8:], t.seq)
	binary.BigEndian.PutUint64(head[16:], uint64(t.target))
	for i := copy(payload, head[:]); i < len(payload); i++ {
		payload[i] = byte(i)
	}
}

// ours is true for a payload that this key has made, for whatever probe.
func ours(key uint64, payload []byte) bool {
	if len(payload) < tokenLen {
		return false
	}
	t := token{
		key:    key,
		seq:    binary.BigEndian.Uint64(payload[8:]),
		target: latency.TargetID(binary.BigEndian.Uint64(payload[16:])),
	}
	return binary.BigEndian.Uint64(payload) == t.hash()
}

// putEcho writes an echo request over packet, whose length beyond the header is
// the payload's. Ping sockets write the identifier and all but raw IPv4 sockets
// the checksum themselves.
func putEcho(packet []byte, v6 bool, id, wire uint16, t token) {
	packet[0], packet[1] = echoRequest4, 0
	if v6 {
		packet[0] = echoRequest6
	}
	binary.BigEndian.PutUint16(packet[2:], 0)
	binary.BigEndian.PutUint16(packet[4:], id)
	binary.BigEndian.PutUint16(packet[6:], wire)
	t.fill(packet[headerLen:])
	if !v6 {
		binary.BigEndian.PutUint16(packet[2:], checksum(packet))
	}
}

// checksum is that of RFC 1071.
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// echo is the part of an echo message that names its probe.
type echo struct {
	id, wire uint16
	payload  []byte
}

// readReply reads an echo reply as a socket delivers it: raw IPv4 sockets put
// the IP header before it.
func readReply(b []byte, v6, header bool) (echo, bool) {
	if header {
		var ok bool
		if b, ok = skipHeader(b); !ok {
			return echo{}, false
		}
	}
	want := byte(echoReply4)
	if v6 {
		want = echoReply6
	}
	return readEcho(b, want)
}

// readQuoted reads the beginning of our echo request that an ICMP error quotes,
// with or without its IP header. The payload may be cut anywhere.
func readQuoted(b []byte, v6 bool) (echo, bool) {
	if len(b) > 0 && (b[0]>>4 == 4 || b[0]>>4 == 6) {
		var ok bool
		if b, ok = skipHeader(b); !ok {
			return echo{}, false
		}
	}
	want := byte(echoRequest4)
	if v6 {
		want = echoRequest6
	}
	return readEcho(b, want)
}

func readEcho(b []byte, kind byte) (echo, bool) {
	if len(b) < headerLen || b[0] != kind || b[1] != 0 {
		return echo{}, false
	}
	return echo{
		id:      binary.BigEndian.Uint16(b[4:]),
		wire:    binary.BigEndian.Uint16(b[6:]),
		payload: b[headerLen:],
	}, true
}

func skipHeader(b []byte) ([]byte, bool) {
	if len(b) == 0 {
		return nil, false
	}
	n := 40
	if b[0]>>4 == 4 {
		if n = int(b[0]&0xf) * 4; n < 20 {
			return nil, false
		}
	}
	if len(b) < n {
		return nil, false
	}
	return b[n:], true
}

// judgement is what a payload is to the probe that its sequence number names.
type judgement uint8

const (
	right     judgement = iota // the answer
	truncated                  // its beginning
	foreign                    // something else
	stale                      // the answer to a probe that is no longer known
)

// judge compares a reply's payload with what was sent; scratch is room for that.
func judge(payload []byte, t token, size int, scratch []byte) judgement {
	want := scratch[:size]
	t.fill(want)
	switch {
	case bytes.Equal(payload, want):
		return right
	case len(payload) < size && bytes.HasPrefix(want, payload):
		return truncated
	case ours(t.key, payload) && !bytes.HasPrefix(payload, want[:min(tokenLen, size)]):
		return stale
	}
	return foreign
}

// refusal says what an ICMP error means for a probe; false when it ends none,
// as a redirect.
func refusal(v6 bool, kind, code byte) (latency.Reason, bool) {
	if v6 {
		switch kind {
		case unreachable6:
			if code == 1 || code == 5 || code == 6 { // administratively, by policy, reject route
				return latency.ReasonProhibited, true
			}
			return latency.ReasonUnreachable, true
		case tooBig6:
			return latency.ReasonUnreachable, true
		case ttlExceeded6:
			return latency.ReasonTTL, true
		case badParameter6:
			return latency.ReasonOther, true
		}
		return latency.ReasonNone, false
	}
	switch kind {
	case unreachable4:
		if code == 9 || code == 10 || code == 13 { // network, host, communication prohibited
			return latency.ReasonProhibited, true
		}
		return latency.ReasonUnreachable, true
	case ttlExceeded4:
		return latency.ReasonTTL, true
	case badParameter4:
		return latency.ReasonOther, true
	}
	return latency.ReasonNone, false
}
