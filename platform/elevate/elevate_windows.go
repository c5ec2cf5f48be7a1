package elevate

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// golang.org/x/sys has ShellExecute only, which does not give the process.
var (
	shellExecuteEx = windows.NewLazySystemDLL("shell32.dll").NewProc("ShellExecuteExW")
	consoleWindow  = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetConsoleWindow")
)

// The masks of SHELLEXECUTEINFOW.
const (
	keepProcess = 0x00000040 // SEE_MASK_NOCLOSEPROCESS
	noAsync     = 0x00000100 // SEE_MASK_NOASYNC: this thread has no message loop
	noErrorBox  = 0x00000400 // SEE_MASK_FLAG_NO_UI
)

// run asks for consent and waits. A process that has the rights already is asked
// nothing, and needs no desktop to be asked on.
//
// How Windows asks is expected, not yet seen.
func run(c Command) (int, error) {
	dir, err := windows.GetSystemDirectory()
	if err != nil {
		return 0, fmt.Errorf("find the system folder: %w", err)
	}
	var process windows.Handle
	if elevated() {
		process, err = start(c, dir)
	} else {
		process, err = startElevated(c, dir)
	}
	if errors.Is(err, windows.ERROR_CANCELLED) {
		return 0, ErrDeclined
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	if _, err := windows.WaitForSingleObject(process, windows.INFINITE); err != nil {
		return 0, fmt.Errorf("wait for it: %w", err)
	}
	var code uint32
	if err := windows.GetExitCodeProcess(process, &code); err != nil {
		return 0, fmt.Errorf("ask how it ended: %w", err)
	}
	return int(code), nil
}

// startElevated goes through the question of Windows.
func startElevated(c Command, dir string) (windows.Handle, error) {
	// The shell may use COM, which belongs to a thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED|windows.COINIT_DISABLE_OLE1DDE); err == nil || errors.Is(err, windows.Errno(1)) {
		defer windows.CoUninitialize()
	}
	info := shellExecuteInfo{mask: keepProcess | noAsync | noErrorBox, window: owner(), show: windows.SW_HIDE}
	info.size = uint32(unsafe.Sizeof(info))
	var err error
	for _, s := range []struct {
		to   **uint16
		text string
	}{{&info.verb, "runas"}, {&info.file, c.Program}, {&info.parameters, strings.Join(c.Args, " ")}, {&info.directory, dir}} {
		if *s.to, err = windows.UTF16PtrFromString(s.text); err != nil {
			return 0, err
		}
	}
	if ok, _, err := shellExecuteEx.Call(uintptr(unsafe.Pointer(&info))); ok == 0 {
		if errors.Is(err, windows.ERROR_PATH_NOT_FOUND) || errors.Is(err, windows.ERROR_FILE_NOT_FOUND) || errors.Is(err, windows.ERROR_BAD_NETPATH) {
			// It is there for us; an administrator has no network drives of ours.
			return 0, fmt.Errorf("%w: an administrator may not see its folder: copy the programs to a disk of this PC", err)
		}
		return 0, err
	}
	if info.process == 0 {
		return 0, errors.New("no process came back to wait for")
	}
	return windows.Handle(info.process), nil
}

// owner is the window that the question belongs to, so that it comes to the front
// instead of flashing in the task bar.
func owner() uintptr {
	front := windows.GetForegroundWindow()
	var pid uint32
	if _, err := windows.GetWindowThreadProcessId(front, &pid); err == nil && pid == windows.GetCurrentProcessId() {
		return uintptr(front)
	}
	console, _, _ := consoleWindow.Call()
	return console
}

// start is for a process that has the rights already.
func start(c Command, dir string) (windows.Handle, error) {
	program, err := windows.UTF16PtrFromString(c.Program)
	if err != nil {
		return 0, err
	}
	line, err := windows.UTF16PtrFromString(strings.TrimSpace(`"` + c.Program + `" ` + strings.Join(c.Args, " ")))
	if err != nil {
		return 0, err
	}
	folder, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	si := windows.StartupInfo{Flags: windows.STARTF_USESHOWWINDOW, ShowWindow: windows.SW_HIDE}
	si.Cb = uint32(unsafe.Sizeof(si))
	var pi windows.ProcessInformation
	if err := windows.CreateProcess(program, line, nil, nil, false, windows.CREATE_NO_WINDOW, nil, folder, &si, &pi); err != nil {
		return 0, err
	}
	_ = windows.CloseHandle(pi.Thread)
	return pi.Process, nil
}

func elevated() bool { return windows.GetCurrentProcessToken().IsElevated() }

func systemOnly() error {
	if err := windows.SetDefaultDllDirectories(windows.LOAD_LIBRARY_SEARCH_SYSTEM32); err != nil {
		return fmt.Errorf("keep to the system's DLLs: %w", err)
	}
	// "" takes the working folder out of the search.
	if err := windows.SetDllDirectory(""); err != nil {
		return fmt.Errorf("keep to the system's DLLs: %w", err)
	}
	return nil
}
