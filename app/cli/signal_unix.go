//go:build unix

package cli

import (
	"os"
	"syscall"
)

// leaveSignals ask the program to leave; a terminal that is closed hangs up.
func leaveSignals() []os.Signal {
	return []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
}

func signalCode(s os.Signal) int {
	switch s {
	case os.Interrupt:
		return exitInterrupted
	case syscall.SIGTERM:
		return exitTerminated
	case syscall.SIGHUP:
		return 128 + int(syscall.SIGHUP)
	}
	return 0
}
