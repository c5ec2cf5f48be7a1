//go:build !linux && !darwin && !windows

package socket

import (
	"errors"
	"fmt"
)

func bindDevice(int, bool, string) error {
	return fmt.Errorf("send through an interface: %w on this system: name a source address", errors.ErrUnsupported)
}

func errorsOn(int, bool) error { return nil }
