package containers

import (
	"fmt"
	"strings"
	"time"
)

// clock is the time of day of t.
func clock(t time.Time) string { return t.Local().Format("15:04:05") }

// elapsed is a duration as a stopwatch shows it.
func elapsed(d time.Duration) string {
	s := int(d.Seconds())
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// milliseconds is a latency with fixed decimals.
func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// shortID is an ID as the docker command prints it.
func shortID(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(12, len(id))]
}
