//go:build !windows

package journal

import (
	"errors"
	"fmt"
)

// MachineFolder is the folder of the journal of this PC.
type MachineFolder struct{ Dir }

// OpenMachine says that there is no such folder here.
func OpenMachine(bool) (*MachineFolder, error) {
	return nil, fmt.Errorf("the journal of a PC is on Windows: %w", errors.ErrUnsupported)
}

// Close gives the folder back.
func (*MachineFolder) Close() {}

// Lock is held by one helper at a time.
func (*MachineFolder) Lock() error { return errors.ErrUnsupported }
