// Package pc is the Windows PC as the wizard and the verbs see it: what is read of
// it without elevation, what is changed on it with the person's consent, and the
// way back. [Machine] is the seam; pctest has one that is made of recorded facts.
package pc

import (
	"context"
	"net/netip"

	"tacklebox/platform/l2tp/facts"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/ras"
)

// Machine is one PC. Its methods may be called from several goroutines; each ends
// soon after its context does.
type Machine interface {
	// Read reads everything that needs no elevation. What could not be read is
	// named in the reading; an error means that nothing could.
	Read(context.Context) (Reading, error)
	// Apply does a plan: the connection in this process, as this person, and the
	// rest in the elevated helper behind one consent. It never restarts the PC. The
	// entry is what the journal has of it, also beside an error.
	Apply(context.Context, Order) (journal.Entry, error)
	// Undo takes an applied entry back. Values that somebody changed since are left
	// alone and named in a [journal.ConflictError], unless overwrite is set.
	Undo(ctx context.Context, id string, overwrite bool) (journal.Entry, error)
	// History is what was applied on this PC, the latest first.
	History(context.Context) ([]journal.Entry, error)
	// Dial connects once and reports each stage. The channel is closed at the end,
	// after a last progress that says how it ended; the connection is hung up
	// then unless the dial's Keep is set. It gives up after 150 s.
	Dial(context.Context, Dial) (<-chan Progress, error)
	// RestartServices restarts IKEEXT, PolicyAgent and RasMan in the elevated
	// helper: new values may take effect without a restart of the PC.
	RestartServices(context.Context) error
	// ScheduleRestart has Windows restart in a minute, and the wizard opened again
	// after it; AbortRestart takes that back.
	ScheduleRestart(context.Context) error
	AbortRestart(context.Context) error
	// Close, before the program ends, cancels a dial under way and waits until it is
	// hung up or ctx ends. A connection that was to be kept stays.
	Close(ctx context.Context) error
	// SessionUp says that this PC has a connection to this server.
	SessionUp(netip.Addr) bool
}

// Order is a plan with what the person agreed to.
type Order struct {
	Plan plan.Plan
	// Accept are the names of the red values that were ticked one by one
	// (plan.ProhibitIPsec, plan.WeakCrypto).
	Accept []string
	// Breaking are the names of the connections that the person knows will break.
	Breaking []string
	// PSK, User and Password are stored with the connection by Windows itself; they
	// are in no argument, file or log. The caller clears PSK and Password.
	PSK, Password []byte
	User          string
	// Step is told of each change as it is begun and closed, in the plan's order and
	// not on the caller's goroutine; nil for nobody. A machine that cannot tell
	// before the end tells all of it then.
	Step func(journal.Change)
}

// What a reading and a dial are made of stands with what reads and dials.
type (
	// Reading is what was read of a PC.
	Reading = facts.Reading
	// Need is a service that another one cannot start without.
	Need = facts.Need
	// Part is a part of a reading.
	Part = facts.Part
	// Unread is a part that could not be read.
	Unread = facts.Unread
	// Port is who owns one of UDP 500, 4500 and 1701.
	Port = facts.Port
	// Dial is a test connection.
	Dial = ras.Dial
	// Progress is where a dial is.
	Progress = ras.Progress
)

// The parts of a reading that can fail by themselves.
const (
	PartValues   = facts.PartValues
	PartServices = facts.PartServices
	PartProfiles = facts.PartProfiles
	PartPorts    = facts.PartPorts
	PartEvents   = facts.PartEvents
	PartBuild    = facts.PartBuild
	PartPolicy   = facts.PartPolicy
	PartPending  = facts.PartPending
	PartJournal  = facts.PartJournal
)
