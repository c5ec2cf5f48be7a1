// Package alert decides when what was measured is worth telling: rules over the
// results of each target, live and, by the same code, over stored history.
//
// An Engine has no clock and no goroutine of its own. A result's own instant is
// its clock, so a replay of what was measured gives what was told. The packages
// below it read SmokePing's patterns (pattern) and tell people (channel).
package alert

import (
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/pattern"
	"tacklebox/platform/latency/said"
)

// Level is how bad it is.
type Level uint8

const (
	// OK is nothing to tell.
	OK Level = iota
	// Warning is check_ping's -w, or what a pattern's rule says.
	Warning
	// Critical is check_ping's -c, or what a pattern's rule says.
	Critical
	// Unknown is before the first verdict, and again after measuring paused.
	Unknown
)

var levelNames = [...]string{"ok", "warning", "critical", "unknown"}

// String is the level as verbs, exports and webhooks write it.
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return "unknown"
}

// MarshalText writes the level's name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a level's name.
func (l *Level) UnmarshalText(text []byte) error {
	for i, name := range levelNames {
		if name == string(text) {
			*l = Level(i)
			return nil
		}
	}
	return said.New("%q is no level: ok, warning, critical or unknown", string(text))
}

// EventKind says what happened to an alert.
type EventKind string

const (
	// Raised is an alert that began, or whose level changed.
	Raised EventKind = "raised"
	// Cleared is an alert that ended.
	Cleared EventKind = "cleared"
	// Held is an alert that would have been raised, had its gateway answered.
	Held EventKind = "held"
	// Active is an alert that goes on, for rules that tell so each round.
	Active EventKind = "active"
)

// Event is a change that a rule tells of.
type Event struct {
	Kind EventKind        `json:"kind"`
	Rule string           `json:"rule"` // its ID
	Name string           `json:"name"`
	Node latency.NodeID   `json:"node"`
	On   latency.TargetID `json:"target"`
	// At is the instant of the probe that decided it.
	At time.Time `json:"at"`
	// Level is the level now, Was the one before.
	Level Level `json:"level"`
	Was   Level `json:"was"`
	// Why says what was seen, lower case, without a full stop.
	Why string `json:"why"`
	// Said is Why for other languages; nil where an earlier version kept it.
	Said *said.Said `json:"said,omitempty"`
	// Seen are the newest rounds, oldest first.
	Seen     []pattern.Round `json:"seen,omitempty"`
	Channels []string        `json:"channels,omitempty"`
	// Held is true for a Cleared alert that was only ever held.
	Held bool `json:"held,omitempty"`
	// Behind is the rule of higher priority that spoke at the same time: this one
	// is shown, but told to nobody.
	Behind string `json:"behind,omitempty"`
}

// Tells is true when the event is for the rule's channels: not when it is held,
// or another rule spoke first.
func (e *Event) Tells() bool {
	return e.Kind != Held && !e.Held && e.Behind == "" && len(e.Channels) > 0
}

// Standing is how things stand with one rule on one target. It is kept over
// restarts, so that what was told is not told again.
type Standing struct {
	Rule  string           `json:"rule"`
	Node  latency.NodeID   `json:"node"`
	On    latency.TargetID `json:"target"`
	Level Level            `json:"level"`
	Since time.Time        `json:"since"`
	Held  bool             `json:"held,omitempty"`
	Why   string           `json:"why,omitempty"`
	Said  *said.Said       `json:"said,omitempty"`
}

// Target is what rules need to know of a target.
type Target struct {
	ID    latency.TargetID
	Name  string
	Host  string
	Group []string
	// Interval and Timeout are its probes'; zero means the defaults.
	Interval, Timeout time.Duration
	// Gateway marks what others are reached through. While no gateway answers,
	// the alerts of all others are held.
	Gateway bool
	// Parents are what this one is reached through, instead of the gateways.
	Parents []latency.TargetID
}

// Of is a measured target, as rules see it.
func Of(t latency.Target) Target {
	return Target{ID: t.ID, Name: t.Name, Host: t.Host, Group: t.Group, Interval: t.Interval, Timeout: t.Timeout}
}
