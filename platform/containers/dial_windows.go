package containers

import (
	"errors"

	"golang.org/x/sys/windows"
)

func isRefused(err error) bool {
	return errors.Is(err, windows.WSAECONNREFUSED) || errors.Is(err, windows.ERROR_PIPE_BUSY)
}

func hintPermission(string) string {
	return "add yourself to the group docker-users and sign in again, or choose another engine"
}
