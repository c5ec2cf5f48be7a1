package transfer

import (
	"strings"
	"time"

	"tacklebox/platform/latency/said"
)

// Instant reads a time, or how long ago it was: 2026-05-03, 2026-05-03T15:04, RFC 3339,
// 90m, 24h, 7d, now. Nothing is the usual one.
func Instant(text string, now, usual time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	switch text {
	case "":
		return usual, nil
	case "now":
		return now, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	ago := strings.TrimPrefix(text, "-")
	unit := time.Duration(1)
	if days, ok := strings.CutSuffix(ago, "d"); ok {
		ago, unit = days+"h", 24
	} else if weeks, ok := strings.CutSuffix(ago, "w"); ok {
		ago, unit = weeks+"h", 7*24
	}
	d, err := time.ParseDuration(ago)
	if err != nil || d < 0 || d > 200*365*24*time.Hour/unit {
		return usual, said.New("%q is no time: write 2026-05-03, 2026-05-03T15:04, or so long ago: 90m, 24h, 7d", plain(text))
	}
	return now.Add(-d * unit), nil
}
