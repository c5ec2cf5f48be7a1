package pctest

import (
	"context"
	"errors"
	"slices"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

// ErrNoEntry: nothing of that name was applied.
var ErrNoEntry = errors.New("there is no such entry in the journal: look at the history")

// History is part of pc.Machine.
func (m *Machine) History(ctx context.Context) ([]journal.Entry, error) {
	if err := m.pass(ctx, "history"); err != nil {
		return nil, err
	}
	m.Lock()
	defer m.Unlock()
	return slices.Clone(m.Entries), m.HistoryErr
}

// Undo is part of pc.Machine.
func (m *Machine) Undo(ctx context.Context, id string, overwrite bool) (journal.Entry, error) {
	if err := m.pass(ctx, "undo"); err != nil {
		return journal.Entry{}, err
	}
	m.Lock()
	defer m.Unlock()
	at := slices.IndexFunc(m.Entries, func(e journal.Entry) bool { return e.ID == id })
	switch {
	case at < 0:
		return journal.Entry{}, ErrNoEntry
	case m.UndoErr != nil:
		return m.Entries[at], m.UndoErr
	}
	e := m.Entries[at]
	e.Changes = slices.Clone(e.Changes)
	var left []plan.Place
	for i := len(e.Changes) - 1; i >= 0; i-- {
		c := &e.Changes[i]
		place := plan.Place{Key: c.Op.Key, Name: c.Op.Name}
		switch {
		case c.State != journal.StateDone && c.State != journal.StateBegun && c.State != journal.StateFailed:
			continue
		case !overwrite && slices.Contains(m.Conflict, place):
			left = append(left, place)
			continue
		}
		m.back(*c)
		c.State = journal.StateUndone
	}
	e.State, e.Undone = journal.StateUndone, m.now()
	if left != nil {
		e.State = journal.StatePartly
	}
	m.Undone = append(m.Undone, id)
	m.Entries[at] = e
	if left != nil {
		return e, &journal.ConflictError{Places: left}
	}
	return e, nil
}

// back takes one change back.
func (m *Machine) back(c journal.Change) {
	switch c.Op.Op {
	case plan.SetValue, plan.DeleteValue:
		m.put(plan.Value{Place: plan.Place{Key: c.Op.Key, Name: c.Op.Name}, Exists: c.Existed, Type: c.Type, Data: c.Data})
	case plan.StartService, plan.DefaultType:
		if s := m.service(c.Op.Name); s != nil {
			s.Start, s.Running = c.Start, c.Running
		}
	case plan.WriteProfile:
		m.Reading.PC.Profiles = slices.DeleteFunc(m.Reading.PC.Profiles, func(p plan.Profile) bool { return p.Name == c.Op.Name && !p.AllUsers })
		if c.Before != nil {
			m.Reading.PC.Profiles = append(m.Reading.PC.Profiles, *c.Before)
		}
	}
}
