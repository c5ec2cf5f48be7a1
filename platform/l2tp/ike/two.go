package ike

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Payload types and notifications of version 2.
const (
	payload2SA     uint8 = 33
	payload2KE     uint8 = 34
	payload2Nonce  uint8 = 40
	payload2Notify uint8 = 41

	notify2InvalidKE  uint16 = 17
	notify2Cookie     uint16 = 16390
	notify2NoProposal uint16 = 14
)

// Two is the first exchange of version 2.
type Two struct{ ours Cookie }

// Transforms of version 2, by kind and number.
var offer2 = [][3]uint16{ // kind, number, bits of a key
	{1, 12, 256}, {1, 12, 128}, {1, 3, 0}, // AES-CBC, 3DES
	{2, 5, 0}, {2, 2, 0}, {2, 6, 0}, // PRF: SHA-256, SHA-1, SHA-384
	{3, 12, 0}, {3, 2, 0}, {3, 13, 0}, // integrity: the same
	{4, 14, 0}, {4, 2, 0}, {4, 19, 0}, {4, 20, 0}, // groups
}

// NewTwo begins an exchange and gives its first message.
func NewTwo(random io.Reader) (*Two, []byte, error) {
	x := &Two{}
	nonce := make([]byte, 32)
	if _, err := io.ReadFull(random, x.ours[:]); err != nil {
		return nil, nil, fmt.Errorf("get random numbers: %w", err)
	}
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, nil, fmt.Errorf("get random numbers: %w", err)
	}
	if x.ours == (Cookie{}) {
		x.ours[0] = 1
	}
	s, err := newShare(14, random)
	if err != nil {
		return nil, nil, err
	}
	var ts []byte
	for i, t := range offer2 {
		next, n := uint8(3), uint16(8)
		if i == len(offer2)-1 {
			next = 0
		}
		if t[2] != 0 {
			n = 12
		}
		ts = append(ts, next, 0)
		ts = binary.BigEndian.AppendUint16(ts, n)
		ts = append(ts, uint8(t[0]), 0)
		ts = binary.BigEndian.AppendUint16(ts, t[1])
		if t[2] != 0 {
			ts = short(ts, attrBits, t[2])
		}
	}
	sa := []byte{0, 0}
	sa = binary.BigEndian.AppendUint16(sa, uint16(8+len(ts)))
	sa = append(sa, 1, 1, 0, uint8(len(offer2)))
	m := &Message{Initiator: x.ours, Version: version2, Exchange: SAInit, Flags: flagInitiator, Payloads: []Payload{
		{payload2SA, append(sa, ts...)},
		{payload2KE, append([]byte{0, 14, 0, 0}, s.public...)},
		{payload2Nonce, nonce},
	}}
	return x, m.Encode(), nil
}

// Read says whether the server offers version 2: an SA, a cookie or a demand for
// another group say so, and nothing else does.
func (x *Two) Read(m *Message) (offered bool, why string, err error) {
	if m.Version>>4 != 2 || m.Initiator != x.ours || m.Exchange != SAInit || m.Flags&flagResponse == 0 {
		return false, "", ErrOther
	}
	if _, ok := m.find(payload2SA); ok {
		return true, "accepts our proposal", nil
	}
	switch n := m.Notify(); n {
	case notify2Cookie:
		return true, "asks for a cookie", nil
	case notify2InvalidKE:
		return true, "asks for another group", nil
	case 0:
		return false, "answers without a proposal", nil
	default:
		return false, "answers " + NotifyName(n), nil
	}
}
