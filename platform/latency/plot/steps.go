package plot

import (
	"slices"
	"time"
)

// Probe is one probe of a spark line.
type Probe struct {
	At   time.Time
	RTT  time.Duration // of a reply
	Lost bool
	// None is a probe that says nothing: not sent, not measured.
	None bool
}

// stepWidths are how long a step of a spark line may be.
var stepWidths = [...]time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 4 * time.Hour}

// Steps makes at most n+1 points of probes, which ascend in time: each the median
// round trip and the loss of some seconds. They begin at whole multiples of their
// length, and the one that is not over yet is left out, so that a line changes
// once in a step and not with each probe.
func Steps(probes []Probe, n int) []Point {
	if len(probes) == 0 || n <= 0 {
		return nil
	}
	span := probes[len(probes)-1].At.Sub(probes[0].At)
	width := stepWidths[len(stepWidths)-1]
	for _, w := range stepWidths {
		if w*time.Duration(n) >= span {
			width = w
			break
		}
	}
	// Not finer than the probes themselves.
	if len(probes) > 1 {
		each := span / time.Duration(len(probes)-1)
		for _, w := range stepWidths {
			if w >= each-each/8 {
				width = max(width, w)
				break
			}
		}
	}
	var out []Point
	var rtts []time.Duration
	lost, open := 0, probes[0].At.Truncate(width)
	done := func() {
		p := Point{None: len(rtts) == 0 && lost == 0}
		if len(rtts) > 0 {
			slices.Sort(rtts)
			p.RTT = max(rtts[len(rtts)/2], 1)
		}
		if lost > 0 {
			p.Loss = float64(lost) / float64(lost+len(rtts))
		}
		out = append(out, p)
		rtts, lost = rtts[:0], 0
	}
	for i := range probes {
		p := &probes[i]
		at := p.At.Truncate(width)
		if at.After(open) {
			done()
			// A gap is one step that says nothing for each that is missing.
			for gap := open.Add(width); gap.Before(at) && len(out) < 4*n; gap = gap.Add(width) {
				out = append(out, Point{None: true})
			}
			open = at
		}
		switch {
		case p.Lost:
			lost++
		case !p.None:
			rtts = append(rtts, p.RTT)
		}
	}
	if len(out) == 0 {
		done() // the first seconds show at once
	}
	return out[max(0, len(out)-n-1):]
}
