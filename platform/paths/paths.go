// Package paths knows where Tacklebox keeps its files: one folder of data and
// one folder for what lives only as long as the person is logged in.
package paths

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// name is the folder's name in the folders of the system.
const name = "tacklebox"

// DataDir is the folder that holds everything Tacklebox keeps: override when it
// is not empty (--data-dir), else one folder in the system's place for a
// person's application data. It is made when it is absent, for its owner only.
func DataDir(override string) (string, error) {
	dir := override
	if dir == "" {
		base, err := userDataDir()
		if err != nil {
			return "", fmt.Errorf("find the data folder: %w: name one with --data-dir", err)
		}
		dir = filepath.Join(base, name)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("use data folder %q: %w", override, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("use data folder %q: %w: choose another with --data-dir", dir, cause(err))
	}
	return dir, nil
}

// RuntimeDir is the folder for sockets: it belongs to this person alone and is
// emptied by the system when they log out, where the system has such a folder.
func RuntimeDir() (string, error) {
	dir, err := runtimeDir()
	if err != nil {
		return "", fmt.Errorf("find the runtime folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("use runtime folder %q: %w", dir, cause(err))
	}
	if err := ownedOnly(dir); err != nil {
		return "", fmt.Errorf("use runtime folder %q: %w", dir, err)
	}
	return dir, nil
}

// LogFile is the log in a data folder.
func LogFile(dataDir string) string { return filepath.Join(dataDir, "logs", "tacklebox.log") }

// CrashDir is the folder of crash reports in a data folder.
func CrashDir(dataDir string) string { return filepath.Join(dataDir, "crashes") }

// RecordingsDir is the folder of recorded sessions in a data folder.
func RecordingsDir(dataDir string) string { return filepath.Join(dataDir, "recordings") }

// errNotOurs is returned for a runtime folder that another person could use.
var errNotOurs = errors.New("it belongs to somebody else or others may write in it: remove it")

// cause strips the path that os puts into its errors, which our sentence names already.
func cause(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
