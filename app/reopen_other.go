//go:build cgo && !darwin

package app

// followDock has nothing to do: only macOS has a Dock.
func (s *shell) followDock() {}
