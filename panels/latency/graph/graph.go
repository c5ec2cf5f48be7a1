// Package graph is the live graph of round trip times: smoke, median and loss of
// one target or the medians of several, with axes, figures under the pointer, zoom
// and pan. A Feed paints the graphs of a panel off Fyne's goroutine; Spark is the
// small line in a row of a list.
package graph

import (
	"context"
	"image"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/smoke"
)

// Look is how a graph is drawn.
type Look int

const (
	// LookSmoke is Tacklebox's own.
	LookSmoke Look = iota
	// LookSmokePing28 draws rounds of 20 probes as SmokePing 2.8 does.
	LookSmokePing28
	// LookSmokePing27 has the loss colours of SmokePing 2.7.
	LookSmokePing27
)

// Trace is one target in a graph.
type Trace struct {
	Target latency.TargetID
	// Node is the measuring node; 0 is latency.LocalNode.
	Node latency.NodeID
	Name string
	// Interval is how often it is asked; 0 is latency.DefaultInterval. Columns are
	// never narrower.
	Interval time.Duration
}

func (t Trace) node() latency.NodeID {
	if t.Node == 0 {
		return latency.LocalNode
	}
	return t.Node
}

func (t Trace) interval() time.Duration {
	i := t.Interval
	if i <= 0 {
		i = latency.DefaultInterval
	}
	// Probes are not sent on the dot; a twentieth more leaves no column without one.
	return i + i/20
}

// Options of a graph.
type Options struct {
	Feed *Feed
	// Tips is the panel's layer of tips, or nil.
	Tips *widgets.Tips
	// Compact is a small graph in a grid: a title, the upper limit, no zoom. The
	// mouse wheel passes on to what scrolls the grid.
	Compact bool
	// Axis is the vertical axis that the graph shares with others, or nil.
	Axis *AxisGroup
	// OnMenu is called when the menu is asked for, with the place it is about.
	OnMenu func(at Spot)
	// OnOpen is called when a compact graph is tapped or Enter is typed on it.
	OnOpen func()
	// OnView is called when a person has changed what stretch is shown, or whether
	// it follows.
	OnView func()
	// OnSetting is called when a person has changed the axis by a key.
	OnSetting func()
	// EventText says what an event is, in the person's language; its kind and body
	// when nil.
	EventText func(history.Event) string
}

// Spot is a place in a graph.
type Spot struct {
	// Where it is in the window.
	Position fyne.Position
	At       time.Time
	// Trace is the index of the target, 0 in a graph of one.
	Trace   int
	Readout smoke.Readout
}

// Graph is the widget. Its methods belong to Fyne's goroutine.
type Graph struct {
	widget.BaseWidget
	o    Options
	core *core

	traces  []Trace
	view    plot.View
	trail   plot.Trail
	nudged  time.Time
	log     bool
	ceiling time.Duration
	look    Look
	resting bool
	closed  bool

	frame   frame // that is shown; zero before the first
	image   *image.RGBA
	painted int
	r       *renderer
	input   fyne.CanvasObject
	point   pointer
	now     *widgets.Button
	retry   *widgets.Button
}

// New makes a graph of nothing that follows the last ten minutes.
func New(o Options) *Graph {
	if o.Feed == nil {
		panic("graph: no feed")
	}
	g := &Graph{o: o}
	g.core = &core{feed: o.Feed, axis: o.Axis, draw: g.show, compact: o.Compact}
	g.core.ctx, g.core.end = context.WithCancel(o.Feed.ctx)
	g.core.want.events = !o.Compact
	ten, _ := plot.RangeOf("10m")
	g.view = plot.Last(ten, o.Feed.o.Now())
	g.build()
	g.ExtendBaseWidget(g)
	g.core.want.awake = true
	g.tell()
	o.Feed.attach(g.core)
	return g
}

// Close ends what runs for the graph; it then keeps what it shows.
func (g *Graph) Close() {
	if g.closed {
		return
	}
	g.closed = true
	g.core.close()
}

// SetTraces shows these targets: the smoke of one, the medians of several.
func (g *Graph) SetTraces(traces ...Trace) {
	if slices.Equal(traces, g.traces) {
		return
	}
	same := slices.EqualFunc(traces, g.traces, func(a, b Trace) bool { return a.Target == b.Target && a.node() == b.node() })
	g.traces = slices.Clone(traces)
	if !same {
		// What is shown is about others.
		g.point = pointer{focused: g.point.focused}
		g.frame, g.image = frame{}, nil
	}
	g.tell()
	g.Refresh()
}

// Traces are the targets that are shown.
func (g *Graph) Traces() []Trace { return g.traces }

// SetRange follows the range with this ID: see plot.Ranges.
func (g *Graph) SetRange(id string) {
	r, ok := plot.RangeOf(id)
	if !ok {
		return
	}
	g.goTo(plot.Last(r, g.clock()), false)
}

// Range is the ID of the range that is shown, empty after zooming or panning.
func (g *Graph) Range() string { return g.view.Range }

// View is the stretch that is shown.
func (g *Graph) View() plot.View {
	if g.view.Follow {
		return g.view.Clamp(g.clock())
	}
	return g.view
}

// SetView shows another stretch. Back leads to the one before.
func (g *Graph) SetView(v plot.View) { g.goTo(v.Clamp(g.clock()), false) }

// Now goes to the end and follows it.
func (g *Graph) Now() {
	v := g.View()
	now := g.clock()
	g.goTo(plot.View{From: now.Add(-v.Span()), To: now, Follow: true}, true)
}

// Following is true while the graph moves with now.
func (g *Graph) Following() bool { return g.view.Follow }

// CanBack is true when there is a view to go back to.
func (g *Graph) CanBack() bool { return g.trail.CanBack() }

// CanForward is true when Back can be undone.
func (g *Graph) CanForward() bool { return g.trail.CanForward() }

// Back shows the view that was shown before.
func (g *Graph) Back() { g.step(g.trail.Back) }

// Forward undoes Back.
func (g *Graph) Forward() { g.step(g.trail.Forward) }

func (g *Graph) step(to func(plot.View) (plot.View, bool)) {
	if v, ok := to(g.View()); ok {
		g.view = v.Clamp(g.clock())
		g.moved(true)
	}
}

// goTo shows v and remembers the view that it replaces, if a person has seen it; person is true when a
// person did it in the graph.
func (g *Graph) goTo(v plot.View, person bool) {
	if v == g.view {
		return
	}
	again := v.Range != "" && v.Range == g.view.Range && v.Follow == g.view.Follow
	if g.frame.core != nil && !again {
		g.trail.Leave(g.View())
	}
	g.view = v
	g.moved(person)
}

// oneStep is how soon after another a notch of the wheel or a key belongs to the
// same step: one way back for all of them.
const oneStep = time.Second

// nudge shows v as a small step of a person.
func (g *Graph) nudge(v plot.View) {
	now := g.clock()
	if v != g.view && now.Sub(g.nudged).Abs() >= oneStep {
		g.trail.Leave(g.View())
	}
	g.nudged = now
	if v != g.view {
		g.slide(v)
	}
}

// slide shows v without remembering: one of many steps.
func (g *Graph) slide(v plot.View) {
	g.view = v
	g.moved(true)
}

func (g *Graph) moved(person bool) {
	g.tell()
	g.buttons()
	if person && g.o.OnView != nil {
		g.o.OnView()
	}
}

// SetLog makes the vertical axis logarithmic.
func (g *Graph) SetLog(log bool) {
	if log != g.log {
		g.log = log
		g.tell()
	}
}

// Log is true for a logarithmic axis.
func (g *Graph) Log() bool { return g.log }

// SetCeiling fixes the upper end of the vertical axis; 0 fits it to what is shown.
func (g *Graph) SetCeiling(limit time.Duration) {
	if limit != g.ceiling {
		g.ceiling = limit
		g.tell()
	}
}

// Ceiling is the fixed upper end of the vertical axis, 0 for an automatic one.
func (g *Graph) Ceiling() time.Duration { return g.ceiling }

// Limit is the upper end of the axis that is shown now.
func (g *Graph) Limit() time.Duration { return g.frame.scale.Max }

// SetLook changes how the graph is drawn. Where the SmokePing look cannot be drawn
// the graph says why and keeps its own.
func (g *Graph) SetLook(l Look) {
	if l != g.look {
		g.look = l
		g.tell()
	}
}

// Look is how the graph is to be drawn.
func (g *Graph) Look() Look { return g.look }

// Reload reads everything from the history once more.
func (g *Graph) Reload() {
	g.core.change(func(w *want) { w.reloads++ })
}

// Rest holds the graph while it cannot be seen, such as outside of the part of a
// grid that is scrolled to.
func (g *Graph) Rest(rest bool) {
	if rest != g.resting {
		g.resting = rest
		g.tell()
	}
}

// Show is part of fyne.CanvasObject.
func (g *Graph) Show() {
	g.BaseWidget.Show()
	g.tell()
}

// Hide is part of fyne.CanvasObject: a hidden graph costs nothing.
func (g *Graph) Hide() {
	g.BaseWidget.Hide()
	g.tell()
}

// Painted counts how often the plot's pixels went to the window.
func (g *Graph) Painted() int { return g.painted }

// Focusable is what takes the keyboard.
func (g *Graph) Focusable() fyne.Focusable { return g.input.(fyne.Focusable) }

func (g *Graph) clock() time.Time { return g.o.Feed.o.Now() }

// tell has the feed show what is set.
func (g *Graph) tell() {
	dark := g.dark()
	palette := smoke.Light()
	if dark {
		palette = smoke.Dark()
	}
	awake := g.Visible() && !g.resting && !g.closed && len(g.traces) > 0
	g.core.change(func(w *want) {
		w.traces, w.view, w.log, w.ceiling, w.look = g.traces, g.view, g.log, g.ceiling, g.look
		w.palette, w.dark, w.awake = palette, dark, awake
	})
}

// show takes a frame from the feed.
func (g *Graph) show(fr *frame) {
	if g.closed {
		return
	}
	fresh := fr.image != nil
	if fresh {
		g.image = fr.image
		g.painted++
	}
	quiet := !fresh && !g.point.over && fr.looks(&g.frame)
	g.frame = *fr
	if fr.view.Range == plot.All && g.view.Range == plot.All {
		g.view = fr.view
	}
	if g.r == nil || quiet {
		return // only figures changed, which nobody reads now
	}
	if fresh {
		g.r.raster.Refresh()
	}
	g.r.arrange()
}
