package smokeping

import (
	"time"

	"tacklebox/platform/latency/histogram"
)

// source is a section of an RRD file with its reader.
type source struct {
	f *RRD
	s section
	r *reader
}

// part hands one part over: the rows of src, nil for none, with the rounds of raw
// logs in their place where there are any.
func (m *historian) part(item *Imported, period time.Duration, src *source, raw []RawRound) error {
	if src == nil && len(raw) == 0 {
		return nil
	}
	averaged := src != nil && src.r.per > 1
	p := Part{Path: item.Path, Slave: item.Slave, Period: tier(period, averaged), Averaged: averaged}
	var failed error
	read := false
	p.Rows = func(yield func(time.Time, *histogram.Histogram) bool) {
		if read {
			return
		}
		read = true
		w := &weaver{item: item, period: period, pieces: 1, raw: raw, yield: yield, averaged: averaged}
		if period > p.Period {
			w.pieces = int(period / p.Period)
		}
		failed = m.weave(w, src)
	}
	if err := m.take(p); err != nil {
		return err
	}
	return failed
}

// weave brings the rows of an RRD file and of raw logs into one order.
func (m *historian) weave(w *weaver, src *source) error {
	if src == nil {
		w.rawBefore(m.now.Add(48 * time.Hour))
		return m.ctx.Err()
	}
	limit := m.now.Add(24 * time.Hour)
	err := src.f.Each(src.s.archive, func(end time.Time, values []float64) bool {
		begin := end.Add(-w.period)
		if begin.Before(src.s.from) || end.After(src.s.to) || begin.Before(oldest) {
			return true
		}
		if m.ctx.Err() != nil {
			return false
		}
		h := src.r.row(end, values, w.pieces)
		if end.After(limit) {
			if h != nil {
				w.item.Odd++
			}
			return true
		}
		if !w.rawBefore(begin) {
			return false
		}
		if w.rawAt(begin) {
			return !w.ended
		}
		return w.row(begin, h)
	})
	w.item.Lent += src.r.lent
	w.item.Odd += src.r.odd
	if err == nil && !w.ended {
		w.rawBefore(limit.Add(w.period))
	}
	if err == nil {
		err = m.ctx.Err()
	}
	return err
}

// weaver gives rows away and keeps the account.
type weaver struct {
	item     *Imported
	period   time.Duration
	pieces   int // that a row is divided into
	averaged bool
	raw      []RawRound // those to come
	yield    func(time.Time, *histogram.Histogram) bool
	ended    bool
	gaps     int // since the last row with something in it
}

// slot is where the row of a round begins: a row holds for what was measured
// before its end, which belongs to it.
func (w *weaver) slot(r *RawRound) time.Time {
	period := int64(w.period / time.Second)
	return time.Unix((r.Noted.Unix()-1)/period*period, 0)
}

// rawAt gives the row that begins at begin from raw logs, if they have it.
func (w *weaver) rawAt(begin time.Time) bool {
	var h []*histogram.Histogram
	for range w.pieces {
		h = append(h, &histogram.Histogram{})
	}
	n := 0
	for ; n < len(w.raw) && w.slot(&w.raw[n]).Equal(begin); n++ {
		w.raw[n].count(h)
	}
	if n == 0 {
		return false
	}
	w.raw = w.raw[n:]
	w.item.RawRounds += n
	w.item.Rounds += n - 1
	w.row(begin, h)
	return true
}

// rawBefore gives the rows of raw logs that begin before a time, and says whether
// to go on.
func (w *weaver) rawBefore(t time.Time) bool {
	for len(w.raw) > 0 && !w.ended {
		begin := w.slot(&w.raw[0])
		if !begin.Before(t) {
			break
		}
		w.rawAt(begin)
	}
	return !w.ended
}

// row gives one row away, nil being a gap.
func (w *weaver) row(begin time.Time, h []*histogram.Histogram) bool {
	if h == nil {
		w.gaps++
		return true
	}
	end := begin.Add(w.period)
	if w.item.From.IsZero() || begin.Before(w.item.From) {
		w.item.From = begin
	} else {
		w.item.Gaps += w.gaps
	}
	w.gaps = 0
	if end.After(w.item.To) {
		w.item.To = end
	}
	if w.averaged {
		w.item.Averages++
	} else {
		w.item.Rounds++
	}
	for i, piece := range h {
		if !w.ended {
			w.ended = !w.yield(begin.Add(time.Duration(i)*w.period/time.Duration(len(h))), piece)
		}
	}
	return !w.ended
}
