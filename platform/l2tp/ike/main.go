package ike

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
)

// vendorNAT is "RFC 3947", vendorDraft is draft-02, each as its MD5.
var (
	vendorNAT   = md5.Sum([]byte("RFC 3947"))
	vendorDraft = md5.Sum([]byte("draft-ietf-ipsec-nat-t-ike-02\n"))
)

// Main is one main mode exchange, from our side. Its methods are called in the
// order of the messages, from one goroutine.
type Main struct {
	set    []Transform
	random io.Reader

	ours, theirs Cookie
	sa           []byte
	natType      uint8 // payload of the server's flavour; 0 when it has none
	t            Transform
	share        *share
	nonce        []byte
	fourth       *Message
	k            *keys
	idBody       []byte
	after5       []byte // last block of the fifth message
	after6       []byte
}

// Refusal is a server's notification instead of an answer.
type Refusal struct{ Notify uint16 }

func (r *Refusal) Error() string { return NotifyName(r.Notify) }

// ErrOther: the message belongs to another exchange, or repeats an earlier one.
var ErrOther = errors.New("a message of another exchange")

// NewMain begins an exchange that offers a set.
func NewMain(set []Transform, random io.Reader) (*Main, error) {
	x := &Main{set: set, random: random}
	if _, err := io.ReadFull(random, x.ours[:]); err != nil {
		return nil, fmt.Errorf("get random numbers: %w", err)
	}
	if x.ours == (Cookie{}) {
		x.ours[0] = 1 // zero means none
	}
	x.sa = saBody(set)
	return x, nil
}

func (x *Main) message(ps ...Payload) []byte {
	return (&Message{Initiator: x.ours, Responder: x.theirs, Version: version1, Exchange: MainMode, Payloads: ps}).Encode()
}

// First is the first message: the set, and the flavours of NAT traversal.
func (x *Main) First() []byte {
	return x.message(Payload{payloadSA, x.sa}, Payload{payloadVendor, vendorNAT[:]}, Payload{payloadVendor, vendorDraft[:]})
}

// Second reads the answer to the first: the server's choice, or a [Refusal].
func (x *Main) Second(m *Message) (Transform, error) {
	if m.Version>>4 != 1 || m.Initiator != x.ours {
		return Transform{}, ErrOther
	}
	if m.Exchange == Informational && m.Sealed == nil {
		if n := m.Notify(); n != 0 {
			return Transform{}, &Refusal{n}
		}
	}
	sa, ok := m.find(payloadSA)
	if m.Exchange != MainMode || !ok || m.Responder == (Cookie{}) {
		return Transform{}, ErrOther
	}
	t, err := chosen(sa)
	if err != nil {
		return t, err
	}
	if !slices.Contains(x.set, t) {
		return t, fmt.Errorf("%w: it chose %s, which was not offered", ErrMessage, t)
	}
	x.t, x.theirs = t, m.Responder
	for _, p := range m.Payloads {
		if p.Type != payloadVendor {
			continue
		}
		switch {
		case bytes.Equal(p.Body, vendorNAT[:]):
			x.natType = payloadNATD
		case bytes.Equal(p.Body, vendorDraft[:]) && x.natType == 0:
			x.natType = payloadNATD02
		}
	}
	return t, nil
}

// Traverses says that the server speaks of NAT at all.
func (x *Main) Traverses() bool { return x.natType != 0 }

// Third is our part of the key exchange, with the hashes of both addresses.
func (x *Main) Third(local, remote netip.AddrPort) ([]byte, error) {
	var err error
	if x.share, err = newShare(x.t.Group, x.random); err != nil {
		return nil, err
	}
	x.nonce = make([]byte, 32)
	if _, err := io.ReadFull(x.random, x.nonce); err != nil {
		return nil, fmt.Errorf("get random numbers: %w", err)
	}
	ps := []Payload{{payloadKE, x.share.public}, {payloadNonce, x.nonce}}
	if x.natType != 0 {
		ps = append(ps, Payload{x.natType, x.natHash(remote)}, Payload{x.natType, x.natHash(local)})
	}
	return x.message(ps...), nil
}

// natHash is HASH(CKY-I | CKY-R | IP | port) of RFC 3947.
func (x *Main) natHash(at netip.AddrPort) []byte {
	h, err := x.t.digest()
	if err != nil {
		return nil // Second let only our own hashes through
	}
	ip := at.Addr().Unmap().AsSlice()
	return sum(h, x.ours[:], x.theirs[:], ip, binary.BigEndian.AppendUint16(nil, at.Port()))
}

// NAT is what the hashes say; nil where the server sent none.
type NAT struct{ Client, Server *bool }

// Fourth reads the server's part. The first of its hashes describes us as it sees
// us, the others itself.
func (x *Main) Fourth(m *Message, local, remote netip.AddrPort) (NAT, error) {
	var nat NAT
	if m.Version>>4 != 1 || m.Initiator != x.ours {
		return nat, ErrOther
	}
	if m.Exchange == Informational && m.Sealed == nil {
		if n := m.Notify(); n != 0 {
			return nat, &Refusal{n}
		}
	}
	_, ke := m.find(payloadKE)
	_, nonce := m.find(payloadNonce)
	if m.Exchange != MainMode || m.Responder != x.theirs || !ke || !nonce {
		return nat, ErrOther
	}
	var hashes [][]byte
	for _, p := range m.Payloads {
		if p.Type == x.natType && x.natType != 0 {
			hashes = append(hashes, p.Body)
		}
	}
	x.fourth = m
	if len(hashes) >= 2 {
		client := !bytes.Equal(hashes[0], x.natHash(local))
		dialed := x.natHash(remote)
		server := !slices.ContainsFunc(hashes[1:], func(h []byte) bool { return bytes.Equal(h, dialed) })
		nat.Client, nat.Server = &client, &server
	}
	return nat, nil
}

// Fifth is the proof that we know the key: our address as identity and the hash,
// sealed, and nothing else. INITIAL-CONTACT in particular would end what others
// have open. Called again it gives the same bytes.
func (x *Main) Fifth(psk []byte, local netip.Addr) ([]byte, error) {
	theirKE, _ := x.fourth.find(payloadKE)
	theirNonce, _ := x.fourth.find(payloadNonce)
	secret, err := x.share.secret(theirKE)
	if err != nil {
		return nil, err
	}
	x.k, err = derive(x.t, psk, x.nonce, theirNonce, secret, x.ours, x.theirs, x.share.public, theirKE)
	clear(secret)
	if err != nil {
		return nil, err
	}
	typ, ip := byte(1), local.Unmap().AsSlice() // ID_IPV4_ADDR
	if len(ip) == 16 {
		typ = 5
	}
	x.idBody = append([]byte{typ, 0, 0, 0}, ip...)
	proof := prf(x.k.hash, x.k.skeyid, x.share.public, theirKE, x.ours[:], x.theirs[:], x.sa, x.idBody)
	plain := chain([]Payload{{payloadID, x.idBody}, {payloadHash, proof}})
	var sealed []byte
	sealed, x.after5 = x.k.seal(x.k.iv, plain)
	return x.sealed(MainMode, 0, payloadID, sealed), nil
}

func (x *Main) sealed(exchange uint8, id uint32, first uint8, sealed []byte) []byte {
	return (&Message{Initiator: x.ours, Responder: x.theirs, Version: version1, Exchange: exchange,
		Flags: flagEncrypted, ID: id, First: first, Sealed: sealed}).Encode()
}

// Verdict is what an answer to the fifth message says about the key.
type Verdict int

// The verdicts.
const (
	KeyNothing Verdict = iota // it says nothing
	KeyRight
	KeyWrong
)

// Judge reads whatever came after the fifth message, and says why it judges so.
func (x *Main) Judge(m *Message) (Verdict, string) {
	if x.k == nil || m.Version>>4 != 1 || m.Initiator != x.ours || m.Responder != x.theirs {
		return KeyNothing, ""
	}
	switch {
	case m.Exchange == MainMode && m.Sealed != nil:
		if x.sixth(m) {
			return KeyRight, "its sixth message proves that it has the same key"
		}
	case m.Exchange == Informational && m.Sealed == nil:
		switch n := m.Notify(); n {
		case NotifyPayloadMalformed, NotifyInvalidID, NotifyInvalidHash, NotifyAuthFailed:
			return KeyWrong, "it answers " + NotifyName(n)
		}
	case m.Exchange == Informational:
		if n, ok := x.informed(m); ok {
			// It was sealed with the keys that only the same key gives.
			return KeyRight, "it has the same key, and answers " + NotifyName(n)
		}
		return KeyWrong, "its answer is sealed with another key"
	}
	return KeyNothing, ""
}

// sixth checks the server's proof.
func (x *Main) sixth(m *Message) bool {
	plain, last, err := x.k.open(x.after5, m.Sealed)
	if err != nil {
		return false
	}
	ps, err := payloads(m.First, plain)
	if err != nil {
		return false
	}
	open := &Message{Payloads: ps}
	id, ok := open.find(payloadID)
	proof, ok2 := open.find(payloadHash)
	if !ok || !ok2 {
		return false
	}
	theirKE, _ := x.fourth.find(payloadKE)
	want := prf(x.k.hash, x.k.skeyid, theirKE, x.share.public, x.theirs[:], x.ours[:], x.sa, id)
	if !hmac.Equal(proof, want) {
		return false
	}
	x.after6 = last
	return true
}

// informed opens a notification that the server sealed with our keys.
func (x *Main) informed(m *Message) (uint16, bool) {
	id := binary.BigEndian.AppendUint32(nil, m.ID)
	// After a main mode that failed, the last block is that of our own message.
	for _, last := range [][]byte{x.after6, x.after5} {
		if last == nil {
			continue
		}
		plain, _, err := x.k.open(x.k.later(last, id), m.Sealed)
		if err != nil {
			continue
		}
		ps, err := payloads(m.First, plain)
		if err != nil || len(ps) < 2 || ps[0].Type != payloadHash {
			continue
		}
		want := prf(x.k.hash, x.k.a, id, chain(ps[1:]))
		if hmac.Equal(ps[0].Body, want) {
			return (&Message{Version: version1, Payloads: ps}).Notify(), true
		}
	}
	return 0, false
}

// Farewell takes back the association that a right key made; nil when there is
// none. No quick mode follows, so there is nothing else to take back.
func (x *Main) Farewell() []byte {
	if x.after6 == nil {
		return nil
	}
	id := make([]byte, 4)
	if _, err := io.ReadFull(x.random, id); err != nil {
		return nil
	}
	id[0] |= 1                              // zero is main mode's
	body := []byte{0, 0, 0, 1, 1, 16, 0, 1} // DOI, protocol ISAKMP, SPI size, one SPI
	body = append(append(body, x.ours[:]...), x.theirs[:]...)
	gone := Payload{payloadDelete, body}
	proof := prf(x.k.hash, x.k.a, id, chain([]Payload{gone}))
	plain := chain([]Payload{{payloadHash, proof}, gone})
	sealed, _ := x.k.seal(x.k.later(x.after6, id), plain)
	return x.sealed(Informational, binary.BigEndian.Uint32(id), payloadHash, sealed)
}

// Forget clears the secrets.
func (x *Main) Forget() {
	if x.k != nil {
		clear(x.k.skeyid)
		clear(x.k.a)
		x.k = nil
	}
}
