//go:build !windows && !darwin

package app

import "os"

// prepareDisplay checks for a display and chooses its kind before Fyne starts.
func prepareDisplay() error {
	platform, err := displayEnv(os.Getenv)
	if err != nil || platform == "" {
		return err
	}
	return os.Setenv("FYNE_PLATFORM", platform)
}
