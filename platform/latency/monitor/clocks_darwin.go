package monitor

import (
	"time"

	"golang.org/x/sys/unix"
)

// The clocks of clock_gettime(3) on macOS: the first goes on while the machine
// sleeps, the second does not.
const (
	clockMonotonicRaw = 4
	clockUptimeRaw    = 8
)

func bootAndAwake() (boot, awake time.Duration, ok bool) {
	var b, u unix.Timespec
	if unix.ClockGettime(clockUptimeRaw, &u) != nil || unix.ClockGettime(clockMonotonicRaw, &b) != nil {
		return 0, 0, false
	}
	return time.Duration(b.Nano()), time.Duration(u.Nano()), true
}
