package pc

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"tacklebox/platform/l2tp/events"
	"tacklebox/platform/l2tp/facts"
	"tacklebox/platform/l2tp/helper"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/program"
	"tacklebox/platform/l2tp/ras"
	"tacklebox/platform/l2tp/wine"
)

// Options say how this PC is opened.
type Options struct {
	// DataDir is the person's data folder, which has their half of the journal.
	DataDir string
	// Named is the data folder that was named on the command line; empty otherwise.
	Named   string
	Version string // of Tacklebox
}

// local is this Windows PC.
type local struct {
	o       Options
	machine journal.Machine
	changes Changes
	remote  *ras.System
	noRAS   error // why there is none
}

// Open is this Windows PC; elsewhere the error wraps [errors.ErrUnsupported].
func Open(o Options) (Machine, error) {
	if err := here(); err != nil {
		return nil, err
	}
	l := &local{o: o, machine: helper.Machine()}
	l.remote, l.noRAS = ras.Open()
	about := facts.OfSystem()
	l.changes = Changes{Own: journal.NewStore(journal.UserDir(o.DataDir)), Connections: l, Elevated: Helper(), Now: time.Now,
		Build: about.Build, Version: o.Version, User: about.User}
	return l, nil
}

// Read is part of Machine.
func (l *local) Read(ctx context.Context) (Reading, error) {
	s := facts.OfSystem()
	r := Reading{Windows: s.Name, Build: s.Build, BootTime: s.Boot, Wine: wine.Here(), Unread: s.Unread}
	r.PC.RestartPending, r.PC.IPsecPolicy, r.PC.PolicyUnread = s.Pending, s.Policy, s.Missed(PartPolicy)
	unread := func(part Part, err error) { r.Unread = append(r.Unread, Unread{Part: part, Err: err.Error()}) }
	for _, at := range plan.Places() {
		v, err := l.machine.Value(at)
		if err != nil && !errors.Is(err, journal.ErrNoKey) {
			unread(PartValues, fmt.Errorf("%s: %w", at.Name, err))
			continue
		}
		r.PC.Values = append(r.PC.Values, v)
	}
	for _, name := range plan.ServiceNames() {
		s, err := l.machine.Service(name)
		if err != nil {
			unread(PartServices, err)
			continue
		}
		r.PC.Services = append(r.PC.Services, s)
	}
	var err error
	if r.PC.Profiles, err = l.profiles(); err != nil {
		r.PC.ProfilesUnread = true
		unread(PartProfiles, err)
	}
	if r.Attempts, err = attempts(ctx); err != nil {
		unread(PartEvents, err)
	}
	if r.Ports, err = facts.Ports(); err != nil {
		unread(PartPorts, err)
	}
	if r.Needs, err = facts.Needs(); err != nil {
		unread(PartServices, err)
	}
	// One entry that cannot be read takes nothing from the others.
	history, err := l.changes.History()
	if err != nil {
		unread(PartJournal, err)
	}
	r.Lost = journal.Lost(history, r.PC.Values)
	return r, ctx.Err()
}

func (l *local) profiles() ([]plan.Profile, error) {
	if l.remote == nil {
		return nil, l.noRAS
	}
	return l.remote.Profiles()
}

// attempts asks the event log.
func attempts(ctx context.Context) ([]events.Attempt, error) {
	out, err := program.Run(ctx, program.Command{Path: "wevtutil.exe", Most: events.MaxSize, Limit: 20 * time.Second,
		Args: []string{"qe", "Application", "/q:*[System[Provider[@Name='" + events.Provider + "']]]", "/f:xml", "/rd:true", "/c:60"}})
	if err != nil {
		return nil, err
	}
	list, err := events.Parse(out)
	return events.Attempts(list), err
}

// Apply is part of Machine.
func (l *local) Apply(ctx context.Context, o Order) (journal.Entry, error) {
	return l.changes.Apply(ctx, o)
}

// Undo is part of Machine.
func (l *local) Undo(ctx context.Context, id string, overwrite bool) (journal.Entry, error) {
	return l.changes.Undo(ctx, id, overwrite)
}

// History is part of Machine.
func (l *local) History(context.Context) ([]journal.Entry, error) { return l.changes.History() }

// Dial is part of Machine.
func (l *local) Dial(ctx context.Context, d Dial) (<-chan Progress, error) {
	if l.remote == nil {
		return nil, l.noRAS
	}
	at, _ := plan.Home(plan.ProhibitIPsec)
	v, err := l.machine.Value(at)
	noIPsec := err == nil && v.Exists && plan.Spell(v.Type, v.Data) == plan.DWORD(1)
	return l.remote.Dial(ctx, d, noIPsec)
}

// Close is part of Machine.
func (l *local) Close(ctx context.Context) error {
	if l.remote == nil {
		return nil
	}
	return l.remote.Close(ctx)
}

// RestartServices is part of Machine.
func (l *local) RestartServices(ctx context.Context) error { return helper.RestartServices(ctx) }

// ScheduleRestart is part of Machine.
func (l *local) ScheduleRestart(context.Context) error {
	return helper.ScheduleRestart(helper.Resume(l.o.Named))
}

// AbortRestart is part of Machine.
func (l *local) AbortRestart(context.Context) error { return helper.AbortRestart() }

// SessionUp is part of Machine. Where there is no remote access there is no session.
func (l *local) SessionUp(to netip.Addr) bool { return l.remote != nil && l.remote.SessionUp(to) }

// Profile is part of Connections. Names of connections are not case sensitive.
func (l *local) Profile(_ context.Context, name string) (*plan.Profile, error) {
	all, err := l.profiles()
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if !p.AllUsers && strings.EqualFold(p.Name, name) {
			return &p, nil
		}
	}
	return nil, nil
}

// WriteProfile is part of Connections. The key and the login never leave this
// process but to Windows itself.
func (l *local) WriteProfile(ctx context.Context, p plan.Profile, o Order) (how string, err error) {
	if l.remote == nil {
		return "", l.noRAS
	}
	return writer{program.Run, l.remote}.write(ctx, p, o)
}

// RestoreProfile is part of Connections.
func (l *local) RestoreProfile(ctx context.Context, p plan.Profile) (how string, err error) {
	if l.remote == nil {
		return "", l.noRAS
	}
	return writer{program.Run, l.remote}.restore(ctx, p)
}

// RemoveProfile is part of Connections.
func (l *local) RemoveProfile(_ context.Context, name string) error {
	if l.remote == nil {
		return l.noRAS
	}
	return l.remote.Remove(name)
}
