//go:build !windows

package containers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tacklebox/platform/containers/dockertest"
)

func needScripts(testing.TB) {}

func runAsNobody(t *testing.T, marker string) {
	t.Helper()
	if os.Geteuid() != 0 {
		dockertest.Missing(t, "root", "it asks a socket as another user")
	}
	dir, err := os.MkdirTemp("", "tbn")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "docker.sock")
	listen(t, socket)
	if err := os.Chmod(socket, 0); err != nil {
		t.Fatal(err)
	}
	// The test binary lies in a folder that only root may enter.
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		dockertest.Missing(t, "/proc", "the test runs itself")
	}
	program := filepath.Join(dir, "test")
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run=^TestPermissionDenied$", "-test.v")
	cmd.Dir = dir
	cmd.Env = []string{marker + "=" + socket, "HOME=/", "TMPDIR=/tmp"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "permission connect to") || !strings.Contains(string(out), "permission denied: add yourself to the group docker") {
		t.Errorf("%v: %s", err, out)
	}
}
