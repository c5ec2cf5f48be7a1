package journal

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"tacklebox/platform/l2tp/plan"
)

// Conflicts are the places that somebody changed since an entry wrote them: they
// are neither as it left them nor as it found them.
func Conflicts(m Machine, e Entry) ([]plan.Place, error) {
	var out []plan.Place
	for _, c := range e.Changes {
		if !open(c) {
			continue
		}
		is, err := compare(m, c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Op.Name, err)
		}
		if is == foreign {
			out = append(out, place(c.Op))
		}
	}
	return out, nil
}

// open says that a change may still be there: one that was begun, or that failed,
// may have been made all the same.
func open(c Change) bool {
	if c.Op.Op == plan.WriteProfile {
		return false // of the person, not of the machine
	}
	return c.State == StateDone || c.State == StateBegun || c.State == StateFailed
}

// Standing is how many values and services of an entry may still be as it left them.
func (e Entry) Standing() int {
	n := 0
	for _, c := range e.Changes {
		if open(c) {
			n++
		}
	}
	return n
}

// Undo takes the changes of an entry back, the last one first: value, type, bytes
// and absence as they were. It goes on after a change that cannot be taken back.
// Places that somebody changed since are left alone, and named in a ConflictError,
// unless overwrite is set.
func Undo(m Machine, l *Log, overwrite bool) error {
	e := l.Entry()
	var left []plan.Place
	var failed []error
	for i := len(e.Changes) - 1; i >= 0; i-- {
		c := e.Changes[i]
		if !open(c) {
			continue
		}
		is, err := compare(m, c)
		switch {
		case err != nil:
			failed = append(failed, fmt.Errorf("%s: %w", c.Op.Name, err))
			continue
		case is == foreign && !overwrite:
			left = append(left, place(c.Op))
			continue
		}
		if err := undoOne(m, l, i, c, is); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", c.Op.Name, err))
		}
	}
	if left != nil {
		slices.Reverse(left)
		failed = append(failed, &ConflictError{Places: left})
	}
	return errors.Join(failed...)
}

// undoOne takes back one change. That it is begun is written down first, so that
// whoever finds the entry knows that it may be half taken back.
func undoOne(m Machine, l *Log, i int, c Change, is standing) error {
	if err := l.Undo(i); err != nil {
		return err
	}
	if is == asBefore {
		return l.Close(i, StateUndone, "")
	}
	why, err := back(m, c)
	if err != nil {
		return err
	}
	if why != "" {
		return l.Close(i, StateSkipped, why)
	}
	is, err = compare(m, c)
	if err != nil {
		return err
	}
	if is != asBefore {
		return errNotKept
	}
	return l.Close(i, StateUndone, "")
}

// back puts back what was there; why is for what is better left as it is.
func back(m Machine, c Change) (why string, err error) {
	switch c.Op.Op {
	case plan.SetValue, plan.DeleteValue:
		if c.Existed {
			return "", m.Set(place(c.Op), c.Type, c.Data)
		}
		return "", m.Delete(place(c.Op))
	case plan.DefaultType:
		return "", m.SetStart(c.Op.Name, c.Start)
	}
	if c.Op.Name == plan.BFE {
		return ReasonFirewall, nil
	}
	if err := m.Stop(c.Op.Name); errors.Is(err, ErrNeeded) {
		return ReasonNeeded, nil
	} else if err != nil {
		return "", err
	}
	return "", nil
}

// standing is how a place is, seen from a change.
type standing int

const (
	asOurs standing = iota
	asBefore
	foreign
)

// compare reads a place and says whose it is.
func compare(m Machine, c Change) (standing, error) {
	switch c.Op.Op {
	case plan.SetValue, plan.DeleteValue:
		v, err := m.Value(place(c.Op))
		if errors.Is(err, ErrNoKey) && !c.Existed {
			return asBefore, nil // gone with its key
		}
		if err != nil {
			return foreign, err
		}
		return value(v, c), nil
	}
	s, err := m.Service(c.Op.Name)
	if err != nil {
		return foreign, err
	}
	if !s.Installed {
		return foreign, errors.New("the service is no longer there")
	}
	if c.Op.Op == plan.StartService {
		if s.Running == c.Running {
			return asBefore, nil
		}
		return asOurs, nil
	}
	switch string(s.Start) {
	case string(c.Start):
		return asBefore, nil
	case c.Op.New:
		return asOurs, nil
	}
	return foreign, nil
}

func value(v plan.Value, c Change) standing {
	switch {
	case v.Exists == c.Existed && (!v.Exists || v.Type == c.Type && bytes.Equal(v.Data, c.Data)):
		return asBefore
	case spelled(v) == c.Op.New:
		return asOurs
	}
	return foreign
}

// Lost are the values that the entries set, that nobody took back through us, and
// that are no longer there, as after an upgrade of Windows. A value that was not
// read is not called lost.
func Lost(entries []Entry, values []plan.Value) []plan.Place {
	var lost []plan.Place
	for _, at := range plan.Homes() {
		last, ok := lastOf(entries, at)
		if !ok || last.Op.Op != plan.SetValue || last.State != StateDone {
			continue
		}
		for _, v := range values {
			if v.Place == at && !v.Exists {
				lost = append(lost, at)
			}
		}
	}
	return lost
}

// lastOf is the latest change of a place that was made, or taken back.
func lastOf(entries []Entry, at plan.Place) (last Change, ok bool) {
	id := ""
	for _, e := range entries {
		for _, c := range e.Changes {
			if place(c.Op) == at && e.ID > id && (c.State == StateDone || c.State == StateUndone) {
				last, id, ok = c, e.ID, true
			}
		}
	}
	return last, ok
}
