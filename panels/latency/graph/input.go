package graph

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/platform/latency/plot"
)

// pointer is what the mouse and the keyboard are doing in a graph.
type pointer struct {
	focused bool
	// over is true while the figures at x (0 to 1 of the plot's width) are shown.
	over bool
	x, y float32
	// choosing a stretch with the left button, panning with another one or Shift.
	choosing bool
	panning  bool
	from     float32
	start    plot.View // when panning began
	moved    bool
	told     bool // what can be done is shown as a tip
	button   desktop.MouseButton
}

// surface takes what a person does in a large graph.
type surface struct {
	widget.BaseWidget
	g *Graph
}

// tile takes what a person does in a compact graph. It does not scroll, so that
// the wheel reaches the grid around it.
type tile struct {
	widget.BaseWidget
	g *Graph
}

var (
	_ desktop.Hoverable      = (*surface)(nil)
	_ desktop.Mouseable      = (*surface)(nil)
	_ fyne.Scrollable        = (*surface)(nil)
	_ fyne.Draggable         = (*surface)(nil)
	_ fyne.DoubleTappable    = (*surface)(nil)
	_ fyne.SecondaryTappable = (*surface)(nil)
	_ fyne.Focusable         = (*surface)(nil)
	_ fyne.Focusable         = (*tile)(nil)
	_ fyne.Tappable          = (*tile)(nil)
	_ fyne.SecondaryTappable = (*tile)(nil)
	_ desktop.Hoverable      = (*tile)(nil)
	_ desktop.Cursorable     = (*surface)(nil)
	_ fyne.CanvasObject      = (*Graph)(nil)
	_ fyne.WidgetRenderer    = (*renderer)(nil)
)

func nothing() fyne.WidgetRenderer { return widget.NewSimpleRenderer(canvas.NewRectangle(nil)) }

// CreateRenderer is part of fyne.Widget.
func (s *surface) CreateRenderer() fyne.WidgetRenderer { return nothing() }

// CreateRenderer is part of fyne.Widget.
func (t *tile) CreateRenderer() fyne.WidgetRenderer { return nothing() }

// Cursor is part of desktop.Cursorable.
func (s *surface) Cursor() desktop.Cursor { return desktop.CrosshairCursor }

// share is where a position of the graph lies in the plot: 0 to 1, outside of that
// beside it.
func (g *Graph) share(p fyne.Position) (x, y float32) {
	if g.r == nil {
		return -1, -1
	}
	pos, size := g.r.area()
	if size.Width <= 0 || size.Height <= 0 {
		return -1, -1
	}
	return (p.X - pos.X) / size.Width, (p.Y - pos.Y) / size.Height
}

func inside(x, y float32) bool { return x >= 0 && x < 1 && y >= 0 && y <= 1 }

// at is the instant at a share of the plot's width.
func (g *Graph) at(x float32) time.Time {
	if g.frame.window.Columns > 0 {
		return g.frame.window.At(float64(x))
	}
	v := g.View()
	return v.From.Add(time.Duration(float64(x) * float64(v.Span())))
}

// spot is what stands at a position of the window.
func (g *Graph) spot(e fyne.Position, x, y float32) Spot {
	s := Spot{Position: e, At: g.at(min(max(x, 0), 1))}
	if n := len(g.frame.tracks); n > 0 {
		s.Trace = g.nearest(x, y)
		s.Readout = g.read(s.Trace, x)
	}
	return s
}

func (g *Graph) menu(p *fyne.PointEvent) {
	if g.o.OnMenu != nil {
		x, y := g.share(p.Position)
		g.o.OnMenu(g.spot(p.AbsolutePosition, x, y))
	}
}

// hover shows the figures at a position, or takes them away.
func (g *Graph) hover(p fyne.Position) {
	x, y := g.share(p)
	over := inside(x, y)
	if !over && !g.o.Compact {
		// Beside the plot there is nothing to read: what can be done is said there.
		if !g.point.told {
			g.point.told = true
			origin := fyne.CurrentApp().Driver().AbsolutePositionForObject(g)
			g.o.Tips.Point(i18n.T("latency.graph_keys"), origin.Add(p))
		}
	} else {
		g.untell()
	}
	if !over && !g.point.over {
		return
	}
	g.point.over, g.point.x, g.point.y = over, x, y
	g.pointed()
}

func (g *Graph) untell() {
	if g.point.told {
		g.point.told = false
		g.o.Tips.Clear()
	}
}

func (g *Graph) pointed() {
	if g.r != nil {
		pos, size := g.r.area()
		g.r.cross(pos, size)
	}
}

// MouseIn is part of desktop.Hoverable.
func (s *surface) MouseIn(e *desktop.MouseEvent) { s.g.hover(e.Position) }

// MouseMoved is part of desktop.Hoverable.
func (s *surface) MouseMoved(e *desktop.MouseEvent) {
	g := s.g
	if g.point.panning && g.point.button == desktop.MouseButtonSecondary {
		g.panTo(e.Position)
	}
	g.hover(e.Position)
}

// MouseOut is part of desktop.Hoverable.
func (s *surface) MouseOut() {
	s.g.untell()
	s.g.point.over = false
	s.g.pointed()
}

// MouseDown is part of desktop.Mouseable.
func (s *surface) MouseDown(e *desktop.MouseEvent) {
	g := s.g
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		c.Focus(s)
	}
	x, y := g.share(e.Position)
	p := &g.point
	p.moved, p.button, p.from = false, e.Button, x
	p.choosing, p.panning = false, false
	if !inside(x, y) {
		return
	}
	p.start = g.View()
	p.panning = e.Button != desktop.MouseButtonPrimary || e.Modifier&fyne.KeyModifierShift != 0
	p.choosing = !p.panning
}

// MouseUp is part of desktop.Mouseable.
func (s *surface) MouseUp(e *desktop.MouseEvent) {
	g := s.g
	p := &g.point
	if p.panning && p.moved {
		g.panned()
	}
	if p.choosing && p.moved {
		x, _ := g.share(e.Position)
		g.choose(x)
	}
	p.choosing, p.panning = false, false
	g.pointed()
}

// Dragged is part of fyne.Draggable.
func (s *surface) Dragged(e *fyne.DragEvent) {
	g := s.g
	switch {
	case g.point.panning:
		g.panTo(e.Position)
	case g.point.choosing:
		g.point.moved = true
	}
	x, y := g.share(e.Position)
	g.point.over, g.point.x, g.point.y = g.point.choosing || inside(x, y), x, y
	g.pointed()
}

// DragEnd is part of fyne.Draggable.
func (s *surface) DragEnd() {
	p := &s.g.point
	// MouseUp has come before it where the pointer is still in the graph.
	if p.choosing && p.moved {
		s.g.choose(p.x)
	}
	if p.panning && p.moved {
		s.g.panned()
	}
	p.choosing, p.panning = false, false
	s.g.pointed()
}

// panTo moves the stretch with the pointer.
func (g *Graph) panTo(at fyne.Position) {
	x, _ := g.share(at)
	p := &g.point
	if !p.moved && math.Abs(float64(x-p.from)) < 0.004 {
		return
	}
	p.moved = true
	by := time.Duration(float64(p.from-x) * float64(p.start.Span()))
	g.slide(p.start.Pan(by, g.clock()))
}

// panned remembers where the pan began.
func (g *Graph) panned() {
	g.point.panning = false
	g.trail.Leave(g.point.start)
	g.buttons()
}

// choose zooms to the stretch that was chosen, unless it is too short to be meant.
func (g *Graph) choose(to float32) {
	from := g.point.from
	g.point.choosing = false
	to = min(max(to, 0), 1)
	if math.Abs(float64(to-from)) < 0.008 {
		return
	}
	g.goTo(g.View().Select(g.at(from), g.at(to), g.clock()), true)
}

// Zoom factors of a notch of the wheel and of a key.
const (
	wheelZoom = 0.8
	keyZoom   = 0.5
	notch     = 10 // what Fyne calls a notch of the wheel
	panShare  = 0.1
)

// Scrolled is part of fyne.Scrollable: the wheel zooms around the pointer, with
// Shift it pans (Fyne gives that as a sideways movement).
func (s *surface) Scrolled(e *fyne.ScrollEvent) {
	g := s.g
	x, y := g.share(e.Position)
	if dx := float64(e.Scrolled.DX); dx != 0 {
		span := float64(g.View().Span())
		g.pan(time.Duration(-dx / notch * panShare / 2 * span))
		return
	}
	if !inside(x, min(max(y, 0), 1)) {
		x = min(max(x, 0), 1)
	}
	steps := min(max(float64(e.Scrolled.DY)/notch, -8), 8)
	g.zoom(g.at(x), math.Pow(wheelZoom, steps))
}

// zoom changes how much is shown, around an instant.
func (g *Graph) zoom(at time.Time, factor float64) {
	g.nudge(g.View().Zoom(at, factor, g.clock()))
}

func (g *Graph) pan(by time.Duration) { g.nudge(g.View().Pan(by, g.clock())) }

// DoubleTapped is part of fyne.DoubleTappable: back out of the last zoom, or twice
// as much where there is none.
func (s *surface) DoubleTapped(*fyne.PointEvent) { s.g.out() }

func (g *Graph) out() {
	if g.CanBack() {
		g.Back()
		return
	}
	v := g.View()
	at := v.From.Add(v.Span() / 2)
	if v.Follow {
		at = v.To // and it goes on following
	}
	g.zoom(at, 1/keyZoom)
}

// TappedSecondary is part of fyne.SecondaryTappable.
func (s *surface) TappedSecondary(e *fyne.PointEvent) {
	if !s.g.point.moved {
		s.g.menu(e)
	}
}
