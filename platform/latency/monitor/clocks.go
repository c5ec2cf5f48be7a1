package monitor

import "time"

// Reading is one look at the machine's clocks.
type Reading struct {
	// Boot goes on while the machine sleeps.
	Boot time.Duration
	// Slept is how long the machine has slept in all: it grows by the length of
	// each sleep.
	Slept time.Duration
	// Wall is the clock that a person sees and sets.
	Wall time.Time
}

// Clocks are read at each step of a monitor. Only differences of a Reading
// matter.
type Clocks interface{ Read() Reading }

// System are the clocks of this machine.
func System() Clocks { return systemClocks{start: time.Now()} }

type systemClocks struct{ start time.Time }

// Read is part of Clocks.
func (s systemClocks) Read() Reading {
	now := time.Now()
	boot, awake, ok := bootAndAwake()
	if !ok {
		// Without the two clocks a sleep looks like a process that stood still.
		boot = now.Sub(s.start)
		awake = boot
	}
	return Reading{Boot: boot, Slept: boot - awake, Wall: now.Round(0)}
}
