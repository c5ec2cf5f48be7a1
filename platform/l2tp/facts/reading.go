// Package facts reads a Windows PC without elevation: registry values, services,
// connections, who has the ports, the event log. It changes nothing.
package facts

import (
	"time"

	"tacklebox/platform/l2tp/events"
	"tacklebox/platform/l2tp/plan"
)

// Reading is what was read of a PC.
type Reading struct {
	PC plan.PC
	// Windows is the product's name and Build its number with the update level,
	// "10.0.19045.3803".
	Windows, Build string
	// Wine: this is no Windows. Connections, events and restarts are not available.
	Wine bool
	// BootTime tells whether a value was there when the PC started.
	BootTime time.Time
	Ports    []Port
	// Needs are the services that the four cannot start without, as the service
	// manager names them, and how they are.
	Needs []Need
	// Attempts are the last connection attempts of the event log, the latest first.
	Attempts []events.Attempt
	// Lost are values that Tacklebox had set and that are no longer there, as after
	// an upgrade of Windows. Only who has the journal can tell.
	Lost []plan.Place
	// Unread names what could not be read, with why.
	Unread []Unread
}

// Need is a service that another one cannot start without.
type Need struct {
	plan.Service
	Of string // the service that needs it
}

// Part is a part of a reading.
type Part string

// The parts that can fail by themselves.
const (
	PartValues   Part = "values"
	PartServices Part = "services"
	PartProfiles Part = "connections"
	PartPorts    Part = "ports"
	PartEvents   Part = "events"
	PartBuild    Part = "build"
	PartPolicy   Part = "policy"  // whether an IPsec policy is assigned
	PartPending  Part = "pending" // whether Windows waits for a restart
	PartJournal  Part = "journal" // what Tacklebox changed here
)

// Parts are all parts, for whoever translates them.
func Parts() []Part {
	return []Part{PartValues, PartServices, PartProfiles, PartPorts, PartEvents, PartBuild, PartPolicy, PartPending, PartJournal}
}

// Unread is a part that could not be read. Err is in English, for the details.
type Unread struct {
	Part Part
	Err  string
}

// Port is who owns one of UDP 500, 4500 and 1701.
type Port struct {
	Port    uint16
	PID     uint32
	Process string // the program's file name; empty when it is not told
	Service string // the service in it; empty for none, or when not told
	// Own says that Windows' own IPsec (IKEEXT) or RasMan has it, as it should be.
	Own bool
}
