package plot

import (
	"time"

	"tacklebox/platform/latency/smoke"
)

// Mark is something that holds over a stretch of time besides the probes.
type Mark struct {
	From, To time.Time
	Bands    smoke.Bands // BandAlert or BandEvent
}

// marked are the bands of the marks that touch column number of w. An event is
// marked where it begins.
func marked(marks []Mark, w Window, number int64) (b smoke.Bands) {
	for i := range marks {
		m := &marks[i]
		first := w.Number(m.From)
		last := first
		if m.Bands&smoke.BandEvent == 0 && m.To.After(m.From) {
			last = w.Number(m.To)
		}
		if first <= number && number <= last {
			b |= m.Bands
		}
	}
	return b
}

// Read reads column number of a window; c is nil where nothing is known.
func Read(c *smoke.Column, w Window, number int64) smoke.Readout {
	if c == nil {
		c = &smoke.Column{}
	}
	r := smoke.Sum(c.Hist)
	r.From, r.To, r.Bands = w.Start(number), w.Start(number+1), c.Bands
	return r
}

// The codes that Codes gives.
const (
	CodeNothing    = "nothing"      // neither a probe nor a reason
	CodeUnmeasured = "not-measured" // for most of it
	CodeSendError  = "send-error"   // for most of it
	CodeAlert      = "alert"
	CodeLate       = "late"
	CodeDuplicate  = "duplicate"
)

// Codes say what holds at a column besides its figures.
func Codes(r smoke.Readout) []string {
	var out []string
	for _, c := range []struct {
		holds bool
		code  string
	}{
		{r.Bands&smoke.BandUnmeasured != 0, CodeUnmeasured},
		{r.Bands&smoke.BandSendError != 0, CodeSendError},
		{r.Bands&smoke.BandAlert != 0, CodeAlert},
		{r.Late > 0, CodeLate},
		{r.Duplicates > 0, CodeDuplicate},
		{!r.Known && r.Bands == 0 && r.SendErrors+r.Unmeasured+r.Late+r.Duplicates == 0, CodeNothing},
	} {
		if c.holds {
			out = append(out, c.code)
		}
	}
	return out
}
