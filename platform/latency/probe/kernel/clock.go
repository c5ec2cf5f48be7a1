package kernel

import "time"

// gather is how long the reader waits for more once something is there, unless
// Drained is asked meanwhile. Figures are the kernel's, so reading later changes
// none, and what a Go program pays for being woken, for each packet, is most of
// what measuring costs: at 30 probes a second it took 4 % of a core, where the
// packets took 0.6 %. The smallest buffers hold several times what comes in this
// time. While answers come without stamps, as the first ones do before the kernel
// has begun to stamp, nothing is waited for.
const gather = 100 * time.Millisecond

// reading is both clocks at one moment: the kernel stamps with the wall clock,
// which may be set at any time, while round trips are told by the monotonic one.
type reading struct {
	mono time.Duration // since the engine's start
	wall time.Time
	// offset is wall minus monotonic in ns, and slack how far it may be off.
	offset int64
	slack  time.Duration
}

// clock reads both clocks. shift, for tests, says by how much the wall clock
// was set, at an instant of the real one in ns.
type clock struct {
	start time.Time
	shift func(wall int64) time.Duration
}

// stamped is a stamp of the kernel, ns of the wall clock.
func (c *clock) stamped(wall int64) int64 {
	if c.shift != nil && wall != 0 {
		wall += int64(c.shift(wall))
	}
	return wall
}

func (c *clock) now() time.Duration { return time.Since(c.start) }

// tight is how long reading both clocks takes at most when nothing came between.
const tight = 5 * time.Microsecond

// read reads both clocks again until nothing came between the two, four times at
// most. time.Now asks the wall clock first, so that the second call's lies
// between the two monotonic ones.
func (c *clock) read() reading {
	var best reading
	for try := range 4 {
		a, b := time.Now(), time.Now()
		r := reading{mono: b.Sub(c.start), wall: b, slack: b.Sub(a)}
		r.offset = c.stamped(b.UnixNano()) - int64(r.mono)
		if try == 0 || r.slack < best.slack {
			best = r
		}
		if best.slack <= tight {
			break
		}
	}
	return best
}

// tolerance is how far two offsets may differ, beside what reading them takes,
// before the wall clock counts as set. Slewing moves both clocks alike.
const tolerance = 100 * time.Microsecond

// stepped is true when the wall clock was set between two readings.
func stepped(a, b reading) bool {
	d := time.Duration(b.offset - a.offset)
	return d.Abs() > tolerance+a.slack+b.slack
}

// readWithin is how long after its arrival an answer is read at the most, unless
// this process stands still.
const readWithin = gather + 20*time.Millisecond

// acrossStep is a round trip during which, or after which, the wall clock was set:
// the stamps' distance as it is when the step came after both, or without the step
// when it lay between, whichever our own clock bears out. It is false where that
// bears out both or neither.
func acrossStep(own, step time.Duration, tx, rx int64) (time.Duration, bool) {
	found, n := time.Duration(0), 0
	for _, rtt := range []time.Duration{time.Duration(rx - tx), time.Duration(rx-tx) - step} {
		if rtt >= 0 && rtt <= own+tolerance && own-rtt <= readWithin {
			found = rtt
			n++
		}
	}
	return found, n == 1
}

// roundTrip is how long an answer took. It takes the kernel's stamps tx and rx
// (ns of the wall clock, 0 for none) as far as they can be trusted, and our own
// monotonic clock at sending and reading for the rest. It is false where the wall
// clock was set meanwhile and neither tells.
func roundTrip(sent reading, tx, rx int64, read reading) (time.Duration, bool) {
	own := read.mono - sent.mono
	if stepped(sent, read) {
		switch {
		case rx == 0:
			return own, true // what has no stamp is read as it comes
		case tx == 0:
			return 0, false
		}
		return acrossStep(own, time.Duration(read.offset-sent.offset), tx, rx)
	}
	from, to := sent.mono, read.mono
	if tx != 0 {
		from = time.Duration(tx - sent.offset)
	}
	if rx != 0 {
		to = time.Duration(rx - read.offset)
	}
	rtt := to - from
	if tx != 0 && rx != 0 {
		rtt = time.Duration(rx - tx) // free of what reading our clocks adds
	}
	if rtt < 0 || rtt > own+tolerance+sent.slack+read.slack {
		// Set, and set back, between two readings of ours.
		return own, rx == 0
	}
	return rtt, true
}
