package pc

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc/mgr"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/wine"
	"tacklebox/platform/testbed"
)

// bench is a PC whose ProhibitIpSec is set, with a service PolicyAgent.
func bench(t *testing.T) plan.Place {
	t.Helper()
	if !wine.Here() {
		if os.Getenv("CI") == "true" {
			t.Fatal("this changes the PC: run make test on Debian, which has Wine for it")
		}
		t.Skip("this changes the PC: it runs under Wine only")
	}
	m, err := mgr.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Disconnect() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	remove(t, m, plan.PolicyAgent) // of a run that was cut off
	s, err := m.CreateService(plan.PolicyAgent, self, mgr.Config{StartType: mgr.StartManual, DisplayName: "dummy " + plan.PolicyAgent})
	if err != nil {
		t.Fatalf("create the service %s: %v", plan.PolicyAgent, err)
	}
	_ = s.Close()
	t.Cleanup(func() { remove(t, m, plan.PolicyAgent) })
	at, _ := plan.Home(plan.ProhibitIPsec)
	k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, strings.TrimPrefix(at.Key, `HKLM\`), registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = k.DeleteValue(at.Name)
		_ = k.Close()
	})
	if err := k.SetDWordValue(at.Name, 1); err != nil {
		t.Fatal(err)
	}
	return at
}

// remove deletes a dummy service, which never ran.
func remove(t *testing.T, m *mgr.Mgr, name string) {
	t.Helper()
	s, err := m.OpenService(name)
	if err != nil {
		return
	}
	if err := errors.Join(s.Delete(), s.Close()); err != nil {
		t.Error(err)
	}
	testbed.Wait(t, "the service "+name+" to go", func() bool {
		s, err := m.OpenService(name)
		if err == nil {
			_ = s.Close()
		}
		return err != nil
	})
}

// TestReadHere: what can be read is read, each part that cannot is named, and none
// takes another with it. Of connections and events Wine has nothing.
func TestReadHere(t *testing.T) {
	at := bench(t)
	data := t.TempDir()
	m, err := Open(Options{DataDir: data, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	// An entry whose value is gone, and one that nobody can read.
	gone, _ := plan.Home(plan.AssumeUDP)
	folder := journal.UserDir(data)
	l, err := journal.NewStore(folder).Create(journal.Entry{ID: journal.NewID(time.Now()), Time: time.Now()}, 1)
	if err != nil {
		t.Fatal(err)
	}
	n, err := l.Begin(journal.Change{Op: plan.Op{Op: plan.SetValue, Key: gone.Key, Name: gone.Name, Old: plan.Absent, New: plan.DWORD(2), Level: plan.Amber}, State: journal.StateBegun})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Close(n, journal.StateDone, ""), l.Done()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(string(folder), "20261126T083502Z-0011aaff.jsonl"), []byte("{}\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	r, err := m.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !r.Wine || r.Windows != "Wine" || !strings.HasPrefix(r.Build, "10.0.") || r.BootTime.After(time.Now()) {
		t.Errorf("it is %q %q, Wine %v, up since %v", r.Windows, r.Build, r.Wine, r.BootTime)
	}
	if len(r.PC.Values) != len(plan.Places()) {
		t.Errorf("%d values of %d", len(r.PC.Values), len(plan.Places()))
	}
	if i := slices.IndexFunc(r.PC.Values, func(v plan.Value) bool { return v.Place == at }); i < 0 || plan.Spell(r.PC.Values[i].Type, r.PC.Values[i].Data) != plan.DWORD(1) {
		t.Errorf("%s is not read as 1: %+v", at.Name, r.PC.Values)
	}
	var names []string
	for _, s := range r.PC.Services {
		names = append(names, s.Name)
		if s.Name == plan.PolicyAgent && (!s.Installed || s.Running || s.Start != plan.StartManual) {
			t.Errorf("%+v", s)
		}
	}
	if !slices.Equal(names, plan.ServiceNames()) {
		t.Errorf("services %v", names)
	}
	// Wine 8 keeps what a service depends on, and tells an empty list.
	if len(r.Needs) != 0 {
		t.Errorf("Wine tells dependencies now: %+v; let this test look at them", r.Needs)
	}
	if !r.PC.ProfilesUnread || r.PC.Profiles != nil || r.Attempts != nil {
		t.Errorf("connections %v, attempts %v", r.PC.Profiles, r.Attempts)
	}
	want := []Part{PartProfiles, PartEvents, PartJournal}
	var got []Part
	for _, u := range r.Unread {
		got = append(got, u.Part)
		if u.Part != PartJournal && !strings.Contains(u.Err, "not available") {
			t.Errorf("%s: %s", u.Part, u.Err)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("unread are %+v, want %v", r.Unread, want)
	}
	if !slices.Equal(r.Lost, []plan.Place{gone}) {
		t.Errorf("lost are %v", r.Lost)
	}
	if r.PC.RestartPending || r.PC.IPsecPolicy || r.PC.PolicyUnread {
		t.Errorf("%+v", r.PC)
	}
}
