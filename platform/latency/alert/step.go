package alert

import (
	"cmp"
	"slices"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// quietGap is how long nothing may come of a target before what comes then is a
// new start: history has no rows for the time nobody measured.
const quietGap = 2 * time.Minute

// step takes one result, in order.
func (e *Engine) step(l *lane, r *latency.Result) []Event {
	var out []Event
	if !l.last.IsZero() {
		gap := r.Sent.Sub(l.last)
		if gap > max(quietGap, 5*l.spacing, 3*l.target.Interval) || gap < -time.Second {
			l.restart()
			if l.gateway != nil {
				l.gateway.waiting = l.gateway.answers
			}
		} else if gap > 0 {
			l.spacing = gap
		}
	}
	l.last = r.Sent
	if g := l.gateway; g != nil {
		held := g.holds()
		wasDown := g.take(r)
		if held && !g.holds() {
			out = e.gatewayBack(l, r.Sent, wasDown)
		}
	}
	switch {
	case pauses(r):
		l.restart()
		return out
	case r.Outcome == latency.NotMeasured && r.Reason == latency.ReasonFrozen:
		for _, t := range l.tracks {
			t.stutter()
		}
	}
	from := len(out)
	for _, every := range l.cadences() {
		l.rounds[every].add(r, func(s *sample) {
			for _, t := range l.tracks {
				if t.rule.every == every {
					out = e.decide(out, l, t, s, r.Sent)
				}
			}
		})
	}
	rank(out[from:], l)
	return out
}

// cadences are in a fixed order, so that a replay gives the same events.
func (l *lane) cadences() []cadence {
	if len(l.rounds) == 1 {
		for c := range l.rounds {
			return []cadence{c}
		}
	}
	var out []cadence
	for _, t := range l.tracks {
		if !slices.Contains(out, t.rule.every) {
			out = append(out, t.rule.every)
		}
	}
	return out
}

// restart forgets what was seen before a pause.
func (l *lane) restart() {
	for _, c := range l.rounds {
		c.restart()
	}
	for _, t := range l.tracks {
		t.forget()
	}
}

func (l *lane) event(t *track, kind EventKind, at time.Time, was, level Level, why reason) Event {
	return Event{Kind: kind, Rule: t.rule.ID, Name: t.rule.Name, Node: l.node, On: l.id, At: at, Level: level, Was: was,
		Why: why.text, Said: why.said, Seen: t.seen(), Channels: t.rule.Channels}
}

// decide gives a round to a rule.
func (e *Engine) decide(out []Event, l *lane, t *track, s *sample, at time.Time) []Event {
	level := t.take(s)
	switch {
	case level > t.level && !t.rule.IgnoreGateway && e.held(l):
		if t.pending == level {
			return out
		}
		first := t.pending == OK
		t.pending, t.why = level, t.reason(s, level)
		if first {
			out = append(out, l.event(t, Held, at, t.level, level, t.why.held()))
		}
	case level > t.level:
		t.why = t.reason(s, level)
		out = append(out, l.raise(t, at, level))
	case level < t.level:
		kind := Raised
		if level == OK {
			kind = Cleared
		}
		t.why = t.reason(s, level)
		out = append(out, l.event(t, kind, at, t.level, level, t.why))
		t.level, t.since, t.pending = level, at, OK
	case t.pending > OK:
		out = append(out, l.release(t, at, t.reason(s, level)))
	case t.rule.EveryRound && level > OK && t.streaks[level] > 0:
		out = append(out, l.event(t, Active, at, level, level, t.reason(s, level)))
	}
	return out
}

func (l *lane) raise(t *track, at time.Time, level Level) Event {
	ev := l.event(t, Raised, at, t.level, level, t.why)
	t.level, t.since, t.pending = level, at, OK
	return ev
}

// release ends what was only held.
func (l *lane) release(t *track, at time.Time, why reason) Event {
	t.pending, t.why = OK, why
	ev := l.event(t, Cleared, at, t.level, t.level, why)
	ev.Held = true
	return ev
}

// held is true while what the lane is reached through does not answer: one of its
// parents, or all of the gateways.
func (e *Engine) held(l *lane) bool {
	if len(l.target.Parents) > 0 {
		for _, id := range l.target.Parents {
			if p := e.lanes[laneKey{l.node, id}]; p != nil && p != l && p.gateway != nil && p.gateway.holds() {
				return true
			}
		}
		return false
	}
	if l.target.Gateway {
		return false
	}
	known := false
	for _, g := range e.lanes {
		if g.node != l.node || g == l || g.gateway == nil || !g.target.Gateway || !g.gateway.answers {
			continue
		}
		if !g.gateway.holds() {
			return false
		}
		known = true
	}
	return known
}

// gatewayBack is what follows when a gateway answers: what was held is raised
// where the gateway only missed a probe or two, and begins from nothing where it
// was down, since all that was seen then may have been the gateway's doing.
func (e *Engine) gatewayBack(g *lane, at time.Time, wasDown bool) []Event {
	var out []Event
	for _, l := range e.lanes {
		if l.node != g.node || l == g {
			continue
		}
		for _, t := range l.tracks {
			if t.pending == OK || e.held(l) {
				continue
			}
			if wasDown {
				t.forget()
				l.rounds[t.rule.every].restart()
				out = append(out, l.release(t, at, because(said.New("its gateway answers again: what was seen while it did not is forgotten"))))
			} else {
				out = append(out, l.raise(t, at, t.pending))
			}
		}
	}
	slices.SortFunc(out, func(a, b Event) int { return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Rule, b.Rule)) })
	return out
}

// rank lets only the rule with the lowest priority number speak, as SmokePing
// does among the rules that have one. Events come in the order of priority within
// a cadence.
func rank(events []Event, l *lane) {
	best := ""
	lowest := 0
	priority := func(id string) int {
		for _, t := range l.tracks {
			if t.rule.ID == id {
				return t.rule.Priority
			}
		}
		return 0
	}
	for i := range events {
		if p := priority(events[i].Rule); p > 0 && events[i].Tells() && (best == "" || p < lowest) {
			best, lowest = events[i].Rule, p
		}
	}
	for i := range events {
		if best != "" && events[i].Rule != best && priority(events[i].Rule) > 0 && events[i].Tells() {
			events[i].Behind = best
		}
	}
}
