package autostart

import (
	"errors"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// The keys in HKEY_CURRENT_USER. Task Manager switches an entry off in the
// second, where an odd first byte means off.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
	valueName   = "Tacklebox"
)

// enabled looks at the Run key and at Task Manager's switch.
func enabled() (bool, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer key.Close()
	if _, _, err := key.GetStringValue(valueName); errors.Is(err, registry.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	approved, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return true, nil // nobody switched anything off
	}
	defer approved.Close()
	state, _, err := approved.GetBinaryValue(valueName)
	return err != nil || len(state) == 0 || state[0]&1 == 0, nil
}

// enable writes the Run entry and takes back what Task Manager switched off.
func enable(command []string) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	if err := key.SetStringValue(valueName, windows.ComposeCommandLine(command)); err != nil {
		return err
	}
	return remove(approvedKey)
}

// disable removes the Run entry.
func disable() error {
	return errors.Join(remove(runKey), remove(approvedKey))
}

// remove deletes our value under a key, if both are there.
func remove(path string) error {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer key.Close()
	if err := key.DeleteValue(valueName); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return nil
}
