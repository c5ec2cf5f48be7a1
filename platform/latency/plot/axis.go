package plot

import "time"

// Unit is what tells the ticks of a time axis apart.
type Unit int

// The units, from the finest.
const (
	UnitSecond Unit = iota
	UnitMinute      // hours too: they are written alike
	UnitDay
	UnitMonth
	UnitYear
)

// TimeTick is a place on the time axis.
type TimeTick struct {
	At time.Time
	// Unit says how At is to be written: the coarsest unit that begins with it, so
	// that midnight among hours is a day.
	Unit Unit
}

// steps of the time axis below a day.
var steps = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour}

// TimeTicks are at most n places in [from, to) at round local times. Where a
// clock change leaves out or repeats an hour the ticks stay at times that the
// clock showed, in order.
func TimeTicks(from, to time.Time, n int, where *time.Location) []TimeTick {
	if n <= 0 || !to.After(from) {
		return nil
	}
	span := to.Sub(from)
	for _, s := range steps {
		if span <= s*time.Duration(n) {
			return clockTicks(from, to, s, where)
		}
	}
	for _, days := range []int{1, 2, 7, 14} {
		if span <= time.Duration(days)*day*time.Duration(n) {
			return dayTicks(from, to, days, where)
		}
	}
	for _, months := range []int{1, 2, 3, 6} {
		if span <= time.Duration(months)*30*day*time.Duration(n) {
			return monthTicks(from, to, months, where)
		}
	}
	years := 1
	for _, years = range []int{1, 2, 5, 10, 20, 50} {
		if span <= time.Duration(years)*365*day*time.Duration(n) {
			break
		}
	}
	return monthTicks(from, to, 12*years, where)
}

// clockTicks walks through each local day by the clock.
func clockTicks(from, to time.Time, step time.Duration, where *time.Location) []TimeTick {
	var out []TimeTick
	last := from.Add(-1)
	y, m, d := from.In(where).Date()
	for {
		midnight := time.Date(y, m, d, 0, 0, 0, 0, where)
		if !midnight.Before(to) {
			return out
		}
		first := time.Duration(0)
		if from.After(midnight) {
			// A clock change moves the clock against the time by some hours at most.
			first = max(from.Sub(midnight)-3*time.Hour, 0).Truncate(step)
		}
		for at := first; at < day; at += step {
			s := int(at / time.Second)
			t := time.Date(y, m, d, 0, 0, s, 0, where)
			hh, mm, ss := t.Clock()
			if hh*3600+mm*60+ss != s || !t.After(last) || t.Before(from) {
				continue // left out by the clock, or not yet
			}
			if !t.Before(to) {
				if t.Sub(to) > 3*time.Hour {
					break
				}
				continue
			}
			last = t
			out = append(out, TimeTick{At: t, Unit: unitOf(t)})
		}
		d++
	}
}

// dayTicks are at midnights: every one, every second one of a month, or the first
// day of a week.
func dayTicks(from, to time.Time, days int, where *time.Location) []TimeTick {
	var out []TimeTick
	y, m, d := from.In(where).Date()
	for i := 0; ; i++ {
		date := time.Date(y, m, d+i, 0, 0, 0, 0, time.UTC)
		t := time.Date(y, m, d+i, 0, 0, 0, 0, where)
		if !t.Before(to) {
			return out
		}
		if t.Day() != date.Day() {
			// Some clocks leave out midnight, and one left out a whole day.
			if t = time.Date(y, m, d+i, 1, 0, 0, 0, where); t.Day() != date.Day() {
				continue
			}
		}
		number := floorDiv(date.Unix(), int64(day/time.Second))
		on := true
		switch days {
		case 2:
			on = number%2 == 0
		case 7, 14:
			on = floorDiv(number+3, 7)*7 == number+3 && (days == 7 || floorDiv(number+3, 7)%2 == 0) // Mondays
		}
		if on && !t.Before(from) {
			out = append(out, TimeTick{At: t, Unit: unitOf(t)})
		}
	}
}

func monthTicks(from, to time.Time, months int, where *time.Location) []TimeTick {
	var out []TimeTick
	l := from.In(where)
	at := int(floorDiv(int64(l.Year()*12+int(l.Month())-1), int64(months))) * months
	for ; ; at += months {
		t := time.Date(at/12, time.Month(at%12+1), 1, 0, 0, 0, 0, where)
		if !t.Before(to) {
			return out
		}
		if !t.Before(from) {
			out = append(out, TimeTick{At: t, Unit: unitOf(t)})
		}
	}
}

// unitOf is the coarsest unit that begins at t. A day may begin at one o'clock
// where the clock leaves midnight out.
func unitOf(t time.Time) Unit {
	h, m, s := t.Clock()
	y, mo, d := t.Date()
	start := t.Equal(time.Date(y, mo, d, 0, 0, 0, 0, t.Location()))
	switch {
	case start && d == 1 && mo == time.January:
		return UnitYear
	case start && d == 1:
		return UnitMonth
	case start || h+m+s == 0:
		return UnitDay
	case s == 0:
		return UnitMinute
	}
	return UnitSecond
}
