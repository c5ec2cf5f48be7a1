// Package autostart has the system start Tacklebox, minimised to its tray, when
// the person logs in. It is off until they ask for it.
package autostart

import (
	"fmt"
	"os"
	"path/filepath"
)

// appID names the entry.
const appID = "io.github.tacklebox.Tacklebox"

// Enabled says whether the system starts Tacklebox at login. It asks the system,
// since a person can also switch the entry off there.
func Enabled() (bool, error) {
	on, err := enabled()
	if err != nil {
		return false, fmt.Errorf("look at the start at login: %w", err)
	}
	return on, nil
}

// Set has the system start this program at login, or not. args go behind
// --minimized, such as the data folder of a second copy.
func Set(on bool, args ...string) error {
	if !on {
		if err := disable(); err != nil {
			return fmt.Errorf("switch off the start at login: %w", err)
		}
		return nil
	}
	program, err := program()
	if err == nil {
		err = enable(append([]string{program, "--minimized"}, args...))
	}
	if err != nil {
		return fmt.Errorf("switch on the start at login: %w", err)
	}
	return nil
}

// program is the path by which this program can be started again.
func program() (string, error) {
	// An AppImage runs from a mount that is gone at the next login; its file stays.
	if image := os.Getenv("APPIMAGE"); filepath.IsAbs(image) {
		return image, nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// write puts content at path whole.
func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tacklebox-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
