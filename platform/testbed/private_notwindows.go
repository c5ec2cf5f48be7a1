//go:build !windows

package testbed

import (
	"os"
	"testing"
)

// OwnerOnly fails the test unless nobody but its owner may use the file at path.
// On Windows a file's mode tells nothing: the folder's access list protects it.
func OwnerOnly(t testing.TB, path string) {
	t.Helper()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v, %v, want %v", path, info, err, os.FileMode(0o600))
	}
}
