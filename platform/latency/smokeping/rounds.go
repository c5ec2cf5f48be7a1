package smokeping

import (
	"math"
	"slices"
	"strconv"
	"time"

	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/said"
)

// What a row of an RRD file says, and what is made of it:
//
// SmokePing keeps a round's round trips in ascending order, one data source each,
// and how many were lost. Rounds do not begin at whole steps, and rrdtool then
// mixes two neighbours by the time that each takes of the step; so even the finest
// rows are nearly, not exactly, what was measured, and their losses have
// fractions. These are carried on to the next row, so that none is lost or
// invented in sum. Rows of longer periods are averages of order statistics: their
// smallest value is the average of the smallest round trips, not the smallest.
// Where the file has the minimum and the maximum beside them, these are put in.

// maxRTT is longer than any probe waits; what claims more is damage.
const maxRTT = 24 * time.Hour

// oldest is before the first SmokePing.
var oldest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// shape is where a file has what.
type shape struct {
	loss, median int // -1 without a median
	pings        []int
}

// shape finds SmokePing's data sources by their names; files made before there
// was one for the uptime have none.
func (f *RRD) shape() (shape, error) {
	s := shape{loss: slices.Index(f.Sources, "loss"), median: slices.Index(f.Sources, "median")}
	for i := 1; ; i++ {
		at := slices.Index(f.Sources, "ping"+strconv.Itoa(i))
		if at < 0 {
			break
		}
		s.pings = append(s.pings, at)
	}
	if s.loss < 0 || len(s.pings) == 0 {
		return s, said.New("%v of SmokePing: it has no data sources loss and ping1", ErrNotRRD)
	}
	return s, nil
}

// reader makes distributions of the rows of one archive.
type reader struct {
	shape
	per      int // rounds in a row
	carry    float64
	values   []float64
	borrowed []float64 // the last row's values, for one that has none
	low      map[int64]float64
	high     map[int64]float64

	odd, lent int
}

// known is a round trip in seconds that can be true.
func known(v float64) bool { return v >= 1e-9 && v < maxRTT.Seconds() }

// row gives the n distributions that a row is divided into, nil where nothing is
// known.
func (r *reader) row(end time.Time, row []float64, n int) []*histogram.Histogram {
	r.values = r.values[:0]
	for _, at := range r.pings {
		switch v := row[at]; {
		case known(v):
			r.values = append(r.values, v)
		case !math.IsNaN(v):
			r.odd++
		}
	}
	slices.Sort(r.values)
	loss, total := row[r.loss], len(r.pings)*r.per
	if !math.IsNaN(loss) && !(loss >= 0 && loss <= float64(len(r.pings))) {
		r.odd++
		loss = math.NaN()
	}
	if math.IsNaN(loss) {
		r.carry = 0
		if len(r.values) == 0 {
			return nil
		}
		// Nothing says that any was lost: those that are there were answered.
		total, loss = len(r.values)*r.per, 0
	}
	exact := loss*float64(r.per) + r.carry
	lost := min(max(int(math.Round(exact)), 0), total)
	r.carry = exact - float64(lost)
	out := make([]*histogram.Histogram, n)
	for i := range out {
		out[i] = &histogram.Histogram{Lost: uint64(lost*(i+1)/n - lost*i/n)}
	}
	r.replies(out, total-lost, end)
	return out
}

// replies counts n replies whose order statistics are r.values, by turns.
func (r *reader) replies(out []*histogram.Histogram, n int, end time.Time) {
	values := r.values
	switch {
	case n == 0:
		return
	case len(values) > 0:
		r.borrowed = append(r.borrowed[:0], values...)
	case len(r.borrowed) > 0:
		// An archive leaves a round trip out that was unknown for more than half of a
		// row. That some were answered its loss still says; without them an hour that
		// was half an outage would be shown as a whole one. So they count with the
		// times of the row before.
		values = r.borrowed
		r.lent++
	default:
		out[0].Unmeasured += uint64(n)
		return
	}
	k := len(values)
	for i := range n {
		v := values[(2*i+1)*k/(2*n)]
		if low, ok := r.low[end.Unix()]; ok && i == 0 {
			v = min(v, low)
		}
		if high, ok := r.high[end.Unix()]; ok && i == n-1 {
			v = max(v, high)
		}
		out[i%len(out)].Observe(time.Duration(math.Round(v * 1e9)))
	}
}

// section is a part of an archive that is taken: rows that begin at from or later
// and end at to or earlier.
type section struct {
	archive  int
	from, to time.Time
}

// sections chooses for each time the finest average that the file still has.
// Where a coarser one takes over, it does so at the end of one of its roll-ups. The
// finest comes first.
func (f *RRD) sections() []section {
	var averages []int
	for i, a := range f.Archives {
		if a.Function == "AVERAGE" {
			averages = append(averages, i)
		}
	}
	slices.SortStableFunc(averages, func(a, b int) int { return int(f.Archives[a].per - f.Archives[b].per) })
	var out []section
	var until time.Time // what is older is not taken yet
	for n, i := range averages {
		a := f.Archives[i]
		begin := a.End.Add(-time.Duration(a.Rows) * a.Period)
		s := section{archive: i, from: begin, to: a.End}
		if n > 0 {
			s.to = until
		}
		if !begin.Before(s.to) {
			continue
		}
		until = begin
		for _, next := range averages[n+1:] {
			if b := f.Archives[next]; b.End.Add(-time.Duration(b.Rows) * b.Period).Before(begin) {
				period := int64(tier(b.Period, b.per > 1) / time.Second)
				until = time.Unix((begin.Unix()+period-1)/period*period, 0)
				s.from = until
				break
			}
		}
		out = append(out, s)
	}
	return out
}

// tier is the length of the roll-ups that rows of a period go into: the next of
// those that Tacklebox keeps. Single rounds of up to an hour are divided among
// those of five minutes; averages are not, since they do not know their parts.
func tier(period time.Duration, averaged bool) time.Duration {
	switch {
	case period <= time.Minute:
		return time.Minute
	case period <= 5*time.Minute, period < time.Hour && !averaged:
		return 5 * time.Minute
	case period <= time.Hour:
		return time.Hour
	}
	return 24 * time.Hour
}

// extremes are the smallest and greatest round trips of each row, from the
// archives of the minimum and the maximum that go with archive i.
func (f *RRD) extremes(i int, s shape, function string, better func(a, b float64) float64) (map[int64]float64, error) {
	out := map[int64]float64{}
	for k, a := range f.Archives {
		if a.Function != function || a.per != f.Archives[i].per {
			continue
		}
		err := f.Each(k, func(end time.Time, values []float64) bool {
			best := math.NaN()
			for _, at := range s.pings {
				if v := values[at]; known(v) {
					if math.IsNaN(best) {
						best = v
					}
					best = better(best, v)
				}
			}
			if !math.IsNaN(best) {
				out[end.Unix()] = best
			}
			return true
		})
		return out, err
	}
	return out, nil
}

// reader is ready to read a section.
func (f *RRD) reader(s section, sh shape) (*reader, error) {
	r := &reader{shape: sh, per: int(f.Archives[s.archive].per)}
	if r.per == 1 {
		return r, nil
	}
	var err error
	if r.low, err = f.extremes(s.archive, sh, "MIN", func(a, b float64) float64 { return min(a, b) }); err != nil {
		return nil, err
	}
	r.high, err = f.extremes(s.archive, sh, "MAX", func(a, b float64) float64 { return max(a, b) })
	return r, err
}
