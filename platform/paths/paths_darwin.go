package paths

import "os"

// userDataDir is ~/Library/Application Support.
func userDataDir() (string, error) { return os.UserConfigDir() }

// runtimeDir is in the per-person temporary folder that launchd names in TMPDIR.
func runtimeDir() (string, error) { return tempRuntimeDir(), nil }
