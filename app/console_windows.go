package app

import (
	"os"

	"golang.org/x/sys/windows"
)

// parentProcess is ATTACH_PARENT_PROCESS.
const parentProcess = ^uint32(0)

// AttachConsole gives a verb of the window program the console that it was
// started from: Windows gives a program with a window none. What was redirected
// to a file or a pipe stays there.
func AttachConsole() {
	if len(os.Args) < 2 {
		return // the window; Ctrl+C in that console must not end it
	}
	attach := windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")
	if done, _, _ := attach.Call(uintptr(parentProcess)); done == 0 {
		return // it has one, or was not started from one
	}
	for _, stream := range []struct {
		id   uint32
		name string
		file **os.File
	}{
		{windows.STD_INPUT_HANDLE, "CONIN$", &os.Stdin},
		{windows.STD_OUTPUT_HANDLE, "CONOUT$", &os.Stdout},
		{windows.STD_ERROR_HANDLE, "CONOUT$", &os.Stderr},
	} {
		if h, err := windows.GetStdHandle(stream.id); err == nil && h != 0 && h != windows.InvalidHandle {
			if kind, err := windows.GetFileType(h); err == nil && kind != windows.FILE_TYPE_UNKNOWN {
				continue
			}
		}
		// For reading and writing: console modes cannot be changed otherwise.
		if f, err := os.OpenFile(stream.name, os.O_RDWR, 0); err == nil {
			*stream.file = f
			_ = windows.SetStdHandle(stream.id, windows.Handle(f.Fd()))
		}
	}
}
