//go:build windows || darwin

package app

// prepareDisplay has nothing to choose: the system has one display.
func prepareDisplay() error { return nil }
