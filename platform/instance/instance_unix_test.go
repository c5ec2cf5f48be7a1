//go:build unix

package instance

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ready is for Windows.
func ready(*testing.T, string) {}

// TestStopped: a stopped window holds a second start up for a bounded time.
func TestStopped(t *testing.T) {
	dir := folders(t)
	cmd, said := start(t, dir)
	if said != "yes" {
		t.Fatalf("the first said %q", said)
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// The signal takes a moment: not to be measured as an answer.
	if _, err := syscall.Wait4(cmd.Process.Pid, nil, syscall.WUNTRACED, nil); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	err := Send(dir, Message{Verb: "show"})
	if took := time.Since(begin); err == nil || errors.Is(err, ErrNotRunning) || took > exchange+time.Second {
		t.Errorf("after %v: %v", took, err)
	}
}

// TestOwnerOnly: nobody else can reach the socket.
func TestOwnerOnly(t *testing.T) {
	dir := folders(t)
	acquire(t, dir)
	address, err := os.ReadFile(filepath.Join(dir, lockName))
	if err != nil {
		t.Fatal(err)
	}
	socket := strings.TrimSpace(string(address))
	for path, want := range map[string]os.FileMode{socket: 0o600, filepath.Dir(socket): 0o700, filepath.Join(dir, lockName): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
}
