// Package ike writes and reads the messages of IKE that show what a server
// accepts: main mode of version 1 up to its sixth message, and the first of
// version 2. It opens no socket, and nothing in it sets up a tunnel.
package ike

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Ports of IKE, and of IKE where an address is translated on the way.
const (
	Port    = 500
	PortNAT = 4500
)

// Exchange types.
const (
	MainMode      uint8 = 2
	Informational uint8 = 5
	SAInit        uint8 = 34 // version 2
)

// Payload types of version 1.
const (
	payloadSA     uint8 = 1
	payloadKE     uint8 = 4
	payloadID     uint8 = 5
	payloadHash   uint8 = 8
	payloadNonce  uint8 = 10
	payloadNotify uint8 = 11
	payloadDelete uint8 = 12
	payloadVendor uint8 = 13
	payloadNATD   uint8 = 20
	payloadNATD02 uint8 = 130 // drafts 00 to 03
)

const (
	version1      uint8 = 0x10
	version2      uint8 = 0x20
	headerLen           = 28
	flagEncrypted uint8 = 1
	flagInitiator uint8 = 8
	flagResponse  uint8 = 0x20
	maxPayloads         = 64
	// maxMessage is more than any answer to us; a message is one datagram.
	maxMessage = 16 << 10
)

// Cookie names one side of an exchange.
type Cookie [8]byte

// Payload is one part of a message, without its generic header.
type Payload struct {
	Type uint8
	Body []byte
}

// Message is an IKE message. Where it is encrypted, Sealed is all after the
// header and Payloads is empty.
type Message struct {
	Initiator, Responder Cookie
	Version              uint8
	Exchange             uint8
	Flags                uint8
	ID                   uint32
	First                uint8 // type of the first payload
	Payloads             []Payload
	Sealed               []byte
}

// ErrMessage: what came is no IKE message.
var ErrMessage = errors.New("no IKE message")

// Decode reads a datagram, without the four zero bytes that stand before it on
// UDP 4500. It keeps no reference to data.
func Decode(data []byte) (*Message, error) {
	if len(data) < headerLen || len(data) > maxMessage {
		return nil, fmt.Errorf("%w: %d bytes", ErrMessage, len(data))
	}
	m := &Message{
		Initiator: Cookie(data[0:8]), Responder: Cookie(data[8:16]),
		First: data[16], Version: data[17], Exchange: data[18], Flags: data[19],
		ID: binary.BigEndian.Uint32(data[20:]),
	}
	if m.Version>>4 != 1 && m.Version>>4 != 2 {
		return nil, fmt.Errorf("%w: version %d", ErrMessage, m.Version>>4)
	}
	n := binary.BigEndian.Uint32(data[24:])
	if n < headerLen || uint64(n) > uint64(len(data)) {
		return nil, fmt.Errorf("%w: it says that it has %d bytes, and has %d", ErrMessage, n, len(data))
	}
	body := append([]byte(nil), data[headerLen:n]...)
	if m.Version>>4 == 1 && m.Flags&flagEncrypted != 0 {
		m.Sealed = body
		return m, nil
	}
	var err error
	m.Payloads, err = payloads(m.First, body)
	return m, err
}

// payloads reads a chain of payloads; what stands after its end is padding.
func payloads(next uint8, b []byte) ([]Payload, error) {
	var out []Payload
	for next != 0 {
		if len(b) < 4 || len(out) == maxPayloads {
			return nil, fmt.Errorf("%w: payload %d is cut off", ErrMessage, len(out)+1)
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			return nil, fmt.Errorf("%w: payload %d says that it has %d bytes of %d", ErrMessage, len(out)+1, n, len(b))
		}
		out = append(out, Payload{Type: next, Body: b[4:n]})
		next, b = b[0], b[n:]
	}
	return out, nil
}

// chain writes payloads one after another.
func chain(ps []Payload) []byte {
	var b []byte
	for i, p := range ps {
		next := uint8(0)
		if i+1 < len(ps) {
			next = ps[i+1].Type
		}
		b = append(b, next, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(4+len(p.Body)))
		b = append(b, p.Body...)
	}
	return b
}

// Encode writes the message as it goes into a datagram.
func (m *Message) Encode() []byte {
	body, first := m.Sealed, m.First
	if m.Sealed == nil {
		body = chain(m.Payloads)
		first = 0
		if len(m.Payloads) > 0 {
			first = m.Payloads[0].Type
		}
	}
	b := make([]byte, 0, headerLen+len(body))
	b = append(b, m.Initiator[:]...)
	b = append(b, m.Responder[:]...)
	b = append(b, first, m.Version, m.Exchange, m.Flags)
	b = binary.BigEndian.AppendUint32(b, m.ID)
	b = binary.BigEndian.AppendUint32(b, uint32(headerLen+len(body)))
	return append(b, body...)
}

// find is the body of the first payload of a type.
func (m *Message) find(typ uint8) ([]byte, bool) {
	for _, p := range m.Payloads {
		if p.Type == typ {
			return p.Body, true
		}
	}
	return nil, false
}

// Notify is the first notification in a message that is not encrypted; 0 when
// there is none.
func (m *Message) Notify() uint16 {
	typ, at := payloadNotify, 6 // DOI 4, protocol, SPI size, type
	if m.Version>>4 == 2 {
		typ, at = payload2Notify, 2
	}
	b, ok := m.find(typ)
	if !ok || len(b) < at+2 {
		return 0
	}
	return binary.BigEndian.Uint16(b[at:])
}

// Notifications of version 1 that a refusal comes as.
const (
	NotifyPayloadMalformed uint16 = 16
	NotifyNoProposal       uint16 = 14
	NotifyInvalidID        uint16 = 18
	NotifyInvalidHash      uint16 = 23
	NotifyAuthFailed       uint16 = 24
)

// NotifyName names a notification for evidence.
func NotifyName(n uint16) string {
	switch n {
	case 5:
		return "invalid major version (5)"
	case NotifyNoProposal:
		return "no proposal chosen (14)"
	case NotifyPayloadMalformed:
		return "payload malformed (16)"
	case 17:
		return "invalid key information (17)"
	case NotifyInvalidID:
		return "invalid ID information (18)"
	case NotifyInvalidHash:
		return "invalid hash information (23)"
	case NotifyAuthFailed:
		return "authentication failed (24)"
	case notify2Cookie:
		return "cookie (16390)"
	}
	return fmt.Sprintf("notification %d", n)
}
