//go:build !windows

package app

// AttachConsole does nothing: only Windows keeps consoles from window programs.
func AttachConsole() {}
