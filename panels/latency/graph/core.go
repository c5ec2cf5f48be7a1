package graph

import (
	"context"
	"image"
	"slices"
	"sync"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/smoke"
)

// want is what the window wants a graph to show.
type want struct {
	traces  []Trace
	view    plot.View
	size    image.Point // of the plot, in pixels
	pixels  float64     // of a unit
	palette smoke.Palette
	dark    bool
	log     bool
	ceiling time.Duration
	look    Look
	awake   bool
	events  bool
	reloads int
	changes int // counts the changes of all this
}

// axisSetting is what a person chooses of the vertical axis.
type axisSetting struct {
	log     bool
	ceiling time.Duration
}

// track is what a graph shows of one target.
type track struct {
	trace  Trace
	group  int64
	around int64
	series *plot.Series
	cancel context.CancelFunc
	err    error
}

// shown is a track as a frame shows it: what is read when pointing at it.
type shown struct {
	trace  Trace
	window plot.Window
	cols   []smoke.Column
}

// frame is what a graph shows next. It is made by the feed and not changed any
// more.
type frame struct {
	core    *core
	image   *image.RGBA // nil when no pixel changed
	window  plot.Window // its columns are the image's pixels
	scale   smoke.Scale
	view    plot.View
	tracks  []shown
	events  []history.Event
	noted   int // counts the changes of events
	loading bool
	empty   bool
	err     error
	look    Look // that was painted
	refused refusal
}

// looks is true when all but the pixels looks as in o.
func (f *frame) looks(o *frame) bool {
	return o.core != nil && f.window == o.window && f.scale == o.scale && f.loading == o.loading && f.empty == o.empty && (f.err == nil) == (o.err == nil) &&
		f.look == o.look && f.refused == o.refused && f.noted == o.noted && f.view.Follow == o.view.Follow
}

// core is the part of a graph that the feed works on.
type core struct {
	feed *Feed
	axis *AxisGroup
	draw func(*frame) // on Fyne's goroutine
	// compact graphs are painted no more often than they get columns.
	compact bool
	ctx     context.Context
	end     context.CancelFunc

	mu        sync.Mutex
	want      want
	rows      []latency.Result
	napped    bool // rows were not taken
	delivered []func()

	// What follows belongs to the feed's goroutine.
	tracks  []*track
	picture plot.Picture
	images  [2]*image.RGBA
	turn    int
	traces  []Trace
	reloads int
	scale   smoke.Scale
	fitted  axisSetting // that scale was chosen for
	style   plot.Style  // that lines were painted in
	window  plot.Window
	since   time.Time // the load in flight began
	last    *frame    // that was given out, nil before the first
	first   earliest
	events  eventList
	rounds  roundList
	painted paintedAt
	slept   bool
}

// change makes a change to what the graph shows.
func (c *core) change(do func(*want)) {
	c.mu.Lock()
	do(&c.want)
	c.want.changes++
	c.mu.Unlock()
	c.feed.wake()
}

// maxWaiting bounds the rows that wait for the feed.
const maxWaiting = 100_000

// take notes the rows of the graph's targets.
func (c *core) take(rows []latency.Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.want.awake {
		return
	}
	for i := range rows {
		for k := range c.want.traces {
			t := &c.want.traces[k]
			if t.Target != rows[i].Target || t.node() != rows[i].Node {
				continue
			}
			if len(c.rows) == maxWaiting {
				c.rows, c.napped = nil, true
			}
			c.rows = append(c.rows, rows[i])
		}
	}
}

// nap says that rows may come that the graph does not get.
func (c *core) nap() {
	c.mu.Lock()
	c.napped = true
	c.mu.Unlock()
}

// later has do called by the feed's next pass.
func (c *core) later(do func()) {
	c.mu.Lock()
	c.delivered = append(c.delivered, do)
	c.mu.Unlock()
}

// show brings a frame to the window.
func (c *core) show(fr *frame) { c.draw(fr) }

// pass brings the graph up to date. It gives the frame to show, or nil when
// nothing changed, and whether the graph is awake.
func (c *core) pass(now time.Time) (fr *frame, awake bool) {
	c.mu.Lock()
	w := c.want
	rows, delivered := c.rows, c.delivered
	c.rows, c.delivered = nil, nil
	c.slept = c.slept || c.napped
	c.napped = false
	c.mu.Unlock()
	for _, do := range delivered {
		do()
	}
	if !w.awake || w.size.X <= 0 || w.size.Y <= 0 {
		c.slept = c.slept || !w.awake
		return nil, false
	}
	if c.slept {
		// The rows since are only in the history.
		c.slept = false
		w.reloads++
		c.mu.Lock()
		c.want.reloads = w.reloads
		c.mu.Unlock()
	}
	view, known := c.resolve(&w, now)
	if !known {
		return c.waiting(now), true
	}
	c.follow(&w, view, now)
	for i := range rows {
		for _, t := range c.tracks {
			if t.trace.Target == rows[i].Target && t.trace.node() == rows[i].Node {
				t.series.Add(&rows[i])
			}
		}
		c.rounds.add(&rows[i])
	}
	for _, t := range c.tracks {
		c.load(t, t.series.Doubtful())
	}
	c.events.refresh(c, &w, now)
	c.rounds.refresh(c, &w)
	if len(delivered) == 0 && c.holds(&w, now) {
		return nil, true
	}
	return c.paint(&w, view, now), true
}

// longHold bounds how long rows wait to be painted.
const longHold = 10 * time.Second

// holds is true while the latest rows need not be painted yet: in a column of
// minutes one more probe is hardly seen, and each frame draws the whole window. The
// graphs of one zoom hold until the same instants.
func (c *core) holds(w *want, now time.Time) bool {
	hold := c.window.Width / 8
	if c.compact {
		hold = c.window.Width // many of them are on the screen
	}
	hold = min(hold, longHold).Truncate(time.Second)
	seen := c.painted
	c.painted = paintedAt{at: now, changes: w.changes, window: c.window}
	if hold <= time.Second || c.last == nil || seen.changes != w.changes || seen.window != c.window || now.Truncate(hold) != seen.at.Truncate(hold) {
		return false
	}
	c.painted = seen
	return true
}

// paintedAt is when and for what a graph was painted.
type paintedAt struct {
	at      time.Time
	changes int
	window  plot.Window
}

// follow brings the tracks to the window that is wanted.
func (c *core) follow(w *want, view plot.View, now time.Time) {
	c.window = plot.Over(view.From, view.To, w.size.X)
	if !slices.Equal(w.traces, c.traces) {
		c.retrack(w.traces)
	}
	group := int64(0)
	for _, t := range c.tracks {
		t.group = c.window.Group(t.trace.interval())
		if group == 0 || t.group < group {
			group = t.group
		}
	}
	if view.Follow {
		c.window = c.window.Ending(now, group)
	}
	for _, t := range c.tracks {
		g := c.window.Grouped(t.group)
		// What the bands at the edges borrow from beyond them.
		t.around = plot.HalfAround(g.Width, t.trace.interval())
		l := t.series.Show(g.Extended(t.around))
		if l == nil && w.reloads != c.reloads {
			l = t.series.Reload()
			c.first = earliest{}
		}
		c.load(t, l)
	}
	c.reloads = w.reloads
}

// retrack keeps the tracks of targets that stay.
func (c *core) retrack(traces []Trace) {
	old := c.tracks
	c.tracks, c.traces = nil, traces
	for _, t := range traces {
		i := slices.IndexFunc(old, func(o *track) bool { return o.trace.Target == t.Target && o.trace.node() == t.node() })
		if i < 0 {
			c.tracks = append(c.tracks, &track{trace: t, series: plot.NewSeries(c.feed.o.Hints)})
			continue
		}
		old[i].trace = t
		c.tracks = append(c.tracks, old[i])
		old = slices.Delete(old, i, i+1)
	}
	for _, t := range old {
		t.end()
	}
	c.picture = plot.Picture{}
	c.scale = smoke.Scale{}
	c.last = nil
	c.events, c.rounds = eventList{}, roundList{}
}

func (t *track) end() {
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
}

// load runs a load of a track in place of the one that runs.
func (c *core) load(t *track, l *plot.Load) {
	if l == nil {
		return
	}
	t.end()
	ctx, cancel := context.WithCancel(c.ctx)
	t.cancel = cancel
	trace := t.trace
	c.feed.query(ctx, func(ctx context.Context) {
		defer cancel()
		cols, err := c.feed.o.Source.Columns(ctx, trace.Target, trace.node(), l.From, l.To, l.N)
		if ctx.Err() != nil {
			return
		}
		c.later(func() {
			if err != nil {
				t.series.Fail(l)
				t.err = err
				return
			}
			t.err = nil
			t.series.Deliver(l, cols)
		})
	})
}

// close ends what runs for the graph.
func (c *core) close() {
	c.feed.detach(c)
	c.axis.leave(c)
	c.end()
}
