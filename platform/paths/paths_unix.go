//go:build unix

package paths

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// tempRuntimeDir is the runtime folder of a system that has none of its own.
func tempRuntimeDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("%s-%d", name, os.Getuid()))
}

// ownedOnly makes sure that nobody else can put a socket into dir: in a shared
// temporary folder anybody could have made it first.
func ownedOnly(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return cause(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(stat.Uid) != os.Getuid() {
		return errNotOurs
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return cause(err)
		}
	}
	return nil
}
