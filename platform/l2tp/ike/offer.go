package ike

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Ciphers, hashes, ways to authenticate and groups, by their numbers in IKEv1.
const (
	CipherDES  uint16 = 1
	Cipher3DES uint16 = 5
	CipherAES  uint16 = 7
	HashMD5    uint16 = 1
	HashSHA1   uint16 = 2
	HashSHA256 uint16 = 4
	AuthPSK    uint16 = 1
	AuthRSA    uint16 = 3
)

// Transform is one combination that is offered or was chosen.
type Transform struct {
	Cipher, Bits uint16 // Bits of an AES key; 0 for others
	Hash         uint16
	Auth         uint16
	Group        uint16
}

func (t Transform) String() string {
	var parts []string
	switch t.Cipher {
	case CipherDES:
		parts = append(parts, "DES")
	case Cipher3DES:
		parts = append(parts, "3DES")
	case CipherAES:
		parts = append(parts, fmt.Sprintf("AES-%d", t.Bits))
	default:
		parts = append(parts, fmt.Sprintf("cipher %d", t.Cipher))
	}
	switch t.Hash {
	case HashMD5:
		parts = append(parts, "MD5")
	case HashSHA1:
		parts = append(parts, "SHA-1")
	case HashSHA256:
		parts = append(parts, "SHA-256")
	default:
		parts = append(parts, fmt.Sprintf("hash %d", t.Hash))
	}
	return strings.Join(append(parts, fmt.Sprintf("group %d", t.Group)), ", ")
}

// Windows is the set that Windows offers for L2TP by itself: the order is
// expected, not yet seen.
func Windows(auths ...uint16) []Transform {
	return each(auths, []Transform{
		{Cipher: CipherAES, Bits: 256, Hash: HashSHA1, Group: 20},
		{Cipher: CipherAES, Bits: 128, Hash: HashSHA1, Group: 19},
		{Cipher: CipherAES, Bits: 256, Hash: HashSHA1, Group: 14},
		{Cipher: Cipher3DES, Hash: HashSHA1, Group: 14},
		{Cipher: Cipher3DES, Hash: HashSHA1, Group: 2},
	})
}

// Weak is the set that Windows offers only with AllowL2TPWeakCrypto.
func Weak(auths ...uint16) []Transform {
	return each(auths, []Transform{
		{Cipher: CipherAES, Bits: 256, Hash: HashMD5, Group: 14},
		{Cipher: CipherAES, Bits: 128, Hash: HashMD5, Group: 2},
		{Cipher: Cipher3DES, Hash: HashMD5, Group: 2},
		{Cipher: CipherDES, Hash: HashSHA1, Group: 2},
		{Cipher: CipherDES, Hash: HashMD5, Group: 2},
		{Cipher: CipherDES, Hash: HashSHA1, Group: 1},
		{Cipher: CipherDES, Hash: HashMD5, Group: 1},
	})
}

// each is the set once for each way to authenticate: servers look at the first
// one of a proposal, so they are not mixed.
func each(auths []uint16, set []Transform) []Transform {
	var out []Transform
	for _, a := range auths {
		for _, t := range set {
			t.Auth = a
			out = append(out, t)
		}
	}
	return out
}

// Attributes of a transform.
const (
	attrCipher   = 1
	attrHash     = 2
	attrAuth     = 3
	attrGroup    = 4
	attrLifeType = 11
	attrLife     = 12
	attrBits     = 14
	lifetime     = 28800 // seconds, as Windows says
)

// saBody is the SA payload for a set: DOI of IPsec, identity only, one proposal.
func saBody(set []Transform) []byte {
	var ts []byte
	for i, t := range set {
		a := short(nil, attrCipher, t.Cipher)
		if t.Bits != 0 {
			a = short(a, attrBits, t.Bits)
		}
		a = short(a, attrHash, t.Hash)
		a = short(a, attrGroup, t.Group)
		a = short(a, attrAuth, t.Auth)
		a = short(a, attrLifeType, 1)
		a = append(a, 0, attrLife, 0, 4)
		a = binary.BigEndian.AppendUint32(a, lifetime)
		next := uint8(3)
		if i == len(set)-1 {
			next = 0
		}
		ts = append(ts, next, 0)
		ts = binary.BigEndian.AppendUint16(ts, uint16(8+len(a)))
		ts = append(ts, uint8(i+1), 1, 0, 0) // number, KEY_IKE
		ts = append(ts, a...)
	}
	b := []byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(ts)))
	b = append(b, 1, 1, 0, uint8(len(set))) // number, protocol ISAKMP, no SPI
	return append(b, ts...)
}

func short(b []byte, typ, value uint16) []byte {
	b = binary.BigEndian.AppendUint16(b, 0x8000|typ)
	return binary.BigEndian.AppendUint16(b, value)
}

// chosen reads the one transform of a server's SA payload.
func chosen(b []byte) (Transform, error) {
	var t Transform
	bad := fmt.Errorf("%w: its choice cannot be read", ErrMessage)
	if len(b) < 16 || b[12+1] != 1 {
		return t, bad
	}
	spi := int(b[12+2])
	if len(b) < 16+spi+8 {
		return t, bad
	}
	tr := b[16+spi:]
	n := int(binary.BigEndian.Uint16(tr[2:]))
	if n < 8 || n > len(tr) {
		return t, bad
	}
	for a := tr[8:n]; len(a) >= 4; {
		typ, v := binary.BigEndian.Uint16(a), binary.BigEndian.Uint16(a[2:])
		if typ&0x8000 == 0 { // a long one: v is its length
			if 4+int(v) > len(a) {
				return t, bad
			}
			a = a[4+int(v):]
			continue
		}
		switch typ & 0x7fff {
		case attrCipher:
			t.Cipher = v
		case attrHash:
			t.Hash = v
		case attrAuth:
			t.Auth = v
		case attrGroup:
			t.Group = v
		case attrBits:
			t.Bits = v
		}
		a = a[4:]
	}
	return t, nil
}
