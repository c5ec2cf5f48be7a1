package journal

import (
	"errors"

	"tacklebox/platform/l2tp/plan"
)

// Machine is what is changed: the registry's values and the services of one PC.
// journaltest has one in memory, which fails or dies where it is told to.
type Machine interface {
	// Value reads a value with its type and bytes; ErrNoKey when its key is not there.
	Value(plan.Place) (plan.Value, error)
	// Set writes a value into a key that is there; it makes no key.
	Set(at plan.Place, typ uint32, data []byte) error
	// Delete deletes a value; one that is not there is no error.
	Delete(plan.Place) error
	// Service reads a service; Installed is false for one that is not there.
	Service(name string) (plan.Service, error)
	// Start and Stop return when the service runs, or is stopped.
	Start(name string) error
	// Stop returns ErrNeeded when another service stands on this one.
	Stop(name string) error
	// SetStart sets the start type, and nothing else of the service.
	SetStart(name string, start plan.StartType) error
}

// ErrNoKey: the registry key of a value is not there. Keys are never made, since
// Windows makes these with the service that reads them.
var ErrNoKey = errors.New("its registry key is not there, so the service that reads it is not installed: repair or reinstall Windows' own VPN services first")

// ErrNeeded: a service is not stopped, since another one stands on it.
var ErrNeeded = errors.New("another service that runs needs it")

// ErrTooLong: a value is longer than anything that is kept.
var ErrTooLong = errors.New("its value is longer than 4096 bytes, which no version of Windows writes there: look at it with regedit and delete it by hand")

// longest bounds a value's bytes, as the vocabulary does.
const longest = 4096

// ErrBusy: another helper is at work.
var ErrBusy = errors.New("another change of this PC is being made: wait until it has ended, then try again")
