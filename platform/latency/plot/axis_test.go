package plot

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func TestTimeTicks(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Shanghai", "Africa/Cairo", "Pacific/Apia"} {
		where, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		// Ends in and around clock changes of these zones, and in none.
		for _, end := range []time.Time{
			time.Date(2026, 3, 29, 4, 7, 3, 5, time.UTC), time.Date(2026, 10, 25, 3, 0, 0, 0, time.UTC),
			time.Date(2018, 11, 4, 12, 0, 0, 0, time.UTC), time.Date(2026, 4, 24, 23, 0, 0, 0, time.UTC),
			time.Date(2011, 12, 31, 3, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)} {
			for _, span := range []time.Duration{5 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 5 * time.Hour, day, 3 * day, 7 * day, 30 * day, 100 * day, 365 * day, 3650 * day, MaxSpan} {
				for _, n := range []int{1, 4, 8, 14} {
					from := end.Add(-span)
					ticks := TimeTicks(from, end, n, where)
					if len(ticks) > n+2 {
						t.Errorf("%s %v %d: %d ticks", zone, span, n, len(ticks))
					}
					if n > 1 && len(ticks) == 0 {
						t.Errorf("%s %v until %v: none of %d", zone, span, end, n)
					}
					for i, k := range ticks {
						if k.At.Before(from) || !k.At.Before(end) || i > 0 && !k.At.After(ticks[i-1].At) || k.At.Location() != where {
							t.Errorf("%s %v: tick %d is %v", zone, span, i, k.At)
						}
						if k.At.Nanosecond() != 0 {
							t.Errorf("%v is not round", k.At)
						}
					}
				}
			}
		}
	}
}

// The day on which the clock goes from 02:00 to 03:00 has no 02:00, and all other
// ticks are at round hours.
func TestTicksAcrossClockChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	ticks := TimeTicks(time.Date(2026, 3, 29, 0, 0, 0, 0, berlin), time.Date(2026, 3, 29, 12, 0, 0, 0, berlin), 12, berlin)
	var got []int
	for _, k := range ticks {
		got = append(got, k.At.Hour())
	}
	want := []int{0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	if ticks[0].Unit != UnitDay || ticks[1].Unit != UnitMinute {
		t.Errorf("units %v %v", ticks[0].Unit, ticks[1].Unit)
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		at   time.Time
		want Unit
	}{
		{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), UnitYear},
		{time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), UnitMonth},
		{time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC), UnitDay},
		{time.Date(2026, 2, 2, 1, 30, 0, 0, time.UTC), UnitMinute},
		{time.Date(2026, 2, 2, 1, 30, 5, 0, time.UTC), UnitSecond},
	} {
		if got := unitOf(c.at); got != c.want {
			t.Errorf("%v: %v, want %v", c.at, got, c.want)
		}
	}
	if TimeTicks(noon, noon, 5, time.UTC) != nil || TimeTicks(noon, noon.Add(time.Hour), 0, time.UTC) != nil {
		t.Error("ticks of nothing")
	}
	// Weeks begin on Mondays.
	for _, k := range TimeTicks(noon, noon.Add(60*day), 10, time.UTC) {
		if k.At.Weekday() != time.Monday {
			t.Errorf("%v", k.At)
		}
	}
}
