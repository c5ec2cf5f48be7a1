package helper

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
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

// gateName is an event's name, for this session of the person alone.
func gateName(id, event string) string { return `Local\Tacklebox-l2tp-` + id + "-" + event }

// gate is the caller's side.
type gate struct{ ready, proceed, stop windows.Handle }

// gateAccess lets the owner do everything, and the helper, which may be another
// administrator's, wait and set. That they suffice is expected, not yet seen.
const gateAccess = "D:(A;;GA;;;OW)(A;;0x00100002;;;BA)(A;;0x00100002;;;SY)"

// newGate makes the events. One that is there already is somebody else's.
func newGate(id string) (*gate, error) {
	sd, err := windows.SecurityDescriptorFromString(gateAccess)
	if err != nil {
		return nil, fmt.Errorf("make what the helper waits for: %w", err)
	}
	g := &gate{}
	for _, e := range []struct {
		to   *windows.Handle
		name string
	}{{&g.ready, gateReady}, {&g.proceed, gateGo}, {&g.stop, gateStop}} {
		name, err := windows.UTF16PtrFromString(gateName(id, e.name))
		if err == nil {
			sa := windows.SecurityAttributes{Length: uint32(unsafe.Sizeof(windows.SecurityAttributes{})), SecurityDescriptor: sd}
			*e.to, err = windows.CreateEvent(&sa, 1, 0, name)
		}
		if err != nil {
			g.close()
			return nil, fmt.Errorf("make what the helper waits for: %w", err)
		}
	}
	return g, nil
}

// isReady says that the helper has come to the gate.
func (g *gate) isReady() bool {
	s, err := windows.WaitForSingleObject(g.ready, 0)
	return err == nil && s == windows.WAIT_OBJECT_0
}

// open lets the helper go on, or end.
func (g *gate) open(on bool) error {
	e := g.stop
	if on {
		e = g.proceed
	}
	return windows.SetEvent(e)
}

func (g *gate) close() {
	for _, h := range []windows.Handle{g.ready, g.proceed, g.stop} {
		if h != 0 {
			_ = windows.CloseHandle(h)
		}
	}
}

// passGate is the helper's side: nil when the caller says go.
func passGate(id string) error {
	var all [3]windows.Handle
	for i, e := range []string{gateGo, gateStop, gateReady} {
		name, err := windows.UTF16PtrFromString(gateName(id, e))
		if err != nil {
			return err
		}
		access := uint32(windows.SYNCHRONIZE)
		if e == gateReady {
			access = windows.EVENT_MODIFY_STATE
		}
		if all[i], err = windows.OpenEvent(access, false, name); err != nil {
			return errors.Join(errStopped, err)
		}
		defer func() { _ = windows.CloseHandle(all[i]) }()
	}
	if err := windows.SetEvent(all[2]); err != nil {
		return errors.Join(errStopped, err)
	}
	which, err := windows.WaitForMultipleObjects(all[:2], false, uint32(gatePatience.Milliseconds()))
	if err != nil || which != windows.WAIT_OBJECT_0 {
		return errors.Join(errStopped, err)
	}
	return nil
}
