package plot

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestWindow(t *testing.T) {
	w := Over(noon.Add(-time.Hour), noon, 900)
	if w.Width != 4*time.Second || w.Columns != 900 || !w.To().Equal(noon) || !w.From().Equal(noon.Add(-time.Hour)) {
		t.Errorf("%+v %v %v", w, w.From(), w.To())
	}
	odd := Over(noon.Add(-time.Hour-time.Millisecond), noon, 700)
	if odd.Span() < time.Hour+time.Millisecond || odd.Number(noon.Add(-1)) != odd.End()-1 || odd.Width%time.Microsecond != 0 {
		t.Errorf("%+v", odd)
	}
	if w.X(noon.Add(-30*time.Minute)) != 0.5 || !w.At(0.25).Equal(noon.Add(-45*time.Minute)) {
		t.Error("x and at")
	}
	// Following moves by whole columns, or by whole groups of them.
	for _, group := range []int64{1, 7} {
		for i := range 100 {
			now := noon.Add(time.Duration(i) * 700 * time.Millisecond)
			m := w.Ending(now, group)
			if m.Columns != w.Columns || m.Width != w.Width || m.End()%group != 0 || now.Before(m.Start(m.End()-group)) || !now.Before(m.To()) {
				t.Fatalf("at %v: %+v", now, m)
			}
		}
	}
	before := Window{Width: 7 * time.Second, First: Window{Width: 7 * time.Second}.Number(time.Unix(-100, 0)), Columns: 3}
	if before.First != -15 || !before.From().Equal(time.Unix(-105, 0)) {
		t.Errorf("before 1970: %+v", before)
	}
}

func TestGrouped(t *testing.T) {
	w := Over(noon.Add(-time.Minute), noon, 900)
	n := w.Group(time.Second + 50*time.Millisecond)
	g := w.Grouped(n)
	if n != 16 || g.Width != n2d(n, w.Width) || g.From().After(w.From()) || g.To().Before(w.To()) {
		t.Errorf("%d: %+v of %+v", n, g, w)
	}
	if w.Group(0) != 1 || w.Group(w.Width) != 1 || w.Group(w.Width+1) != 2 {
		t.Error("groups")
	}
}

func n2d(n int64, d time.Duration) time.Duration { return time.Duration(n) * d }

func TestView(t *testing.T) {
	now := noon
	hour, _ := RangeOf("1h")
	v := Last(hour, now)
	if !v.Follow || v.Span() != time.Hour || v.Range != "1h" {
		t.Fatalf("%+v", v)
	}
	at := now.Add(-45 * time.Minute)
	z := v.Zoom(at, 0.5, now)
	if z.Follow || z.Range != "" || z.Span() != 30*time.Minute || float64(at.Sub(z.From))/float64(z.Span()) != 0.25 {
		t.Errorf("zoom keeps the place of its point: %+v", z)
	}
	if e := v.Zoom(now, 0.5, now); !e.Follow || !e.To.Equal(now) {
		t.Errorf("zooming at the end goes on following: %+v", e)
	}
	if out := z.Zoom(at, 1e9, now); out.Span() != MaxSpan || out.To.After(now) {
		t.Errorf("%+v", out)
	}
	if in := z.Zoom(at, 1e-9, now); in.Span() != MinSpan {
		t.Errorf("%+v", in)
	}
	p := v.Pan(-10*time.Minute, now)
	if p.Follow || p.Range != "" || !p.To.Equal(now.Add(-10*time.Minute)) {
		t.Errorf("%+v", p)
	}
	if b := p.Pan(time.Hour, now); !b.Follow || !b.To.Equal(now) || b.Span() != time.Hour {
		t.Errorf("panning beyond the end follows: %+v", b)
	}
	if s := v.Select(now.Add(-time.Minute), now.Add(-3*time.Minute), now); s.Span() != 2*time.Minute || !s.From.Equal(now.Add(-3*time.Minute)) {
		t.Errorf("%+v", s)
	}
}

func TestTrail(t *testing.T) {
	var trail Trail
	a, b, c := View{Range: "a"}, View{Range: "b"}, View{Range: "c"}
	if _, ok := trail.Back(a); ok || trail.CanBack() || trail.CanForward() {
		t.Error("back from nowhere")
	}
	trail.Leave(a)
	trail.Leave(b)
	got, _ := trail.Back(c)
	got2, _ := trail.Back(got)
	fwd, ok := trail.Forward(got2)
	if got != b || got2 != a || fwd != b || !ok || !trail.CanForward() {
		t.Errorf("%v %v %v", got, got2, fwd)
	}
	trail.Leave(b)
	if trail.CanForward() {
		t.Error("a new way leaves what was ahead")
	}
	for range 3 * maxTrail {
		trail.Leave(a)
	}
	if len(trail.past) != maxTrail {
		t.Errorf("%d views are kept", len(trail.past))
	}
}
