package widgets

import (
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// generate is called by Fyne when it needs the pixels.
func (t *Terminal) generate(w, h int) image.Image {
	t.awaiting, t.unpainted = false, false
	t.damagedAt.Store(0)
	t.lastPaint.Store(t.o.Now().UnixNano())
	if size := t.raster.Size(); size.Width > 0 {
		t.setScale(float32(w) / size.Width)
	}
	t.screen.Snapshot(&t.frame, t.top)
	t.painter.take(&t.frame)
	return t.painter.paint(&t.frame, w, h, cursorLook{on: t.blink.shown(), focused: t.focused})
}

// damage asks for a frame. It may be called from any goroutine, any number of
// times: until the frame is taken only the first call has any cost.
func (t *Terminal) damage() {
	now := t.o.Now().UnixNano()
	t.damagedAt.CompareAndSwap(0, now)
	if !t.damaged.CompareAndSwap(false, true) {
		return
	}
	wait := frameTime - time.Duration(now-t.lastPaint.Load())
	if wait <= 0 {
		fyne.Do(t.repaint)
		return
	}
	time.AfterFunc(min(wait, frameTime), func() { fyne.Do(t.repaint) })
}

// letPaint holds the reader back for a moment while a frame is late: a program
// that writes without end must not take the processor from the window. What is
// not painted at all, being hidden, holds nothing back.
func (t *Terminal) letPaint() {
	for {
		at := t.damagedAt.Load()
		late := time.Duration(t.o.Now().UnixNano() - at)
		if at == 0 || late < lateFrame || late > lostFrame {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// repaint shows what changed, if anything did and anybody looks.
func (t *Terminal) repaint() {
	t.damaged.Store(false)
	if t.screen.Snapshot(&t.frame, t.top) {
		t.unpainted = true
		t.painter.take(&t.frame)
		t.moveThumb()
	}
	now := t.o.Now()
	if !t.unpainted || !t.Visible() || t.awaiting && now.Sub(t.asked) < paintLimit {
		return // the frame to come takes it along
	}
	if t.awaiting && t.offScreen() {
		t.asked = now
		return // as does the one that is painted when it is shown again
	}
	t.refreshRaster(now)
}

// offScreen says whether the terminal is behind another tab: a widget is not told
// when what it lies in is hidden, but it has no place in the window then.
func (t *Terminal) offScreen() bool {
	d := fyne.CurrentApp().Driver()
	c := d.CanvasForObject(t)
	return c != nil && d.AbsolutePositionForObject(t).IsZero() && c.Size() != t.Size()
}

func (t *Terminal) refreshRaster(now time.Time) {
	t.awaiting, t.asked = true, now
	t.raster.Refresh()
}

// restyle takes font and colours from the theme.
func (t *Terminal) restyle() {
	th := t.Theme()
	t.variant = fyne.CurrentApp().Settings().ThemeVariant()
	if darkTheme(th, t.variant) {
		t.variant = theme.VariantDark
	} else {
		t.variant = theme.VariantLight
	}
	t.screen.SetColors(terminalColors(t.variant))
	t.painter.marks = terminalMarkColors(t.variant)
	px := t.FontSize() * t.scale
	mono := th.Font(fyne.TextStyle{Monospace: true})
	if t.painter.font == nil || t.mono != mono || t.fontPx != px {
		t.mono, t.fontPx = mono, px
		t.painter.font = newTerminalFont(mono, px)
		t.useFallback()
	}
	t.painter.padX = int(terminalPad * t.scale)
	t.painter.padY = t.painter.padX / 2
	t.painter.all = true
	t.flash.FillColor = th.Color(theme.ColorNameFocus, t.variant)
	t.thumb.FillColor = th.Color(theme.ColorNameScrollBar, t.variant)
}

// darkTheme says whether a theme shows light text: one that is fixed to dark does
// not follow the variant.
func darkTheme(th fyne.Theme, v fyne.ThemeVariant) bool {
	r, g, b, _ := th.Color(theme.ColorNameBackground, v).RGBA()
	return r+g+b < 3*0x8000
}

// setScale follows the window to another display.
func (t *Terminal) setScale(scale float32) {
	if scale <= 0 || scale == t.scale || scale > t.scale*0.99 && scale < t.scale*1.01 {
		return
	}
	t.scale = scale
	t.restyle()
	t.layoutCells()
}

// layoutCells works out how many cells there is room for, and tells the shell
// when the size has settled.
func (t *Terminal) layoutCells() {
	size := t.raster.Size()
	f := t.painter.font
	w, h := int(size.Width*t.scale)-2*t.painter.padX, int(size.Height*t.scale)-2*t.painter.padY
	if w < f.cellW || h < f.cellH {
		return // not laid out yet
	}
	cols, rows := max(2, w/f.cellW), max(1, h/f.cellH)
	if t.told && cols == t.cols && rows == t.rows {
		if t.settle != nil {
			t.settle.Stop()
		}
		return
	}
	if t.settle != nil {
		t.settle.Stop()
	}
	wait := settleTime
	if !t.told {
		wait = firstSettle
	}
	t.settle = time.AfterFunc(wait, func() {
		fyne.Do(func() { t.setCells(cols, rows) })
	})
}

// setCells makes the screen this size.
func (t *Terminal) setCells(cols, rows int) {
	if t.told && cols == t.cols && rows == t.rows {
		return
	}
	t.cols, t.rows, t.told = cols, rows, true
	t.screen.Resize(cols, rows)
	t.recMu.Lock()
	if t.recorder != nil {
		t.recorder.Resize(cols, rows)
	}
	t.recMu.Unlock()
	if s := t.session.Load(); s != nil {
		s.setSize(cols, rows)
	}
	if t.OnCells != nil {
		t.OnCells(cols, rows)
	}
	t.repaint()
}
