package cli

import (
	"os"
	"syscall"
)

// leaveSignals ask the program to leave; Windows sends SIGTERM for a console
// that is closed.
func leaveSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

func signalCode(s os.Signal) int {
	switch s {
	case os.Interrupt:
		return exitInterrupted
	case syscall.SIGTERM:
		return exitTerminated
	}
	return 0
}
