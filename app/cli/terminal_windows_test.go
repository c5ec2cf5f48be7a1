package cli

import (
	"errors"
	"io"
	"testing"
)

// reads are the results of a console's reads, one after the other.
type reads []func(b []byte) (int, error)

func (r *reads) Read(b []byte) (int, error) {
	next := (*r)[0]
	*r = (*r)[1:]
	return next(b)
}

func TestCtrlZ(t *testing.T) {
	gone := errors.New("the console is gone")
	typed := func(s string) func([]byte) (int, error) {
		return func(b []byte) (int, error) { return copy(b, s), nil }
	}
	fails := func(err error) func([]byte) (int, error) {
		return func([]byte) (int, error) { return 0, err }
	}
	got, err := io.ReadAll(consoleKeys{&reads{typed("a"), fails(io.EOF), typed("fg\r"), fails(gone)}})
	if string(got) != "a\x1afg\r" || !errors.Is(err, gone) {
		t.Errorf("%q, %v", got, err)
	}
}
