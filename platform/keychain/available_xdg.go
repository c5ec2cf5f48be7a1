//go:build unix && !darwin

package keychain

import "tacklebox/platform/sessionbus"

// available asks for the bus that the Secret Service is on. Without one nothing
// may be asked: the library would start a bus that nobody ends.
func available() error {
	if !sessionbus.Present() {
		return sessionbus.ErrNone
	}
	return nil
}
