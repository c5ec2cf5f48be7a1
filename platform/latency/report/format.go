package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// unit is one that all round trips of an axis or a line are told in.
type unit struct {
	name string
	is   time.Duration
}

// unitFor is the unit that values up to d are best told in.
func unitFor(d time.Duration) unit {
	switch {
	case d >= 2*time.Second:
		return unit{"s", time.Second}
	case d >= time.Millisecond:
		return unit{"ms", time.Millisecond}
	}
	return unit{"µs", time.Microsecond}
}

// figure is a value in the unit with three digits that count, so 20.4, 1.25 or 180.
func (u unit) figure(d time.Duration) string {
	v := float64(d) / float64(u.is)
	digits := 0
	switch {
	case v < 10:
		digits = 2
	case v < 100:
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// label is a value of an axis, without zeros that say nothing.
func (u unit) label(d time.Duration) string {
	return strconv.FormatFloat(math.Round(float64(d)/float64(u.is)*1e6)/1e6, 'f', -1, 64)
}

// span is a stretch of time in words of digits: 00:03:10, or 2 d 04:00:00.
func span(d time.Duration) string {
	s := int64(math.Round(d.Seconds()))
	day := ""
	if s >= 86400 {
		day = fmt.Sprintf("%d d ", s/86400)
	}
	return fmt.Sprintf("%s%02d:%02d:%02d", day, s/3600%24, s/60%60, s%60)
}

// percent is a share, with as many digits as it takes to be not nothing.
func percent(share float64) string {
	v := share * 100
	switch {
	case math.IsNaN(v):
		return "–"
	case v == 0 || v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64) + " %"
	case v >= 0.01:
		return strconv.FormatFloat(v, 'f', 2, 64) + " %"
	}
	return strconv.FormatFloat(v, 'g', 2, 64) + " %"
}

const (
	dateTime = "2006-01-02 15:04:05"
	precise  = "2006-01-02 15:04:05.000000"
)

// Zone names the time zone of a stretch of time: its abbreviation and distance to
// UTC, both of them where the clocks change within.
func Zone(zone *time.Location, from, to time.Time) string {
	name := func(t time.Time) string {
		abbr, _ := t.In(zone).Zone()
		offset := "UTC" + t.In(zone).Format("-07:00")
		if abbr == "UTC" {
			return "UTC"
		}
		if abbr == "" || strings.ContainsAny(abbr, "+-") { // a zone without a name of its own
			return offset
		}
		return abbr + " (" + offset + ")"
	}
	out := name(from)
	if last := name(to); last != out {
		out += ", " + last
	}
	if known := zone.String(); known != "Local" && known != "UTC" && known != "" {
		out = known + ", " + out
	}
	return out
}

// plain is a text without what does not belong into a line: control characters,
// and those that turn the direction of writing around.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffe || r == 0xffff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
}
