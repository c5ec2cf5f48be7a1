package widgets

import (
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/platform/terminal"
)

// CreateRenderer is called by Fyne.
func (t *Terminal) CreateRenderer() fyne.WidgetRenderer { return &terminalRenderer{t} }

// terminalRenderer lays out what a terminal is made of.
type terminalRenderer struct{ t *Terminal }

func (r *terminalRenderer) Layout(size fyne.Size) {
	t := r.t
	if c := fyne.CurrentApp().Driver().CanvasForObject(t); c != nil {
		if w, _ := c.PixelCoordinateForPosition(fyne.NewPos(1000, 0)); w > 0 {
			t.setScale(float32(w) / 1000)
		}
	}
	t.raster.Resize(size)
	t.flash.Resize(size)
	t.layoutFind()
	t.moveThumb()
	t.layoutCells()
}

// MinSize lets the terminal be as small as it is given.
func (r *terminalRenderer) MinSize() fyne.Size { return fyne.NewSize(80, 40) }

func (r *terminalRenderer) Refresh() {
	t := r.t
	t.restyle()
	t.layoutCells()
	t.find.box.Refresh()
	t.moveThumb()
	t.refreshRaster(t.o.Now())
}

func (r *terminalRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.t.raster, r.t.thumb, r.t.flash, r.t.find.box}
}

func (r *terminalRenderer) Destroy() {
	r.t.blink.stop()
	if r.t.settle != nil {
		r.t.settle.Stop()
	}
}

// Show shows the terminal, with what happened while it was hidden.
func (t *Terminal) Show() {
	t.BaseWidget.Show()
	t.painter.all = true
	t.refreshRaster(t.o.Now())
}

const thumbWidth = 6

// moveThumb puts the scrollbar where the view is; it is only there when there is
// something to scroll and the view is scrolled or the pointer near.
func (t *Terminal) moveThumb() {
	first, base := t.frame.First, t.frame.Base
	size := t.raster.Size()
	if base == first || t.top == terminal.Follow && !t.mouse.nearBar || size.Height <= 0 {
		if t.thumb.Visible() {
			t.thumb.Hide()
		}
		return
	}
	total := float32(base - first + t.rows)
	height := max(20, size.Height*float32(t.rows)/total)
	y := (size.Height - height) * float32(t.frame.Top-first) / float32(base-first)
	want := fyne.NewPos(size.Width-thumbWidth-1, y)
	if s := fyne.NewSize(thumbWidth, height); t.thumb.Size() != s {
		t.thumb.Resize(s)
	}
	if t.thumb.Position() != want {
		t.thumb.Move(want)
	}
	if !t.thumb.Visible() {
		t.thumb.Show()
	}
}

// scrollBy moves the view; positive is towards older lines.
func (t *Terminal) scrollBy(lines int) {
	top := t.frame.Top
	if t.top == terminal.Follow {
		top = t.frame.Base
	}
	t.scrollTo(top - lines)
}

// scrollTo shows line n as the first, or follows the output from its end on.
func (t *Terminal) scrollTo(n int) {
	if n >= t.frame.Base {
		t.top = terminal.Follow
	} else {
		t.top = max(n, t.frame.First)
	}
	t.moveThumb()
	t.repaint()
}

// follow shows the live screen again.
func (t *Terminal) follow() {
	if t.top != terminal.Follow {
		t.top = terminal.Follow
		t.repaint()
	}
}

// reveal scrolls so that a line is on show.
func (t *Terminal) reveal(line int) {
	top := t.frame.Top
	if t.top == terminal.Follow {
		top = t.frame.Base
	}
	if line < top || line >= top+t.rows {
		t.scrollTo(line - t.rows/2)
	}
}

// The times of a blinking cursor. It stops after a while without keys, so that a
// terminal nobody types in costs nothing.
const (
	blinkTime = 600 * time.Millisecond
	blinkFor  = 12 * time.Second
)

// terminalBlink is the cursor's blinking, for programs that ask for it.
type terminalBlink struct {
	timer  *time.Timer
	hidden bool
	since  time.Time
}

func (b *terminalBlink) shown() bool { return !b.hidden }

func (b *terminalBlink) stop() {
	if b.timer != nil {
		b.timer.Stop()
		b.timer = nil
	}
	b.hidden = false
}

// wake shows the cursor, and lets it blink from here on.
func (t *Terminal) wake() {
	t.blink.since = t.o.Now()
	if t.blink.hidden {
		t.blink.hidden = false
		t.refreshRaster(t.o.Now())
	}
	if t.blink.timer == nil && t.focused && t.frame.Cursor.Blink {
		t.blink.timer = time.AfterFunc(blinkTime, func() { fyne.Do(t.blinkStep) })
	}
}

func (t *Terminal) blinkStep() {
	if t.blink.timer == nil {
		return
	}
	going := t.focused && t.Visible() && t.frame.Cursor.Blink && t.o.Now().Sub(t.blink.since) < blinkFor
	before := t.blink.hidden
	t.blink.hidden = going && !before
	if t.blink.hidden != before {
		t.refreshRaster(t.o.Now())
	}
	if going {
		t.blink.timer.Reset(blinkTime)
	} else {
		t.blink.timer = nil
	}
}

// posAt is the place between cells nearest to a point, and the cell under it.
func (t *Terminal) posAt(p fyne.Position) (boundary, cell terminal.Pos) {
	f := t.painter.font
	px, py := int(p.X*t.scale)-t.painter.padX, int(p.Y*t.scale)-t.painter.padY
	line := t.frame.Top + floorDiv(py, f.cellH)
	boundary = terminal.Pos{Line: line, Col: min(max(0, floorDiv(px+f.cellW/2, f.cellW)), t.cols)}
	cell = terminal.Pos{Line: line, Col: min(max(0, floorDiv(px, f.cellW)), t.cols-1)}
	return boundary, cell
}

func floorDiv(a, b int) int {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

// CellPosition is where the cell at this column and row of the view lies within
// the widget, and how large it is.
func (t *Terminal) CellPosition(col, row int) (fyne.Position, fyne.Size) {
	f := t.painter.font
	return fyne.NewPos(float32(t.painter.padX+col*f.cellW)/t.scale, float32(t.painter.padY+row*f.cellH)/t.scale),
		fyne.NewSize(float32(f.cellW)/t.scale, float32(f.cellH)/t.scale)
}
