package report

import (
	"time"

	"tacklebox/platform/latency/plot"
)

// timeTick is a place on the time axis.
type timeTick struct {
	at    float64 // 0 at the left, 1 at the right
	label string
	// major is where a larger unit begins: a day among hours, a year among months.
	major bool
}

// timeTicks are those of the window's graphs. Dates are written year, month, day,
// which no language confuses.
func timeTicks(from, to time.Time, zone *time.Location, n int) []timeTick {
	ticks := plot.TimeTicks(from, to, n, zone)
	finest := plot.UnitYear
	for _, t := range ticks {
		finest = min(finest, t.Unit)
	}
	var out []timeTick
	for _, t := range ticks {
		layout := map[plot.Unit]string{plot.UnitSecond: "15:04:05", plot.UnitMinute: "15:04", plot.UnitDay: "01-02", plot.UnitMonth: "2006-01", plot.UnitYear: "2006"}[t.Unit]
		if t.Unit == plot.UnitYear && finest < plot.UnitMonth {
			layout = "2006-01-02"
		}
		out = append(out, timeTick{at: float64(t.At.Sub(from)) / float64(to.Sub(from)), label: t.At.In(zone).Format(layout), major: t.Unit > finest && t.Unit >= plot.UnitDay})
	}
	return out
}
