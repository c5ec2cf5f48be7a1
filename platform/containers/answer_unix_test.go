//go:build !windows

package containers

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestAskClassifiesSockets(t *testing.T) {
	dir, err := os.MkdirTemp("", "tba")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	dead := filepath.Join(dir, "dead.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, "unix://"+filepath.Join(dir, "none.sock"), ProblemNoSocket, "no such socket")
	wantProblem(t, "unix://"+dead, ProblemRefused, "nothing listens")
	wantProblem(t, "unix://"+file, ProblemRefused, "nothing listens")
}
