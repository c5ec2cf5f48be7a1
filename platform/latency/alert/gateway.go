package alert

import "tacklebox/platform/latency"

// downAfter is how many probes in a row a gateway leaves unanswered to be down.
// From the first one on it is doubtful, and alerts wait for it.
const downAfter = 3

// gateway follows whether a target that others are reached through answers.
type gateway struct {
	// answers is set by the first answer: one that never answers says nothing, and
	// holds nobody's alerts.
	answers bool
	lost    int
	// waiting is after a pause of the machine, until it answers again.
	waiting bool
}

// holds is true while others' alerts are held.
func (g *gateway) holds() bool { return g.answers && (g.lost > 0 || g.waiting) }

// take takes a result in order. It is true when the gateway was down, or this
// machine asleep, and now it answers again: what was seen meanwhile says nothing
// about those behind it.
func (g *gateway) take(r *latency.Result) (back bool) {
	switch {
	case r.Outcome == latency.Reply:
		back = g.answers && (g.waiting || g.lost >= downAfter)
		g.answers, g.lost, g.waiting = true, 0, false
	case r.Outcome.Lost(), r.Outcome == latency.SendError:
		g.lost++
	case pauses(r):
		g.lost, g.waiting = 0, g.answers
	}
	return back
}

// pauses is true for probes that were not sent since nobody was there to: the
// time before and the time after have nothing to do with each other.
func pauses(r *latency.Result) bool {
	if r.Outcome != latency.NotMeasured {
		return false
	}
	switch r.Reason {
	case latency.ReasonAsleep, latency.ReasonClock, latency.ReasonPaused, latency.ReasonClosed:
		return true
	}
	return false
}
