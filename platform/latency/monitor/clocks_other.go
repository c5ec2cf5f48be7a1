//go:build !linux && !windows && !darwin

package monitor

import "time"

func bootAndAwake() (boot, awake time.Duration, ok bool) { return 0, 0, false }
