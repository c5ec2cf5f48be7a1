package journal

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"tacklebox/platform/l2tp/plan"
)

// ChangedError names what is no longer as the preview showed it. Nothing was
// changed.
type ChangedError struct {
	Places []plan.Place
}

// Error implements error.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("the PC has changed since it was looked at: %s: nothing was changed, plan again", names(e.Places))
}

func names(places []plan.Place) string {
	out := make([]string, len(places))
	for i, p := range places {
		out[i] = p.Name
	}
	return strings.Join(out, ", ")
}

// Look reads what is there before each operation and changes nothing. It refuses
// operations that cannot be done, and a PC that is not as the operations say.
func Look(m Machine, ops []plan.Op) ([]Change, error) {
	var changes []Change
	var changed []plan.Place
	for _, op := range ops {
		c, same, err := look(m, op)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.Name, err)
		}
		if !same {
			changed = append(changed, plan.Place{Key: op.Key, Name: op.Name})
		}
		changes = append(changes, c)
	}
	if changed != nil {
		return nil, &ChangedError{Places: changed}
	}
	return changes, nil
}

// look reads what one operation is about; same says that it is as the operation
// has it.
func look(m Machine, op plan.Op) (c Change, same bool, err error) {
	c = Change{Op: op, State: StateBegun}
	switch op.Op {
	case plan.SetValue, plan.DeleteValue:
		v, err := m.Value(place(op))
		if err != nil {
			return c, false, err
		}
		if len(v.Data) > longest {
			return c, false, ErrTooLong
		}
		c.Existed, c.Type, c.Data = v.Exists, v.Type, v.Data
		return c, op.Old == plan.Unknown || op.Old == spelled(v), nil
	case plan.StartService, plan.DefaultType:
		s, err := m.Service(op.Name)
		if err != nil {
			return c, false, err
		}
		if !s.Installed {
			return c, false, errors.New("the service is not there: another VPN program may have replaced it")
		}
		if s.Start == plan.StartUnknown {
			return c, false, errors.New("the service has a start type that no service of its kind has: look at it with services.msc")
		}
		c.Start, c.Running = s.Start, s.Running
		// A service that runs by now is welcome: Windows starts these when needed.
		return c, op.Op == plan.StartService || op.Old == plan.Unknown || op.Old == string(s.Start), nil
	}
	return c, false, fmt.Errorf("%.20q is nothing that is changed here", op.Op)
}

func place(op plan.Op) plan.Place { return plan.Place{Key: op.Key, Name: op.Name} }

func spelled(v plan.Value) string {
	if !v.Exists {
		return plan.Absent
	}
	return plan.Spell(v.Type, v.Data)
}

// Apply makes the changes that Look looked at, in their order, and stops at the
// first that fails. Each is written down before it is made, and closed after it
// was read back.
func Apply(m Machine, l *Log, changes []Change) error {
	for _, c := range changes {
		if err := applyOne(m, l, c); err != nil {
			return fmt.Errorf("%s: %w", c.Op.Name, err)
		}
	}
	return nil
}

func applyOne(m Machine, l *Log, c Change) error {
	now, _, err := look(m, c.Op)
	if err != nil {
		return err
	}
	if c.Existed != now.Existed || c.Type != now.Type || !bytes.Equal(c.Data, now.Data) || c.Start != now.Start && c.Op.Op == plan.DefaultType {
		return &ChangedError{Places: []plan.Place{place(c.Op)}}
	}
	// A start type may have been set by an operation before this one.
	c.Start, c.Running = now.Start, now.Running
	i, err := l.Begin(c)
	if err != nil {
		return err
	}
	if done, why := already(c); done {
		return l.Close(i, StateSkipped, why)
	}
	err = do(m, c.Op)
	if err == nil {
		err = readBack(m, c.Op)
	}
	if err != nil {
		if closing := l.Close(i, StateFailed, err.Error()); closing != nil {
			return errors.Join(err, closing)
		}
		return err
	}
	return l.Close(i, StateDone, "")
}

// already says that there is nothing to do.
func already(c Change) (bool, string) {
	switch c.Op.Op {
	case plan.SetValue, plan.DeleteValue:
		return spelled(plan.Value{Exists: c.Existed, Type: c.Type, Data: c.Data}) == c.Op.New, ReasonSo
	case plan.StartService:
		return c.Running, ReasonRuns
	}
	return string(c.Start) == c.Op.New, ReasonSo
}

// do makes one change.
func do(m Machine, op plan.Op) error {
	switch op.Op {
	case plan.SetValue:
		typ, data, err := plan.ReadSpelled(op.New)
		if err != nil {
			return err
		}
		return m.Set(place(op), typ, data)
	case plan.DeleteValue:
		return m.Delete(place(op))
	case plan.StartService:
		return m.Start(op.Name)
	}
	return m.SetStart(op.Name, plan.StartType(op.New))
}

// errNotKept is what a read-back says.
var errNotKept = errors.New("it was changed and reads as something else right after: another program guards it")

// readBack says whether what was done is there.
func readBack(m Machine, op plan.Op) error {
	kept := false
	switch op.Op {
	case plan.SetValue, plan.DeleteValue:
		v, err := m.Value(place(op))
		if err != nil {
			return err
		}
		kept = spelled(v) == op.New
	default:
		s, err := m.Service(op.Name)
		if err != nil {
			return err
		}
		kept = op.Op == plan.StartService && s.Running || op.Op == plan.DefaultType && string(s.Start) == op.New
	}
	if !kept {
		return errNotKept
	}
	return nil
}
