package paths

import (
	"os"
	"path/filepath"
)

// userDataDir is %LocalAppData%: histories do not belong into a roaming profile.
func userDataDir() (string, error) { return os.UserCacheDir() }

// runtimeDir is only used for lock files on Windows, where sockets are pipes.
func runtimeDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(base, name, "run"), nil
}

// ownedOnly relies on the profile's access list, which only lets its owner in.
func ownedOnly(string) error { return nil }
