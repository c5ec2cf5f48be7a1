package pc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"tacklebox/platform/l2tp/helper"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

// Connections are this person's connections, as far as changes need them.
type Connections interface {
	// Profile reads one; nil when there is none of this name.
	Profile(ctx context.Context, name string) (*plan.Profile, error)
	// WriteProfile creates or repairs one and reads it back. The order has the key
	// and the login, empty to leave both as they are. how says which way was taken,
	// for the journal.
	WriteProfile(ctx context.Context, p plan.Profile, o Order) (how string, err error)
	// RestoreProfile gives one back the settings that were read of it, whatever they
	// are. Its key and login stay as they are.
	RestoreProfile(ctx context.Context, p plan.Profile) (how string, err error)
	RemoveProfile(ctx context.Context, name string) error
}

// Elevated is the other half: values and services, behind one consent.
type Elevated interface {
	Apply(ctx context.Context, id string, p plan.Plan, accept []string, step func(journal.Change)) (journal.Entry, error)
	// Undo calls first after the consent and before anything is taken back, unless it
	// is nil; when that fails, nothing is. Where nobody has to be asked it is not called.
	Undo(ctx context.Context, id string, overwrite bool, step func(journal.Change), first func() error) (journal.Entry, error)
	History() ([]journal.Entry, error)
	Read(id string) (journal.Entry, error)
}

// Helper is the elevated half of this PC.
func Helper() Elevated { return realHelper{} }

type realHelper struct{}

func (realHelper) Apply(ctx context.Context, id string, p plan.Plan, accept []string, step func(journal.Change)) (journal.Entry, error) {
	return helper.Apply(ctx, id, p, accept, step)
}

func (realHelper) Undo(ctx context.Context, id string, overwrite bool, step func(journal.Change), first func() error) (journal.Entry, error) {
	return helper.Undo(ctx, id, overwrite, step, first)
}

func (realHelper) History() ([]journal.Entry, error) { return helper.History() }

func (realHelper) Read(id string) (journal.Entry, error) { return helper.Read(id) }

// Changes makes the changes of plans and takes them back. An entry has two halves of
// one name: what the helper changed, in the machine's journal, and what was changed
// of this person's connections, in their own, which needs no elevation and is right
// also where another administrator consented.
type Changes struct {
	Own         *journal.Store
	Connections Connections
	Elevated    Elevated
	Now         func() time.Time
	// Build, Version and User stand in the person's half.
	Build, Version, User string
}

// checkOrder says what in an order is outside the vocabulary, or was not agreed to.
func checkOrder(o Order) error {
	if err := o.Plan.Check(); err != nil {
		return err
	}
	for _, op := range o.Plan.Ops {
		if op.Level == plan.Red && !slices.Contains(o.Accept, op.Name) {
			return fmt.Errorf("%s was not agreed to by itself: it weakens all L2TP of this PC", op.Name)
		}
	}
	for _, name := range o.Plan.Breaks {
		if !slices.Contains(o.Breaking, name) {
			return fmt.Errorf("nobody agreed that the connection %q breaks", name)
		}
	}
	return nil
}

// Apply does a plan: the helper's half first, since a person who says No there
// wants nothing changed, and remote access needs its services.
func (c Changes) Apply(ctx context.Context, o Order) (journal.Entry, error) {
	if err := checkOrder(o); err != nil {
		return journal.Entry{}, err
	}
	id := journal.NewID(c.Now())
	e, err := c.Elevated.Apply(ctx, id, o.Plan, o.Accept, o.Step)
	if err != nil {
		return e, err
	}
	i := slices.IndexFunc(o.Plan.Ops, func(op plan.Op) bool { return op.Op == plan.WriteProfile })
	if i < 0 {
		return e, nil
	}
	own, err := c.connection(ctx, id, o, o.Plan.Ops[i])
	return both(e, own), err
}

// both are the halves of an entry, either of which may be empty.
func both(machine, own journal.Entry) journal.Entry {
	switch {
	case machine.ID == "":
		return own
	case own.ID == "":
		return machine
	}
	return journal.Merge([]journal.Entry{machine}, []journal.Entry{own})[0]
}

// connection writes the connection, with a journal.
func (c Changes) connection(ctx context.Context, id string, o Order, op plan.Op) (journal.Entry, error) {
	before, err := c.Connections.Profile(ctx, op.Name)
	if err != nil {
		return journal.Entry{}, fmt.Errorf("read the connection %q: %w", op.Name, err)
	}
	l, err := c.Own.Create(journal.Entry{ID: id, Time: c.Now(), Build: c.Build, Version: c.Version, User: c.User}, 1)
	if err != nil {
		return journal.Entry{}, err
	}
	l.Tell(o.Step)
	i, err := l.Begin(journal.Change{Op: op, State: journal.StateBegun, Before: before})
	if err == nil {
		var reason string
		state := journal.StateDone
		if reason, err = c.Connections.WriteProfile(ctx, *op.Profile, o); err != nil {
			err = fmt.Errorf("write the connection %q: %w", op.Name, err)
			state, reason = journal.StateFailed, err.Error()
		}
		err = errors.Join(err, l.Close(i, state, reason))
	}
	return l.Entry(), errors.Join(err, l.Done())
}

// History are the entries of this PC and this person, the latest first. What cannot
// be read is left out and named in the error beside them.
func (c Changes) History() ([]journal.Entry, error) {
	machine, err := c.Elevated.History()
	own, more := c.Own.List()
	return journal.Merge(machine, own), errors.Join(err, more)
}

// Undo takes an entry back, both halves of it. The helper's comes first, for the
// sake of whoever says No there. Where that takes RasMan away, which the other half
// needs, the helper waits for the other half once it has the consent.
func (c Changes) Undo(ctx context.Context, id string, overwrite bool) (journal.Entry, error) {
	machine, err := c.Elevated.Read(id)
	if err != nil && !errors.Is(err, journal.ErrNoEntry) {
		return machine, err
	}
	own, ownErr := c.Own.Read(id)
	if ownErr != nil && (err != nil || !errors.Is(ownErr, journal.ErrNoEntry)) {
		return both(machine, own), ownErr
	}
	didOwn := ownErr != nil // then there is none
	var left error          // of the connections: what somebody changed since
	undoOwn := func() error {
		didOwn = true
		own, err = c.undoConnection(ctx, id, overwrite)
		if isConflict(err) {
			left, err = err, nil
		}
		return err
	}
	var first func() error
	if !didOwn && slices.ContainsFunc(machine.Changes, func(ch journal.Change) bool { return ch.Op.Name == plan.RasMan }) {
		first = undoOwn
	}
	var e journal.Entry
	var failed, ofOwn error
	if machine.ID != "" {
		e, failed = c.Elevated.Undo(ctx, id, overwrite, nil, first)
	}
	if !didOwn && (failed == nil || isConflict(failed)) {
		ofOwn = undoOwn()
	}
	return c.after(id, e, own, errors.Join(failed, ofOwn, left))
}

func isConflict(err error) bool {
	var conflict *journal.ConflictError
	return errors.As(err, &conflict)
}

// after puts the halves together; one that nobody came to is as it was.
func (c Changes) after(id string, machine, own journal.Entry, err error) (journal.Entry, error) {
	if machine.ID == "" {
		if e, reading := c.Elevated.Read(id); reading == nil {
			machine = e
		}
	}
	return both(machine, own), conflicts(err)
}

// conflicts makes one of the conflicts of both halves.
func conflicts(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var all journal.ConflictError
	var rest []error
	for _, e := range joined.Unwrap() {
		var conflict *journal.ConflictError
		if errors.As(e, &conflict) {
			all.Places = append(all.Places, conflict.Places...)
		} else {
			rest = append(rest, e)
		}
	}
	if all.Places != nil {
		rest = append(rest, &all)
	}
	if len(rest) == 1 {
		return rest[0]
	}
	return errors.Join(rest...)
}

// undoConnection takes the person's half back.
func (c Changes) undoConnection(ctx context.Context, id string, overwrite bool) (journal.Entry, error) {
	l, err := c.Own.Open(id)
	if err != nil {
		return journal.Entry{}, err
	}
	for i, ch := range l.Entry().Changes {
		if ch.State != journal.StateDone && ch.State != journal.StateBegun && ch.State != journal.StateFailed {
			continue
		}
		if err = c.undoOne(ctx, l, i, ch, overwrite); err != nil {
			break
		}
	}
	return l.Entry(), errors.Join(err, l.Done())
}

func (c Changes) undoOne(ctx context.Context, l *journal.Log, i int, ch journal.Change, overwrite bool) error {
	name := ch.Op.Name
	is, err := c.Connections.Profile(ctx, name)
	if err != nil {
		return fmt.Errorf("read the connection %q: %w", name, err)
	}
	done := same(is, ch.Before)
	if !done && !overwrite && !ours(is, ch) {
		return &journal.ConflictError{Places: []plan.Place{{Key: plan.KeyProfile, Name: name}}}
	}
	if err := l.Undo(i); err != nil {
		return err
	}
	how := ""
	switch {
	case done:
	case ch.Before == nil:
		err = c.Connections.RemoveProfile(ctx, name)
	default:
		// Its key and login stay as they are: what was stored before is known to nobody.
		how, err = c.Connections.RestoreProfile(ctx, *ch.Before)
	}
	if err != nil {
		return fmt.Errorf("take back the connection %q: %w", name, err)
	}
	return l.Close(i, journal.StateUndone, how)
}

// ours says that a connection is as a change left it. One that did not end may have
// come as far as the cmdlets, which do not say whether there is a key.
func ours(is *plan.Profile, ch journal.Change) bool {
	if is == nil || ch.Op.Profile == nil {
		return false
	}
	if same(is, ch.Op.Profile) {
		return true
	}
	if ch.State == journal.StateDone {
		return false
	}
	half := *ch.Op.Profile
	half.IPsec = is.IPsec
	return same(is, &half)
}

// same compares what of a connection is ours to set.
func same(a, b *plan.Profile) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := *a, *b
	for _, p := range []*plan.Profile{&x, &y} {
		p.Auth = slices.Sorted(slices.Values(p.Auth))
		p.Name = strings.ToLower(p.Name) // capitals make no other connection
		if p.Tunnel == "" {
			p.Tunnel = plan.TunnelL2TP
		}
		if p.IPsec == plan.IPsecNone {
			p.IPsec = plan.IPsecCertificate // what Windows says of all that has no key
		}
		if len(p.Auth) == 0 {
			p.Auth = nil
		}
	}
	return reflect.DeepEqual(x, y)
}
