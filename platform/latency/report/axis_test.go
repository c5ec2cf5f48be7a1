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
		{"2026-03-01 10:30:00", "2026-03-01 10:31:00", "10:30 10:30:10 10:30:20 10:30:30 10:30:40 10:30:50"},
		{"2026-03-01 10:31:00", "2026-03-01 11:31:00", "10:40 10:50 11:00 11:10 11:20 11:30"},
		{"2026-03-01 20:31:00", "2026-03-02 08:31:00", "22:00 03-02! 02:00 04:00 06:00 08:00"},
		{"2026-03-29 00:30:00", "2026-03-29 06:30:00", "01:00 03:00 04:00 05:00 06:00"},
		{"2026-02-26 10:30:00", "2026-03-05 10:30:00", "02-27 02-28 2026-03! 03-02 03-03 03-04 03-05"},
		{"2025-12-30 10:30:00", "2026-01-03 10:30:00", "12-31 2026-01-01! 01-02 01-03"},
		{"2025-11-20 10:30:00", "2026-04-20 10:30:00", "2025-12 2026! 2026-02 2026-03 2026-04"},
		{"2016-05-20 10:30:00", "2026-05-20 10:30:00", "2018 2020 2022 2024 2026"},
	} {
		from, to := at(c.from), at(c.to)
		var labels []string
		for _, tick := range timeTicks(from, to, zone, 7) {
			label := tick.label
			if tick.major {
				label += "!"
			}
			labels = append(labels, label)
			if tick.at < 0 || tick.at >= 1 {
				t.Errorf("%s: %s is at %v", c.from, label, tick.at)
			}
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%s to %s: %s, want %s", c.from, c.to, got, c.want)
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
