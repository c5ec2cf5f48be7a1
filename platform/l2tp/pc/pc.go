// Package pc is the Windows PC as the wizard and the verbs see it: what is read of
// it without elevation, what is changed on it with the person's consent, and the
// way back. [Machine] is the seam; pctest has one that is made of recorded facts.
package pc

import (
	"context"
	"net/netip"
	"time"

	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/events"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
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
	// Attempts are the last connection attempts of the event log, the latest first.
	Attempts []events.Attempt
	// Lost are values that Tacklebox had set and that are no longer there, as after
	// an upgrade of Windows.
	Lost []plan.Place
	// Unread names what could not be read, with why.
	Unread []Unread
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
)

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

// Dial is a test connection.
type Dial struct {
	Connection string
	// User and Password are for this dial only; empty for what Windows stored.
	User     string
	Password []byte
	// Reach is a host behind the server that has to answer, "host:port" for TCP or
	// a name or address for a ping; empty to leave that out.
	Reach string
	Keep  bool
}

// Progress is where a dial is.
type Progress struct {
	Stage codes.Stage
	// State is "begun", "passed" or "failed" for the stage; a last progress has
	// Done set.
	State string
	Done  bool
	// The rest is for the last one.
	Connected bool
	Code      int64 // the error code of Windows; 0 for none
	Err       error // other than a code: gave up, cancelled, not available
	Address   netip.Addr
	DNS       []netip.Addr
	Routes    []netip.Prefix
	Reached   string // what the host of the person's choice answered; empty if not asked
}
