package report

import "time"

// TimeTick is a place on the time axis.
type TimeTick struct {
	Time  time.Time
	At    float64 // 0 at the left, 1 at the right
	Label string
	// Major is where a larger unit begins: a day among hours, a year among months.
	Major bool
}

// timeStep is a distance of ticks: months, days or a part of a day.
type timeStep struct {
	months, days int
	part         time.Duration
	about        time.Duration
}

var timeSteps = func() []timeStep {
	var out []timeStep
	for _, s := range []int{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200} {
		out = append(out, timeStep{part: time.Duration(s) * time.Second, about: time.Duration(s) * time.Second})
	}
	const day = 24 * time.Hour
	for _, d := range []int{1, 2, 7, 14} {
		out = append(out, timeStep{days: d, about: time.Duration(d) * day})
	}
	for _, m := range []int{1, 2, 3, 6, 12, 24, 60, 120} {
		out = append(out, timeStep{months: m, about: time.Duration(m) * 30 * day})
	}
	return out
}()

// TimeTicks are ticks at round local times, at most n of them and at least one
// where there is room. Dates are written year, month, day, which no language
// confuses.
func TimeTicks(from, to time.Time, zone *time.Location, n int) []TimeTick {
	width := to.Sub(from)
	if width <= 0 || n <= 0 {
		return nil
	}
	step := timeSteps[len(timeSteps)-1]
	for _, s := range timeSteps {
		if width/s.about < time.Duration(n) {
			step = s
			break
		}
	}
	var out []TimeTick
	last := time.Time{}
	for t := step.first(from.In(zone)); !t.After(to) && len(out) <= 4*n; t = step.next(t) {
		if t.Before(from) || !t.After(last) {
			continue
		}
		last = t
		label, major := step.label(t)
		out = append(out, TimeTick{Time: t, At: float64(t.Sub(from)) / float64(width), Label: label, Major: major})
	}
	return out
}

// first is the last tick at or before t.
func (s timeStep) first(t time.Time) time.Time {
	zone := t.Location()
	year, month, day := t.Date()
	switch {
	case s.months > 0:
		all := year*12 + int(month) - 1
		all -= all % s.months
		return time.Date(all/12, time.Month(all%12+1), 1, 0, 0, 0, 0, zone)
	case s.days > 1:
		// Counted from a Monday, so that weeks begin as weeks do.
		days := int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/86400) - 4
		return time.Date(year, month, day-((days%s.days)+s.days)%s.days, 0, 0, 0, 0, zone)
	case s.days == 1:
		return time.Date(year, month, day, 0, 0, 0, 0, zone)
	}
	if s.part >= time.Hour {
		// By what the clock shows: where it is put forward or back, ticks stay at whole
		// hours of the day.
		hours := int(s.part / time.Hour)
		return time.Date(year, month, day, t.Hour()/hours*hours, 0, 0, 0, zone)
	}
	midnight := time.Date(year, month, day, 0, 0, 0, 0, zone)
	return midnight.Add(t.Sub(midnight).Truncate(s.part))
}

// next is the tick after t. Where the local time has a gap, such as the day that
// Samoa left out, it is the one after that.
func (s timeStep) next(t time.Time) time.Time {
	year, month, day := t.Date()
	zone := t.Location()
	for n := 1; n <= 3; n++ {
		var next time.Time
		switch {
		case s.months > 0:
			next = time.Date(year, month+time.Month(n*s.months), 1, 0, 0, 0, 0, zone)
		case s.days > 0:
			next = time.Date(year, month, day+n*s.days, 0, 0, 0, 0, zone)
		case s.part >= time.Hour:
			next = time.Date(year, month, day, t.Hour()+n*int(s.part/time.Hour), 0, 0, 0, zone)
		}
		if next.After(t) && next.Sub(t) <= time.Duration(n)*s.about*2 {
			return next
		}
		if s.part > 0 {
			break
		}
	}
	return t.Add(s.about)
}

func (s timeStep) label(t time.Time) (string, bool) {
	midnight := t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0
	switch {
	case s.months >= 12:
		return t.Format("2006"), true
	case s.months > 0:
		return t.Format("2006-01"), t.Month() == time.January
	case s.days > 0:
		return t.Format("01-02"), t.Day() == 1
	case midnight:
		return t.Format("01-02"), true
	case s.part < time.Minute:
		return t.Format("15:04:05"), false
	}
	return t.Format("15:04"), false
}
