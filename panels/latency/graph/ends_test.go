package graph

import (
	"testing"
	"time"

	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/smoke"
)

// Names at the ends of lines keep their order, cover nobody and stay beside the plot.
func TestApart(t *testing.T) {
	for _, c := range []struct {
		in, want []float32
	}{
		{nil, nil},
		{[]float32{50}, []float32{50}},
		{[]float32{50, 50}, []float32{50, 60}},
		{[]float32{50, 20, 22}, []float32{20, 30, 50}},
		{[]float32{100, 99, 98}, []float32{75, 85, 95}},
		{[]float32{0, 1}, []float32{5, 15}},
		{[]float32{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, []float32{5, 15, 25, 35, 45, 55, 65, 75, 85, 95}},
	} {
		var list []end
		for i, y := range c.in {
			list = append(list, end{i, y})
		}
		got := apart(list, 10, 5, 95)
		if len(got) != len(c.want) {
			t.Errorf("%v: %v", c.in, got)
			continue
		}
		for i := range got {
			if d := got[i].y - c.want[i]; d > 0.01 || d < -0.01 {
				t.Errorf("%v: %v, want %v", c.in, got, c.want)
				break
			}
		}
	}
}

func TestLastHeight(t *testing.T) {
	h := &histogram.Histogram{}
	h.Observe(5 * time.Millisecond)
	cols := []smoke.Column{{Hist: h}, {Hist: &histogram.Histogram{Lost: 1}}, {}}
	if at, ok := lastHeight(cols, smoke.Scale{Max: 10 * time.Millisecond}); !ok || at < 0.49 || at > 0.51 {
		t.Errorf("%v, %v", at, ok)
	}
	spike := &histogram.Histogram{}
	spike.Observe(time.Second)
	cols = append([]smoke.Column{{Hist: h}, {Hist: h}}, append(cols, smoke.Column{Hist: spike})...)
	if at, _ := lastHeight(cols, smoke.Scale{Max: 10 * time.Millisecond}); at > 0.51 {
		t.Errorf("a spike moves the end to %v", at)
	}
	cols = cols[2:5]
	if _, ok := lastHeight(cols[1:], smoke.Scale{Max: time.Second}); ok {
		t.Error("a line without an answer ends somewhere")
	}
}
