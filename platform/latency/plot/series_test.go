package plot

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/smoke"
)

// archive is a history that answers as the real one does: with all it holds when
// it is asked.
type archive []latency.Result

func (a archive) columns(l *Load) []smoke.Column {
	cols := make([]smoke.Column, l.N)
	w := Window{Width: l.To.Sub(l.From) / time.Duration(l.N)}
	for i := range a {
		if t := a[i].Sent; !t.Before(l.From) && t.Before(l.To) {
			c := &cols[w.Number(t)-w.Number(l.From)]
			if c.Hist == nil {
				c.Hist = &histogram.Histogram{}
			}
			count(c, &a[i])
		}
	}
	return cols
}

func result(at time.Time, o latency.Outcome, ms float64) latency.Result {
	return latency.Result{Target: 1, Node: latency.LocalNode, Sent: at, Outcome: o, RTT: time.Duration(ms * float64(time.Millisecond))}
}

// each says how many probes the columns hold, by column number.
func each(s *Series) map[int64]uint64 {
	out := map[int64]uint64{}
	for n := s.w.First; n < s.w.End(); n++ {
		if c := s.Column(n); c.Hist != nil {
			out[n] = c.Hist.Decided() + c.Hist.Late + c.Hist.SendErrors + c.Hist.Unmeasured
		}
	}
	return out
}

// However loads, rows and the window's moves are interleaved, in the end each row
// of the window counts once.
func TestSeriesCountsOnce(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var a archive
		now := noon
		hints := seed%3 == 0
		s := NewSeries(hints)
		base := Over(noon.Add(-100*time.Second), noon, 50)
		var flying *Load
		var answer []smoke.Column
		begin := func(l *Load) {
			if l != nil {
				flying, answer = l, nil
			}
		}
		begin(s.Show(base))
		var late []latency.Result
		for range 200 {
			switch r.IntN(6) {
			case 0: // a probe is decided
				now = now.Add(time.Duration(r.IntN(900)) * time.Millisecond)
				row := result(now, []latency.Outcome{latency.Reply, latency.Timeout, latency.NotMeasured, latency.SendError}[r.IntN(4)], 1+9*r.Float64())
				a = append(a, row)
				if r.IntN(2) == 0 {
					late = append(late, result(now.Add(-3*time.Second), latency.Late, 3000))
				}
				s.Add(&row)
			case 1: // an answer comes late
				if len(late) > 0 {
					row := late[0]
					late = late[1:]
					a = append(a, row)
					s.Add(&row)
				}
			case 2: // the history answers, as of now
				if flying != nil && answer == nil {
					answer = a.columns(flying)
				}
			case 3: // and the answer arrives
				if flying != nil && answer != nil {
					s.Deliver(flying, answer)
					flying = nil
				}
			case 4:
				begin(s.Show(base.Ending(now, 1)))
			case 5:
				if r.IntN(8) == 0 {
					begin(s.Show(Over(now.Add(-time.Duration(40+r.IntN(90))*time.Second), now, 50)))
				}
				begin(s.Doubtful())
			}
		}
		begin(s.Show(base.Ending(now, 1)))
		for range 5 {
			if flying != nil {
				s.Deliver(flying, a.columns(flying))
				flying = nil
			}
			begin(s.Doubtful())
		}
		want := map[int64]uint64{}
		for i := range a {
			if n := s.w.Number(a[i].Sent); n >= s.w.First && n < s.w.End() {
				want[n]++
			}
		}
		got := each(s)
		for n, c := range want {
			if got[n] != c {
				t.Fatalf("seed %d: column %d holds %d, want %d", seed, n, got[n], c)
			}
		}
		for n := range got {
			if want[n] == 0 && got[n] != 0 {
				t.Fatalf("seed %d: column %d holds %d of nothing", seed, n, got[n])
			}
		}
	}
}

func TestSeriesFollows(t *testing.T) {
	s := NewSeries(false)
	w := Over(noon.Add(-50*time.Second), noon, 50)
	l := s.Show(w)
	if l == nil || l.N != 51 || !l.To.Equal(w.To()) || !s.Loading() {
		t.Fatalf("%+v", l)
	}
	s.Deliver(l, make([]smoke.Column, 51))
	s.Changes()
	if s.Loading() || s.Show(w) != nil {
		t.Error("what is there is loaded again")
	}
	// The window moves on with now without a query.
	next := w.Ending(noon.Add(2*time.Second), 1)
	if s.Show(next) != nil {
		t.Error("following asks the history")
	}
	row := result(noon.Add(2*time.Second), latency.Reply, 5)
	if !s.Add(&row) {
		t.Error("the row is not in the window")
	}
	s.Changes()
	row = result(noon.Add(2100*time.Millisecond), latency.Timeout, 0)
	s.Add(&row)
	from, to := s.Changes()
	if n := next.Number(row.Sent); from != n || to != n+1 || s.Column(n).Hist.Lost != 1 {
		t.Errorf("changed %d to %d, want %d", from, to, n)
	}
	if from, to := s.Changes(); from != to {
		t.Error("nothing changed since")
	}
	// What was given out stays as it is.
	given := s.Columns()
	row.Outcome = latency.Reply
	s.Add(&row)
	if c := given[next.Number(row.Sent)-next.First]; c.Hist.Replies != 1 {
		t.Errorf("what was given out has now %d replies", c.Hist.Replies)
	}
	// A window in the past does not know what comes meanwhile.
	past := w.Ending(noon.Add(-20*time.Second), 1)
	s.Deliver(s.Show(past), make([]smoke.Column, 51))
	if row.Sent = noon.Add(3 * time.Second); s.Add(&row) {
		t.Error("a row after the window belongs to it")
	}
	if s.Show(next.Ending(noon.Add(4*time.Second), 1)) == nil {
		t.Error("coming back needs the history")
	}
}

func TestSeriesIgnoresOldLoads(t *testing.T) {
	s := NewSeries(false)
	old := s.Show(Over(noon.Add(-50*time.Second), noon, 50))
	l := s.Show(Over(noon.Add(-100*time.Second), noon, 50))
	full := make([]smoke.Column, 51)
	for i := range full {
		full[i].Hist = &histogram.Histogram{Lost: 1}
	}
	s.Deliver(old, full)
	if !s.Loading() || len(each(s)) != 0 {
		t.Error("an old load is shown")
	}
	s.Fail(l)
	if s.Loading() {
		t.Error("a failed load goes on")
	}
}

func TestCodes(t *testing.T) {
	w := Over(noon.Add(-50*time.Second), noon, 50)
	if got := Codes(Read(nil, w, w.First)); !slices.Equal(got, []string{CodeNothing}) {
		t.Error(got)
	}
	c := &smoke.Column{Hist: &histogram.Histogram{Late: 1, Lost: 1, Duplicates: 2, Unmeasured: 9}, Bands: smoke.BandUnmeasured | smoke.BandAlert}
	r := Read(c, w, w.First+3)
	if got := Codes(r); !slices.Equal(got, []string{CodeUnmeasured, CodeAlert, CodeLate, CodeDuplicate}) {
		t.Error(got)
	}
	if !r.From.Equal(w.From().Add(3*time.Second)) || !r.To.Equal(w.From().Add(4*time.Second)) {
		t.Errorf("%v to %v", r.From, r.To)
	}
}
