package graph

import (
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/plot"
)

func TestReadoutUnderPointer(t *testing.T) {
	b := newBench(t)
	b.past.events = []history.Event{{Target: 1, At: noon.Add(-30 * time.Minute), Until: noon.Add(-30 * time.Minute), Kind: "address-changed", Body: "to 10.0.0.9"}}
	g := b.graph(Options{EventText: func(e history.Event) string { return "moved " + e.Body }}, 1)
	g.SetRange("1h")
	b.open(g)
	test.MoveMouse(b.win.Canvas(), point(g, 0.25, 0.5))
	r, ok := g.Readout(0, 0.25)
	if !ok || r.From.After(g.at(0.25)) || !r.To.After(g.at(0.25)) || r.Samples < 5 {
		t.Fatalf("%+v", r)
	}
	// The same figures, computed from the probes themselves.
	var lost, all uint64
	low, high := time.Hour, time.Duration(0)
	for s := r.From.Unix(); s < r.To.Unix()+1; s++ {
		p := steady(1, s)
		if p.Sent.Before(r.From) || !p.Sent.Before(r.To) {
			continue
		}
		if all++; p.Outcome != latency.Reply {
			lost++
			continue
		}
		low, high = min(low, p.RTT), max(high, p.RTT)
	}
	if r.Samples != all || r.Lost != lost || r.Min != low || r.Max != high {
		t.Errorf("%+v, want %d of %d lost, %v to %v", r, lost, all, low, high)
	}
	mustSee(t, g, "median", millis(r.Median, 2), millis(r.P5, 2)+" – "+millis(r.P95, 2), millis(low, 2)+" – "+millis(high, 2), "loss", percent(r.Loss), "ms",
		stretchText(r.From.UTC(), r.To.UTC()))
	test.MoveMouse(b.win.Canvas(), point(g, 0.5, 0.5))
	mustSee(t, g, "moved to 10.0.0.9")
	test.MoveMouse(b.win.Canvas(), fyne.NewPos(699, 299))
	if shown, ok := sees(g, "median"); ok {
		t.Errorf("figures without a pointer:\n%s", shown)
	}
	// Without a mouse.
	b.win.Canvas().FocusNext()
	g.Focusable().TypedRune('.')
	mustSee(t, g, "median", "samples")
	g.Focusable().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if _, ok := sees(g, "median"); ok {
		t.Error("Escape leaves the figures")
	}
}

func TestZoomAndPan(t *testing.T) {
	b := newBench(t)
	changes := 0
	g := b.graph(Options{OnView: func() { changes++ }}, 1)
	g.SetRange("1h")
	b.open(g)
	s := g.input.(*surface)
	at := g.at(0.25)
	s.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: point(g, 0.25, 0.5)}, Scrolled: fyne.NewDelta(0, 10)})
	b.settle()
	v := g.View()
	if v.Follow || g.Range() != "" || changes != 1 || math.Abs(v.Span().Minutes()-48) > 0.5 || math.Abs(float64(g.at(0.25).Sub(at))) > float64(10*time.Second) {
		t.Fatalf("%v to %v, %v at the pointer, want %v", v.From, v.To, g.at(0.25), at)
	}
	if g.now.Hidden {
		t.Error("there is no way to now")
	}
	s.Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: point(g, 0.25, 0.5)}, Scrolled: fyne.NewDelta(10, 0)})
	if p := g.View(); !p.From.Before(v.From) || p.Span() != v.Span() {
		t.Errorf("panned from %v to %v", v.From, p.From)
	}
	test.Tap(g.now)
	b.settle()
	if !g.Following() || !g.now.Hidden || g.View().Span() != v.Span() {
		t.Errorf("%+v", g.View())
	}
	// A stretch is chosen by dragging over it.
	from, to := g.at(0.4), g.at(0.6)
	s.MouseDown(mouse(point(g, 0.4, 0.5), desktop.MouseButtonPrimary, 0))
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: point(g, 0.6, 0.5)}})
	if g.r.chosen.Hidden {
		t.Error("the stretch is not shown")
	}
	s.MouseUp(mouse(point(g, 0.6, 0.5), desktop.MouseButtonPrimary, 0))
	s.DragEnd()
	if v := g.View(); v.From.Sub(from).Abs() > time.Second || v.To.Sub(to).Abs() > time.Second {
		t.Errorf("chose %v to %v, want %v to %v", v.From, v.To, from, to)
	}
	b.settle()
	// A drag with Shift pans; double click leads back, twice.
	v = g.View()
	s.MouseDown(mouse(point(g, 0.2, 0.5), desktop.MouseButtonPrimary, fyne.KeyModifierShift))
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: point(g, 0.7, 0.5)}})
	s.DragEnd()
	if d := v.From.Sub(g.View().From); math.Abs(d.Seconds()/v.Span().Seconds()-0.5) > 0.01 {
		t.Errorf("panned by %v of %v", d, v.Span())
	}
	s.DoubleTapped(nil)
	if g.View() != v || !g.CanForward() {
		t.Errorf("back at %v, want %v", g.View().From, v.From)
	}
	s.DoubleTapped(nil)
	if !g.Following() {
		t.Error("back before the drag it followed")
	}
	// The right button pans too, and then opens no menu.
	s.MouseDown(mouse(point(g, 0.5, 0.5), desktop.MouseButtonSecondary, 0))
	s.MouseMoved(mouse(point(g, 0.8, 0.5), desktop.MouseButtonSecondary, 0))
	s.MouseUp(mouse(point(g, 0.8, 0.5), desktop.MouseButtonSecondary, 0))
	if g.Following() {
		t.Error("the right button does not pan")
	}
}

// The range that a graph begins with is nothing to go back to, nor is the same one
// again.
func TestNothingToGoBackTo(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 1)
	g.SetRange("1h")
	b.open(g)
	b.now = b.now.Add(time.Minute)
	g.SetRange("1h")
	if g.CanBack() {
		t.Error("there is a way back from the first view")
	}
	g.input.(*surface).DoubleTapped(nil)
	if v := g.View(); !v.Follow || v.Span() != 2*time.Hour {
		t.Errorf("out of the first view: %+v", v)
	}
	g.Back()
	g.SetRange("1d")
	b.settle()
	g.Back()
	if g.Range() != "1h" || !g.CanForward() {
		t.Errorf("back at %q", g.Range())
	}
	g.Forward()
	if g.Range() != "1d" {
		t.Errorf("forward at %q", g.Range())
	}
}

// A graph that is closed, and one that looks elsewhere, end their queries.
func TestQueriesEnd(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 1)
	b.open(g)
	b.past.hold = make(chan struct{}) // never closed
	for _, id := range []string{"1h", "1d", "1w", "1y"} {
		g.SetRange(id)
		b.once()
	}
	g.Close()
	b.feed.jobs.Wait()
}

func TestKeys(t *testing.T) {
	b := newBench(t)
	settings := 0
	g := b.graph(Options{OnSetting: func() { settings++ }}, 1)
	g.SetRange("1h")
	b.open(g)
	k := g.Focusable()
	key := func(n fyne.KeyName) { k.TypedKey(&fyne.KeyEvent{Name: n}) }
	k.TypedRune('+')
	if v := g.View(); !v.Follow || v.Span() != 30*time.Minute {
		t.Errorf("+: %+v", v)
	}
	k.TypedRune('-')
	key(fyne.KeyLeft)
	if v := g.View(); v.Follow || noon.Sub(v.To) != 6*time.Minute {
		t.Errorf("left: %+v", v)
	}
	key(fyne.KeyRight)
	if !g.Following() {
		t.Error("right comes back to now")
	}
	key(fyne.KeyPageUp)
	if v := g.View(); noon.Sub(v.To) != time.Hour {
		t.Errorf("page up: %+v", v)
	}
	key(fyne.KeyEnd)
	if !g.Following() {
		t.Error("End is now")
	}
	key(fyne.KeyHome)
	b.settle()
	if v := g.View(); g.Range() != plot.All || v.From.Sub(b.past.begin).Abs() > plot.MaxSpan/allColumns+time.Hour {
		t.Errorf("all begins %v, want %v", v.From, b.past.begin)
	}
	k.TypedRune('l')
	b.settle()
	if !g.Log() || settings != 1 || !g.frame.scale.Log {
		t.Error("L makes the axis logarithmic")
	}
	b.win.Canvas().FocusNext()
	if b.win.Canvas().Focused() != k || !g.point.focused || g.r.frame[0].Size().Height < 2 {
		t.Error("the focus is not seen")
	}
}

func TestLiveRowsPaintTheirColumns(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 1)
	g.SetRange("1d") // columns of more than a minute, without neighbours' probes
	b.open(g)
	b.now = b.now.Add(longHold)
	b.settle()
	queries, painted, columns := b.past.queries(), g.Painted(), g.core.picture.Columns
	before, _ := g.Readout(0, 0.9999)
	b.settle()
	if g.Painted() != painted {
		t.Error("it is painted though nothing changed")
	}
	b.rows([]latency.Result{{Target: 1, Node: latency.LocalNode, Sent: b.now, Outcome: latency.Timeout, Seq: 1}, {Target: 2, Node: latency.LocalNode, Sent: b.now, Outcome: latency.Timeout}})
	b.settle()
	if g.Painted() != painted {
		t.Error("one probe in a column of minutes is painted at once")
	}
	b.now = b.now.Add(longHold)
	b.settle()
	after, _ := g.Readout(0, 0.9999)
	if g.Painted() != painted+1 || g.core.picture.Columns > columns+2 || after.Lost != before.Lost+1 || after.Samples != before.Samples+1 {
		t.Errorf("painted %d times more, %d columns; lost %d, before %d", g.Painted()-painted, g.core.picture.Columns-columns, after.Lost, before.Lost)
	}
	// A minute: the window moves by a column now and then, without a query.
	first := g.frame.window.First
	for range 300 {
		b.next(1, 1)
		b.once()
	}
	if moved := g.frame.window.First - first; moved < 2 || moved > 4 || b.past.queries() != queries {
		t.Errorf("moved by %d columns with %d queries", moved, b.past.queries()-queries)
	}
	if n := g.core.picture.Columns - columns; n > 100 {
		t.Errorf("%d columns were painted for 300 probes", n)
	}
}

func TestHiddenRests(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 1)
	b.open(g)
	for name, rest := range map[string]func(bool){
		"hidden": func(r bool) {
			if r {
				g.Hide()
			} else {
				g.Show()
			}
		}, "out of sight": g.Rest, "tab": b.feed.Rest} {
		rest(true)
		queries, painted := b.past.queries(), g.Painted()
		for range 20 {
			b.next(1, 1)
			b.once()
		}
		b.settle()
		if b.past.queries() != queries || g.Painted() != painted {
			t.Errorf("%s: %d queries, painted %d times", name, b.past.queries()-queries, g.Painted()-painted)
		}
		rest(false)
		b.settle()
		r, _ := g.Readout(0, float32(g.frame.window.X(b.now.Add(-5*time.Second))))
		if g.Painted() == painted || r.Samples == 0 {
			t.Errorf("%s: it does not catch up: %+v", name, r)
		}
	}
}
