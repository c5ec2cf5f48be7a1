package testbed

import (
	"os/exec"
	"strings"
	"testing"
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
}
