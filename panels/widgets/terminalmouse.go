package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tacklebox/platform/terminal"
)

const (
	// clickTime is how soon clicks follow each other in a double click.
	clickTime = 450 * time.Millisecond
	// wheelLines is how many lines a notch of the wheel scrolls, of wheelUnit
	// units of Fyne's.
	wheelLines = 3
	// dragScroll is how often the view moves on while text is selected beyond it.
	dragScroll = 60 * time.Millisecond
	barWidth   = 10
)

// terminalMouse is what the mouse is doing.
type terminalMouse struct {
	at        fyne.Position
	inside    bool
	nearBar   bool
	pressed   desktop.MouseButton
	reporting bool
	selecting bool
	scrolling bool
	grab      float32
	clicks    int
	clicked   time.Time
	clickedAt terminal.Pos
	wheel     float32
	sent      terminal.Mouse
	hover     terminal.LinkSpan
	onLink    bool
	beyond    *time.Timer
}

// Cursor is part of desktop.Cursorable.
func (t *Terminal) Cursor() desktop.Cursor {
	switch {
	case t.mouse.onLink:
		return desktop.PointerCursor
	case t.mouse.nearBar || t.screen.Modes().Mouse != terminal.MouseOff:
		return desktop.DefaultCursor
	}
	return desktop.TextCursor
}

// reports says whether the mouse is the program's now; Shift takes it back.
func (t *Terminal) reports(mod fyne.KeyModifier) (terminal.Modes, bool) {
	m := t.screen.Modes()
	return m, m.Mouse != terminal.MouseOff && mod&fyne.KeyModifierShift == 0 && t.top == terminal.Follow
}

// report tells the program about the mouse.
func (t *Terminal) report(p fyne.Position, b terminal.Button, a terminal.MouseAction, mod fyne.KeyModifier, m terminal.Modes) {
	_, cell := t.posAt(p)
	e := terminal.Mouse{
		X: cell.Col, Y: min(max(0, cell.Line-t.frame.Top), t.rows-1),
		Button: b, Action: a, Mod: terminalMod(mod) &^ terminal.Shift,
	}
	if a == terminal.MouseMove && e == t.mouse.sent {
		return
	}
	t.mouse.sent = e
	t.send(terminal.EncodeMouse(e, m))
}

func mouseButton(b desktop.MouseButton) terminal.Button {
	switch {
	case b&desktop.MouseButtonPrimary != 0:
		return terminal.ButtonLeft
	case b&desktop.MouseButtonTertiary != 0:
		return terminal.ButtonMiddle
	case b&desktop.MouseButtonSecondary != 0:
		return terminal.ButtonRight
	}
	return terminal.ButtonNone
}

// MouseDown is part of desktop.Mouseable.
func (t *Terminal) MouseDown(e *desktop.MouseEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(t); c != nil {
		c.Focus(t)
	}
	t.mouse.pressed = e.Button
	if t.overBar(e.Position) && e.Button == desktop.MouseButtonPrimary {
		t.grabBar(e.Position)
		return
	}
	if m, ok := t.reports(e.Modifier); ok {
		t.mouse.reporting = true
		t.report(e.Position, mouseButton(e.Button), terminal.MousePress, e.Modifier, m)
		return
	}
	switch e.Button {
	case desktop.MouseButtonPrimary:
		t.startSelection(e)
	case desktop.MouseButtonTertiary:
		t.askPaste(t.screen.SelectedText())
	}
}

// MouseUp is part of desktop.Mouseable.
func (t *Terminal) MouseUp(e *desktop.MouseEvent) {
	pressed := t.mouse.pressed
	t.mouse.pressed = 0
	t.stopBeyond()
	switch {
	case t.mouse.scrolling:
		t.mouse.scrolling = false
	case t.mouse.reporting:
		t.mouse.reporting = false
		t.report(e.Position, mouseButton(e.Button), terminal.MouseRelease, e.Modifier, t.screen.Modes())
	case t.mouse.selecting:
		t.mouse.selecting = false
	case pressed == desktop.MouseButtonSecondary && e.Button == pressed:
		t.showMenu(e.AbsolutePosition, e.Position)
	}
}

func (t *Terminal) startSelection(e *desktop.MouseEvent) {
	boundary, cell := t.posAt(e.Position)
	if e.Modifier&fyne.KeyModifierControl != 0 {
		if link, ok := t.screen.LinkAt(cell); ok {
			t.askLink(link)
			return
		}
	}
	now := t.o.Now()
	if now.Sub(t.mouse.clicked) < clickTime && cell == t.mouse.clickedAt {
		t.mouse.clicks = t.mouse.clicks%3 + 1
	} else {
		t.mouse.clicks = 1
	}
	t.mouse.clicked, t.mouse.clickedAt = now, cell
	t.mouse.selecting = true
	switch {
	case e.Modifier&fyne.KeyModifierShift != 0 && t.screen.HasSelection():
		t.screen.ExtendSelection(boundary)
	case t.mouse.clicks == 2:
		t.screen.StartSelection(cell, terminal.ByWord)
	case t.mouse.clicks == 3:
		t.screen.StartSelection(cell, terminal.ByLine)
	case e.Modifier&fyne.KeyModifierAlt != 0:
		t.screen.StartSelection(boundary, terminal.ByBlock)
	default:
		t.screen.StartSelection(boundary, terminal.ByCell)
	}
	t.repaint()
}

// Dragged is part of fyne.Draggable.
func (t *Terminal) Dragged(e *fyne.DragEvent) {
	t.mouse.at = e.Position
	switch {
	case t.mouse.scrolling:
		t.dragBar(e.Position)
	case t.mouse.reporting:
		t.report(e.Position, mouseButton(t.mouse.pressed), terminal.MouseMove, t.modifiers(), t.screen.Modes())
	case t.mouse.selecting:
		t.extendTo(e.Position)
	}
}

// DragEnd is part of fyne.Draggable.
func (t *Terminal) DragEnd() { t.stopBeyond() }

// extendTo moves the end of the selection to a point, and goes on scrolling while
// that is above or below the text.
func (t *Terminal) extendTo(p fyne.Position) {
	boundary, cell := t.posAt(p)
	if t.mouse.clicks == 2 || t.mouse.clicks == 3 {
		boundary = cell
	}
	t.screen.ExtendSelection(boundary)
	t.repaint()
	if p.Y >= 0 && p.Y < t.Size().Height {
		t.stopBeyond()
		return
	}
	if t.mouse.beyond == nil {
		t.mouse.beyond = time.AfterFunc(dragScroll, func() { fyne.Do(t.scrollBeyond) })
	}
}

func (t *Terminal) scrollBeyond() {
	if t.mouse.beyond == nil || !t.mouse.selecting {
		return
	}
	t.mouse.beyond = nil
	if t.mouse.at.Y < 0 {
		t.scrollBy(1)
	} else {
		t.scrollBy(-1)
	}
	t.extendTo(t.mouse.at)
}

func (t *Terminal) stopBeyond() {
	if t.mouse.beyond != nil {
		t.mouse.beyond.Stop()
		t.mouse.beyond = nil
	}
}

// MouseIn is part of desktop.Hoverable.
func (t *Terminal) MouseIn(e *desktop.MouseEvent) {
	t.mouse.inside = true
	t.MouseMoved(e)
}

// MouseMoved is part of desktop.Hoverable.
func (t *Terminal) MouseMoved(e *desktop.MouseEvent) {
	t.mouse.at = e.Position
	if near := t.overBar(e.Position); near != t.mouse.nearBar {
		t.mouse.nearBar = near
		t.moveThumb()
	}
	t.hoverLink(e.Position, t.modifiers()&fyne.KeyModifierControl != 0)
	if m, ok := t.reports(t.modifiers()); ok {
		t.report(e.Position, mouseButton(e.Button), terminal.MouseMove, t.modifiers(), m)
	}
}

// MouseOut is part of desktop.Hoverable.
func (t *Terminal) MouseOut() {
	t.mouse.inside = false
	t.setHover(terminal.Span{})
	if t.mouse.nearBar {
		t.mouse.nearBar = false
		t.moveThumb()
	}
}

// hoverLink marks the link under the pointer while Ctrl is held.
func (t *Terminal) hoverLink(p fyne.Position, ctrl bool) {
	if !ctrl || !t.mouse.inside {
		t.setHover(terminal.Span{})
		return
	}
	_, cell := t.posAt(p)
	link, ok := t.screen.LinkAt(cell)
	if !ok {
		t.setHover(terminal.Span{})
		return
	}
	t.mouse.hover = link
	t.setHover(link.Span)
}

func (t *Terminal) setHover(span terminal.Span) {
	on := span != terminal.Span{}
	if !on && !t.mouse.onLink {
		return
	}
	t.mouse.onLink = on
	t.screen.SetHover(span)
	t.repaint()
}

// Scrolled is part of fyne.Scrollable. The wheel is the program's when it asked
// for the mouse, and means the arrow keys in full-screen programs that did not.
func (t *Terminal) Scrolled(e *fyne.ScrollEvent) {
	delta := e.Scrolled.DY
	mod := t.modifiers()
	if delta == 0 && mod&fyne.KeyModifierShift != 0 {
		delta = e.Scrolled.DX // Fyne turns the wheel with Shift
	}
	if mod&fyne.KeyModifierControl != 0 {
		t.wheelZoom(delta)
		return
	}
	t.mouse.wheel += delta * wheelLines / wheelUnit
	lines := int(t.mouse.wheel)
	t.mouse.wheel -= float32(lines)
	if lines == 0 {
		return
	}
	m, reports := t.reports(mod)
	switch {
	case reports:
		b, notches := terminal.WheelUp, (lines+wheelLines-1)/wheelLines
		if lines < 0 {
			b, notches = terminal.WheelDown, (-lines+wheelLines-1)/wheelLines
		}
		for range min(notches, 10) {
			t.report(e.Position, b, terminal.MousePress, mod, m)
		}
	case m.Alternate && m.AltScroll && mod&fyne.KeyModifierShift == 0:
		key := terminal.KeyUp
		if lines < 0 {
			key, lines = terminal.KeyDown, -lines
		}
		for range min(lines, 30) {
			t.send(terminal.EncodeKey(key, 0, m))
		}
	default:
		t.scrollBy(lines)
	}
}

func (t *Terminal) wheelZoom(delta float32) {
	if delta > 0 {
		t.zoom(1)
	} else if delta < 0 {
		t.zoom(-1)
	}
}

// overBar says whether a point is on the scrollbar's strip.
func (t *Terminal) overBar(p fyne.Position) bool {
	w := t.Size().Width
	return p.X >= w-barWidth && p.X <= w && t.frame.Base > t.frame.First
}

func (t *Terminal) grabBar(p fyne.Position) {
	t.mouse.scrolling = true
	t.mouse.nearBar = true
	t.moveThumb()
	thumb := t.thumb.Position().Y
	if p.Y >= thumb && p.Y < thumb+t.thumb.Size().Height {
		t.mouse.grab = p.Y - thumb
		return
	}
	t.mouse.grab = t.thumb.Size().Height / 2
	t.dragBar(p)
}

func (t *Terminal) dragBar(p fyne.Position) {
	room := t.Size().Height - t.thumb.Size().Height
	if room <= 0 {
		return
	}
	share := min(max(0, (p.Y-t.mouse.grab)/room), 1)
	t.scrollTo(t.frame.First + int(share*float32(t.frame.Base-t.frame.First)+0.5))
}
