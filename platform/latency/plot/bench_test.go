package plot

import (
	"image"
	"math/rand/v2"
	"testing"
	"time"

	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/smoke"
)

// year is a series of n columns as a year of a busy target has them.
func year(n int) (*Series, Window) {
	r := rand.New(rand.NewPCG(1, 1))
	w := Over(noon.Add(-365*day), noon, n)
	s := NewSeries(false)
	l := s.Show(w)
	cols := make([]smoke.Column, l.N)
	for i := range cols {
		h := &histogram.Histogram{Lost: uint64(i % 3)}
		for range 400 {
			h.Observe(time.Duration((20 + 4*r.ExpFloat64()) * float64(time.Millisecond)))
		}
		cols[i].Hist = h
	}
	s.Deliver(l, cols)
	return s, w
}

// BenchmarkYear is the first paint of a year: the axis and all pixels of a large
// window.
func BenchmarkYear(b *testing.B) {
	s, w := year(1600)
	st := Style{Size: image.Pt(1600, 500), Palette: smoke.Dark()}
	for b.Loop() {
		st.Scale = smoke.Fit(s.Columns(), false, smoke.Scale{})
		var p Picture
		p.Paint(w, s, 1, 0, 0, st)
	}
}

// BenchmarkStep is what a graph costs at each new answer.
func BenchmarkStep(b *testing.B) {
	s, w := year(1600)
	st := Style{Size: image.Pt(1600, 500), Palette: smoke.Dark()}
	st.Scale = smoke.Fit(s.Columns(), false, smoke.Scale{})
	var p Picture
	p.Paint(w, s, 1, 0, 0, st)
	row := result(noon.Add(-time.Second), 1, 20)
	for b.Loop() {
		s.Add(&row)
		from, to := s.Changes()
		p.Paint(w, s, 1, from, to, st)
	}
}
