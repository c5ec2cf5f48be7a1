package graph

import (
	"bytes"
	"errors"
	"image"
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	look "tacklebox/panels/theme"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
)

func TestOverlay(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 3)
	g.SetRange("1h")
	b.open(g)
	mustSee(t, g, "gateway", "resolver", "far")
	if g.frame.scale.Max < 30*time.Millisecond {
		t.Errorf("the axis ends at %v", g.frame.scale.Max)
	}
	test.MoveMouse(b.win.Canvas(), point(g, 0.5, float32(1-g.frame.scale.Height(20*time.Millisecond))))
	mustSee(t, g, "10.", "20.", "30.")
	if n := g.nearest(0.5, float32(1-g.frame.scale.Height(21*time.Millisecond))); n != 1 {
		t.Errorf("nearest is %d", n)
	}
	painted := g.Painted()
	b.settle()
	if g.Painted() != painted {
		t.Error("it is painted though nothing changed")
	}
	b.next(5, 1, 2, 3)
	b.settle()
	if g.Painted() != painted+1 {
		t.Errorf("painted %d times", g.Painted()-painted)
	}
}

func TestThemeAndScale(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 1)
	b.open(g)
	dark := smoke.Dark()
	if c := g.image.RGBAAt(g.image.Rect.Dx()-1, 1); c != dark.Background {
		t.Errorf("%v", c)
	}
	small, _ := g.r.area()
	fyne.CurrentApp().Settings().SetTheme(look.New(look.Options{Variant: look.Light, TextScale: 2}))
	g.Refresh()
	b.settle()
	light := smoke.Light()
	if c := g.image.RGBAAt(g.image.Rect.Dx()-1, 1); c != light.Background {
		t.Errorf("%v", c)
	}
	large, size := g.r.area()
	if large.X < 1.5*small.X || g.image.Rect.Dx() != int(math.Round(float64(size.Width))) {
		t.Errorf("gutter %v, before %v; %v for %v", large.X, small.X, g.image.Rect, size)
	}
	// On a screen of twice the pixels the plot has twice as many columns.
	g.r.pixels(2*int(size.Width), 2*int(size.Height))
	b.settle()
	if g.image.Rect.Dx() != 2*int(size.Width) || g.frame.window.Columns != 2*int(size.Width) {
		t.Errorf("%v for %v", g.image.Rect, size)
	}
}

func TestLoadingErrorAndEmpty(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 1)
	hold := make(chan struct{})
	b.past.hold = hold
	b.win = test.NewTempWindow(t, g)
	b.win.Resize(fyne.NewSize(700, 300))
	b.once()
	if shown, ok := sees(g, "Reading"); ok {
		t.Errorf("it says at once that it loads:\n%s", shown)
	}
	b.now = b.now.Add(sayLoading)
	b.once()
	mustSee(t, g, "Reading the history")
	close(hold)
	b.feed.jobs.Wait()
	b.past.err = errors.New("open history: permission denied")
	b.settle()
	if _, ok := sees(g, "Reading"); ok || g.image == nil {
		t.Error("it goes on loading")
	}
	g.Reload()
	b.settle()
	mustSee(t, g, "permission denied", "Try again")
	b.past.err = nil
	test.Tap(g.retry)
	b.settle()
	if shown, ok := sees(g, "permission denied"); ok {
		t.Errorf("the error stays:\n%s", shown)
	}
	b.past.begin = b.now.Add(time.Hour)
	g.SetRange("1m")
	b.settle()
	mustSee(t, g, "Nothing was measured")
	g.SetTraces()
	mustSee(t, g, "No target chosen")
}

func TestSmokePingLook(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 1)
	b.open(g)
	own := bytes.Clone(g.image.Pix)
	g.SetLook(LookSmokePing28)
	b.settle()
	if g.frame.look != LookSmokePing28 || bytes.Equal(own, g.image.Pix) {
		t.Fatal("it looks the same")
	}
	rounds, err := smoke.Rounds(b.past.Samples(t.Context(), 1, latency.LocalNode, g.frame.window.From().Add(-time.Minute), b.now), smoke.SmokePingPings)
	if err != nil {
		t.Fatal(err)
	}
	cols := smoke.SpreadRounds(rounds, g.frame.window.From(), g.frame.window.To(), g.frame.window.Columns, smoke.SmokePingPings)
	want := image.NewRGBA(g.image.Rect)
	smoke.PaintSmokePing(want, cols, smoke.SmokePingMax(cols), smoke.SmokePing28)
	// The first round may be known further back than here.
	if at := 4 * 60; !bytes.Equal(want.Pix[len(want.Pix)-at:], g.image.Pix[len(want.Pix)-at:]) || g.frame.scale.Max != smoke.SmokePingMax(cols) {
		t.Error("it is not SmokePing's picture")
	}
	painted := g.Painted()
	b.next(2, 1)
	b.settle()
	if g.Painted() == painted {
		t.Error("new probes are not shown")
	}
	g.SetRange("1w")
	b.settle()
	if g.frame.look != LookSmoke {
		t.Error("rounds that are narrower than a pixel are drawn")
	}
	mustSee(t, g, "narrower than a pixel")
	g.SetTraces(Trace{Target: 1, Name: "a"}, Trace{Target: 2, Name: "b"})
	b.settle()
	mustSee(t, g, "shows one target")
}

func TestCompactAndCommonAxis(t *testing.T) {
	b := newBench(t)
	axis := NewAxisGroup()
	opened, menus := 0, 0
	var spot Spot
	first := b.graph(Options{Compact: true, Axis: axis, OnOpen: func() { opened++ }, OnMenu: func(s Spot) { menus++; spot = s }}, 1)
	second := b.graph(Options{Compact: true, Axis: axis}, 1)
	second.SetTraces(Trace{Target: 7, Name: "slow"})
	w2 := test.NewTempWindow(t, second)
	w2.Resize(fyne.NewSize(200, 100))
	b.open(first)
	b.settle()
	if first.frame.scale != second.frame.scale || first.frame.scale.Max < 70*time.Millisecond {
		t.Errorf("axes end at %v and %v", first.frame.scale.Max, second.frame.scale.Max)
	}
	mustSee(t, second, "slow", axisText(second.frame.scale.Max, 0)+" ms")
	var in any = first.input
	if _, ok := in.(fyne.Scrollable); ok {
		t.Error("a small graph takes the wheel from the grid")
	}
	test.Tap(first.input.(*tile))
	first.Focusable().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	test.TapSecondaryAt(first.input.(*tile), point(first, 0.5, 0.5))
	if opened != 2 || menus != 1 || spot.Readout.Samples == 0 {
		t.Errorf("opened %d times, %d menus, %+v", opened, menus, spot)
	}
	second.Close()
	b.next(2, 1)
	b.settle()
	if first.frame.scale.Max > 30*time.Millisecond {
		t.Errorf("the axis of a graph that is gone stays: %v", first.frame.scale.Max)
	}
}

func TestAlertsStand(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	body := func(rule string) string { return `{"kind":"raised","rule":"` + rule + `"}` }
	list := standing([]history.Event{
		{At: at(0), Until: at(0), Kind: service.EventAlert, Target: 1, Body: body("a")},
		{At: at(5), Until: at(5), Kind: service.EventCleared, Target: 1, Body: body("b")},
		{At: at(9), Until: at(9), Kind: service.EventCleared, Target: 1, Body: body("a")},
		{At: at(20), Until: at(20), Kind: service.EventAlert, Target: 1, Body: "not ours"},
		{At: at(30), Until: at(40), Kind: service.EventAsleep},
		{At: at(41), Until: at(50), Kind: service.EventAlert, Target: 1, Body: body("c")},
		{At: at(60), Until: history.Unended, Kind: service.EventAlert, Target: 1, Body: body("c")},
		{At: at(61), Until: at(61), Kind: service.EventCleared, Target: 1, Body: `{"kind":"cleared","rule":"c","held":true}`}}, noon)
	if !list[5].Until.Equal(at(50)) || !list[6].Until.After(at(1000)) || !list[6].Until.Before(history.Unended) {
		t.Errorf("%+v", list[5:])
	}
	list = list[:5]
	if !list[0].Until.Equal(at(9)) || !list[3].Until.After(at(1000)) || !list[4].Until.Equal(at(40)) {
		t.Errorf("%+v", list)
	}
	marks := marksOf(list)
	if len(marks) != 3 || marks[0].Bands != smoke.BandAlert || !marks[0].To.Equal(at(9)) || marks[2].Bands != smoke.BandEvent {
		t.Errorf("%+v", marks)
	}
}

// Notches of the wheel in a row are one step back.
func TestOneStepBack(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 1)
	g.SetRange("1h")
	b.open(g)
	for range 5 {
		g.input.(*surface).Scrolled(&fyne.ScrollEvent{PointEvent: fyne.PointEvent{Position: point(g, 0.3, 0.5)}, Scrolled: fyne.NewDelta(0, 10)})
		b.now = b.now.Add(100 * time.Millisecond)
		b.settle()
	}
	if g.View().Span() > 25*time.Minute {
		t.Fatalf("%v", g.View().Span())
	}
	g.Back()
	if v := g.View(); v.Span() != time.Hour || !v.Follow {
		t.Errorf("%+v", v)
	}
}

func TestCeiling(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{}, 1)
	b.open(g)
	automatic := g.Limit()
	g.SetCeiling(500 * time.Millisecond)
	b.settle()
	if g.Limit() != 500*time.Millisecond || automatic >= g.Limit() {
		t.Errorf("%v, automatic %v", g.Limit(), automatic)
	}
	g.SetCeiling(0)
	b.settle()
	if g.Limit() != automatic {
		t.Errorf("%v, automatic %v", g.Limit(), automatic)
	}
}

func TestSpark(t *testing.T) {
	newBench(t)
	s := NewSpark()
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(80, 20))
	s.SetPoints(points(30))
	img := s.pixels(80, 20)
	before := bytes.Clone(img.(*image.RGBA).Pix)
	s.SetPoints(points(30))
	if s.dirty {
		t.Error("the same points are painted again")
	}
	s.SetPoints(points(31))
	if bytes.Equal(before, s.pixels(80, 20).(*image.RGBA).Pix) {
		t.Error("another point looks the same")
	}
}

// The figures under the pointer leave a small graph to be seen: they are few, and in
// the half where the pointer is not.
func TestCompactReadout(t *testing.T) {
	b := newBench(t)
	g := b.graph(Options{Compact: true}, 1)
	g.SetRange("1h")
	b.open(g)
	b.win.Resize(fyne.NewSize(230, 130))
	b.settle()
	pos, size := g.r.area()
	for _, y := range []float32{0.1, 0.9} {
		test.MoveMouse(b.win.Canvas(), point(g, 0.25, y))
		r, _ := g.Readout(0, 0.25)
		mustSee(t, g, r.From.UTC().Format("15:04:05"), millis(r.Median, 2)+"\u00a0ms")
		if shown, ok := sees(g, "samples"); ok {
			t.Errorf("all figures:\n%s", shown)
		}
		box := g.r.box.back
		top, end := (box.Position().Y-pos.Y)/size.Height, (box.Position().Y+box.Size().Height-pos.Y)/size.Height
		if top < -0.001 || end > 1.001 || y < 0.5 && top < 0.5 || y > 0.5 && end > 0.5 {
			t.Errorf("pointer at %v, the box is from %v to %v of the plot", y, top, end)
		}
	}
}
