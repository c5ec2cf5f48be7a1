package helper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/wine"
	"tacklebox/platform/testbed"
)

// TestMain lets the test program be a dummy service, or a helper that is killed.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "dummy-service":
		_ = svc.Run(os.Args[2], dummy{})
		return
	case len(os.Args) > 3 && os.Args[1] == "die-at":
		at, _ := strconv.Atoi(os.Args[2])
		dieAt(at, os.Args[3:])
		return
	}
	os.Exit(m.Run())
}

// dummy is a service that runs until it is told to stop.
type dummy struct{}

func (dummy) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (bool, uint32) {
	status <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop}
	for r := range requests {
		switch r.Cmd {
		case svc.Interrogate:
			status <- r.CurrentStatus
		case svc.Stop:
			status <- svc.Status{State: svc.StopPending}
			return false, 0
		}
	}
	return false, 0
}

// mortal is the real machine, on which this process is killed at the n-th change:
// before it for an odd number of half steps, after it for an even one.
type mortal struct {
	journal.Machine

	at, calls int
}

func (m *mortal) change(do func() error) error {
	m.step()
	err := do()
	m.step()
	return err
}

func (m *mortal) step() {
	if m.calls++; m.calls == m.at {
		_ = windows.TerminateProcess(windows.CurrentProcess(), 99)
	}
}

func (m *mortal) Set(at plan.Place, typ uint32, data []byte) error {
	return m.change(func() error { return m.Machine.Set(at, typ, data) })
}
func (m *mortal) Delete(at plan.Place) error {
	return m.change(func() error { return m.Machine.Delete(at) })
}
func (m *mortal) Start(name string) error {
	return m.change(func() error { return m.Machine.Start(name) })
}
func (m *mortal) Stop(name string) error {
	return m.change(func() error { return m.Machine.Stop(name) })
}
func (m *mortal) SetStart(name string, s plan.StartType) error {
	return m.change(func() error { return m.Machine.SetStart(name, s) })
}

// dieAt is a helper that is killed in the middle.
func dieAt(at int, args []string) {
	r, err := parse(args)
	if err != nil {
		os.Exit(exitWords)
	}
	folder, err := journal.OpenMachine(true)
	if err != nil {
		os.Exit(exitFolder)
	}
	pc, err := thisPC("test")
	if err != nil {
		os.Exit(exitCannot)
	}
	pc.Machine = &mortal{Machine: pc.Machine, at: at}
	os.Exit(codeOf(r.serve(pc, journal.NewStore(folder))))
}

const services = `SYSTEM\CurrentControlSet\Services`

// bench is Wine's own registry and service manager with the keys and services that
// Windows has: dummies of the real names.
func bench(t *testing.T) {
	t.Helper()
	if !wine.Here() {
		if os.Getenv("CI") == "true" {
			t.Fatal("this changes the PC: run make test on Debian, which has Wine for it")
		}
		t.Skip("this changes the PC: it runs under Wine only")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m, err := mgr.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Disconnect() }()
	for _, name := range plan.ServiceNames() {
		remove(t, m, name)
		start := uint32(mgr.StartManual)
		if name == plan.BFE {
			start = mgr.StartAutomatic
		}
		s, err := m.CreateService(name, self, mgr.Config{StartType: start, DisplayName: "dummy " + name, Dependencies: []string{"RpcSs"}}, "dummy-service", name)
		if err != nil {
			t.Fatalf("create the service %s: %v", name, err)
		}
		_ = s.Close()
	}
	t.Cleanup(func() {
		m, err := mgr.Connect()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = m.Disconnect() }()
		for _, name := range plan.ServiceNames() {
			remove(t, m, name)
		}
	})
	for _, at := range plan.Places() {
		k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, strings.TrimPrefix(at.Key, `HKLM\`), registry.ALL_ACCESS)
		if err != nil {
			t.Fatal(err)
		}
		_ = k.DeleteValue(at.Name)
		_ = k.SetStringValue("ServiceDll", `%SystemRoot%\dummy.dll`) // not ours
		_ = k.Close()
	}
}

func remove(t *testing.T, m *mgr.Mgr, name string) {
	t.Helper()
	s, err := m.OpenService(name)
	if err != nil {
		return
	}
	_, _ = s.Control(svc.Stop)
	testbed.Wait(t, "the service "+name+" to stop", func() bool {
		st, err := s.Query()
		return err != nil || st.State == svc.Stopped
	})
	_ = s.Delete()
	_ = s.Close()
	testbed.Wait(t, "the service "+name+" to go", func() bool {
		s, err := m.OpenService(name)
		if err == nil {
			_ = s.Close()
		}
		return err != nil
	})
}

func put(t *testing.T, at plan.Place, typ uint32, data ...byte) {
	t.Helper()
	if err := (local{}).Set(at, typ, data); err != nil {
		t.Fatal(err)
	}
}

// odd is a PC that guides of all kinds were followed on.
func odd(t *testing.T) {
	t.Helper()
	bench(t)
	put(t, home(plan.ProhibitIPsec), plan.TypeDWORD, 0, 0, 0, 0)
	put(t, home(plan.WeakCrypto), plan.TypeSZ, '1', 0, 0) // half a character
	put(t, home(plan.AssumeUDP), 0x12345, 7)              // a type that does not exist
	put(t, plan.Place{Key: plan.PolicyAgentKey, Name: plan.WeakCrypto}, plan.TypeBinary)
	put(t, plan.Place{Key: plan.OldIPsecKey, Name: plan.AssumeUDP}, plan.TypeDWORD, 2, 0)
	if err := (local{}).SetStart(plan.IKEEXT, plan.StartDisabled); err != nil {
		t.Fatal(err)
	}
	if err := (local{}).SetStart(plan.PolicyAgent, plan.StartAutomatic); err != nil {
		t.Fatal(err)
	}
}

// repairs is a plan for that PC.
func repairs() plan.Plan {
	return plan.Plan{Ops: []plan.Op{
		{Op: plan.SetValue, Key: plan.RasManKey, Name: plan.ProhibitIPsec, Old: plan.DWORD(0), New: plan.DWORD(1), Level: plan.Red},
		{Op: plan.DeleteValue, Key: plan.RasManKey, Name: plan.WeakCrypto, Old: "hex(1):31,00,00", New: plan.Absent, Level: plan.Green},
		{Op: plan.SetValue, Key: plan.PolicyAgentKey, Name: plan.AssumeUDP, Old: "hex(12345):07", New: plan.DWORD(2), Level: plan.Amber},
		{Op: plan.DeleteValue, Key: plan.PolicyAgentKey, Name: plan.WeakCrypto, Old: "hex(3):", New: plan.Absent, Level: plan.Green},
		{Op: plan.DeleteValue, Key: plan.OldIPsecKey, Name: plan.AssumeUDP, Old: "hex(4):02,00", New: plan.Absent, Level: plan.Green},
		{Op: plan.DefaultType, Key: plan.KeyService, Name: plan.IKEEXT, Old: "disabled", New: "manual", Level: plan.Green},
		{Op: plan.StartService, Key: plan.KeyService, Name: plan.IKEEXT, Old: "stopped", New: "running", Level: plan.Green},
		{Op: plan.DefaultType, Key: plan.KeyService, Name: plan.PolicyAgent, Old: "automatic", New: "manual", Level: plan.Green},
	}}
}

// start runs a program. Under load Wine sometimes cannot start one, which says
// nothing about ours.
func start(name string, args ...string) (out []byte, code int, err error) {
	for range 5 {
		cmd := exec.Command(name, args...)
		out, err = cmd.CombinedOutput()
		if errors.Is(err, windows.ERROR_INTERNAL_ERROR) {
			continue
		}
		if cmd.ProcessState != nil {
			code = cmd.ProcessState.ExitCode()
		}
		break
	}
	return out, code, err
}

// again is the same for what starts the helper.
func again(f func() error) error {
	var err error
	for range 5 {
		if err = f(); !errors.Is(err, windows.ERROR_INTERNAL_ERROR) {
			break
		}
	}
	return err
}

// export is what reg.exe says of the services' keys, as a person would save them.
func export(t *testing.T) []byte {
	t.Helper()
	var all []byte
	for _, name := range []string{plan.RasMan, plan.PolicyAgent, "IPSec", plan.IKEEXT, plan.BFE} {
		file := filepath.Join(t.TempDir(), "e.reg")
		if out, _, err := start("reg", "export", `HKLM\`+services+`\`+name, file, "/y"); err != nil {
			t.Fatalf("reg export %s: %v, %s", name, err, out)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

// state is the same, quicker, with what runs.
func state(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, at := range plan.Places() {
		v, err := (local{}).Value(at)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %v %x %x", at, v.Exists, v.Type, v.Data))
	}
	for _, name := range plan.ServiceNames() {
		s, err := (local{}).Service(name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%+v", s))
	}
	return out
}

// program puts tacklebox-cli.exe beside the test program, where it is looked for.
func program(t *testing.T) string {
	t.Helper()
	from := os.Getenv("TACKLEBOX_TEST_CLI")
	if from == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("TACKLEBOX_TEST_CLI names no tacklebox-cli.exe: scripts/wine.sh does")
		}
		t.Skip("TACKLEBOX_TEST_CLI names no tacklebox-cli.exe: scripts/wine.sh does")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(filepath.Dir(self), Program)
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestRealProgram: the program that is shipped applies a plan and takes it back,
// and what reg.exe exports is then what it was, byte for byte.
func TestRealProgram(t *testing.T) {
	odd(t)
	cli := program(t)
	before, was := export(t), state(t)
	id := NewID()
	var told []journal.State
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var e journal.Entry
	err := again(func() (err error) {
		e, err = Apply(ctx, id, repairs(), []string{plan.ProhibitIPsec}, func(c journal.Change) { told = append(told, c.State) })
		return err
	})
	if err != nil || e.State != journal.StateDone || len(e.Changes) != 8 || len(told) < 16 {
		t.Fatalf("%v, told %v, %+v", err, told, e)
	}
	if e.User == "" || !strings.HasPrefix(e.Build, "10.0.") {
		t.Errorf("%+v", e)
	}
	if got := state(t); reflect.DeepEqual(got, was) || bytes.Equal(export(t), before) {
		t.Errorf("nothing was changed: %q", got)
	}
	if s, err := (local{}).Service(plan.IKEEXT); err != nil || !s.Running || s.Start != plan.StartManual {
		t.Errorf("%v, %+v", err, s)
	}
	list, err := History()
	if err != nil || len(list) == 0 || list[0].ID != id {
		t.Errorf("%v, %+v", err, list)
	}
	// A PC that is not as the preview showed it is refused, without asking.
	var changed *journal.ChangedError
	if _, err := Apply(ctx, NewID(), repairs(), []string{plan.ProhibitIPsec}, nil); !errors.As(err, &changed) {
		t.Errorf("%v", err)
	}
	for _, args := range [][]string{{}, {"apply", NewID(), "start.Spooler.stopped"}, {"apply", NewID(), "set.AllowL2TPWeakCrypto.1.absent"},
		{"apply", NewID(), "delete.rasman.ServiceDll.unknown"}, {"undo", "..", "overwrite"}, {"--help"}} {
		if _, code, err := start(cli, append([]string{Verb}, args...)...); code != exitWords {
			t.Errorf("%q: %v", args, err)
		}
	}
	if err := again(func() error { return RestartServices(ctx) }); err != nil {
		t.Error(err)
	}
	busy(t, func() error { return again(func() error { return RestartServices(ctx) }) })
	err = again(func() (err error) {
		e, err = Undo(ctx, id, false, nil, nil)
		return err
	})
	if err != nil || e.State != journal.StateUndone {
		t.Fatalf("%v, %+v", err, e)
	}
	if got := state(t); !reflect.DeepEqual(got, was) {
		t.Errorf("undone:\n%q\nbefore:\n%q", got, was)
	}
	if after := export(t); !bytes.Equal(after, before) {
		t.Errorf("reg export differs:\n%s\nbefore:\n%s", after, before)
	}
}

// TestRealGate: an undo that takes RasMan away lets the caller's half be done first,
// after the consent, and does nothing when that half fails.
func TestRealGate(t *testing.T) {
	bench(t)
	program(t)
	was := state(t)
	id := NewID()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := plan.Plan{Ops: []plan.Op{{Op: plan.StartService, Key: plan.KeyService, Name: plan.RasMan, Old: "stopped", New: "running", Level: plan.Green}}}
	if err := again(func() error {
		_, err := Apply(ctx, id, p, nil, nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	applied := state(t)
	denied := errors.New("error 87")
	for _, fails := range []error{denied, nil} {
		calls := 0
		var e journal.Entry
		err := again(func() (err error) {
			e, err = Undo(ctx, id, false, nil, func() error {
				calls++
				if got := state(t); !reflect.DeepEqual(got, applied) {
					t.Errorf("taken back before its time: %q", got)
				}
				return fails
			})
			return err
		})
		if !errors.Is(err, fails) || calls != 1 {
			t.Fatalf("%v, not %v; called %d times", err, fails, calls)
		}
		want := applied
		if fails == nil {
			want = was
		}
		if got := state(t); !reflect.DeepEqual(got, want) || (e.State == journal.StateUndone) != (fails == nil) {
			t.Errorf("%v: %q, want %q, %s", fails, got, want, e.State)
		}
	}
	// Nobody made a gate, or somebody else has it: nothing is changed.
	if err := passGate(id); !errors.Is(err, errStopped) {
		t.Errorf("no gate: %v", err)
	}
	g, err := newGate(id)
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	if _, err := newGate(id); err == nil {
		t.Error("a gate of somebody else is taken for ours")
	}
	if err := g.open(false); err != nil || passGate(id) == nil || !g.isReady() {
		t.Errorf("told to stop, it goes on: %v", err)
	}
}

// busy: while one helper is at work another one does nothing.
func busy(t *testing.T, call func() error) {
	t.Helper()
	folder, err := journal.OpenMachine(true)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if err := folder.Lock(); err != nil {
		t.Fatal(err)
	}
	if err := call(); !errors.Is(err, journal.ErrBusy) {
		t.Errorf("two helpers: %v", err)
	}
}

// TestRealKilled: a helper that is killed before or after any of its changes leaves
// a journal that takes everything back.
func TestRealKilled(t *testing.T) {
	odd(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	was := state(t)
	killed := 0
	for at := 1; ; at++ {
		id := NewID()
		r, err := applying(id, repairs(), []string{plan.ProhibitIPsec})
		if err != nil {
			t.Fatal(err)
		}
		_, code, err := start(self, append([]string{"die-at", strconv.Itoa(at)}, r.words()...)...)
		if err != nil && code != 99 {
			t.Fatalf("step %d: %v", at, err)
		}
		if err := undoHere(id); err != nil {
			t.Errorf("step %d: %v", at, err)
		}
		if got := state(t); !reflect.DeepEqual(got, was) {
			t.Fatalf("killed at step %d, undone:\n%q\nbefore:\n%q", at, got, was)
		}
		if err == nil {
			break
		}
		killed++
	}
	if killed != 2*len(repairs().Ops) {
		t.Errorf("killed %d times", killed)
	}
}

// undoHere takes an entry back in this process.
func undoHere(id string) error {
	folder, err := journal.OpenMachine(false)
	if err != nil {
		return err
	}
	defer folder.Close()
	pc, err := thisPC("test")
	if err != nil {
		return err
	}
	return request{do: doUndo, id: id}.serve(pc, journal.NewStore(folder))
}

// TestFixKit: the .reg file that was made on Linux, merged and undone, leaves the
// registry as it was.
func TestFixKit(t *testing.T) {
	odd(t)
	dir := os.Getenv("TACKLEBOX_TEST_KIT")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("TACKLEBOX_TEST_KIT names no folder with do.reg and undo.reg: scripts/wine.sh does")
		}
		t.Skip("TACKLEBOX_TEST_KIT names no folder with do.reg and undo.reg: scripts/wine.sh does")
	}
	// What the plan of the files says that it found.
	if err := (local{}).Delete(home(plan.AssumeUDP)); err != nil {
		t.Fatal(err)
	}
	put(t, home(plan.ProhibitIPsec), plan.TypeDWORD, 1, 0, 0, 0)
	before, was := export(t), state(t)
	merge := func(name string) {
		t.Helper()
		if out, _, err := start("reg", "import", filepath.Join(dir, name)); err != nil {
			t.Fatalf("reg import %s: %v, %s", name, err, out)
		}
	}
	merge("do.reg")
	v, err := (local{}).Value(home(plan.AssumeUDP))
	if err != nil || plan.Spell(v.Type, v.Data) != plan.DWORD(2) {
		t.Errorf("%v, %+v", err, v)
	}
	if v, err = (local{}).Value(home(plan.ProhibitIPsec)); err != nil || v.Exists {
		t.Errorf("%v, %+v", err, v)
	}
	merge("undo.reg")
	if got := state(t); !reflect.DeepEqual(got, was) || !bytes.Equal(export(t), before) {
		t.Errorf("undone:\n%q\nbefore:\n%q", got, was)
	}
}

// TestKeys: keys and services that are not there are not made.
func TestKeys(t *testing.T) {
	bench(t)
	if err := registry.DeleteKey(registry.LOCAL_MACHINE, services+`\RasMan\Parameters`); err != nil {
		t.Fatal(err)
	}
	if err := (local{}).Set(home(plan.WeakCrypto), plan.TypeDWORD, []byte{1, 0, 0, 0}); !errors.Is(err, journal.ErrNoKey) {
		t.Errorf("%v", err)
	}
	if _, err := (local{}).Value(home(plan.WeakCrypto)); !errors.Is(err, journal.ErrNoKey) {
		t.Errorf("%v", err)
	}
	put(t, home(plan.AssumeUDP), plan.TypeBinary, make([]byte, 4097)...)
	if _, err := (local{}).Value(home(plan.AssumeUDP)); !errors.Is(err, journal.ErrTooLong) {
		t.Errorf("%v", err)
	}
	put(t, home(plan.AssumeUDP), plan.TypeBinary, make([]byte, 4096)...)
	if v, err := (local{}).Value(home(plan.AssumeUDP)); err != nil || len(v.Data) != 4096 {
		t.Errorf("%v", err)
	}
	if err := (local{}).Start("Spooler"); err == nil {
		t.Error("another service was started")
	}
	if err := ScheduleRestart(nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a restart under Wine: %v", err)
	}
	if err := AbortRestart(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a restart under Wine: %v", err)
	}
}

// TestResume: the way back after a restart is this person's own, and goes once the
// restart is taken back.
func TestResume(t *testing.T) {
	bench(t)
	read := func() (string, error) {
		k, err := registry.OpenKey(registry.CURRENT_USER, onceKey, registry.QUERY_VALUE)
		if err != nil {
			return "", err
		}
		defer k.Close()
		text, _, err := k.GetStringValue(onceName)
		return text, err
	}
	if err := rememberResume([]string{`C:\Program Files\Tacklebox\tacklebox.exe`, "show"}); err != nil {
		t.Fatal(err)
	}
	if got, err := read(); err != nil || got != `"C:\Program Files\Tacklebox\tacklebox.exe" show` {
		t.Errorf("%q, %v", got, err)
	}
	forgetResume()
	if got, err := read(); err == nil {
		t.Errorf("still %q", got)
	}
	for _, bad := range [][]string{{"tacklebox.exe"}, {`C:\` + strings.Repeat("x", 300) + ".exe"}} {
		if err := rememberResume(bad); err == nil {
			t.Errorf("%.40q was taken", bad)
		}
	}
	if got, err := read(); err == nil {
		t.Errorf("still %q", got)
	}
}
