package ras

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// What a mask of RASCREDENTIALSW names, RASCM_* of ras.h.
const (
	maskUser     = 0x1
	maskPassword = 0x2
	maskDomain   = 0x4
	maskKey      = 0x10 // alone
)

var errSecret = errors.New("a key or password has at most 256 characters, and is text")

// putSecret writes a secret without making a string of it, which could not be
// cleared.
func putSecret(to []uint16, from []byte) error {
	clear(to)
	n := 0
	for b := from; len(b) > 0; {
		r, size := utf8.DecodeRune(b)
		b = b[size:]
		wide := utf16.RuneLen(r)
		if r == 0 || r == utf8.RuneError && size == 1 || n+wide >= len(to) {
			clear(to)
			return errSecret
		}
		if wide == 2 {
			a, c := utf16.EncodeRune(r)
			to[n], to[n+1] = uint16(a), uint16(c)
		} else {
			to[n] = uint16(r)
		}
		n += wide
	}
	return nil
}

// putUser writes a user's name, and the domain apart where there is one that
// Windows has room for.
func putUser(user, domain []uint16, name string) error {
	before, after, found := strings.Cut(name, `\`)
	if !found || len(utf16.Encode([]rune(before))) >= len(domain) {
		before, after = "", name
	}
	if err := put(domain, before); err != nil {
		return err
	}
	return put(user, after)
}

// SetKey stores the pre-shared key of this person's connection. The connection has
// to say already that it uses one, or Windows minds none.
func (s *System) SetKey(name string, key []byte) error {
	ref, err := s.find(name, true)
	if err != nil {
		return err
	}
	c := &credentials{size: 1068, mask: maskKey}
	defer c.clear()
	if err := putSecret(c.password[:], key); err != nil {
		return err
	}
	if len(key) == 0 {
		return errors.New("there is no pre-shared key to store: enter it")
	}
	if code := s.api.setCredentials(ref.Book, ref.Name, c); code != ok {
		return failed(code, "store the pre-shared key of %q", name)
	}
	return nil
}

// SetLogin stores the login of this person's connection: what was typed of it. An
// empty user or password leaves the stored one alone.
func (s *System) SetLogin(name, user string, password []byte) error {
	ref, err := s.find(name, true)
	if err != nil {
		return err
	}
	c := &credentials{size: 1068}
	defer c.clear()
	if user != "" {
		c.mask |= maskUser | maskDomain
		if err := putUser(c.user[:], c.domain[:], user); err != nil {
			return fmt.Errorf("store the login of %q: %w", name, err)
		}
	}
	if len(password) > 0 {
		c.mask |= maskPassword
		if err := putSecret(c.password[:], password); err != nil {
			return err
		}
	}
	if c.mask == 0 {
		return errors.New("there is no login to store: enter it")
	}
	if code := s.api.setCredentials(ref.Book, ref.Name, c); code != ok {
		return failed(code, "store the login of %q", name)
	}
	return nil
}

// stored puts the stored login into a dial. Windows gives a handle in place of the
// password, which it takes back as the password.
func (s *System) stored(ref Ref, p *dialParams) error {
	c := &credentials{size: 1068, mask: maskUser | maskPassword | maskDomain}
	defer c.clear()
	if code := s.api.credentials(ref.Book, ref.Name, c); code != ok || c.mask&maskPassword == 0 || c.user[0] == 0 {
		return ErrNoLogin
	}
	p.user, p.password, p.domain = c.user, c.password, c.domain
	return nil
}

func (c *credentials) clear() { *c = credentials{} }
