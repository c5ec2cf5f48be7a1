package graph

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tacklebox/platform/latency/plot"
)

// FocusGained is part of fyne.Focusable.
func (s *surface) FocusGained() { s.g.focus(true) }

// FocusLost is part of fyne.Focusable.
func (s *surface) FocusLost() { s.g.focus(false) }

func (g *Graph) focus(focused bool) {
	g.point.focused = focused
	if g.r != nil {
		g.r.arrange()
	}
}

// TypedRune is part of fyne.Focusable.
func (s *surface) TypedRune(r rune) {
	g := s.g
	middle := g.view.From.Add(g.view.Span() / 2)
	if g.view.Follow {
		middle = g.clock() // so that it goes on following
	}
	if g.point.over {
		middle = g.at(g.point.x)
	}
	switch r {
	case '+', '=':
		g.zoom(middle, keyZoom)
	case '-', '_':
		g.zoom(middle, 1/keyZoom)
	case 'l', 'L':
		g.SetLog(!g.log)
		if g.o.OnSetting != nil {
			g.o.OnSetting()
		}
	case ',', '<':
		g.read1(-1)
	case '.', '>':
		g.read1(1)
	}
}

// read1 moves the figures by one column, so that they can be had without a mouse.
func (g *Graph) read1(by int64) {
	if len(g.frame.tracks) == 0 {
		return
	}
	w := g.frame.tracks[0].window
	p := &g.point
	if !p.over {
		p.x, p.y, by = 0.5, 0.3, 0
	}
	number := w.Number(g.at(p.x)) + by
	x := g.frame.window.X(w.Start(number).Add(w.Width / 2))
	p.over, p.x = true, float32(min(max(x, 0), 0.9999))
	g.pointed()
}

// TypedKey is part of fyne.Focusable.
func (s *surface) TypedKey(e *fyne.KeyEvent) {
	g := s.g
	step := time.Duration(float64(g.View().Span()) * panShare)
	switch e.Name {
	case fyne.KeyLeft:
		g.pan(-step)
	case fyne.KeyRight:
		g.pan(step)
	case fyne.KeyPageUp:
		g.pan(-g.View().Span())
	case fyne.KeyPageDown:
		g.pan(g.View().Span())
	case fyne.KeyUp:
		s.TypedRune('+')
	case fyne.KeyDown:
		s.TypedRune('-')
	case fyne.KeyHome:
		if r, ok := plot.RangeOf(plot.All); ok {
			g.goTo(plot.Last(r, g.clock()), true)
		}
	case fyne.KeyEnd:
		g.Now()
	case fyne.KeyBackspace:
		g.out()
	case fyne.KeyEscape:
		g.point.over, g.point.choosing = false, false
		g.pointed()
	case desktop.KeyMenu:
		pos, size := g.r.area()
		origin := fyne.CurrentApp().Driver().AbsolutePositionForObject(g)
		x, y := float32(0.5), float32(0.5)
		if g.point.over {
			x = g.point.x
		}
		if g.o.OnMenu != nil {
			g.o.OnMenu(g.spot(origin.Add(pos).Add(fyne.NewPos(x*size.Width, y*size.Height)), x, y))
		}
	}
}

// Tapped is part of fyne.Tappable.
func (t *tile) Tapped(*fyne.PointEvent) { t.g.open() }

func (g *Graph) open() {
	if g.o.OnOpen != nil {
		g.o.OnOpen()
	}
}

// TappedSecondary is part of fyne.SecondaryTappable.
func (t *tile) TappedSecondary(e *fyne.PointEvent) { t.g.menu(e) }

// MouseIn is part of desktop.Hoverable.
func (t *tile) MouseIn(e *desktop.MouseEvent) { t.g.hover(e.Position) }

// MouseMoved is part of desktop.Hoverable.
func (t *tile) MouseMoved(e *desktop.MouseEvent) { t.g.hover(e.Position) }

// MouseOut is part of desktop.Hoverable.
func (t *tile) MouseOut() {
	t.g.point.over = false
	t.g.pointed()
}

// FocusGained is part of fyne.Focusable.
func (t *tile) FocusGained() { t.g.focus(true) }

// FocusLost is part of fyne.Focusable.
func (t *tile) FocusLost() { t.g.focus(false) }

// TypedRune is part of fyne.Focusable.
func (t *tile) TypedRune(rune) {}

// TypedKey is part of fyne.Focusable.
func (t *tile) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		t.g.open()
	}
}

// Cursor is part of desktop.Cursorable.
func (t *tile) Cursor() desktop.Cursor { return desktop.PointerCursor }
