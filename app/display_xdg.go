//go:build !windows && !darwin

package app

import (
	"net"
	"os"
	"time"

	"tacklebox/platform/sessionbus"
)

// prepareDisplay checks for a display and chooses its kind before Fyne starts.
func prepareDisplay() error {
	sessionbus.KeepAbsent()
	platform, err := displayEnv(os.Getenv, answers)
	if err != nil || platform == "" {
		return err
	}
	return os.Setenv("FYNE_PLATFORM", platform)
}

// answers tells whether something listens on a unix socket.
func answers(socket string) bool {
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
