// Package format writes times and sizes as the tabs show them, in the person's
// language and time zone.
package format

import (
	"fmt"
	"time"

	"tacklebox/panels/i18n"
)

// Age is how long ago t was, short enough for a column; the absolute time is shown
// under the mouse.
func Age(t, now time.Time) string {
	if t.IsZero() || t.Unix() <= 0 {
		return "–"
	}
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return i18n.T("age.now")
	case d < time.Hour:
		return i18n.T("age.minutes", map[string]any{"N": int(d / time.Minute)})
	case d < 24*time.Hour:
		return i18n.T("age.hours", map[string]any{"N": int(d / time.Hour)})
	case d < 60*24*time.Hour:
		return i18n.T("age.days", map[string]any{"N": int(d / (24 * time.Hour))})
	case d < 2*365*24*time.Hour:
		return i18n.T("age.months", map[string]any{"N": int(d / (30 * 24 * time.Hour))})
	}
	return i18n.T("age.years", map[string]any{"N": int(d / (365 * 24 * time.Hour))})
}

// Absolute is t in the person's time zone.
func Absolute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}

// Size is a number of bytes with three digits, in the units of docker images.
func Size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB"} {
		v /= 1000
		switch {
		case v < 9.995:
			return fmt.Sprintf("%.2f %s", v, unit)
		case v < 99.95:
			return fmt.Sprintf("%.1f %s", v, unit)
		case v < 999.5:
			return fmt.Sprintf("%.0f %s", v, unit)
		}
	}
	return fmt.Sprintf("%.0f TB", v)
}
