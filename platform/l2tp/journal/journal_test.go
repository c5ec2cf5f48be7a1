package journal_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/journal/journaltest"
	"tacklebox/platform/l2tp/plan"
)

func home(name string) plan.Place {
	at, _ := plan.Home(name)
	return at
}

// broken is a PC that other guides were followed on: odd types and sizes, a
// misplaced value, a disabled service and a forced one.
func broken() *journaltest.World {
	w := journaltest.New()
	w.Put(home(plan.ProhibitIPsec), plan.TypeDWORD, 1, 0, 0, 0)
	w.Put(home(plan.AssumeUDP), plan.TypeSZ, '2', 0, 0)
	w.Put(plan.Place{Key: plan.PolicyAgentKey, Name: plan.WeakCrypto}, plan.TypeBinary)
	s := w.Services[plan.IKEEXT]
	s.Start = plan.StartDisabled
	w.Services[plan.IKEEXT] = s
	s = w.Services[plan.PolicyAgent]
	s.Start = plan.StartAutomatic
	w.Services[plan.PolicyAgent] = s
	return w
}

func repair() []plan.Op {
	return []plan.Op{
		{Op: plan.DeleteValue, Key: plan.RasManKey, Name: plan.ProhibitIPsec, Old: plan.DWORD(1), New: plan.Absent, Level: plan.Green},
		{Op: plan.DeleteValue, Key: plan.PolicyAgentKey, Name: plan.WeakCrypto, Old: "hex(3):", New: plan.Absent, Level: plan.Green},
		{Op: plan.SetValue, Key: plan.PolicyAgentKey, Name: plan.AssumeUDP, Old: "hex(1):32,00,00", New: plan.DWORD(2), Level: plan.Amber},
		{Op: plan.SetValue, Key: plan.RasManKey, Name: plan.WeakCrypto, Old: plan.Unknown, New: plan.DWORD(1), Level: plan.Red},
		{Op: plan.DefaultType, Key: plan.KeyService, Name: plan.IKEEXT, Old: "disabled", New: "manual", Level: plan.Green},
		{Op: plan.StartService, Key: plan.KeyService, Name: plan.IKEEXT, Old: "stopped", New: "running", Level: plan.Green},
		{Op: plan.DefaultType, Key: plan.KeyService, Name: plan.PolicyAgent, Old: "automatic", New: "manual", Level: plan.Green},
		{Op: plan.StartService, Key: plan.KeyService, Name: plan.RasMan, Old: plan.Unknown, New: "running", Level: plan.Green},
	}
}

const id = "20261126T083502Z-0011aaff"

// apply does what the helper does.
func apply(w *journaltest.World, ops []plan.Op) error {
	changes, err := journal.Look(w, ops)
	if err != nil {
		return err
	}
	l, err := journal.NewStore(w).Create(journal.Entry{ID: id, Time: time.Unix(1e9, 0)}, len(ops))
	if err != nil {
		return err
	}
	return errors.Join(journal.Apply(w, l, changes), l.Done())
}

func undo(w *journaltest.World, overwrite bool) error {
	l, err := journal.NewStore(w).Open(id)
	if err != nil {
		return err
	}
	return errors.Join(journal.Undo(w, l, overwrite), l.Done())
}

func TestApplyUndo(t *testing.T) {
	w := broken()
	before := w.State()
	if err := apply(w, repair()); err != nil {
		t.Fatal(err)
	}
	e, err := journal.NewStore(w).Read(id)
	if err != nil || e.State != journal.StateDone || len(e.Changes) != len(repair()) {
		t.Fatalf("%v, %+v", err, e)
	}
	if v := w.Values[home(plan.AssumeUDP)]; plan.Spell(v.Type, v.Data) != plan.DWORD(2) {
		t.Errorf("%+v", v)
	}
	if _, there := w.Values[home(plan.ProhibitIPsec)]; there || !w.Services[plan.IKEEXT].Running || w.Services[plan.PolicyAgent].Start != plan.StartManual {
		t.Errorf("%+v", w.State())
	}
	if err := undo(w, false); err != nil {
		t.Fatal(err)
	}
	if !before.Same(w.State()) {
		t.Errorf("undone:\n%+v\nbefore:\n%+v", w.State(), before)
	}
	if e, err = journal.NewStore(w).Read(id); err != nil || e.State != journal.StateUndone {
		t.Errorf("%v, %s", err, e.State)
	}
	if e.Undone.IsZero() || time.Since(e.Undone) > time.Minute {
		t.Errorf("taken back at %v", e.Undone)
	}
	// Once more changes nothing.
	writes := w.Writes
	if err := undo(w, false); err != nil || w.Writes != writes {
		t.Errorf("%v, %d writes", err, w.Writes-writes)
	}
}

// TestKilled: wherever the process dies, in applying and then in taking back, the
// journal brings the beginning back.
func TestKilled(t *testing.T) {
	whole := broken()
	if err := apply(whole, repair()); err != nil {
		t.Fatal(err)
	}
	if whole.Calls < 40 {
		t.Fatalf("only %d calls", whole.Calls)
	}
	for at := 1; at <= whole.Calls; at++ {
		for _, late := range []bool{false, true} {
			w := broken()
			before := w.State()
			w.DieAt, w.Late = at, late
			if !w.Killed(func() { _ = apply(w, repair()) }) {
				t.Fatalf("call %d was not made", at)
			}
			w.DieAt = 0
			back(t, w, before, fmt.Sprintf("call %d, late %v", at, late))
		}
	}
	undone := whole.Calls
	if err := undo(whole, false); err != nil {
		t.Fatal(err)
	}
	for at := undone + 1; at <= whole.Calls; at++ {
		for _, late := range []bool{false, true} {
			w := broken()
			before := w.State()
			if err := apply(w, repair()); err != nil {
				t.Fatal(err)
			}
			w.DieAt, w.Late = at, late
			if !w.Killed(func() { _ = undo(w, false) }) {
				t.Fatalf("call %d was not made", at)
			}
			w.DieAt = 0
			back(t, w, before, fmt.Sprintf("undo, call %d, late %v", at, late))
		}
	}
}

// back takes back what may have been applied, and compares.
func back(t *testing.T, w *journaltest.World, before journaltest.State, what string) {
	t.Helper()
	list, err := journal.NewStore(w).List()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if len(list) == 0 {
		if !before.Same(w.State()) {
			t.Errorf("%s: changed without a journal", what)
		}
		return
	}
	if err := undo(w, false); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if !before.Same(w.State()) {
		t.Errorf("%s: undone:\n%+v\nbefore:\n%+v", what, w.State(), before)
	}
}

// TestFails: whatever call fails, what was changed can be taken back.
func TestFails(t *testing.T) {
	whole := broken()
	if err := apply(whole, repair()); err != nil {
		t.Fatal(err)
	}
	for at := 1; at <= whole.Calls; at++ {
		w := broken()
		before := w.State()
		w.FailAt = at
		if err := apply(w, repair()); !errors.Is(err, journaltest.ErrTold) {
			t.Errorf("call %d failed, and nobody was told: %v", at, err)
		}
		w.FailAt = 0
		back(t, w, before, fmt.Sprintf("failed call %d", at))
	}
}

func TestConflict(t *testing.T) {
	w := broken()
	before := w.State()
	if err := apply(w, repair()); err != nil {
		t.Fatal(err)
	}
	w.Put(home(plan.AssumeUDP), plan.TypeDWORD, 1, 0, 0, 0)
	e, err := journal.NewStore(w).Read(id)
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.Place{home(plan.AssumeUDP)}
	if got, err := journal.Conflicts(w, e); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	var conflict *journal.ConflictError
	if err := undo(w, false); !errors.As(err, &conflict) || !reflect.DeepEqual(conflict.Places, want) {
		t.Fatalf("%v", err)
	}
	if v := w.Values[home(plan.AssumeUDP)]; v.Data[0] != 1 {
		t.Error("somebody's value was overwritten")
	}
	if e, _ = journal.NewStore(w).Read(id); e.State != journal.StatePartly {
		t.Errorf("%s", e.State)
	}
	if err := undo(w, true); err != nil || !before.Same(w.State()) {
		t.Errorf("%v, %+v", err, w.State())
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		world func(*journaltest.World)
		want  string
	}{
		"value changed": {func(w *journaltest.World) { w.Put(home(plan.ProhibitIPsec), plan.TypeDWORD, 0, 0, 0, 0) }, "has changed"},
		"type changed":  {func(w *journaltest.World) { w.Put(home(plan.ProhibitIPsec), plan.TypeBinary, 1, 0, 0, 0) }, "has changed"},
		"start changed": {func(w *journaltest.World) { w.Services[plan.IKEEXT] = w.Services[plan.RasMan] }, "has changed"},
		"no key":        {func(w *journaltest.World) { w.NoKeys = []string{plan.RasManKey} }, "key is not there"},
		"no service":    {func(w *journaltest.World) { delete(w.Services, plan.IKEEXT) }, "service is not there"},
		"long value":    {func(w *journaltest.World) { w.Put(home(plan.WeakCrypto), 3, make([]byte, 4097)...) }, "longer than"},
		"odd start type": {func(w *journaltest.World) {
			w.Services["RasMan"] = plan.Service{Installed: true, Start: plan.StartUnknown}
		}, "start type"},
		"somebody's kept": {func(w *journaltest.World) { w.Files[id+".jsonl"] = nil }, "exist"},
	} {
		w := broken()
		c.world(w)
		if err := apply(w, repair()); err == nil || !strings.Contains(err.Error(), c.want) || w.Writes != 0 {
			t.Errorf("%s: %v, %d writes", name, err, w.Writes)
		}
	}
}

func TestGuarded(t *testing.T) {
	w := broken()
	at := home(plan.AssumeUDP)
	w.Guard = &at
	err := apply(w, repair())
	e, _ := journal.NewStore(w).Read(id)
	if err == nil || e.State != journal.StatePartly || e.Changes[2].State != journal.StateFailed || !strings.Contains(e.Changes[2].Reason, "another program") || len(e.Changes) != 3 {
		t.Errorf("%v, %+v", err, e)
	}
	before := broken().State()
	if err := undo(w, false); err != nil || !before.Same(w.State()) {
		t.Errorf("%v, %+v", err, w.State())
	}
}

// TestServicesLeft: what others stand on is not stopped.
func TestServicesLeft(t *testing.T) {
	w := journaltest.New()
	s := w.Services[plan.BFE]
	s.Running = false
	w.Services[plan.BFE] = s
	w.Needed = []string{plan.RasMan}
	start := func(name string) plan.Op {
		return plan.Op{Op: plan.StartService, Key: plan.KeyService, Name: name, Old: "stopped", New: "running", Level: plan.Green}
	}
	if err := apply(w, []plan.Op{start(plan.BFE), start(plan.RasMan)}); err != nil {
		t.Fatal(err)
	}
	if err := undo(w, false); err != nil {
		t.Fatal(err)
	}
	e, _ := journal.NewStore(w).Read(id)
	if !w.Services[plan.BFE].Running || !w.Services[plan.RasMan].Running || e.State != journal.StateUndone || e.Changes[0].Reason == "" {
		t.Errorf("%+v", e)
	}
}

func TestLost(t *testing.T) {
	w := broken()
	if err := apply(w, repair()); err != nil {
		t.Fatal(err)
	}
	list, _ := journal.NewStore(w).List()
	read := func(exists bool) []plan.Value {
		return []plan.Value{{Place: home(plan.AssumeUDP), Exists: exists}, {Place: home(plan.ProhibitIPsec)}}
	}
	if got := journal.Lost(list, read(true)); got != nil {
		t.Errorf("lost: %v", got)
	}
	if got := journal.Lost(list, read(false)); !reflect.DeepEqual(got, []plan.Place{home(plan.AssumeUDP)}) {
		t.Errorf("lost: %v", got)
	}
	if err := undo(w, false); err != nil {
		t.Fatal(err)
	}
	list, _ = journal.NewStore(w).List()
	if got := journal.Lost(list, read(false)); got != nil {
		t.Errorf("taken back, and lost: %v", got)
	}
}

func TestMerge(t *testing.T) {
	a := journal.Entry{ID: id, State: journal.StateDone, Changes: []journal.Change{{State: journal.StateDone}}}
	b := journal.Entry{ID: "20261127T083502Z-0011aaff", State: journal.StateDone}
	got := journal.Merge([]journal.Entry{a}, []journal.Entry{{ID: id, State: journal.StateFailed, Changes: []journal.Change{{State: journal.StateFailed}}}, b})
	if len(got) != 2 || got[0].ID != b.ID || got[1].State != journal.StatePartly || len(got[1].Changes) != 2 || len(a.Changes) != 1 {
		t.Errorf("%+v", got)
	}
}

// TestMergeUndone: what was skipped keeps an entry neither done nor partly.
func TestMergeUndone(t *testing.T) {
	half := func(state journal.State, changes ...journal.State) journal.Entry {
		e := journal.Entry{ID: id, State: state}
		for _, s := range changes {
			e.Changes = append(e.Changes, journal.Change{State: s})
		}
		return e
	}
	for _, c := range []struct {
		machine, person journal.Entry
		want            journal.State
	}{
		{half(journal.StateDone, journal.StateSkipped), half(journal.StateUndone, journal.StateUndone), journal.StateUndone},
		{half(journal.StateDone, journal.StateDone), half(journal.StateUndone, journal.StateUndone), journal.StatePartly},
		{half(journal.StateUndone, journal.StateUndone), half(journal.StateDone, journal.StateDone), journal.StatePartly},
		{half(journal.StateUndone, journal.StateUndone, journal.StateSkipped), half(journal.StateUndone, journal.StateUndone), journal.StateUndone},
	} {
		if got := journal.Merge([]journal.Entry{c.machine}, []journal.Entry{c.person})[0].State; got != c.want {
			t.Errorf("%+v and %+v are %s, want %s", c.machine, c.person, got, c.want)
		}
	}
}

// TestWaits: what was written or taken back after the last start has no effect yet.
func TestWaits(t *testing.T) {
	at := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	value := func(s journal.State) journal.Entry {
		return journal.Entry{Time: at, Changes: []journal.Change{{Op: plan.Op{Op: plan.SetValue}, State: s}}}
	}
	undone := value(journal.StateUndone)
	undone.Undone = at.Add(2 * time.Hour)
	service := journal.Entry{Time: at, Changes: []journal.Change{{Op: plan.Op{Op: plan.StartService}, State: journal.StateDone}}}
	for name, c := range map[string]struct {
		e    journal.Entry
		boot time.Time
		want bool
	}{
		"applied":                               {value(journal.StateDone), at.Add(-time.Hour), true},
		"applied, restarted":                    {value(journal.StateDone), at.Add(time.Hour), false},
		"applied, restarted, undone":            {undone, at.Add(time.Hour), true},
		"applied, restarted, undone, restarted": {undone, at.Add(3 * time.Hour), false},
		"failed":                                {value(journal.StateFailed), at.Add(-time.Hour), false},
		"a service":                             {service, at.Add(-time.Hour), false},
	} {
		if got := c.e.Waits(c.boot); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestDir: the same on the disk, with the connection's half.
func TestDir(t *testing.T) {
	s := journal.NewStore(journal.UserDir(t.TempDir()))
	if list, err := s.List(); err != nil || list != nil {
		t.Fatalf("%v, %v", list, err)
	}
	e := journal.Entry{ID: journal.NewID(time.Now()), Time: time.Now(), Build: "10.0.19045", Version: "1", User: "S-1-5-21"}
	l, err := s.Create(e, 1)
	if err != nil {
		t.Fatal(err)
	}
	var told []journal.State
	l.Tell(func(c journal.Change) { told = append(told, c.State) })
	p := plan.Profile{Name: "office", Server: "192.0.2.1", IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP}, Encryption: plan.EncryptNeeded}
	op := plan.Op{Op: plan.WriteProfile, Key: plan.KeyProfile, Name: "office", Old: "there", New: "repaired", Level: plan.Amber, Profile: &p}
	i, err := l.Begin(journal.Change{Op: op, State: journal.StateBegun, Before: &plan.Profile{Name: "office", Tunnel: "Pptp"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Close(i, journal.StateDone, ""), l.Done()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(e, 1); err == nil {
		t.Error("an entry was overwritten")
	}
	got, err := s.Read(e.ID)
	if err != nil || got.State != journal.StateDone || got.Changes[0].Before.Tunnel != "Pptp" || len(told) != 2 {
		t.Errorf("%v, %+v, told %v", err, got, told)
	}
	if err := s.Keep("undo-x.reg", []byte("x")); err != nil {
		t.Error(err)
	}
	if list, err := s.List(); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	for _, bad := range []string{"", "../x", "20261126T083502Z-0011aafg", e.ID + "x"} {
		if _, err := s.Read(bad); err == nil || errors.Is(err, journal.ErrNoEntry) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := s.Read(id); !errors.Is(err, journal.ErrNoEntry) {
		t.Errorf("%v", err)
	}
}
