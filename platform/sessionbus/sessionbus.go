//go:build unix && !darwin

// Package sessionbus connects to the D-Bus session bus that is there, and never
// starts one: godbus's own SessionBus would run dbus-launch on a bare system.
package sessionbus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/godbus/dbus/v5"
)

// ErrNone is returned where there is no session bus.
var ErrNone = errors.New("no D-Bus session bus")

// none is an address that no transport takes.
const none = "disabled:"

// KeepAbsent makes sure that nothing in this process starts a session bus where
// there is none. Fyne's connections, unlike ours, would run dbus-launch, whose
// dbus-daemon nobody ends: one more is left with each start.
func KeepAbsent() {
	if address() == "" {
		_ = os.Setenv("DBUS_SESSION_BUS_ADDRESS", none)
	}
}

// address is where the session bus listens, or empty.
func address() string {
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && a != "autolaunch:" && a != none {
		return a
	}
	path := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus")
	if info, err := os.Stat(path); err == nil && filepath.IsAbs(path) && info.Mode()&os.ModeSocket != 0 {
		return "unix:path=" + path
	}
	return ""
}

// Present is whether there is a session bus to ask.
func Present() bool { return address() != "" }

// Connect makes a connection of our own to the session bus. A bus that is
// stopped holds up neither the call, which ends with ctx, nor anything else.
// The connection outlives ctx; the caller closes it.
func Connect(ctx context.Context) (*dbus.Conn, error) {
	a := address()
	if a == "" {
		return nil, ErrNone
	}
	type result struct {
		conn *dbus.Conn
		err  error
	}
	done := make(chan result, 1)
	go func() {
		conn, err := dbus.Connect(a)
		done <- result{conn, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, fmt.Errorf("connect to the D-Bus session bus at %q: %w", a, r.err)
		}
		return r.conn, nil
	case <-ctx.Done():
		go func() { // godbus's handshake cannot be ended from outside
			if r := <-done; r.conn != nil {
				_ = r.conn.Close()
			}
		}()
		return nil, fmt.Errorf("connect to the D-Bus session bus at %q: %w", a, ctx.Err())
	}
}
