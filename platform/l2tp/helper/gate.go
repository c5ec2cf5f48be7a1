package helper

import (
	"errors"
	"time"
)

// While an entry is taken back that stops or disables RasMan, the person's
// connections can be written before that only, and may be written after the consent
// only. So the helper, once it has consent and the journal, waits at a gate for the
// caller's half. The gate is three events of Windows that the caller makes: "ready"
// is set by the helper, "go" or "stop" by the caller.
const (
	gateReady = "ready"
	gateGo    = "go"
	gateStop  = "stop"
)

// gatePatience is how long the helper waits: longer than any write of a connection.
const gatePatience = 3 * time.Minute

// errStopped: the other half failed, or nobody came to the gate; nothing was changed.
var errStopped = errors.New("the connection was not taken back, so nothing else was: look at the history, then undo once more")

// gateName is an event's name, for this session of the person alone.
func gateName(id, event string) string { return `Local\Tacklebox-l2tp-` + id + "-" + event }
