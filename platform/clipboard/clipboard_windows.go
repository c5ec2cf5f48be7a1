package clipboard

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"
)

// formatUnicodeText is the clipboard format CF_UNICODETEXT.
const formatUnicodeText = 13

// api are the Win32 calls; the system's own DLLs only.
type api struct{ isAvailable, open, close, data, lock, unlock, size, move *windows.LazyProc }

func newAPI() api {
	user, kernel := windows.NewLazySystemDLL("user32.dll"), windows.NewLazySystemDLL("kernel32.dll")
	return api{
		isAvailable: user.NewProc("IsClipboardFormatAvailable"),
		open:        user.NewProc("OpenClipboard"),
		close:       user.NewProc("CloseClipboard"),
		data:        user.NewProc("GetClipboardData"),
		lock:        kernel.NewProc("GlobalLock"),
		unlock:      kernel.NewProc("GlobalUnlock"),
		size:        kernel.NewProc("GlobalSize"),
		move:        kernel.NewProc("RtlMoveMemory"),
	}
}

// read opens the clipboard, which belongs to a thread while it is open, and
// copies its text. A program that renders late and is stopped holds
// GetClipboardData up; ReadText goes on without it then.
func read(ctx context.Context) ([]byte, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	w := newAPI()
	if ok, _, _ := w.isAvailable.Call(formatUnicodeText); ok == 0 {
		return nil, ErrEmpty
	}
	for { // another program has it open for a moment
		ok, _, err := w.open.Call(0)
		if ok != 0 {
			break
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: open it: %w", ErrTimeout, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	defer w.close.Call()
	handle, _, err := w.data.Call(formatUnicodeText)
	if handle == 0 {
		if errors.Is(err, windows.ERROR_SUCCESS) {
			return nil, ErrEmpty
		}
		return nil, err
	}
	size, _, _ := w.size.Call(handle)
	if size < 2 {
		return nil, ErrEmpty
	}
	// The block may be larger than its text, which ends at a zero; MaxText bytes
	// of UTF-8 are as many UTF-16 units at most.
	units := make([]uint16, min(size/2, MaxText+1))
	from, _, err := w.lock.Call(handle)
	if from == 0 {
		return nil, err
	}
	_, _, _ = w.move.Call(uintptr(unsafe.Pointer(&units[0])), from, uintptr(len(units)*2))
	_, _, _ = w.unlock.Call(handle)
	for i, u := range units {
		if u == 0 {
			return []byte(string(utf16.Decode(units[:i]))), nil
		}
	}
	if len(units) > MaxText {
		return nil, ErrTooLarge
	}
	return []byte(string(utf16.Decode(units))), nil
}
