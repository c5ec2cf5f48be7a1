//go:build unix && !darwin

package paths

import (
	"os"
	"path/filepath"
	"syscall"
)

// userDataDir follows the XDG base directory specification, which says that a
// relative path is to be ignored.
func userDataDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".local", "share"), nil
}

// runtimeDir is in XDG_RUNTIME_DIR, unless that belongs to another person, as it
// does after a plain su.
func runtimeDir() (string, error) {
	base := os.Getenv("XDG_RUNTIME_DIR")
	if filepath.IsAbs(base) {
		if info, err := os.Stat(base); err == nil && info.IsDir() {
			if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) == os.Getuid() {
				return filepath.Join(base, name), nil
			}
		}
	}
	return tempRuntimeDir(), nil
}
