// Package control writes and reads the control messages of L2TP (RFC 2661) that
// show whether a server speaks it without IPsec.
package control

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Port is L2TP's.
const Port = 1701

// Types of control messages.
const (
	Acknowledge uint16 = 0 // a header alone
	StartReq    uint16 = 1
	StartReply  uint16 = 2
	Stop        uint16 = 4
)

const (
	flags      uint16 = 0xc802 // control, with length and sequence, version 2
	headerLen         = 12
	mandatory  uint16 = 0x8000
	maxMessage        = 4096
)

// ErrMessage: what came is no control message of L2TP.
var ErrMessage = errors.New("no L2TP control message")

// Message is what is needed of a control message.
type Message struct {
	Type     uint16
	Tunnel   uint16 // whom it is for
	Assigned uint16 // the sender's name for the tunnel; 0 when it gives none
	Host     string // the sender's name, as it gives it
	NS, NR   uint16
}

// Request asks for a tunnel that we call by this number.
func Request(tunnel uint16, host string) []byte {
	b := header(0, 0, 0)
	b = avp(b, 0, be16(StartReq))
	b = avp(b, 2, be16(0x0100))
	b = avp(b, 3, []byte{0, 0, 0, 3}) // both framings
	b = avp(b, 7, []byte(host))
	b = avp(b, 9, be16(tunnel))
	b = avp(b, 10, be16(4))
	return length(b)
}

// Farewell ends the tunnel that a [StartReply] began, before anybody dialed.
func Farewell(tunnel uint16, reply Message) []byte {
	b := header(reply.Assigned, 1, reply.NS+1)
	b = avp(b, 0, be16(Stop))
	b = avp(b, 9, be16(tunnel))
	b = avp(b, 1, be16(6)) // the requester shuts down
	return length(b)
}

func header(tunnel, ns, nr uint16) []byte {
	var b []byte
	for _, v := range []uint16{flags, 0, tunnel, 0, ns, nr} {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func avp(b []byte, typ uint16, value []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, mandatory|uint16(6+len(value)))
	b = append(b, 0, 0) // the IETF's
	b = binary.BigEndian.AppendUint16(b, typ)
	return append(b, value...)
}

func length(b []byte) []byte {
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

func be16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

// Decode reads a datagram.
func Decode(b []byte) (Message, error) {
	var m Message
	if len(b) < headerLen || len(b) > maxMessage || binary.BigEndian.Uint16(b)&0xc80f != flags {
		return m, ErrMessage
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n < headerLen || n > len(b) {
		return m, fmt.Errorf("%w: it says that it has %d bytes, and has %d", ErrMessage, n, len(b))
	}
	m.Tunnel = binary.BigEndian.Uint16(b[4:])
	m.NS, m.NR = binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b[10:])
	for i, rest := 0, b[headerLen:n]; len(rest) > 0; i++ {
		if len(rest) < 6 {
			return Message{}, fmt.Errorf("%w: a value is cut off", ErrMessage)
		}
		size := int(binary.BigEndian.Uint16(rest) & 0x3ff)
		if size < 6 || size > len(rest) {
			return Message{}, fmt.Errorf("%w: a value says that it has %d bytes of %d", ErrMessage, size, len(rest))
		}
		hidden := binary.BigEndian.Uint16(rest)&0x4000 != 0
		vendor, typ, v := binary.BigEndian.Uint16(rest[2:]), binary.BigEndian.Uint16(rest[4:]), rest[6:size]
		rest = rest[size:]
		if i == 0 && (typ != 0 || vendor != 0 || hidden || len(v) != 2) {
			return Message{}, fmt.Errorf("%w: it does not begin with its type", ErrMessage)
		}
		if vendor != 0 || hidden {
			continue
		}
		switch {
		case typ == 0 && len(v) == 2:
			m.Type = binary.BigEndian.Uint16(v)
		case typ == 9 && len(v) == 2:
			m.Assigned = binary.BigEndian.Uint16(v)
		case typ == 7:
			m.Host = string(v[:min(len(v), 64)])
		}
	}
	return m, nil
}
