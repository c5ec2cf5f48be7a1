//go:build !unix || darwin

// Package sessionbus connects to the D-Bus session bus, which only Unix desktops have.
package sessionbus
