package ike

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
)

// digest is the hash that was negotiated: MD5 and SHA-1 are what such servers
// speak; nothing of Tacklebox relies on them.
func (t Transform) digest() (func() hash.Hash, error) {
	switch t.Hash {
	case HashMD5:
		return md5.New, nil
	case HashSHA1:
		return sha1.New, nil
	case HashSHA256:
		return sha256.New, nil
	}
	return nil, fmt.Errorf("hash %d was not offered", t.Hash)
}

// block is the cipher that was negotiated.
func (t Transform) block(key []byte) (cipher.Block, error) {
	switch t.Cipher {
	case CipherDES:
		return des.NewCipher(key)
	case Cipher3DES:
		return des.NewTripleDESCipher(key)
	}
	return aes.NewCipher(key)
}

func (t Transform) keyLen() int {
	switch t.Cipher {
	case CipherDES:
		return 8
	case Cipher3DES:
		return 24
	}
	return int(t.Bits / 8)
}

func sum(h func() hash.Hash, parts ...[]byte) []byte {
	d := h()
	for _, p := range parts {
		d.Write(p)
	}
	return d.Sum(nil)
}

func prf(h func() hash.Hash, key []byte, parts ...[]byte) []byte {
	m := hmac.New(h, key)
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// keys are the secrets of an exchange, by the names of RFC 2409.
type keys struct {
	hash   func() hash.Hash
	skeyid []byte
	a      []byte // authenticates what comes after main mode
	block  cipher.Block
	iv     []byte // of the next message of main mode
}

var errSealed = errors.New("not sealed with our key")

// derive computes the keys for a pre-shared key.
func derive(t Transform, psk, ni, nr, secret []byte, i, r Cookie, ours, theirs []byte) (*keys, error) {
	h, err := t.digest()
	if err != nil {
		return nil, err
	}
	k := &keys{hash: h}
	k.skeyid = prf(h, psk, ni, nr)
	d := prf(h, k.skeyid, secret, i[:], r[:], []byte{0})
	k.a = prf(h, k.skeyid, d, secret, i[:], r[:], []byte{1})
	e := prf(h, k.skeyid, k.a, secret, i[:], r[:], []byte{2})
	n := t.keyLen()
	if len(e) < n {
		long, last := []byte(nil), []byte{0}
		for len(long) < n {
			last = prf(h, e, last)
			long = append(long, last...)
		}
		e = long
	}
	k.block, err = t.block(e[:n])
	if err != nil {
		return nil, fmt.Errorf("use %s: %w", t, err)
	}
	k.iv = sum(h, ours, theirs)[:k.block.BlockSize()]
	return k, nil
}

// seal encrypts payloads with zero padding and returns the last block too, which
// is the next message's start.
func (k *keys) seal(iv, plain []byte) (sealed, last []byte) {
	size := k.block.BlockSize()
	padded := append([]byte(nil), plain...)
	for len(padded)%size != 0 {
		padded = append(padded, 0)
	}
	cipher.NewCBCEncrypter(k.block, iv).CryptBlocks(padded, padded)
	return padded, padded[len(padded)-size:]
}

// open decrypts what was sealed with this start.
func (k *keys) open(iv, sealed []byte) (plain, last []byte, err error) {
	size := k.block.BlockSize()
	if len(sealed) == 0 || len(sealed)%size != 0 {
		return nil, nil, errSealed
	}
	plain = make([]byte, len(sealed))
	cipher.NewCBCDecrypter(k.block, iv).CryptBlocks(plain, sealed)
	return plain, sealed[len(sealed)-size:], nil
}

// later is the start of an exchange that follows main mode.
func (k *keys) later(last []byte, id []byte) []byte {
	return sum(k.hash, last, id)[:k.block.BlockSize()]
}
