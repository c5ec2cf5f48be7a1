package plot

import (
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/smoke"
)

// Series is what is known of one target in a window: columns that were loaded
// from the history and rows that came since.
//
// A load and the rows that come while it runs overlap: the history may already
// hold them. What is in doubt is loaded once more, so that no probe counts twice
// and none is missing.
type Series struct {
	w    Window
	cols []smoke.Column
	// own marks the columns whose histogram nobody else has.
	own []bool
	// live is true while the rows that came are all there is after the load.
	live bool
	// beyond is true when a row came that lies after the window: only the history has
	// it, and maybe not the answer that is on its way.
	beyond bool
	// hints makes rows say only that something is new, for a process that looks
	// at what another one measures: its history may be ahead of the rows.
	hints bool

	load  *Load // in flight
	doubt int64 // the first column that may be wrong; noDoubt for none
	// What changed since the last Changes, in column numbers.
	from, to int64
}

const noDoubt = int64(1) << 62

// Load is a query of the history that a series needs: n columns over [From, To).
type Load struct {
	From, To time.Time
	N        int
	first    int64 // number of the column that is the second one of the answer
	width    time.Duration
	whole    bool
}

// NewSeries makes an empty series. hints is for a process that does not measure.
func NewSeries(hints bool) *Series { return &Series{hints: hints, doubt: noDoubt} }

// Window is what the series shows.
func (s *Series) Window() Window { return s.w }

// Loading is true while a load is in flight that the whole window waits for.
func (s *Series) Loading() bool { return s.load != nil && s.load.whole }

// Show makes w the series' window. It returns the load that is needed for that, or
// nil where what is known is enough: when the window moves on with now.
func (s *Series) Show(w Window) *Load {
	if w == s.w && (s.live || s.load != nil) {
		return nil
	}
	onward := w.Width == s.w.Width && s.live && w.First >= s.w.First && w.First < s.w.End() && w.End() >= s.w.End()
	same := w.Width == s.w.Width
	old := *s
	s.w = w
	s.cols, s.own = make([]smoke.Column, w.Columns), make([]bool, w.Columns)
	if same {
		for i := range s.cols {
			if k := w.First + int64(i) - old.w.First; k >= 0 && k < int64(len(old.cols)) {
				s.cols[i], s.own[i] = old.cols[k], old.own[k]
			}
		}
	}
	if onward {
		s.mark(max(old.w.End(), w.First), w.End())
		return nil
	}
	s.mark(w.First, w.End())
	return s.begin(w.First, true)
}

// begin starts the load of the columns from number first on. It asks for one
// column more, which is dropped: the history counts a roll-up that begins before
// the first column into it.
func (s *Series) begin(first int64, whole bool) *Load {
	s.doubt = noDoubt
	s.beyond = s.beyond && !whole
	s.load = &Load{From: s.w.Start(first - 1), To: s.w.To(), N: int(s.w.End()-first) + 1, first: first, width: s.w.Width, whole: whole}
	return s.load
}

// Reload is the load of the whole window once more.
func (s *Series) Reload() *Load {
	if s.w.Columns == 0 {
		return nil
	}
	return s.begin(s.w.First, true)
}

// Doubtful is the load of what is in doubt, or nil when nothing is or another load
// is in flight.
func (s *Series) Doubtful() *Load {
	if s.doubt == noDoubt || s.load != nil || s.doubt >= s.w.End() {
		return nil
	}
	return s.begin(max(s.doubt, s.w.First), false)
}

// Deliver takes the columns that were loaded. A load that is not the latest one
// is ignored.
func (s *Series) Deliver(l *Load, cols []smoke.Column) {
	if l != s.load {
		return
	}
	s.load = nil
	if l.width != s.w.Width || len(cols) != l.N {
		return
	}
	for i, c := range cols[1:] {
		at := l.first + int64(i) - s.w.First
		if at >= 0 && at < int64(len(s.cols)) {
			s.cols[at], s.own[at] = c, true
		}
	}
	s.live = (s.live || l.whole) && !s.beyond
	s.mark(max(l.first, s.w.First), min(l.first+int64(len(cols)-1), s.w.End()))
}

// Fail says that a load did not succeed.
func (s *Series) Fail(l *Load) {
	if l == s.load {
		s.load = nil
	}
}

// Add counts a row and is true when it belongs to the window.
func (s *Series) Add(r *latency.Result) bool {
	if s.w.Columns == 0 {
		return false
	}
	n := s.w.Number(r.Sent)
	if n >= s.w.End() {
		s.live, s.beyond = false, true
		return false
	}
	if n < s.w.First {
		return false
	}
	if s.load != nil && n >= s.load.first || s.hints || !s.live {
		s.doubt = min(s.doubt, n)
		return true
	}
	i := n - s.w.First
	c := &s.cols[i]
	switch {
	case c.Hist == nil:
		c.Hist, s.own[i] = &histogram.Histogram{}, true
	case !s.own[i]:
		c.Hist, s.own[i] = c.Hist.Clone(), true
	}
	count(c, r)
	s.mark(n, n+1)
	return true
}

// count adds a row to a column, as the history does.
func count(c *smoke.Column, r *latency.Result) {
	h := c.Hist
	h.Count(r)
	all := h.Decided() + h.SendErrors + h.Unmeasured
	c.Bands &^= smoke.BandUnmeasured | smoke.BandSendError
	if h.Unmeasured*2 > all {
		c.Bands |= smoke.BandUnmeasured
	}
	if h.SendErrors*2 > all {
		c.Bands |= smoke.BandSendError
	}
}

func (s *Series) mark(from, to int64) {
	if from >= to {
		return
	}
	if s.from == s.to {
		s.from, s.to = from, to
		return
	}
	s.from, s.to = min(s.from, from), max(s.to, to)
}

// Changes are the numbers of the columns that changed since the last call, from
// the first to the one after the last; equal when none did.
func (s *Series) Changes() (from, to int64) {
	from, to = max(s.from, s.w.First), min(s.to, s.w.End())
	s.from, s.to = 0, 0
	return from, max(from, to)
}

// Columns are the columns of the window. They do not change any more once
// returned: later rows are counted in copies.
func (s *Series) Columns() []smoke.Column {
	clear(s.own)
	return append([]smoke.Column(nil), s.cols...)
}

// Column is the column with this number, nil outside of the window.
func (s *Series) Column(number int64) *smoke.Column {
	if i := number - s.w.First; i >= 0 && i < int64(len(s.cols)) {
		return &s.cols[i]
	}
	return nil
}
