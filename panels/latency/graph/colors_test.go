package graph

import (
	"image/color"
	"math"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
)

func points(n int) []service.Point {
	var out []service.Point
	for i := range n {
		out = append(out, service.Point{At: noon.Add(time.Duration(i) * time.Second), RTT: time.Duration(10+i%7) * time.Millisecond, Outcome: latency.Reply})
	}
	return out
}

func luminance(c color.RGBA) float64 {
	part := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

// The lines have to stand out from the plot by 4.5, since their names are written
// in their colours as well.
func TestContrast(t *testing.T) {
	for _, dark := range []bool{false, true} {
		palette := smoke.Light()
		if dark {
			palette = smoke.Dark()
		}
		for i, c := range lineColors(dark) {
			a, b := luminance(c), luminance(palette.Background)
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("dark %v: line %d has a contrast of %.2f", dark, i, ratio)
			}
		}
	}
}

// The feed's goroutine paints while rows come and the window changes its mind, and
// ends with Close. Meant for the race detector.
func TestFeedRuns(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	queue := make(chan func(), 1000)
	var rows func([]latency.Result)
	b := newBench(t)
	b.past.now = time.Now
	b.past.begin = time.Now().Add(-time.Hour)
	f := NewFeed(FeedOptions{Source: b.past, Do: func(do func()) { queue <- do }, OnBeat: func() {},
		Subscribe: func(s func([]latency.Result)) func() { rows = s; return func() {} }})
	g := New(Options{Feed: f})
	g.SetTraces(Trace{Target: 1})
	g.core.change(func(w *want) { w.size.X, w.size.Y, w.pixels = 300, 100, 1 })
	end := time.NewTimer(10 * time.Second)
	defer end.Stop()
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				rows([]latency.Result{{Target: 1, Node: latency.LocalNode, Sent: time.Now(), Outcome: latency.Reply, RTT: time.Millisecond}})
			}
		}
	}()
	for i := 0; g.Painted() < 6; i++ {
		select {
		case do := <-queue:
			do()
			g.SetRange([]string{"1m", "10m", "1h"}[i%3])
			g.Readout(0, 0.5)
		case <-end.C:
			t.Fatalf("painted %d times", g.Painted())
		}
	}
	close(stop)
	<-done
	g.Close()
	f.Close()
	f.Close()
	goleak.VerifyNone(t, leaks)
}
