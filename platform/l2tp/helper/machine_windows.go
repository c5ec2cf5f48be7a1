package helper

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"tacklebox/platform/l2tp/facts"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

// thisPC is this machine with what the journal says about it.
func thisPC(version string) (machine, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return machine{}, fmt.Errorf("ask who consented: %w", err)
	}
	build, _ := facts.Build() // without its update level, if that cannot be read
	return machine{Machine: local{}, build: build, version: version, user: user.User.Sid.String(), now: time.Now, gate: passGate}, nil
}

func thisMachine() journal.Machine { return local{} }

// local is the registry and the service manager of this machine. Each call asks for
// the least rights that it needs, so that reading works for everybody.
type local struct{}

// golang.org/x/sys writes values of types that it knows only.
var regSetValueEx = windows.NewLazySystemDLL("advapi32.dll").NewProc("RegSetValueExW")

func openKey(at plan.Place, mode uint32) (registry.Key, error) {
	path, ok := strings.CutPrefix(at.Key, `HKLM\`)
	if !ok {
		return 0, fmt.Errorf("%.60q is no key of the vocabulary", at.Key)
	}
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, mode)
	if errors.Is(err, registry.ErrNotExist) {
		return 0, journal.ErrNoKey
	}
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", at.Key, err)
	}
	return k, nil
}

// Value implements journal.Machine.
func (local) Value(at plan.Place) (plan.Value, error) {
	v := plan.Value{Place: at}
	k, err := openKey(at, registry.QUERY_VALUE)
	if err != nil {
		return v, err
	}
	defer k.Close()
	// One byte more than is kept, to tell that there is more.
	buf := make([]byte, 4097)
	n, typ, err := k.GetValue(at.Name, buf)
	switch {
	case errors.Is(err, registry.ErrNotExist):
		return v, nil
	case errors.Is(err, registry.ErrShortBuffer) || n == len(buf):
		return v, journal.ErrTooLong
	case err != nil:
		return v, fmt.Errorf("read %s: %w", at.Name, err)
	}
	v.Exists, v.Type, v.Data = true, typ, buf[:n:n]
	return v, nil
}

// Set implements journal.Machine.
func (local) Set(at plan.Place, typ uint32, data []byte) error {
	k, err := openKey(at, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer k.Close()
	name, err := windows.UTF16PtrFromString(at.Name)
	if err != nil {
		return err
	}
	// Of a string without its closing zero Windows looks at what follows, and takes a
	// zero there for a part of it. A mark keeps the bytes what they are.
	marked := append(bytes.Clone(data), 0xff, 0xff, 0xff, 0xff)
	code, _, _ := regSetValueEx.Call(uintptr(k), uintptr(unsafe.Pointer(name)), 0, uintptr(typ), uintptr(unsafe.Pointer(&marked[0])), uintptr(len(data)))
	if code != 0 {
		return fmt.Errorf("write %s: %w", at.Name, windows.Errno(code))
	}
	return nil
}

// Delete implements journal.Machine.
func (local) Delete(at plan.Place) error {
	k, err := openKey(at, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer k.Close()
	if err := k.DeleteValue(at.Name); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return fmt.Errorf("delete %s: %w", at.Name, err)
	}
	return nil
}

// openService opens one of the four with these rights and no more.
func openService(name string, rights uint32) (windows.Handle, error) {
	if _, ours := plan.DefaultStart(name); !ours {
		return 0, fmt.Errorf("%.40q is none of the four services", name)
	}
	manager, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_CONNECT)
	if err != nil {
		return 0, fmt.Errorf("ask the service manager: %w", err)
	}
	defer func() { _ = windows.CloseServiceHandle(manager) }()
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	h, err := windows.OpenService(manager, text, rights)
	if err != nil && !errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return 0, fmt.Errorf("open the service %s: %w", name, err)
	}
	return h, err
}

// Service implements journal.Machine.
func (local) Service(name string) (plan.Service, error) {
	s := plan.Service{Name: name}
	h, err := openService(name, windows.SERVICE_QUERY_CONFIG|windows.SERVICE_QUERY_STATUS)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	defer func() { _ = windows.CloseServiceHandle(h) }()
	// More is never given out: 8 KiB is what the service manager allows.
	buf := make([]uint64, 1024)
	var need uint32
	config := (*windows.QUERY_SERVICE_CONFIG)(unsafe.Pointer(&buf[0]))
	if err := windows.QueryServiceConfig(h, config, uint32(8*len(buf)), &need); err != nil {
		return s, fmt.Errorf("read the service %s: %w", name, err)
	}
	state, err := stateOf(h)
	if err != nil {
		return s, fmt.Errorf("read the service %s: %w", name, err)
	}
	s.Installed, s.Running, s.Start = true, state == windows.SERVICE_RUNNING, plan.StartUnknown
	for kind, n := range startTypes {
		if n == config.StartType {
			s.Start = kind
		}
	}
	return s, nil
}

var startTypes = map[plan.StartType]uint32{
	plan.StartAutomatic: windows.SERVICE_AUTO_START,
	plan.StartManual:    windows.SERVICE_DEMAND_START,
	plan.StartDisabled:  windows.SERVICE_DISABLED,
}

func stateOf(h windows.Handle) (uint32, error) {
	var s windows.SERVICE_STATUS
	err := windows.QueryServiceStatus(h, &s)
	return s.CurrentState, err
}

// The service manager gives a service so long to start or stop.
const patience = 30 * time.Second

// await waits until a service is in this state.
func await(h windows.Handle, name string, want uint32) error {
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		is, err := stateOf(h)
		switch {
		case err != nil:
			return fmt.Errorf("wait for the service %s: %w", name, err)
		case is == want:
			return nil
		case time.Now().After(end):
			return fmt.Errorf("the service %s did not get there in %v: look at it with services.msc", name, patience)
		case want == windows.SERVICE_RUNNING && is == windows.SERVICE_STOPPED:
			return fmt.Errorf("the service %s stopped right after its start: look into the event log System", name)
		}
	}
}

// Start implements journal.Machine.
func (local) Start(name string) error {
	h, err := openService(name, windows.SERVICE_START|windows.SERVICE_QUERY_STATUS)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseServiceHandle(h) }()
	switch err := windows.StartService(h, 0, nil); {
	case errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING):
	case errors.Is(err, windows.ERROR_SERVICE_DISABLED):
		return fmt.Errorf("start the service %s: %w: it, or a service that it needs, is disabled", name, err)
	case errors.Is(err, windows.ERROR_SERVICE_DEPENDENCY_FAIL):
		return fmt.Errorf("start the service %s: %w: look with services.msc which service it depends on", name, err)
	case err != nil:
		return fmt.Errorf("start the service %s: %w", name, err)
	}
	return await(h, name, windows.SERVICE_RUNNING)
}

// Stop implements journal.Machine.
func (local) Stop(name string) error {
	if name == plan.BFE {
		return journal.ErrNeeded // the firewall does
	}
	h, err := openService(name, windows.SERVICE_STOP|windows.SERVICE_QUERY_STATUS)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseServiceHandle(h) }()
	var s windows.SERVICE_STATUS
	switch err := windows.ControlService(h, windows.SERVICE_CONTROL_STOP, &s); {
	case errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE):
		return nil
	case errors.Is(err, windows.ERROR_DEPENDENT_SERVICES_RUNNING), errors.Is(err, windows.ERROR_INVALID_SERVICE_CONTROL):
		return journal.ErrNeeded
	case err != nil:
		return fmt.Errorf("stop the service %s: %w", name, err)
	}
	return await(h, name, windows.SERVICE_STOPPED)
}

// SetStart implements journal.Machine. Everything else of the service stays as it
// is, which the usual way of golang.org/x/sys does not promise.
func (local) SetStart(name string, start plan.StartType) error {
	kind, ok := startTypes[start]
	if !ok {
		return fmt.Errorf("%.20q is no start type", start)
	}
	h, err := openService(name, windows.SERVICE_CHANGE_CONFIG)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseServiceHandle(h) }()
	if err := windows.ChangeServiceConfig(h, windows.SERVICE_NO_CHANGE, kind, windows.SERVICE_NO_CHANGE, nil, nil, nil, nil, nil, nil, nil); err != nil {
		return fmt.Errorf("set the start type of %s: %w", name, err)
	}
	return nil
}
