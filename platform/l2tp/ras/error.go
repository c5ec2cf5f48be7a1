package ras

import (
	"errors"
	"fmt"

	"tacklebox/platform/l2tp/codes"
)

// Error is a code that remote access ended in.
type Error struct {
	Doing string // "dial \"office\""
	Code  uint32
}

// Error implements error.
func (e *Error) Error() string {
	if c, ok := codes.Find(int64(e.Code)); ok {
		return fmt.Sprintf("%s: error %d: %s", e.Doing, e.Code, c.Meaning)
	}
	return fmt.Sprintf("%s: error %d of Windows", e.Doing, e.Code)
}

// The codes that decide something here.
const (
	ok               = 0
	errInvalidHandle = 6 // the connection is gone
	errTooSmall      = 603
	errNoEntry       = 623
	errInvalidSize   = 632
	errNoConnection  = 668
	errRasMan        = 711 // RasMan cannot start
	errRasManGone    = 834
)

// down are the codes that say that RasMan does not run: then nothing is connected.
var down = []uint32{errRasMan, errRasManGone, 1058, 1060, 1062, 1068, 1722, 1753}

func failed(code uint32, format string, args ...any) error {
	return &Error{Doing: fmt.Sprintf(format, args...), Code: code}
}

var (
	// ErrNoLogin: nobody gave a login, and none is stored.
	ErrNoLogin = errors.New("no login is stored with the connection: give a user and a password")
	// ErrConnected: a test of what is connected already would prove nothing.
	ErrConnected = errors.New("it is connected already: disconnect it, then test it again")
	// ErrGaveUp: a dial took longer than any connection does.
	ErrGaveUp = errors.New("gave up: no connection is made this slowly")
)
