package ike

import (
	"crypto/ecdh"
	"errors"
	"fmt"
	"io"
	"math/big"
)

// errShare: the other side's part of the key exchange is not one.
var errShare = errors.New("the server's part of the key exchange is not valid")

// share is one side of a Diffie-Hellman exchange.
type share struct {
	public []byte
	secret func(theirs []byte) ([]byte, error)
}

// The primes of RFC 2409 and 3526.
const (
	prime768 = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
		"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
		"4FE1356D6D51C245E485B576625E7EC6F44C42E9A63A3620FFFFFFFFFFFFFFFF"
	prime1024 = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
		"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
		"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
		"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"
	prime2048 = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
		"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
		"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
		"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
		"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
		"9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
		"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718" +
		"3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF"
)

// newShare makes our side for a group.
func newShare(group uint16, random io.Reader) (*share, error) {
	switch group {
	case 1:
		return modp(prime768, random)
	case 2:
		return modp(prime1024, random)
	case 14:
		return modp(prime2048, random)
	case 19:
		return curve(ecdh.P256(), 32, random)
	case 20:
		return curve(ecdh.P384(), 48, random)
	}
	return nil, fmt.Errorf("group %d was not offered", group)
}

func modp(prime string, random io.Reader) (*share, error) {
	p, _ := new(big.Int).SetString(prime, 16)
	size := (p.BitLen() + 7) / 8
	// An exponent of 256 bits has twice the strength of the largest group here.
	e := make([]byte, 32)
	if _, err := io.ReadFull(random, e); err != nil {
		return nil, fmt.Errorf("get random numbers: %w", err)
	}
	x := new(big.Int).SetBytes(e)
	public := new(big.Int).Exp(big.NewInt(2), x, p).FillBytes(make([]byte, size))
	return &share{public: public, secret: func(theirs []byte) ([]byte, error) {
		y := new(big.Int).SetBytes(theirs)
		one := big.NewInt(1)
		if len(theirs) != size || y.Cmp(one) <= 0 || y.Cmp(new(big.Int).Sub(p, one)) >= 0 {
			return nil, errShare
		}
		return y.Exp(y, x, p).FillBytes(make([]byte, size)), nil
	}}, nil
}

// curve is a group of RFC 5903: both coordinates on the wire, the first one as
// the secret.
func curve(c ecdh.Curve, size int, random io.Reader) (*share, error) {
	for range 64 { // a number above the curve's order is as good as never drawn
		k := make([]byte, size)
		if _, err := io.ReadFull(random, k); err != nil {
			return nil, fmt.Errorf("get random numbers: %w", err)
		}
		key, err := c.NewPrivateKey(k)
		if err != nil {
			continue
		}
		return &share{public: key.PublicKey().Bytes()[1:], secret: func(theirs []byte) ([]byte, error) {
			if len(theirs) != 2*size {
				return nil, errShare
			}
			pub, err := c.NewPublicKey(append([]byte{4}, theirs...))
			if err != nil {
				return nil, errShare
			}
			return key.ECDH(pub)
		}}, nil
	}
	return nil, errors.New("get random numbers: the source gives none that fit")
}
