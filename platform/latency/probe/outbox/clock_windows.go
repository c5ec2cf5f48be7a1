package outbox

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// monotonic reads the performance counter: time.Now moves in steps of half a
// millisecond on Windows (golang/go#67066).
func monotonic() func() time.Duration {
	dll := windows.NewLazySystemDLL("kernel32.dll")
	counter, frequency := dll.NewProc("QueryPerformanceCounter"), dll.NewProc("QueryPerformanceFrequency")
	var perSecond, start int64
	// Neither fails since Windows XP.
	_, _, _ = frequency.Call(uintptr(unsafe.Pointer(&perSecond)))
	_, _, _ = counter.Call(uintptr(unsafe.Pointer(&start)))
	return func() time.Duration {
		var now int64
		_, _, _ = counter.Call(uintptr(unsafe.Pointer(&now)))
		return ticks(now-start, perSecond)
	}
}
