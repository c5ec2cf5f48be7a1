package helper

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/journal/journaltest"
	"tacklebox/platform/l2tp/plan"
)

const id = "20261126T083502Z-0011aaff"

func home(name string) plan.Place {
	at, _ := plan.Home(name)
	return at
}

// aPlan has each kind of operation, with what is the person's own among them.
func aPlan() plan.Plan {
	p := plan.Profile{Name: "office", Server: "192.0.2.1", IPsec: plan.IPsecNone, Auth: []string{plan.AuthCHAP}, Encryption: plan.EncryptAsked}
	return plan.Plan{Ops: []plan.Op{
		{Op: plan.SetValue, Key: plan.RasManKey, Name: plan.ProhibitIPsec, Old: plan.DWORD(0), New: plan.DWORD(1), Level: plan.Red, Why: plan.FindPlain},
		{Op: plan.DeleteValue, Key: plan.RasManKey, Name: plan.WeakCrypto, Old: "hex(1):31,00,00,00", New: plan.Absent, Level: plan.Green},
		{Op: plan.SetValue, Key: plan.PolicyAgentKey, Name: plan.AssumeUDP, Old: plan.Absent, New: plan.DWORD(2), Level: plan.Amber},
		{Op: plan.DeleteValue, Key: plan.OldIPsecKey, Name: plan.AssumeUDP, Old: plan.Unknown, New: plan.Absent, Level: plan.Green},
		{Op: plan.DefaultType, Key: plan.KeyService, Name: plan.IKEEXT, Old: "disabled", New: "manual", Level: plan.Green},
		{Op: plan.StartService, Key: plan.KeyService, Name: plan.IKEEXT, Old: "stopped", New: "running", Level: plan.Green},
		{Op: plan.WriteProfile, Key: plan.KeyProfile, Name: "office", Old: plan.Absent, New: "created", Level: plan.Amber, Profile: &p},
		{Op: plan.Restart, Key: plan.KeyMachine, Level: plan.Amber},
	}}
}

// world is a PC that the plan was made for.
func world() *journaltest.World {
	w := journaltest.New()
	w.Put(home(plan.ProhibitIPsec), plan.TypeDWORD, 0, 0, 0, 0)
	w.Put(home(plan.WeakCrypto), plan.TypeSZ, '1', 0, 0, 0)
	w.Put(plan.Place{Key: plan.OldIPsecKey, Name: plan.AssumeUDP}, plan.TypeDWORD, 2, 0, 0, 0)
	s := w.Services[plan.IKEEXT]
	s.Start = plan.StartDisabled
	w.Services[plan.IKEEXT] = s
	return w
}

func pcOf(w *journaltest.World) machine {
	return machine{Machine: w, build: "10.0.19045.1", version: "1.2.3", user: "S-1-5-21-1", now: func() time.Time { return time.Unix(1e9, 0) }, gate: func(string) error { return nil }}
}

func words(t *testing.T) []string {
	t.Helper()
	r, err := applying(id, aPlan(), []string{plan.ProhibitIPsec})
	if err != nil {
		t.Fatal(err)
	}
	return r.words()
}

func run(w *journaltest.World, args ...string) error {
	r, err := parse(args)
	if err != nil {
		return err
	}
	return r.serve(pcOf(w), journal.NewStore(w))
}

func TestWords(t *testing.T) {
	got := words(t)
	want := []string{"apply", id, "set.ProhibitIpSec.1.d00000000", "delete.rasman.AllowL2TPWeakCrypto.h" + got[3][len("delete.rasman.AllowL2TPWeakCrypto.h"):],
		"set.AssumeUDPEncapsulationContextOnSendRule.2.absent", "delete.ipsec.AssumeUDPEncapsulationContextOnSendRule.unknown",
		"default.IKEEXT.disabled", "start.IKEEXT.stopped", "accept.ProhibitIpSec"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if all := strings.Join(got, " "); strings.Contains(all, "office") || strings.Contains(all, "192.0.2.1") {
		t.Errorf("the connection is among the helper's words: %s", all)
	}
	if n := len(strings.Join(got, " ")); n > 1000 {
		t.Errorf("%d characters", n)
	}
	if _, err := applying(id, aPlan(), []string{plan.WeakCrypto}); err == nil {
		t.Error("a red change without consent")
	}
	bad := aPlan()
	bad.Ops[0].Level = plan.Green
	if _, err := applying(id, bad, nil); err == nil {
		t.Error("a red change called green")
	}
}

func TestServe(t *testing.T) {
	w := world()
	before := w.State()
	if err := run(w, words(t)...); err != nil {
		t.Fatal(err)
	}
	e, err := journal.NewStore(w).Read(id)
	if err != nil || e.State != journal.StateDone || len(e.Changes) != 6 || e.Build != "10.0.19045.1" || e.User != "S-1-5-21-1" || e.Version != "1.2.3" {
		t.Fatalf("%v, %+v", err, e)
	}
	if v := w.Values[home(plan.ProhibitIPsec)]; plan.Spell(v.Type, v.Data) != plan.DWORD(1) || !w.Services[plan.IKEEXT].Running {
		t.Errorf("%+v", w.State())
	}
	if reg := string(w.Files["undo-"+id+".reg"]); !strings.Contains(strings.ReplaceAll(reg, "\x00", ""), `"AllowL2TPWeakCrypto"=hex(1):31,00,00,00`) {
		t.Errorf("%q", reg)
	}
	if err := run(w, words(t)...); codeOf(err) != exitChanged {
		t.Errorf("twice: %v", err)
	}
	if err := run(w, "undo", id); err != nil || !before.Same(w.State()) {
		t.Errorf("%v, %+v", err, w.State())
	}
	if err := run(w, words(t)...); codeOf(err) != exitBusy || !errors.Is(err, fs.ErrExist) {
		t.Errorf("the same name again: %v", err)
	}
	if err := run(w, "undo", "20261126T083502Z-00000000"); codeOf(err) != exitNoEntry {
		t.Errorf("%v", err)
	}
}

// TestChanged: what the preview showed is what is there, or nothing is changed.
func TestChanged(t *testing.T) {
	for name, change := range map[string]func(*journaltest.World){
		"dword":   func(w *journaltest.World) { w.Put(home(plan.ProhibitIPsec), plan.TypeDWORD, 1, 0, 0, 0) },
		"string":  func(w *journaltest.World) { w.Put(home(plan.WeakCrypto), plan.TypeSZ, '0', 0, 0, 0) },
		"type":    func(w *journaltest.World) { w.Put(home(plan.WeakCrypto), plan.TypeBinary, '1', 0, 0, 0) },
		"there":   func(w *journaltest.World) { w.Put(home(plan.AssumeUDP), plan.TypeDWORD, 2, 0, 0, 0) },
		"gone":    func(w *journaltest.World) { delete(w.Values, home(plan.ProhibitIPsec)) },
		"service": func(w *journaltest.World) { w.Services[plan.IKEEXT] = w.Services[plan.RasMan] },
	} {
		w := world()
		change(w)
		if err := run(w, words(t)...); codeOf(err) != exitChanged || w.Writes != 0 || len(w.Files) != 0 {
			t.Errorf("%s: %v, %d writes, %d files", name, err, w.Writes, len(w.Files))
		}
	}
}

// TestHostile: whatever is not said as we say it changes nothing.
func TestHostile(t *testing.T) {
	good := words(t)
	bad := [][]string{
		nil, {""}, {"apply"}, {"apply", id}, {"apply", "../../x", "start.BFE.stopped"}, {"undo"}, {"undo", id, "x"}, {"undo", id, "overwrite", "overwrite"},
		{"undo", `..\x`}, {"restart-services", "now"}, {"reboot"}, {"APPLY", id, "start.BFE.stopped"},
		{"apply", id, "start.Spooler.stopped"}, {"apply", id, "start.bfe.stopped"}, {"apply", id, "start.BFE.running"}, {"apply", id, "stop.BFE.running"},
		{"apply", id, "default.BFE.boot"}, {"apply", id, "default.Spooler.disabled"}, {"apply", id, "set.ServiceDll.1.absent"},
		{"apply", id, "set.AllowL2TPWeakCrypto.1.absent"}, {"apply", id, "set.AllowL2TPWeakCrypto.2.absent", "accept.AllowL2TPWeakCrypto"},
		{"apply", id, "set.ProhibitIpSec.1.absent", "accept.AllowL2TPWeakCrypto"}, {"apply", id, "set.ProhibitIpSec.1.absent", "accept.ProhibitIpSec", "accept.ProhibitIpSec"},
		{"apply", id, "accept.ProhibitIpSec", "set.ProhibitIpSec.1.absent"}, {"apply", id, "set.ProhibitIpSec.0.absent", "accept.ProhibitIpSec"},
		{"apply", id, "set.AssumeUDPEncapsulationContextOnSendRule.3.absent"}, {"apply", id, "set.AssumeUDPEncapsulationContextOnSendRule.2.d0000000g"},
		{"apply", id, "set.AssumeUDPEncapsulationContextOnSendRule.2.h00"}, {"apply", id, "set.AssumeUDPEncapsulationContextOnSendRule.2.absent.x"},
		{"apply", id, "set.AssumeUDPEncapsulationContextOnSendRule.2.absent", "set.AssumeUDPEncapsulationContextOnSendRule.1.absent"},
		{"apply", id, "delete.run.ProhibitIpSec.absent"}, {"apply", id, "delete.rasman.ServiceDll.absent"}, {"apply", id, "delete.ipsec.ProhibitIpSec.absent"},
		{"apply", id, "delete.rasman.ProhibitIpSec.stopped"}, {"apply", id, "overwrite"}, {"apply", id, `profile.C:\x`},
		append(slices.Clone(good), "start.BFE.stopped"), good[1:], good[:len(good)-1], append([]string{Verb}, good...), slices.Repeat([]string{"apply"}, 50),
	}
	for _, args := range bad {
		w := world()
		before := w.State()
		err := run(w, args...)
		if codeOf(err) != exitWords || !before.Same(w.State()) || w.Calls != 0 {
			t.Errorf("%q: %v, %d calls", args, err, w.Calls)
		}
	}
}

// TestKilledHelper: wherever the helper dies, a second one takes back.
func TestKilledHelper(t *testing.T) {
	whole := world()
	if err := run(whole, words(t)...); err != nil {
		t.Fatal(err)
	}
	for at := 1; at <= whole.Calls; at++ {
		w := world()
		before := w.State()
		w.DieAt = at
		if !w.Killed(func() { _ = run(w, words(t)...) }) {
			t.Fatalf("call %d was not made", at)
		}
		w.DieAt = 0
		if err := run(w, "undo", id); err != nil && !errors.Is(err, journal.ErrNoEntry) || !before.Same(w.State()) {
			t.Errorf("call %d: %v, %+v", at, err, w.State())
		}
	}
}

func TestFailsInTheMiddle(t *testing.T) {
	w := world()
	at := home(plan.AssumeUDP)
	w.Guard = &at
	err := run(w, words(t)...)
	e, _ := journal.NewStore(w).Read(id)
	if codeOf(err) != exitFailed || e.State != journal.StatePartly {
		t.Fatalf("%v, %+v", err, e)
	}
	r, _ := parse(words(t))
	if err := r.outcome(exitFailed, e); err == nil || !strings.Contains(err.Error(), "change 3, Assume") || !strings.Contains(err.Error(), "another program") {
		t.Errorf("%v", err)
	}
}

func TestConflictCode(t *testing.T) {
	w := world()
	if err := run(w, words(t)...); err != nil {
		t.Fatal(err)
	}
	w.Put(home(plan.AssumeUDP), plan.TypeDWORD, 1, 0, 0, 0)
	if err := run(w, "undo", id); codeOf(err) != exitConflict {
		t.Errorf("%v", err)
	}
	if err := run(w, "undo", id, "overwrite"); err != nil {
		t.Error(err)
	}
}

// TestGate: the helper waits for the other half, and does nothing when that failed.
func TestGate(t *testing.T) {
	w := world()
	if err := run(w, words(t)...); err != nil {
		t.Fatal(err)
	}
	r, err := parse([]string{"undo", id, "overwrite", "wait"})
	if err != nil || !r.wait || !r.overwrite {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, args := range [][]string{{"undo", id, "wait", "overwrite"}, {"undo", id, "wait", "wait"}, {"restart-services", "wait"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
	// Nor is anything applied that nobody waits for any more.
	fresh := world()
	untouched := fresh.State()
	apply, err := parse(append(words(t), "wait"))
	if err != nil || !apply.wait {
		t.Fatalf("%+v, %v", apply, err)
	}
	if err := apply.serve(machine{Machine: fresh, now: time.Now, gate: func(string) error { return errStopped }}, journal.NewStore(fresh)); codeOf(err) != exitStopped || !untouched.Same(fresh.State()) || fresh.Writes != 0 {
		t.Errorf("%v, %d writes", err, fresh.Writes)
	}
	if _, err := parse(append([]string{words(t)[0], words(t)[1], "wait"}, words(t)[2:]...)); err == nil {
		t.Error("another order of the words was taken")
	}
	applied := w.State()
	pc := machine{Machine: w, now: time.Now, gate: func(string) error { return errStopped }}
	if err := r.serve(pc, journal.NewStore(w)); codeOf(err) != exitStopped || !applied.Same(w.State()) {
		t.Errorf("%v", err)
	}
	waited := ""
	pc.gate = func(id string) error { waited = id; return nil }
	if err := r.serve(pc, journal.NewStore(w)); err != nil || waited != id || applied.Same(w.State()) {
		t.Errorf("%v, waited for %q", err, waited)
	}
}

func TestRestartServices(t *testing.T) {
	w := journaltest.New()
	for _, name := range []string{plan.RasMan, plan.IKEEXT} {
		s := w.Services[name]
		s.Running = true
		w.Services[name] = s
	}
	before := w.State()
	if err := run(w, "restart-services"); err != nil || !before.Same(w.State()) || w.Writes != 4 {
		t.Errorf("%v, %d writes", err, w.Writes)
	}
	// What was stopped is started again, whatever fails after it.
	w.Needed, w.Writes = []string{plan.IKEEXT}, 0
	if err := run(w, "restart-services"); codeOf(err) != exitNeeded || !before.Same(w.State()) || w.Writes != 2 {
		t.Errorf("%v, %d writes, %+v", err, w.Writes, w.State())
	}
}

func TestTeller(t *testing.T) {
	var got []journal.State
	tell := &teller{step: func(c journal.Change) { got = append(got, c.State) }}
	tell.tell(journal.Entry{Changes: []journal.Change{{State: journal.StateBegun}}})
	tell.tell(journal.Entry{Changes: []journal.Change{{State: journal.StateBegun}}})
	tell.tell(journal.Entry{Changes: []journal.Change{{State: journal.StateDone}, {State: journal.StateFailed}}})
	if want := []journal.State{journal.StateBegun, journal.StateDone, journal.StateBegun, journal.StateFailed}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// FuzzWords: no argument makes the helper write outside the vocabulary, or
// anything red that was not agreed to.
func FuzzWords(f *testing.F) {
	f.Add("apply " + id + " set.ProhibitIpSec.1.d00000000 delete.ipsec.AssumeUDPEncapsulationContextOnSendRule.unknown default.IKEEXT.disabled start.IKEEXT.stopped accept.ProhibitIpSec")
	f.Add("undo " + id + " overwrite")
	f.Add("undo " + id + " wait")
	f.Add("restart-services")
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Split(line, " ")
		w := world()
		w.Services["Spooler"] = plan.Service{Installed: true, Start: plan.StartManual}
		before := w.State()
		err := run(w, args...)
		if codeOf(err) == exitWords && w.Calls != 0 {
			t.Fatal("refused, and looked at")
		}
		for at, v := range w.Values {
			was := before.Values[at]
			if plan.Spell(v.Type, v.Data) == plan.Spell(was.Type, was.Data) && was.Exists {
				continue
			}
			if !slices.Contains(plan.Homes(), at) || v.Type != plan.TypeDWORD {
				t.Fatalf("%q wrote %+v", args, v)
			}
			if red := levelOf(at.Name, uint32(v.Data[0])) == plan.Red; red && !slices.Contains(args, "accept."+at.Name) {
				t.Fatalf("%q wrote %+v without consent", args, v)
			}
		}
		for at := range before.Values {
			if _, there := w.Values[at]; !there && !slices.Contains(plan.Places(), at) {
				t.Fatalf("%q deleted %+v", args, at)
			}
		}
		if w.Services["Spooler"] != before.Services["Spooler"] {
			t.Fatal("another service")
		}
	})
}
