// Package journal keeps what was changed on a PC so that it can be taken back: each
// change is written down before it is made and closed after it was read back.
package journal

import (
	"fmt"
	"time"

	"tacklebox/platform/l2tp/plan"
)

// State is how far a change came.
type State string

// The states of a change and of an entry.
const (
	StateBegun   State = "begun"   // written down; it may or may not have been made
	StateDone    State = "done"    // made, and read back
	StateFailed  State = "failed"  // not made, or read back as something else
	StateUndone  State = "undone"  // taken back, and read back
	StatePartly  State = "partly"  // of an entry: some are done or undone, others are not
	StateSkipped State = "skipped" // there was nothing to do
)

// Change is one change: an operation with what was there before it, in full.
type Change struct {
	Op    plan.Op `json:"op"`
	State State   `json:"state"`
	// Existed, Type and Data are of a registry value before the change; Data is in
	// base64 in the file, byte for byte what was read.
	Existed bool   `json:"existed,omitempty"`
	Type    uint32 `json:"type,omitempty"`
	Data    []byte `json:"data,omitempty"`
	// Start and Running are of a service before the change.
	Start   plan.StartType `json:"start,omitempty"`
	Running bool           `json:"running,omitempty"`
	// Before is the connection as it was read; nil when there was none.
	Before *plan.Profile `json:"before,omitempty"`
	// Reason is why it failed or was skipped, or which way a connection was written,
	// in English.
	Reason string `json:"reason,omitempty"`
}

// Entry is one application of a plan.
type Entry struct {
	ID   string    `json:"id"` // sortable by time
	Time time.Time `json:"time"`
	// Undone is when something of it was taken back last; the zero time for never.
	Undone  time.Time `json:"undone,omitzero"`
	State   State     `json:"state"`
	Build   string    `json:"build"`   // of Windows
	Version string    `json:"version"` // of Tacklebox
	User    string    `json:"user"`    // SID of who consented
	Changes []Change  `json:"changes"`
}

// Waits says that a value of the entry was written or taken back after the PC's last
// start, and so has no effect yet.
func (e Entry) Waits(boot time.Time) bool {
	for _, c := range e.Changes {
		if c.Op.Op != plan.SetValue && c.Op.Op != plan.DeleteValue {
			continue
		}
		at := e.Time
		if c.State == StateUndone && e.Undone.After(at) {
			at = e.Undone
		}
		if (c.State == StateDone || c.State == StateUndone) && boot.Before(at) {
			return true
		}
	}
	return false
}

// Reasons of our own for how a change ended, in English; others are errors, in the
// words of Windows.
const (
	ReasonSo       = "it is so already"
	ReasonRuns     = "it runs already"
	ReasonFirewall = "it is left running: the firewall of Windows stands on it"
	ReasonNeeded   = "it is left running: another service that runs needs it"
	ReasonCmdlets  = "written with the VpnClient cmdlets"
	ReasonPutBack  = "put back with remote access"
)

// ConflictError names values that somebody changed since they were written.
type ConflictError struct {
	Places []plan.Place
}

// Error implements error.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("changed by somebody else since: %s: look at the values, then undo once more and say that they may be overwritten", names(e.Places))
}
