package report

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestTimeTicks(t *testing.T) {
	zone := berlin(t)
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04:05", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct{ from, to, want string }{
		{"2026-03-01 10:30:00", "2026-03-01 10:31:00", "10:30:00 10:30:10 10:30:20 10:30:30 10:30:40 10:30:50 10:31:00"},
		{"2026-03-01 10:31:00", "2026-03-01 10:36:00", "10:31 10:32 10:33 10:34 10:35 10:36"},
		{"2026-03-01 10:31:00", "2026-03-01 11:31:00", "10:40 10:50 11:00 11:10 11:20 11:30"},
		{"2026-03-01 20:31:00", "2026-03-02 08:31:00", "22:00 03-02 02:00 04:00 06:00 08:00"},
		// The clock is put forward from 2 to 3, and back from 3 to 2.
		{"2026-03-29 00:30:00", "2026-03-29 06:30:00", "01:00 03:00 04:00 05:00 06:00"},
		{"2026-10-25 00:30:00", "2026-10-25 05:30:00", "01:00 02:00 03:00 04:00 05:00"},
		{"2026-03-28 00:30:00", "2026-03-30 12:30:00", "12:00 03-29 12:00 03-30 12:00"},
		{"2026-03-01 10:30:00", "2026-03-08 10:30:00", "03-02 03-04 03-06 03-08"},
		{"2026-03-01 10:30:00", "2026-04-01 10:30:00", "03-02 03-09 03-16 03-23 03-30"},
		{"2025-11-20 10:30:00", "2026-04-20 10:30:00", "2025-12 2026-01 2026-02 2026-03 2026-04"},
		{"2025-01-20 10:30:00", "2026-04-20 10:30:00", "2025-04 2025-07 2025-10 2026-01 2026-04"},
		{"2016-05-20 10:30:00", "2026-05-20 10:30:00", "2018 2020 2022 2024 2026"},
	} {
		from, to := at(c.from), at(c.to)
		var labels []string
		last := -1.0
		for _, tick := range TimeTicks(from, to, zone, 7) {
			labels = append(labels, tick.Label)
			if tick.At <= last || tick.At < 0 || tick.At > 1 || math.Abs(tick.At-float64(tick.Time.Sub(from))/float64(to.Sub(from))) > 1e-9 {
				t.Errorf("%s: %s is at %v", c.from, tick.Label, tick.At)
			}
			last = tick.At
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%s to %s: %s, want %s", c.from, c.to, got, c.want)
		}
	}
	if TimeTicks(begin, begin, zone, 5) != nil || TimeTicks(begin, begin.Add(time.Hour), zone, 0) != nil {
		t.Error("no room for ticks")
	}
	for _, name := range []string{"Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for width := time.Second; width < 40*365*24*time.Hour; width += width / 10 * 7 {
			for _, from := range []time.Time{begin, time.Date(2011, 12, 29, 3, 4, 5, 6, zone), time.Date(2026, 9, 5, 23, 0, 0, 0, zone)} {
				ticks := TimeTicks(from, from.Add(width), zone, 12)
				if len(ticks) > 26 || width > 20*time.Second && len(ticks) < 2 {
					t.Errorf("%s: %d ticks for %v from %v", name, len(ticks), width, from)
				}
			}
		}
	}
}

func TestFormat(t *testing.T) {
	u := unitFor(20 * time.Millisecond)
	for _, c := range [][2]string{
		{u.figure(20412 * time.Microsecond), "20.4"}, {u.figure(1254 * time.Microsecond), "1.25"}, {u.figure(180412 * time.Microsecond), "180"},
		{u.label(1500 * time.Microsecond), "1.5"}, {unitFor(3 * time.Second).name, "s"}, {unitFor(999 * time.Microsecond).name, "µs"},
		{span(3*time.Minute + 10*time.Second), "00:03:10"}, {span(52 * time.Hour), "2 d 04:00:00"},
		{percent(0), "0.0 %"}, {percent(0.0002), "0.02 %"}, {percent(0.5), "50.0 %"}, {percent(0.0000123), "0.0012 %"}, {percent(math.NaN()), "–"},
		{Zone(time.UTC, begin, begin), "UTC"},
		{Zone(time.FixedZone("", 5*3600+1800), begin, begin), "UTC+05:30"},
		{Zone(berlin(t), begin, begin.AddDate(0, 3, 0)), "Europe/Berlin, CET (UTC+01:00), CEST (UTC+02:00)"},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}
