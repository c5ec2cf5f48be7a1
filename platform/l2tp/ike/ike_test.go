package ike

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// numbers is a source that gives the same in each run.
func numbers(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

// golden compares with a file of hexadecimal digits.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".hex")
	if *update {
		if err := os.WriteFile(file, []byte(hex.EncodeToString(got)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(got) != strings.TrimSpace(string(want)) {
		t.Errorf("%s: %x\nwant %s", name, got, want)
	}
}

var (
	us   = netip.MustParseAddrPort("192.0.2.1:40000")
	them = netip.MustParseAddrPort("198.51.100.7:500")
)

// server is the other side, as RFC 2409 has it.
type server struct {
	t             *testing.T
	ours, theirs  Cookie // the initiator's is theirs
	tr            Transform
	share         *share
	nonce         []byte
	sees, has     netip.AddrPort
	draft         bool
	sa            []byte
	theirKE, niBy []byte
}

func (s *server) second(first []byte) *Message {
	m, err := Decode(first)
	if err != nil {
		s.t.Fatal(err)
	}
	s.theirs = m.Initiator
	s.sa, _ = m.find(payloadSA)
	s.ours = Cookie{9, 9, 9}
	vendor := vendorNAT[:]
	if s.draft {
		vendor = vendorDraft[:]
	}
	return &Message{Initiator: s.theirs, Responder: s.ours, Version: version1, Exchange: MainMode, Payloads: []Payload{
		{payloadSA, saBody([]Transform{s.tr})}, {payloadVendor, vendor}}}
}

func (s *server) fourth(third []byte) *Message {
	m, err := Decode(third)
	if err != nil {
		s.t.Fatal(err)
	}
	s.theirKE, _ = m.find(payloadKE)
	s.niBy, _ = m.find(payloadNonce)
	if s.share, err = newShare(s.tr.Group, numbers(77)); err != nil {
		s.t.Fatal(err)
	}
	s.nonce = bytes.Repeat([]byte{5}, 20)
	hash := &Main{t: s.tr, ours: s.theirs, theirs: s.ours}
	typ := payloadNATD
	if s.draft {
		typ = payloadNATD02
	}
	return &Message{Initiator: s.theirs, Responder: s.ours, Version: version1, Exchange: MainMode, Payloads: []Payload{
		{payloadKE, s.share.public}, {payloadNonce, s.nonce}, {typ, hash.natHash(s.sees)}, {typ, hash.natHash(s.has)}}}
}

func (s *server) keys(psk string) *keys {
	secret, err := s.share.secret(s.theirKE)
	if err != nil {
		s.t.Fatal(err)
	}
	k, err := derive(s.tr, []byte(psk), s.niBy, s.nonce, secret, s.theirs, s.ours, s.theirKE, s.share.public)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

// reach brings a new exchange to its fifth message.
func reach(t *testing.T, s *server, psk string) (*Main, *Message) {
	t.Helper()
	s.t = t
	x, err := NewMain([]Transform{s.tr}, numbers(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Second(s.second(x.First())); err != nil {
		t.Fatal(err)
	}
	third, err := x.Third(us, them)
	if err != nil {
		t.Fatal(err)
	}
	nat, err := x.Fourth(s.fourth(third), us, them)
	if err != nil {
		t.Fatal(err)
	}
	if *nat.Client != (s.sees != us) || *nat.Server != (s.has != them) {
		t.Errorf("NAT: client %v, server %v", *nat.Client, *nat.Server)
	}
	fifth, err := x.Fifth([]byte(psk), us.Addr())
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(fifth)
	if err != nil {
		t.Fatal(err)
	}
	return x, m
}

// TestKey plays the whole exchange against a server of our own, for each
// combination that is offered.
func TestKey(t *testing.T) {
	other := netip.MustParseAddrPort("10.0.0.1:500")
	for i, tr := range slices.Concat(Windows(AuthPSK), Weak(AuthPSK), []Transform{{CipherAES, 192, HashSHA256, AuthPSK, 14}}) {
		s := &server{tr: tr, sees: us, has: them, draft: i%2 == 1}
		if i%3 == 0 {
			s.sees = other
		}
		if i%4 == 0 {
			s.has = other
		}
		x, fifth := reach(t, s, "right")
		k := s.keys("right")
		plain, last, err := k.open(k.iv, fifth.Sealed)
		if err != nil {
			t.Fatal(err)
		}
		ps, err := payloads(fifth.First, plain)
		if err != nil {
			t.Fatalf("%v: %v", tr, err)
		}
		// Nothing but identity and proof: no INITIAL-CONTACT, which ends sessions.
		if len(ps) != 2 || ps[0].Type != payloadID || ps[1].Type != payloadHash {
			t.Fatalf("%v: the fifth message has %v", tr, ps)
		}
		want := prf(k.hash, k.skeyid, s.theirKE, s.share.public, s.theirs[:], s.ours[:], s.sa, ps[0].Body)
		if !bytes.Equal(ps[1].Body, want) {
			t.Fatalf("%v: the proof does not hold", tr)
		}
		id := []byte{1, 0, 0, 0, 198, 51, 100, 7}
		proof := prf(k.hash, k.skeyid, s.share.public, s.theirKE, s.ours[:], s.theirs[:], s.sa, id)
		sealed, last6 := k.seal(last, chain([]Payload{{payloadID, id}, {payloadHash, proof}}))
		sixth := &Message{Initiator: s.theirs, Responder: s.ours, Version: version1, Exchange: MainMode, Flags: flagEncrypted, First: payloadID, Sealed: sealed}
		bent := *sixth
		bent.Sealed = slices.Clone(sealed)
		bent.Sealed[len(bent.Sealed)-1] ^= 1
		bent.Sealed[3] ^= 1
		if v, _ := x.Judge(&bent); v != KeyNothing {
			t.Errorf("%v: a bent answer gives %v", tr, v)
		}
		if x.Farewell() != nil {
			t.Error("a farewell without an association")
		}
		if v, why := x.Judge(sixth); v != KeyRight {
			t.Fatalf("%v: %v %s", tr, v, why)
		}
		bye, err := Decode(x.Farewell())
		if err != nil {
			t.Fatal(err)
		}
		n, ok := opened(s, k, bye, last6)
		if !ok || n != payloadDelete {
			t.Errorf("%v: the farewell is payload %d, %v", tr, n, ok)
		}
	}
}

// opened checks an informational message as the server would; it gives the type
// of what follows the hash.
func opened(s *server, k *keys, m *Message, last []byte) (uint8, bool) {
	id := []byte{byte(m.ID >> 24), byte(m.ID >> 16), byte(m.ID >> 8), byte(m.ID)}
	plain, _, err := k.open(k.later(last, id), m.Sealed)
	if err != nil {
		return 0, false
	}
	ps, err := payloads(m.First, plain)
	if err != nil || len(ps) != 2 {
		return 0, false
	}
	return ps[1].Type, bytes.Equal(ps[0].Body, prf(k.hash, k.a, id, chain(ps[1:])))
}

func TestJudge(t *testing.T) {
	s := &server{tr: Windows(AuthPSK)[2], sees: us, has: them}
	x, fifth := reach(t, s, "mine")
	note := []Payload{{payloadNotify, []byte{0, 0, 0, 1, 1, 0, 0, 24}}}
	inform := func(psk string) *Message {
		k := s.keys(psk)
		id := []byte{1, 2, 3, 4}
		last := fifth.Sealed[len(fifth.Sealed)-16:]
		hash := prf(k.hash, k.a, id, chain(note))
		sealed, _ := k.seal(k.later(last, id), chain(append([]Payload{{payloadHash, hash}}, note...)))
		return &Message{Exchange: Informational, Flags: flagEncrypted, ID: 0x01020304, First: payloadHash, Sealed: sealed}
	}
	foreign := inform("another")
	foreign.Initiator = Cookie{1}
	for name, c := range map[string]struct {
		m    *Message
		want Verdict
	}{
		"sealed with another key":     {inform("another"), KeyWrong},
		"refused with the same key":   {inform("mine"), KeyRight},
		"malformed":                   {&Message{Exchange: Informational, Payloads: []Payload{{payloadNotify, []byte{0, 0, 0, 1, 1, 0, 0, 16}}}}, KeyWrong},
		"something else":              {&Message{Exchange: Informational, Payloads: []Payload{{payloadNotify, []byte{0, 0, 0, 1, 1, 0, 0x60, 2}}}}, KeyNothing},
		"the fourth message again":    {&Message{Exchange: MainMode, Payloads: []Payload{{payloadKE, nil}}}, KeyNothing},
		"a sixth message of no block": {&Message{Exchange: MainMode, Sealed: []byte{1, 2, 3}, Flags: flagEncrypted}, KeyNothing},
	} {
		c.m.Initiator, c.m.Responder, c.m.Version = s.theirs, s.ours, version1
		if v, why := x.Judge(c.m); v != c.want {
			t.Errorf("%s: %v (%s), want %v", name, v, why, c.want)
		}
	}
	foreign.Version, foreign.Responder = version1, s.ours
	if v, _ := x.Judge(foreign); v != KeyNothing {
		t.Errorf("another exchange gives %v", v)
	}
	x.Forget()
	if v, _ := x.Judge(inform("another")); v != KeyNothing {
		t.Errorf("after the secrets are gone: %v", v)
	}
}

func TestGolden(t *testing.T) {
	x, err := NewMain(Windows(AuthPSK, AuthRSA), numbers(3))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "windows", x.First())
	x, _ = NewMain(Weak(AuthPSK), numbers(4))
	golden(t, "weak", x.First())
	_, two, err := NewTwo(numbers(5))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "ikev2", two)
	if got := hex.EncodeToString(vendorNAT[:]); got != "4a131c81070358455c5728f20e95452f" {
		t.Errorf("RFC 3947 is %s", got)
	}
	if got := hex.EncodeToString(vendorDraft[:]); got != "90cb80913ebb696e086381b5ec427b1f" {
		t.Errorf("draft-02 is %s", got)
	}
}

func TestSecond(t *testing.T) {
	x, _ := NewMain(Windows(AuthPSK), numbers(1))
	reply := func(m *Message) *Message {
		m.Initiator, m.Version = x.ours, version1
		return m
	}
	var no *Refusal
	_, err := x.Second(reply(&Message{Exchange: Informational, Payloads: []Payload{{payloadNotify, []byte{0, 0, 0, 1, 1, 0, 0, 14}}}}))
	if !errors.As(err, &no) || no.Notify != NotifyNoProposal {
		t.Errorf("no proposal chosen: %v", err)
	}
	for name, m := range map[string]*Message{
		"not offered":    {Exchange: MainMode, Responder: Cookie{1}, Payloads: []Payload{{payloadSA, saBody([]Transform{{CipherDES, 0, HashMD5, AuthPSK, 1}})}}},
		"our own echoed": {Exchange: MainMode, Payloads: []Payload{{payloadSA, x.sa}}},
		"cut off":        {Exchange: MainMode, Responder: Cookie{1}, Payloads: []Payload{{payloadSA, x.sa[:20]}}},
		"quick mode":     {Exchange: 32, Responder: Cookie{1}, Payloads: []Payload{{payloadSA, x.sa}}},
	} {
		if _, err := x.Second(reply(m)); err == nil || errors.As(err, &no) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTwo(t *testing.T) {
	x, first, err := NewTwo(numbers(5))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := Decode(first); err != nil || len(m.Payloads) != 3 {
		t.Fatalf("our own: %v", err)
	}
	notify := func(n uint16) []Payload { return []Payload{{payload2Notify, []byte{0, 0, byte(n >> 8), byte(n)}}} }
	for name, c := range map[string]struct {
		ps   []Payload
		want bool
	}{
		"SA": {[]Payload{{payload2SA, nil}}, true}, "cookie": {notify(16390), true}, "another group": {notify(17), true},
		"no proposal": {notify(14), false}, "nothing": {nil, false}, "invalid syntax": {notify(7), false},
	} {
		m := &Message{Initiator: x.ours, Version: version2, Exchange: SAInit, Flags: flagResponse, Payloads: c.ps}
		if got, why, err := x.Read(m); err != nil || got != c.want {
			t.Errorf("%s: %v %s %v", name, got, why, err)
		}
		m.Flags = flagInitiator
		if _, _, err := x.Read(m); !errors.Is(err, ErrOther) {
			t.Errorf("%s as a request: %v", name, err)
		}
	}
}

// TestShares: both sides of each group come to the same secret, and what is no
// share is refused.
func TestShares(t *testing.T) {
	for _, g := range []uint16{1, 2, 14, 19, 20} {
		a, err := newShare(g, numbers(1))
		b, err2 := newShare(g, numbers(2))
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		x, err := a.secret(b.public)
		y, err2 := b.secret(a.public)
		if err != nil || err2 != nil || !bytes.Equal(x, y) {
			t.Errorf("group %d: %x %x %v %v", g, x, y, err, err2)
		}
		for _, bad := range [][]byte{nil, {1}, make([]byte, len(a.public)), bytes.Repeat([]byte{0xff}, len(a.public)), append(make([]byte, len(a.public)-1), 1)} {
			if _, err := a.secret(bad); !errors.Is(err, errShare) {
				t.Errorf("group %d takes %x: %v", g, bad, err)
			}
		}
	}
	if _, err := newShare(5, numbers(1)); err == nil {
		t.Error("a group that is not offered")
	}
}

// FuzzAnswers feeds whatever a hostile server may send to each step.
func FuzzAnswers(f *testing.F) {
	x, _ := NewMain(Windows(AuthPSK), numbers(1))
	s := &server{tr: Windows(AuthPSK)[4], sees: us, has: them}
	f.Add(x.First(), x.First())
	f.Add([]byte("short"), bytes.Repeat([]byte{0xff}, 60))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		m, err := Decode(a)
		if err == nil {
			// The cookie is what a guess would have to get right: given here.
			m.Initiator = x.ours
			_, _ = x.Second(m)
			_ = m.Notify()
			again, err := Decode(m.Encode())
			if err != nil || len(again.Payloads) != len(m.Payloads) || !bytes.Equal(again.Sealed, m.Sealed) {
				t.Fatalf("written and read again: %v", err)
			}
		}
		y, _ := reach(t, s, "key")
		if m, err := Decode(b); err == nil {
			m.Initiator, m.Responder = s.theirs, s.ours
			if v, _ := y.Judge(m); v == KeyRight {
				t.Fatal("a proof was guessed")
			}
			_, _ = y.Fourth(m, us, them)
		}
		two, _, _ := NewTwo(numbers(5))
		if m, err := Decode(b); err == nil {
			m.Initiator = two.ours
			_, _, _ = two.Read(m)
		}
	})
}
