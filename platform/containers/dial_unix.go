//go:build !windows

package containers

import (
	"errors"
	"syscall"
)

func isRefused(err error) bool {
	// A regular file, or a socket whose owner died, refuses as well.
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOTSOCK) || errors.Is(err, syscall.EPROTOTYPE)
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func hintPermission(string) string {
	return "add yourself to the group docker and sign in again, or choose another engine"
}
