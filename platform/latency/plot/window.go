// Package plot holds what a graph of round trip times shows without drawing it:
// stretches of time in pixel columns, the columns of targets as they change, the
// axes, and what stands at a column. Nothing in it is safe for concurrent use
// unless it says so.
package plot

import (
	"math"
	"time"
)

// Window is a stretch of time in columns of equal width. Column i of it is number
// First+i of all columns of that width since 1970 in UTC: windows that move show
// the same probes in the same columns, so nothing shimmers.
type Window struct {
	Width   time.Duration
	First   int64
	Columns int
}

// Over is the window of columns columns that shows [from, to): the width is
// rounded up to whole microseconds, the unit of the history, and the last column
// is the one that holds the last instant.
func Over(from, to time.Time, columns int) Window {
	columns = max(columns, 1)
	span := max(to.Sub(from), time.Microsecond)
	width := (span + time.Duration(columns) - 1) / time.Duration(columns)
	width = (width + time.Microsecond - 1).Truncate(time.Microsecond)
	w := Window{Width: width, Columns: columns}
	w.First = w.Number(to.Add(-1)) + 1 - int64(columns)
	return w
}

// Number is the number of the column that t lies in; it may be outside of w.
func (w Window) Number(t time.Time) int64 { return floorDiv(t.UnixNano(), int64(w.Width)) }

// Start is the instant at which the column with this number begins.
func (w Window) Start(number int64) time.Time { return time.Unix(0, number*int64(w.Width)) }

// End is the number after that of the last column.
func (w Window) End() int64 { return w.First + int64(w.Columns) }

// From is the window's first instant, To the one after its last.
func (w Window) From() time.Time { return w.Start(w.First) }

// To is the instant after the window's last one.
func (w Window) To() time.Time { return w.Start(w.End()) }

// Span is how long the window is.
func (w Window) Span() time.Duration { return time.Duration(w.Columns) * w.Width }

// Ending is w moved so that its last column, or the last group of columns, is the
// one that holds t. Moving by whole groups is what keeps the drawing of a target
// that is asked seldom from moving more often than it changes.
func (w Window) Ending(t time.Time, group int64) Window {
	group = max(group, 1)
	w.First = (floorDiv(w.Number(t), group)+1)*group - int64(w.Columns)
	return w
}

// Group is how many columns of w a target takes that is asked at this interval:
// at least one, so many that none of them is without a probe.
func (w Window) Group(interval time.Duration) int64 {
	if interval <= w.Width || w.Width <= 0 {
		return 1
	}
	return int64((interval + w.Width - 1) / w.Width)
}

// Grouped is the window of the columns that n of w's columns make each; the ones
// at the ends may lie partly outside of w.
func (w Window) Grouped(n int64) Window {
	g := Window{Width: w.Width * time.Duration(n), First: floorDiv(w.First, n)}
	g.Columns = int(floorDiv(w.End()-1, n) + 1 - g.First)
	return g
}

// Extended is w with n columns more at each end.
func (w Window) Extended(n int64) Window {
	w.First -= n
	w.Columns += int(2 * n)
	return w
}

// X is where t lies in the window: 0 at its begin, 1 at its end.
func (w Window) X(t time.Time) float64 {
	return (float64(t.UnixNano()) - float64(w.First)*float64(w.Width)) / (float64(w.Columns) * float64(w.Width))
}

// At undoes X.
func (w Window) At(x float64) time.Time {
	return w.From().Add(time.Duration(math.Round(x * float64(w.Columns) * float64(w.Width))))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
