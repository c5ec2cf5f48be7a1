//go:build !windows

package dockertest

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// listenFake listens as an engine of this system does. A test's own folder has
// too long a name for a socket.
func listenFake(t testing.TB) (host string, l net.Listener) {
	t.Helper()
	dir, err := os.MkdirTemp("", "tbf")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "docker.sock")
	l, err = net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	return "unix://" + socket, l
}
