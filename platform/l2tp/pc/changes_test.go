package pc

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"tacklebox/platform/elevate"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/journal/journaltest"
	"tacklebox/platform/l2tp/plan"
)

// phoneBook is this person's connections in memory.
type phoneBook struct {
	all  map[string]plan.Profile
	keys map[string]string
	err  error
	// needs says why nothing can be written now; nil when all can.
	needs func() error
	// half: a write ends after the cmdlets, which do not say that there is a key.
	half bool
}

func (b *phoneBook) cannot() error {
	if b.needs != nil {
		return errors.Join(b.err, b.needs())
	}
	return b.err
}

func (b *phoneBook) Profile(_ context.Context, name string) (*plan.Profile, error) {
	p, ok := b.all[name]
	if !ok {
		return nil, nil
	}
	return &p, nil
}

func (b *phoneBook) WriteProfile(_ context.Context, p plan.Profile, o Order) (string, error) {
	if err := errors.Join(b.err, p.Check()); err != nil {
		return "", err
	}
	if b.half {
		p.IPsec = plan.IPsecCertificate
		b.all[p.Name] = p
		return "", errors.New("error 87")
	}
	b.all[p.Name] = p
	if len(o.PSK) > 0 {
		b.keys[p.Name] = string(o.PSK)
	}
	return "written in memory", nil
}

func (b *phoneBook) RestoreProfile(_ context.Context, p plan.Profile) (string, error) {
	if err := b.cannot(); err != nil {
		return "", err
	}
	b.all[p.Name] = p
	return "put back in memory", nil
}

func (b *phoneBook) RemoveProfile(_ context.Context, name string) error {
	if err := b.cannot(); err != nil {
		return err
	}
	delete(b.all, name)
	return nil
}

// otherHalf does what the helper does, in memory.
type otherHalf struct {
	w        *journaltest.World
	declined bool
}

func (h *otherHalf) Apply(_ context.Context, id string, p plan.Plan, _ []string, step func(journal.Change)) (journal.Entry, error) {
	var ops []plan.Op
	for _, op := range p.Ops {
		if op.Op != plan.WriteProfile && op.Op != plan.Restart {
			ops = append(ops, op)
		}
	}
	if h.declined {
		return journal.Entry{}, elevate.ErrDeclined
	}
	if len(ops) == 0 {
		return journal.Entry{}, nil
	}
	changes, err := journal.Look(h.w, ops)
	if err != nil {
		return journal.Entry{}, err
	}
	l, err := journal.NewStore(h.w).Create(journal.Entry{ID: id}, len(ops))
	if err != nil {
		return journal.Entry{}, err
	}
	l.Tell(step)
	err = journal.Apply(h.w, l, changes)
	return l.Entry(), err
}

func (h *otherHalf) Undo(_ context.Context, id string, overwrite bool, _ func(journal.Change), first func() error) (journal.Entry, error) {
	if h.declined {
		return journal.Entry{}, elevate.ErrDeclined
	}
	if first != nil {
		if err := first(); err != nil {
			return journal.Entry{}, err
		}
	}
	l, err := journal.NewStore(h.w).Open(id)
	if err != nil {
		return journal.Entry{}, err
	}
	err = journal.Undo(h.w, l, overwrite)
	return l.Entry(), err
}

func (h *otherHalf) History() ([]journal.Entry, error)     { return journal.NewStore(h.w).List() }
func (h *otherHalf) Read(id string) (journal.Entry, error) { return journal.NewStore(h.w).Read(id) }

const canary = "canary-psk-4e1d"

type changing struct {
	Changes
	book *phoneBook
	half *otherHalf
	dir  string
}

func newChanging(t *testing.T) *changing {
	c := &changing{book: &phoneBook{all: map[string]plan.Profile{}, keys: map[string]string{}}, half: &otherHalf{w: journaltest.New()}, dir: t.TempDir()}
	c.Changes = Changes{Own: journal.NewStore(journal.UserDir(c.dir)), Connections: c.book, Elevated: c.half, Now: time.Now, Build: "10.0", Version: "1", User: "S-1"}
	return c
}

func full() Order {
	p := plan.Profile{Name: "office", Server: "192.0.2.1", IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP}, Encryption: plan.EncryptNeeded}
	return Order{PSK: []byte(canary), Password: []byte(canary), User: "me", Plan: plan.Plan{Ops: []plan.Op{
		{Op: plan.SetValue, Key: plan.PolicyAgentKey, Name: plan.AssumeUDP, Old: plan.Absent, New: plan.DWORD(2), Level: plan.Amber},
		{Op: plan.StartService, Key: plan.KeyService, Name: plan.IKEEXT, Old: "stopped", New: "running", Level: plan.Green},
		{Op: plan.WriteProfile, Key: plan.KeyProfile, Name: "office", Old: plan.Absent, New: "created", Level: plan.Amber, Profile: &p},
		{Op: plan.Restart, Key: plan.KeyMachine, Level: plan.Amber},
	}}}
}

func TestChanges(t *testing.T) {
	c := newChanging(t)
	before := c.half.w.State()
	o := full()
	steps := 0
	o.Step = func(journal.Change) { steps++ }
	e, err := c.Apply(t.Context(), o)
	if err != nil || e.State != journal.StateDone || len(e.Changes) != 3 || steps != 6 || c.book.keys["office"] != canary {
		t.Fatalf("%v, %d steps, %+v", err, steps, e)
	}
	if how := e.Changes[2].Reason; how != "written in memory" {
		t.Errorf("the journal does not say how the connection was written: %q", how)
	}
	list, err := c.History()
	if err != nil || len(list) != 1 || !reflect.DeepEqual(list[0].Changes, e.Changes) {
		t.Errorf("%v, %+v", err, list)
	}
	// The key is in no file of either half.
	for name, data := range c.half.w.Files {
		if bytes.Contains(data, []byte(canary)) {
			t.Errorf("the key is in %s", name)
		}
	}
	files := 0
	_ = filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files++
			if data, err := os.ReadFile(path); err != nil || bytes.Contains(data, []byte(canary)) {
				t.Errorf("%s: %v, or it has the key", path, err)
			}
		}
		return err
	})
	if files != 1 {
		t.Errorf("%d files", files)
	}
	c.half.declined = true
	if _, err := c.Undo(t.Context(), e.ID, false); !errors.Is(err, ErrDeclined) || len(c.book.all) != 1 {
		t.Errorf("declined: %v, %v", err, c.book.all)
	}
	c.half.declined = false
	e, err = c.Undo(t.Context(), e.ID, false)
	if err != nil || e.State != journal.StateUndone || len(c.book.all) != 0 || !before.Same(c.half.w.State()) {
		t.Errorf("%v, %+v, %v", err, e, c.book.all)
	}
}

func TestChangesRefused(t *testing.T) {
	red := plan.Op{Op: plan.SetValue, Key: plan.RasManKey, Name: plan.ProhibitIPsec, Old: plan.Absent, New: plan.DWORD(1), Level: plan.Red}
	for name, o := range map[string]Order{
		"red":    {Plan: plan.Plan{Ops: []plan.Op{red}}},
		"breaks": {Plan: plan.Plan{Ops: []plan.Op{red}, Breaks: []string{"office"}}, Accept: []string{plan.ProhibitIPsec}},
		"foreign": {Plan: plan.Plan{Ops: []plan.Op{{Op: plan.DeleteValue, Key: plan.RasManKey, Name: "ServiceDll", Old: plan.Unknown, New: plan.Absent,
			Level: plan.Green}}}},
	} {
		c := newChanging(t)
		if _, err := c.Apply(t.Context(), o); err == nil || c.half.w.Calls != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := newChanging(t)
	c.half.declined = true
	if e, err := c.Apply(t.Context(), full()); !errors.Is(err, ErrDeclined) || e.ID != "" || len(c.book.all) != 0 {
		t.Errorf("declined: %v, %+v", err, e)
	}
}

// TestChangesHalf: the connection fails, and what the helper did can be taken back.
func TestChangesHalf(t *testing.T) {
	c := newChanging(t)
	before := c.half.w.State()
	c.book.err = errors.New("error 87")
	e, err := c.Apply(t.Context(), full())
	if err == nil || e.State != journal.StatePartly || len(e.Changes) != 3 || e.Changes[2].State != journal.StateFailed {
		t.Fatalf("%v, %+v", err, e)
	}
	c.book.err = nil
	if e, err = c.Undo(t.Context(), e.ID, false); err != nil || e.State != journal.StateUndone || !before.Same(c.half.w.State()) {
		t.Errorf("%v, %+v", err, e)
	}
	if _, err := c.Undo(t.Context(), journal.NewID(time.Now()), false); !errors.Is(err, journal.ErrNoEntry) {
		t.Errorf("%v", err)
	}
}

// TestChangesBetween: a write that ended between the cmdlets and remote access is
// taken back, with nobody asked whose it is.
func TestChangesBetween(t *testing.T) {
	old := plan.Profile{Name: "office", Server: "192.0.2.9", Tunnel: plan.TunnelL2TP, IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP}, Encryption: plan.EncryptNeeded}
	for name, before := range map[string]*plan.Profile{"created": nil, "repaired": &old} {
		c := newChanging(t)
		o := full()
		if before != nil {
			c.book.all["office"] = *before
			o.Plan.Ops[2].Old, o.Plan.Ops[2].New = "there", "repaired"
		}
		c.book.half = true
		e, err := c.Apply(t.Context(), o)
		if err == nil || e.Changes[2].State != journal.StateFailed || c.book.all["office"].IPsec != plan.IPsecCertificate {
			t.Fatalf("%s: %v, %+v", name, err, e)
		}
		// Changed by somebody after it, it is theirs.
		mine := c.book.all["office"]
		theirs := mine
		theirs.Server = "192.0.2.200"
		c.book.all["office"] = theirs
		var conflict *journal.ConflictError
		if _, err := c.Undo(t.Context(), e.ID, false); !errors.As(err, &conflict) {
			t.Errorf("%s, changed by somebody: %v", name, err)
		}
		c.book.all["office"] = mine
		e, err = c.Undo(t.Context(), e.ID, false)
		is, there := c.book.all["office"]
		if err != nil || e.State != journal.StateUndone || there != (before != nil) || there && !reflect.DeepEqual(is, old) {
			t.Errorf("%s: %v, %+v, %+v", name, err, e, c.book.all)
		}
	}
}

// TestChangesConflict: both halves were changed by somebody, and are named together.
func TestChangesConflict(t *testing.T) {
	c := newChanging(t)
	old := plan.Profile{Name: "office", Server: "192.0.2.9", Tunnel: plan.TunnelAutomatic, IPsec: plan.IPsecPSK, Auth: []string{"Eap"}, Encryption: plan.EncryptNeeded}
	c.book.all["office"] = old
	o := full()
	o.Plan.Ops[2].Old, o.Plan.Ops[2].New = "there", "repaired"
	e, err := c.Apply(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p := c.book.all["office"]
	p.Server = "192.0.2.200"
	c.book.all["office"] = p
	c.half.w.Put(plan.Place{Key: plan.PolicyAgentKey, Name: plan.AssumeUDP}, plan.TypeDWORD, 1, 0, 0, 0)
	var conflict *journal.ConflictError
	e, err = c.Undo(t.Context(), e.ID, false)
	if !errors.As(err, &conflict) || len(conflict.Places) != 2 || e.State != journal.StatePartly || c.book.all["office"].Server != "192.0.2.200" {
		t.Fatalf("%v, %+v", err, e)
	}
	if e, err = c.Undo(t.Context(), e.ID, true); err != nil || e.State != journal.StateUndone || !reflect.DeepEqual(c.book.all["office"], old) {
		t.Errorf("%v, %+v, %+v", err, e, c.book.all)
	}
}

// TestChangesRasMan: an undo that takes RasMan away writes the connection between the
// consent and that, and a No leaves both halves.
func TestChangesRasMan(t *testing.T) {
	c := newChanging(t)
	s := c.half.w.Services[plan.RasMan]
	s.Start, s.Running = plan.StartDisabled, false
	c.half.w.Services[plan.RasMan] = s
	before := c.half.w.State()
	c.book.needs = func() error {
		if !c.half.w.Services[plan.RasMan].Running {
			return errors.New("error 711")
		}
		return nil
	}
	o := full()
	o.Plan.Ops = append([]plan.Op{
		{Op: plan.DefaultType, Key: plan.KeyService, Name: plan.RasMan, Old: "disabled", New: "manual", Level: plan.Green},
		{Op: plan.StartService, Key: plan.KeyService, Name: plan.RasMan, Old: "stopped", New: "running", Level: plan.Green},
	}, o.Plan.Ops...)
	e, err := c.Apply(t.Context(), o)
	if err != nil || e.State != journal.StateDone {
		t.Fatalf("%v, %+v", err, e)
	}
	applied := c.half.w.State()

	c.half.declined = true
	if e, err := c.Undo(t.Context(), e.ID, false); !errors.Is(err, ErrDeclined) || e.State != journal.StateDone || len(c.book.all) != 1 || !applied.Same(c.half.w.State()) {
		t.Errorf("declined: %v, %v, %v", err, e.State, c.book.all)
	}
	c.half.declined = false

	// The connection cannot be written: RasMan stays, so that it can be tried again.
	c.book.err = errors.New("error 87")
	if e, err := c.Undo(t.Context(), e.ID, false); err == nil || e.State == journal.StateUndone || !applied.Same(c.half.w.State()) {
		t.Errorf("not written: %v, %v", err, e.State)
	}
	c.book.err = nil

	// Somebody changed it: it is named and left, and the rest is taken back.
	p := c.book.all["office"]
	p.Server = "192.0.2.200"
	c.book.all["office"] = p
	var conflict *journal.ConflictError
	e, err = c.Undo(t.Context(), e.ID, false)
	if !errors.As(err, &conflict) || len(conflict.Places) != 1 || !before.Same(c.half.w.State()) {
		t.Errorf("conflict: %v, %+v", err, e)
	}
}

// TestChangesRasManBack is the same with nothing in the way.
func TestChangesRasManBack(t *testing.T) {
	c := newChanging(t)
	before := c.half.w.State()
	c.book.needs = func() error {
		if !c.half.w.Services[plan.RasMan].Running {
			return errors.New("error 711")
		}
		return nil
	}
	o := full()
	o.Plan.Ops = append([]plan.Op{{Op: plan.StartService, Key: plan.KeyService, Name: plan.RasMan, Old: "stopped", New: "running", Level: plan.Green}}, o.Plan.Ops...)
	e, err := c.Apply(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if e, err = c.Undo(t.Context(), e.ID, false); err != nil || e.State != journal.StateUndone || len(c.book.all) != 0 || !before.Same(c.half.w.State()) {
		t.Errorf("%v, %+v, %v", err, e, c.book.all)
	}
}

// TestSame: one connection as it is wanted and as Windows reads it back.
func TestSame(t *testing.T) {
	want := plan.Profile{Name: "office", Server: "192.0.2.1", IPsec: plan.IPsecNone, Auth: []string{plan.AuthMSCHAPv2, plan.AuthCHAP}, Encryption: plan.EncryptAsked}
	is := plan.Profile{Name: "office", Server: "192.0.2.1", Tunnel: plan.TunnelL2TP, IPsec: plan.IPsecCertificate, Auth: []string{plan.AuthCHAP, plan.AuthMSCHAPv2}, Encryption: plan.EncryptAsked}
	if !same(&is, &want) || want.IPsec != plan.IPsecNone || want.Auth[0] != plan.AuthMSCHAPv2 {
		t.Errorf("%+v is %+v", is, want)
	}
	is.IPsec = plan.IPsecPSK
	if same(&is, &want) || same(nil, &want) || !same(nil, nil) {
		t.Error("another is taken for the same")
	}
}
