package monitor

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootAndAwake reads CLOCK_BOOTTIME, which counts suspend, and CLOCK_MONOTONIC,
// which does not.
func bootAndAwake() (boot, awake time.Duration, ok bool) {
	var b, m unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &m) != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &b) != nil {
		return 0, 0, false
	}
	return time.Duration(b.Nano()), time.Duration(m.Nano()), true
}
