//go:build unix && !darwin

package testbed

import (
	"os/exec"
	"strings"
	"testing"

	"tacklebox/platform/sessionbus"
)

// Keyring starts GNOME's keyring, unlocked, on a session bus of its own for this
// test alone, and sets the environment to both.
func Keyring(t testing.TB) {
	t.Helper()
	daemon := Program(t, "gnome-keyring-daemon", "gnome-keyring")
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"} {
		t.Setenv(name, home)
	}
	Bus(t)
	cmd := exec.Command(daemon, "--foreground", "--unlock", "--components=secrets", "--control-directory="+t.TempDir())
	cmd.Stdin = strings.NewReader("password of the keyring\n")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(cmd) })
	conn, err := sessionbus.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// Whoever asks for the name before this one has it makes the bus start another,
	// which is locked and waits for a person.
	Wait(t, "the keyring is on the bus", func() bool {
		var has bool
		err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&has)
		return err == nil && has
	})
}
