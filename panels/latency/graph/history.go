package graph

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
)

// earliest is when the targets of a graph were first measured, which is where the
// range of everything begins.
type earliest struct {
	traces []Trace
	asked  bool
	known  bool
	at     time.Time
}

// allColumns is how finely the first measurement is looked for: to four days.
const allColumns = 2000

// resolve turns what is wanted into a stretch of time; false while the first
// measurement is looked for.
func (c *core) resolve(w *want, now time.Time) (plot.View, bool) {
	view := w.view
	if view.Range != plot.All {
		return view.Clamp(now), true
	}
	f := &c.first
	if !slices.Equal(f.traces, w.traces) {
		*f = earliest{traces: w.traces}
	}
	if !f.asked {
		f.asked = true
		c.findFirst(f.traces, now)
	}
	if !f.known {
		return view, false
	}
	view.From, view.To, view.Follow = f.at, now, true
	if view.Span() < 10*time.Minute {
		view.From = now.Add(-10 * time.Minute)
	}
	view = view.Clamp(now)
	view.Range = plot.All
	return view, true
}

// findFirst looks for the first measurement of traces.
func (c *core) findFirst(traces []Trace, now time.Time) {
	c.feed.query(c.ctx, func(ctx context.Context) {
		first := now
		from := now.Add(-plot.MaxSpan)
		width := plot.MaxSpan / allColumns
		for _, t := range traces {
			cols, err := c.feed.o.Source.Columns(ctx, t.Target, t.node(), from, now, allColumns)
			if err != nil {
				break // the load of the columns says it
			}
			i := slices.IndexFunc(cols, func(c smoke.Column) bool { return c.Hist != nil })
			if at := from.Add(time.Duration(i) * width); i >= 0 && at.Before(first) {
				first = at
			}
		}
		c.later(func() {
			if slices.Equal(c.first.traces, traces) {
				c.first.known, c.first.at = true, first
			}
		})
	})
}

// eventList are the events in the window.
type eventList struct {
	raw     []history.Event // as the history gave them
	list    []history.Event
	marked  []plot.Mark
	from    time.Time
	to      time.Time
	asked   time.Time
	busy    bool
	changes int
}

// The events are asked for again this often, and no more of them are marked.
const (
	eventsEvery = 15 * time.Second
	maxEvents   = 400
)

// refresh asks for the events of the window when it is another one, and now and
// then while it follows.
func (e *eventList) refresh(c *core, w *want, now time.Time) {
	if !w.events || e.busy || len(c.tracks) != 1 {
		return
	}
	from, to := c.window.From(), c.window.To()
	covered := !from.Before(e.from) && !to.After(e.to) && now.Sub(e.asked).Abs() < eventsEvery
	if covered {
		return
	}
	// Some more at both ends, so that panning does not ask at every step.
	span := to.Sub(from)
	from, to = from.Add(-span/2), to.Add(span/2)
	e.busy, e.asked = true, now
	target := c.tracks[0].trace.Target
	c.feed.query(c.ctx, func(ctx context.Context) {
		list, err := c.feed.o.Source.Events(ctx, target, from, to)
		c.later(func() {
			e := &c.events
			e.busy = false
			if err != nil || len(c.tracks) != 1 || c.tracks[0].trace.Target != target {
				return
			}
			if len(list) > maxEvents {
				list = list[len(list)-maxEvents:]
			}
			e.from, e.to = from, to
			if !slices.Equal(e.raw, list) {
				e.raw = list
				e.list = standing(list, now)
				e.marked = marksOf(e.list)
				e.changes++
			}
		})
	})
}

func (e *eventList) marks() []plot.Mark { return e.marked }

// standing gives alerts that go on, or whose event has no length, the stretch they
// were raised for: until the event that clears the same rule, or on and on.
func standing(list []history.Event, now time.Time) []history.Event {
	out := slices.Clone(list)
	for i := range out {
		if out[i].Kind != service.EventAlert || out[i].Until.After(out[i].At) && out[i].Until.Before(history.Unended) {
			continue
		}
		out[i].Until = now.Add(plot.MaxSpan)
		about, _ := rule(out[i])
		for _, later := range list[i+1:] {
			id, held := rule(later)
			if ends := later.Kind == service.EventCleared && !held || later.Kind == service.EventAlert; ends && later.Target == out[i].Target && id == about {
				out[i].Until = later.At
				break
			}
		}
	}
	return out
}

// rule is the alert rule that an event is about; held says that it is about what was
// not raised because of a gateway.
func rule(e history.Event) (id string, held bool) {
	var body struct {
		Rule string `json:"rule"`
		Held bool   `json:"held"`
	}
	_ = json.Unmarshal([]byte(e.Body), &body) // what is not of ours has no rule
	return body.Rule, body.Held
}

// marksOf are the events as they are drawn: alerts as a strip, others as a line. The
// end of an alert is seen by its strip.
func marksOf(list []history.Event) []plot.Mark {
	var out []plot.Mark
	for _, e := range list {
		switch e.Kind {
		case service.EventAlert:
			out = append(out, plot.Mark{From: e.At, To: e.Until, Bands: smoke.BandAlert})
		case service.EventCleared:
		default:
			out = append(out, plot.Mark{From: e.At, To: e.Until, Bands: smoke.BandEvent})
		}
	}
	return out
}

// refusal says why the SmokePing look is not drawn.
type refusal int

const (
	refusedNot refusal = iota
	// refusedOverlay: it shows one target.
	refusedOverlay
	// refusedWide: a round would be narrower than a pixel.
	refusedWide
)

// roundList are the probes of the window for the SmokePing look.
type roundList struct {
	rows   map[rowKey]latency.Result
	from   time.Time
	to     time.Time
	busy   bool
	dirty  bool
	failed error
}

type rowKey struct {
	seq     uint64
	outcome latency.Outcome
}

// maxRoundRows bounds the probes that are held for the SmokePing look.
const maxRoundRows = 200_000

// refusedFor says whether the SmokePing look can be drawn.
func (c *core) refusedFor() refusal {
	switch {
	case len(c.tracks) != 1:
		return refusedOverlay
	case smoke.SmokePingPings*c.tracks[0].trace.interval() < c.window.Width || int64(c.window.Span()/c.tracks[0].trace.interval()) > maxRoundRows/2:
		return refusedWide
	}
	return refusedNot
}

// add notes a row that was decided.
func (l *roundList) add(r *latency.Result) {
	if l.rows != nil && len(l.rows) < maxRoundRows {
		l.rows[rowKey{r.Seq, r.Outcome}] = *r
		l.dirty = true
	}
}

// refresh loads the probes of the window that are not held yet.
func (l *roundList) refresh(c *core, w *want) {
	if w.look == LookSmoke || c.refusedFor() != refusedNot {
		c.rounds = roundList{}
		return
	}
	from, to := c.window.From(), c.window.To()
	if l.busy || l.rows != nil && !from.Before(l.from) && (w.view.Follow || !to.After(l.to)) {
		return
	}
	trace := c.tracks[0].trace
	// Whole rounds at both ends.
	margin := 2 * smoke.SmokePingPings * trace.interval()
	from, to = from.Add(-margin-to.Sub(from)/4), to.Add(margin)
	if l.rows == nil {
		l.rows = map[rowKey]latency.Result{}
	}
	l.busy = true
	c.feed.query(c.ctx, func(ctx context.Context) {
		var got []latency.Result
		var failed error
		for r, err := range c.feed.o.Source.Samples(ctx, trace.Target, trace.node(), from, to) {
			if err != nil {
				failed = err
				break
			}
			if got = append(got, r); len(got) >= maxRoundRows {
				break
			}
		}
		c.later(func() {
			l := &c.rounds
			if l.rows == nil || len(c.tracks) != 1 || c.tracks[0].trace.Target != trace.Target {
				return
			}
			l.busy, l.dirty, l.failed = false, true, failed
			for k, r := range l.rows {
				if r.Sent.Before(from) {
					delete(l.rows, k)
				}
			}
			for _, r := range got {
				l.rows[rowKey{r.Seq, r.Outcome}] = r
			}
			l.from, l.to = from, to
		})
	})
}

// sorted are the rows by time.
func (l *roundList) sorted() []latency.Result {
	out := make([]latency.Result, 0, len(l.rows))
	for _, r := range l.rows {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b latency.Result) int { return a.Sent.Compare(b.Sent) })
	return out
}

// smokePing paints the window as SmokePing does; ok is false where that cannot be
// done.
func (c *core) smokePing(w *want, fr *frame, changed bool) (painted, ok bool) {
	if fr.refused = c.refusedFor(); fr.refused != refusedNot || len(c.rounds.rows) == 0 && c.rounds.failed == nil {
		return false, false
	}
	l := &c.rounds
	fr.look = w.look
	version := smoke.SmokePing28
	if w.look == LookSmokePing27 {
		version = smoke.SmokePing27
	}
	if l.failed != nil {
		fr.err = l.failed
	}
	rounds, _ := smoke.Rounds(func(yield func(latency.Result, error) bool) {
		for _, r := range l.sorted() {
			if !yield(r, nil) {
				return
			}
		}
	}, smoke.SmokePingPings)
	cols := smoke.SpreadRounds(rounds, c.window.From(), c.window.To(), c.window.Columns, smoke.SmokePingPings)
	limit := smoke.SmokePingMax(cols)
	if w.ceiling > 0 {
		limit = w.ceiling
	}
	// This look has a linear axis of its own.
	fr.scale = smoke.Scale{Max: limit}
	if last := c.last; !l.dirty && last != nil && last.look == w.look && last.window == c.window && last.scale == fr.scale && c.picture.Image != nil && c.picture.Image.Rect.Size() == w.size {
		return false, true
	}
	l.dirty = false
	c.canvas(w.size)
	smoke.PaintSmokePing(c.picture.Image, cols, limit, version)
	return true, true
}
