package kernel

import (
	"testing"
	"time"
)

func TestRoundTrip(t *testing.T) {
	const wall = int64(1_700_000_000e9) // at monotonic 0
	at := func(mono, step time.Duration) reading {
		return reading{mono: mono, offset: wall + int64(step), slack: time.Microsecond}
	}
	stamp := func(mono, step time.Duration) int64 { return wall + int64(mono+step) }
	ms := time.Millisecond
	for name, c := range map[string]struct {
		sent, read reading
		tx, rx     int64
		want       time.Duration // negative: it cannot be told
	}{
		"both stamps":                     {at(0, 0), at(90*ms, 0), stamp(1*ms, 0), stamp(21*ms, 0), 20 * ms},
		"read long after":                 {at(0, 0), at(time.Hour, 0), stamp(0, 0), stamp(20*ms, 0), 20 * ms},
		"no send stamp":                   {at(0, 0), at(90*ms, 0), 0, stamp(21*ms, 0), 21 * ms},
		"no receive stamp":                {at(0, 0), at(90*ms, 0), stamp(1*ms, 0), 0, 89 * ms},
		"no stamps":                       {at(0, 0), at(90*ms, 0), 0, 0, 90 * ms},
		"clock set forward":               {at(0, 0), at(190*ms, time.Hour), stamp(0, 0), stamp(20*ms, time.Hour), -1},
		"clock set back":                  {at(0, 0), at(190*ms, -time.Hour), stamp(0, 0), stamp(20*ms, -time.Hour), -1},
		"set by a millisecond":            {at(0, 0), at(190*ms, ms), stamp(0, 0), stamp(20*ms, ms), -1},
		"set between, read soon":          {at(0, 0), at(50*ms, time.Hour), stamp(0, 0), stamp(20*ms, time.Hour), 20 * ms},
		"set after, read soon":            {at(0, 0), at(50*ms, time.Hour), stamp(0, 0), stamp(20*ms, 0), 20 * ms},
		"set back after, read soon":       {at(0, 0), at(50*ms, -time.Hour), stamp(0, 0), stamp(20*ms, 0), 20 * ms},
		"set a little between, read soon": {at(0, 0), at(90*ms, 40*ms), stamp(0, 0), stamp(20*ms, 40*ms), -1},
		"set a little after, read soon":   {at(0, 0), at(90*ms, 40*ms), stamp(0, 0), stamp(50*ms, 0), -1},
		"set, and no stamps":              {at(0, 0), at(30*ms, time.Hour), 0, 0, 30 * ms},
		"set, and no send stamp":          {at(0, 0), at(30*ms, time.Hour), 0, stamp(20*ms, 0), -1},
		"readings that differ by little":  {at(0, 0), at(90*ms, 50*time.Microsecond), stamp(0, 0), stamp(20*ms, 0), 20 * ms},
		"set forth and back between":      {at(0, 0), at(90*ms, 0), stamp(0, time.Hour), stamp(20*ms, 0), -1},
		"set back and forth between":      {at(0, 0), at(90*ms, 0), stamp(0, 0), stamp(20*ms, time.Hour), -1},
	} {
		got, ok := roundTrip(c.sent, c.tx, c.rx, c.read)
		if ok != (c.want >= 0) || ok && got != c.want {
			t.Errorf("%s: %v, %v, want %v", name, got, ok, c.want)
		}
	}
}

// TestReading: both clocks are read close together, and the offset stands still.
func TestReading(t *testing.T) {
	c := clock{start: time.Now()}
	a, b := c.read(), c.read()
	if stepped(a, b) {
		t.Errorf("the wall clock seems to have been set between %+v and %+v", a, b)
	}
	c.shift = func(int64) time.Duration { return time.Millisecond }
	if b := c.read(); !stepped(a, b) {
		t.Errorf("a millisecond between %+v and %+v is not seen", a, b)
	}
}
