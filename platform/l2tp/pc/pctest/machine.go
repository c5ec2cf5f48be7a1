// Package pctest is a PC for tests and pictures: a [pc.Machine] made of recorded
// facts, which does to them what a plan says, and fails where it is told to.
package pctest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
)

// Machine is the PC. Its fields are set before it is used; Lock guards them after.
type Machine struct {
	sync.Mutex

	Reading pc.Reading
	ReadErr error // of all of it

	// ApplyErr refuses a plan before anything was done.
	ApplyErr error
	// FailAt is the number of the operation that fails, counted from 1; 0 for none.
	FailAt int
	// Conflict are values that somebody changed since they were written.
	Conflict []plan.Place
	// Entries are what was applied before, the latest first.
	Entries    []journal.Entry
	HistoryErr error
	UndoErr    error
	RestartErr error // of services and of the PC

	// Script is what a dial says, one step after another; the last one has Done set.
	Script  []pc.Progress
	DialErr error
	// Up are the addresses that this PC has a connection to.
	Up []netip.Addr

	// Gate is passed before each step, by its name ("read", "op 1", "undo", "dial 2",
	// "services", "restart"); nil lets everything through. An error ends the step.
	Gate func(ctx context.Context, step string) error
	Now  func() time.Time

	// What was asked of it. The keys are copies: the caller clears its own.
	Orders    []pc.Order
	Keys      []string
	Passwords []string
	Dials     []pc.Dial
	Undone    []string
	Services  int // times that the services were restarted
	Scheduled bool
	Aborted   int
	Closed    int
	made      int
}

var _ pc.Machine = (*Machine)(nil)

func (m *Machine) pass(ctx context.Context, step string) error {
	m.Lock()
	gate := m.Gate
	m.Unlock()
	if gate != nil {
		if err := gate(ctx, step); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (m *Machine) now() time.Time {
	if m.Now != nil {
		return m.Now()
	}
	return time.Now()
}

// Read is part of pc.Machine.
func (m *Machine) Read(ctx context.Context) (pc.Reading, error) {
	if err := m.pass(ctx, "read"); err != nil {
		return pc.Reading{}, err
	}
	m.Lock()
	defer m.Unlock()
	if m.ReadErr != nil {
		return pc.Reading{}, m.ReadErr
	}
	r := m.Reading
	r.PC.Values, r.PC.Services, r.PC.Profiles = slices.Clone(r.PC.Values), slices.Clone(r.PC.Services), slices.Clone(r.PC.Profiles)
	return r, nil
}

// Apply is part of pc.Machine. A plan outside the vocabulary is refused, and so is
// a red change without its own consent.
func (m *Machine) Apply(ctx context.Context, o pc.Order) (journal.Entry, error) {
	m.Lock()
	m.Orders = append(m.Orders, o)
	m.Keys = append(m.Keys, string(o.PSK))
	m.Passwords = append(m.Passwords, string(o.Password))
	refused := m.ApplyErr
	m.Unlock()
	if err := m.pass(ctx, "consent"); err != nil {
		return journal.Entry{}, err
	}
	if refused != nil {
		return journal.Entry{}, refused
	}
	if err := check(o); err != nil {
		return journal.Entry{}, err
	}
	m.Lock()
	m.made++
	e := journal.Entry{ID: fmt.Sprintf("%s-%d", m.now().UTC().Format("20060102T150405Z"), m.made), Time: m.now(), State: journal.StateBegun,
		Build: m.Reading.Build, Version: "1.2.3", User: "S-1-5-21-1-2-3-1001"}
	m.Unlock()
	tell := func(c journal.Change) {
		if o.Step != nil {
			o.Step(c)
		}
	}
	var failed error
	n := 0
	for _, op := range o.Plan.Ops {
		if op.Op == plan.Restart {
			continue // a click of its own
		}
		n++
		c := m.before(op)
		tell(c)
		err := m.pass(ctx, fmt.Sprintf("op %d", n))
		if err == nil && n == m.FailAt {
			err = errors.New("the value was written and read back as something else: another program guards it")
		}
		if err != nil {
			c.State, c.Reason, failed = journal.StateFailed, err.Error(), fmt.Errorf("change %d of the plan: %w", n, err)
			e.Changes = append(e.Changes, c)
			tell(c)
			break
		}
		m.do(op)
		c.State = journal.StateDone
		e.Changes = append(e.Changes, c)
		tell(c)
	}
	e.State = journal.StateDone
	if failed != nil {
		e.State = journal.StatePartly
		if n == 1 {
			e.State = journal.StateFailed
		}
	}
	m.Lock()
	defer m.Unlock()
	m.Entries = append([]journal.Entry{e}, m.Entries...)
	return e, failed
}

func check(o pc.Order) error {
	if err := o.Plan.Check(); err != nil {
		return err
	}
	for _, op := range o.Plan.Ops {
		if op.Level == plan.Red && !slices.Contains(o.Accept, op.Name) {
			return fmt.Errorf("%s was not agreed to by itself", op.Name)
		}
	}
	for _, name := range o.Plan.Breaks {
		if !slices.Contains(o.Breaking, name) {
			return fmt.Errorf("nobody agreed that the connection %q breaks", name)
		}
	}
	return nil
}

// before is a change with what is there before it.
func (m *Machine) before(op plan.Op) journal.Change {
	m.Lock()
	defer m.Unlock()
	c := journal.Change{Op: op, State: journal.StateBegun}
	switch op.Op {
	case plan.SetValue, plan.DeleteValue:
		if v := m.value(plan.Place{Key: op.Key, Name: op.Name}); v != nil {
			c.Existed, c.Type, c.Data = v.Exists, v.Type, v.Data
		}
	case plan.StartService, plan.DefaultType:
		if s := m.service(op.Name); s != nil {
			c.Start, c.Running = s.Start, s.Running
		}
	case plan.WriteProfile:
		if p := m.profile(op.Name); p != nil {
			was := *p
			c.Before = &was
		}
	}
	return c
}

func (m *Machine) value(at plan.Place) *plan.Value {
	for i := range m.Reading.PC.Values {
		if m.Reading.PC.Values[i].Place == at {
			return &m.Reading.PC.Values[i]
		}
	}
	return nil
}

func (m *Machine) service(name string) *plan.Service {
	for i := range m.Reading.PC.Services {
		if m.Reading.PC.Services[i].Name == name {
			return &m.Reading.PC.Services[i]
		}
	}
	return nil
}

func (m *Machine) profile(name string) *plan.Profile {
	for i := range m.Reading.PC.Profiles {
		if p := &m.Reading.PC.Profiles[i]; p.Name == name && !p.AllUsers {
			return p
		}
	}
	return nil
}

// do makes a change to what is recorded.
func (m *Machine) do(op plan.Op) {
	m.Lock()
	defer m.Unlock()
	switch op.Op {
	case plan.SetValue:
		typ, data, _ := plan.ReadSpelled(op.New) // the plan was checked
		m.put(plan.Value{Place: plan.Place{Key: op.Key, Name: op.Name}, Exists: true, Type: typ, Data: data})
	case plan.DeleteValue:
		m.put(plan.Value{Place: plan.Place{Key: op.Key, Name: op.Name}})
	case plan.StartService:
		if s := m.service(op.Name); s != nil {
			s.Running = true
		}
	case plan.DefaultType:
		if s := m.service(op.Name); s != nil {
			s.Start, _ = plan.DefaultStart(op.Name)
		}
	case plan.WriteProfile:
		if p := m.profile(op.Name); p != nil {
			*p = *op.Profile
		} else {
			m.Reading.PC.Profiles = append(m.Reading.PC.Profiles, *op.Profile)
		}
	}
}

func (m *Machine) put(v plan.Value) {
	if old := m.value(v.Place); old != nil {
		*old = v
		return
	}
	m.Reading.PC.Values = append(m.Reading.PC.Values, v)
}

// RestartServices is part of pc.Machine.
func (m *Machine) RestartServices(ctx context.Context) error {
	if err := m.pass(ctx, "services"); err != nil {
		return err
	}
	m.Lock()
	defer m.Unlock()
	if m.RestartErr == nil {
		m.Services++
	}
	return m.RestartErr
}

// ScheduleRestart is part of pc.Machine.
func (m *Machine) ScheduleRestart(ctx context.Context) error {
	if err := m.pass(ctx, "restart"); err != nil {
		return err
	}
	m.Lock()
	defer m.Unlock()
	m.Scheduled = m.RestartErr == nil
	return m.RestartErr
}

// AbortRestart is part of pc.Machine.
func (m *Machine) AbortRestart(ctx context.Context) error {
	if err := m.pass(ctx, "abort"); err != nil {
		return err
	}
	m.Lock()
	defer m.Unlock()
	if m.Scheduled {
		m.Aborted++
	}
	m.Scheduled = false
	return nil
}

// SessionUp is part of pc.Machine.
func (m *Machine) SessionUp(to netip.Addr) bool {
	m.Lock()
	defer m.Unlock()
	return slices.Contains(m.Up, to)
}
