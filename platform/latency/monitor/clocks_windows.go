package monitor

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var queryUnbiased = windows.NewLazySystemDLL("kernel32.dll").NewProc("QueryUnbiasedInterruptTime")

// bootAndAwake reads GetTickCount64, which counts sleep and moves in steps of
// some 16 ms, and the unbiased interrupt time, which does not count it
// (documented for Windows 7 and later).
func bootAndAwake() (boot, awake time.Duration, ok bool) {
	if queryUnbiased.Find() != nil {
		return 0, 0, false
	}
	var ticks uint64 // of 100 ns
	if r, _, _ := queryUnbiased.Call(uintptr(unsafe.Pointer(&ticks))); r == 0 {
		return 0, 0, false
	}
	return windows.DurationSinceBoot(), time.Duration(ticks) * 100, true
}
