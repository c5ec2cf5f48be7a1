package graph

import (
	"math"
	"strconv"
	"time"

	"tacklebox/panels/i18n"
	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/smoke"
)

// digits is how many decimals round trips have in a graph whose axis ends at top:
// the same ones everywhere in it, so that figures do not jump.
func digits(top time.Duration) int {
	switch {
	case top <= 2*time.Millisecond:
		return 3
	case top <= 200*time.Millisecond:
		return 2
	}
	return 1
}

// millis is a round trip in milliseconds without its unit, an en dash for none.
func millis(d time.Duration, decimals int) string {
	if d <= 0 {
		return "–"
	}
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', decimals, 64)
}

// axisText is a value of the vertical axis in milliseconds, with as many decimals
// as the steps of the axis need.
func axisText(v time.Duration, decimals int) string {
	return strconv.FormatFloat(float64(v)/float64(time.Millisecond), 'f', decimals, 64)
}

// axisDigits is how many decimals the labels need to be told apart.
func axisDigits(ticks []smoke.Tick) int {
	n := 0
	for _, t := range ticks {
		for n < 6 {
			unit := time.Duration(math.Pow10(6 - n))
			if t.Value%unit == 0 {
				break
			}
			n++
		}
	}
	return n
}

// percent is a share with fixed decimals.
func percent(share float64) string {
	if math.IsNaN(share) {
		return "–"
	}
	return strconv.FormatFloat(100*share, 'f', 2, 64) + " %"
}

// timeText is a tick of the time axis. Months have their year only where it is not
// said beside them: at the first tick.
func timeText(t plot.TimeTick, first bool) string {
	switch t.Unit {
	case plot.UnitSecond:
		return t.At.Format("15:04:05")
	case plot.UnitMinute:
		return t.At.Format("15:04")
	case plot.UnitDay:
		return t.At.Format(i18n.T("latency.graph_day"))
	case plot.UnitMonth:
		if first {
			return t.At.Format(i18n.T("latency.graph_month"))
		}
		return t.At.Format(i18n.T("latency.graph_month_short"))
	}
	return t.At.Format("2006")
}

// stretchText is the stretch of a column, as exactly as its width needs.
func stretchText(from, to time.Time) string {
	clock, width := "15:04:05", to.Sub(from)
	switch {
	case width < time.Second:
		clock = "15:04:05.000"
	case width >= time.Minute:
		clock = "15:04"
	}
	a := from.Format("2006-01-02 " + clock)
	if from.YearDay() == to.YearDay() && width < 24*time.Hour {
		return a + " – " + to.Format(clock)
	}
	return a + " – " + to.Format("01-02 "+clock)
}

// beginText is where the column of a small graph begins, as exactly as its width needs
// and as long as the span of the graph does.
func beginText(from time.Time, width, span time.Duration) string {
	switch {
	case width >= 24*time.Hour:
		return from.Format("2006-01-02")
	case span > 180*24*time.Hour:
		return from.Format("2006-01-02 15:04")
	case span > 25*time.Hour: // a range of a day is whole columns
		return from.Format("01-02 15:04")
	case width >= time.Minute:
		return from.Format("15:04")
	}
	return from.Format("15:04:05")
}
