package widgets

import (
	"context"
	"fmt"
	"image/color"
	"io"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/platform/terminal"
)

const (
	// frameTime is the least time between two frames.
	frameTime = 33 * time.Millisecond
	// paintLimit is how long a frame that was asked for may be missing before
	// another is asked for: a hidden widget is not painted.
	paintLimit = time.Second
	// From lateFrame to lostFrame after it was needed, a frame that is not there
	// holds the reader back.
	lateFrame = 45 * time.Millisecond
	lostFrame = 250 * time.Millisecond
	// settleTime is how long a size has to stay before the shell learns of it.
	settleTime = 80 * time.Millisecond
	// firstSettle is the same for the first size, which a shell waits for.
	firstSettle = 25 * time.Millisecond
	// The bounds of the font size.
	minTerminalFont = 6
	maxTerminalFont = 48
	terminalPad     = 4
)

// TerminalOptions are what a terminal is made with. The zero value is fine.
type TerminalOptions struct {
	// Scrollback is the number of lines kept; 0 for terminal.DefaultScrollback.
	Scrollback int
	// FontSize is in Fyne's units; 0 for the theme's text size.
	FontSize float32
	// ReadClipboard reads the clipboard without hanging with its owner; nil for
	// Fyne's way, which does.
	ReadClipboard func(context.Context) (string, error)
	// OpenURL opens a link; nil for the system's browser.
	OpenURL func(*url.URL)
	// Now is the clock; nil for time.Now.
	Now func() time.Time
}

// Terminal is a widget that shows a program's screen and gives it the keyboard.
// Its methods are called on Fyne's goroutine, its callbacks come on it.
type Terminal struct {
	widget.BaseWidget

	// OnCells is called with the first real size in cells, so that a shell can be
	// opened at the right size, and with each change.
	OnCells func(cols, rows int)
	// OnTitle is called when the program sets a title.
	OnTitle func(string)
	// OnBell is called when the program rings; the terminal flashes by itself.
	OnBell func()
	// OnShortcut is offered the shortcuts that are not the program's (Ctrl+Shift
	// with a letter or a page key, Cmd on a Mac) and that the terminal does not use
	// itself; it returns whether it took it.
	OnShortcut func(fyne.Shortcut) bool
	// OnEnded is called when the stream ended: nil for a normal end.
	OnEnded func(error)
	// OnFontSize is called when the person changed the font size.
	OnFontSize func(float32)

	o       TerminalOptions
	screen  *terminal.Screen
	session atomic.Pointer[terminalSession]
	running sync.WaitGroup

	raster  *canvas.Raster
	thumb   *canvas.Rectangle
	flash   *canvas.Rectangle
	painter terminalPainter
	frame   terminal.Frame
	variant fyne.ThemeVariant
	mono    fyne.Resource
	scale   float32 // pixels in one of Fyne's units
	fontPx  float32

	// top is the first line shown, terminal.Follow for the live screen.
	top        int
	cols, rows int
	told       bool
	settle     *time.Timer

	damaged atomic.Bool
	// damagedAt is when a frame was first needed, 0 when none is.
	damagedAt atomic.Int64
	lastPaint atomic.Int64
	asked     time.Time
	// awaiting is set while a frame was asked for and not painted yet, unpainted
	// while the last one painted is not all there is.
	awaiting, unpainted bool

	focused  bool
	keys     terminalKeys
	mouse    terminalMouse
	find     *terminalFind
	blink    terminalBlink
	fallback *terminalFallback

	recMu    sync.Mutex
	recorder *terminal.Recorder
	recFile  io.Closer

	// title is the newest one, told once when many come.
	title        atomic.Pointer[string]
	titlePending atomic.Bool
}

var (
	_ fyne.Widget        = (*Terminal)(nil)
	_ fyne.Focusable     = (*Terminal)(nil)
	_ fyne.Tabbable      = (*Terminal)(nil)
	_ fyne.Shortcutable  = (*Terminal)(nil)
	_ fyne.Scrollable    = (*Terminal)(nil)
	_ fyne.Draggable     = (*Terminal)(nil)
	_ fyne.Accessible    = (*Terminal)(nil)
	_ desktop.Keyable    = (*Terminal)(nil)
	_ desktop.Mouseable  = (*Terminal)(nil)
	_ desktop.Hoverable  = (*Terminal)(nil)
	_ desktop.Cursorable = (*Terminal)(nil)
)

// NewTerminal makes a terminal that is connected to nothing yet.
func NewTerminal(o TerminalOptions) *Terminal {
	if o.Now == nil {
		o.Now = time.Now
	}
	t := &Terminal{o: o, top: terminal.Follow, cols: 80, rows: 24, scale: 1}
	t.painter.pairs = make(terminalPairs)
	t.painter.cursorRow = -1
	t.screen = terminal.New(t.cols, t.rows, terminal.Options{
		Scrollback: o.Scrollback,
		Now:        o.Now,
		Reply:      func(b []byte) { t.send(b) },
		Title:      t.retitle,
		Bell:       func() { fyne.Do(t.bell) },
		Clipboard:  func(text string) { fyne.Do(func() { t.askClipboard(text) }) },
	})
	t.raster = canvas.NewRaster(t.generate)
	t.raster.ScaleMode = canvas.ImageScalePixels
	t.thumb = canvas.NewRectangle(color.Transparent)
	t.thumb.CornerRadius = 2
	t.thumb.Hide()
	t.flash = canvas.NewRectangle(color.Transparent)
	t.flash.Hide()
	t.find = newTerminalFind(t)
	t.ExtendBaseWidget(t)
	t.restyle()
	return t
}

// Screen is the terminal's screen, for tests and for reading its text.
func (t *Terminal) Screen() *terminal.Screen { return t.screen }

// Start connects the terminal to a stream, which it reads until its end. One that
// was connected before is closed.
func (t *Terminal) Start(stream Stream) {
	t.Stop()
	s := &terminalSession{stream: stream, screen: t.screen, wg: &t.running, damaged: func() { t.damage(); t.letPaint() }, tee: t.record}
	s.ended = func(err error) {
		fyne.Do(func() {
			if t.session.CompareAndSwap(s, nil) && t.OnEnded != nil {
				t.OnEnded(err)
			}
		})
	}
	t.session.Store(s)
	startSession(s)
	if t.told {
		s.setSize(t.cols, t.rows)
	}
}

// Stop disconnects the terminal and closes the stream. What is on the screen
// stays; OnEnded is not called.
func (t *Terminal) Stop() {
	if s := t.session.Swap(nil); s != nil {
		s.close()
	}
}

// Wait waits until nothing runs any more of what Start began. It is for after
// Stop, and not for Fyne's goroutine: closing a stream may take a while.
func (t *Terminal) Wait() { t.running.Wait() }

// Connected says whether there is a stream.
func (t *Terminal) Connected() bool { return t.session.Load() != nil }

// Cells is the size in cells.
func (t *Terminal) Cells() (cols, rows int) { return t.cols, t.rows }

// send gives bytes to the program. It may be called from any goroutine.
func (t *Terminal) send(b []byte) {
	if s := t.session.Load(); s != nil && len(b) > 0 {
		s.send(b)
	}
}

// Insert types text at the prompt without running it.
func (t *Terminal) Insert(text string) {
	t.follow()
	t.send(terminal.EncodeInsert(text, t.screen.Modes()))
}

// Paste pastes text as it is, without a question.
func (t *Terminal) Paste(text string) {
	t.follow()
	t.send(terminal.EncodePaste(text, t.screen.Modes()))
}

// Print shows text in the terminal as if the program had written it: a banner, or
// why it ended. It is not sent to the program.
func (t *Terminal) Print(text string) {
	t.screen.Write([]byte(text))
	t.damage()
}

// CopySelection puts the selected text into the clipboard; false without any.
func (t *Terminal) CopySelection() bool {
	text := t.screen.SelectedText()
	if text == "" {
		return false
	}
	fyne.CurrentApp().Clipboard().SetContent(text)
	return true
}

// SaveText writes the scrollback as plain text. It may be called from any goroutine.
func (t *Terminal) SaveText(w io.Writer) error { return t.screen.SaveText(w) }

// Clear forgets the scrollback.
func (t *Terminal) Clear() {
	t.screen.Clear()
	t.follow()
}

// StartRecording records what is shown from now on as an asciicast, version 2.
func (t *Terminal) StartRecording(w io.Writer) error {
	t.recMu.Lock()
	defer t.recMu.Unlock()
	if t.recorder != nil {
		return fmt.Errorf("record the terminal: it is being recorded already")
	}
	r, err := terminal.NewRecorder(w, t.cols, t.rows, t.screen.Title(), t.o.Now)
	if err == nil {
		t.recorder = r
	}
	return err
}

// StopRecording ends the recording and tells what went wrong with it, if anything.
func (t *Terminal) StopRecording() error {
	t.recMu.Lock()
	r := t.recorder
	t.recorder = nil
	t.recMu.Unlock()
	if r == nil {
		return nil
	}
	return r.Close()
}

// Recording says whether StartRecording was called.
func (t *Terminal) Recording() bool {
	t.recMu.Lock()
	defer t.recMu.Unlock()
	return t.recorder != nil
}

func (t *Terminal) record(b []byte) {
	t.recMu.Lock()
	r := t.recorder
	t.recMu.Unlock()
	if r != nil {
		_, _ = r.Write(b) // StopRecording tells the error
	}
}

// FontSize is the size of the text in Fyne's units.
func (t *Terminal) FontSize() float32 {
	if t.o.FontSize > 0 {
		return t.o.FontSize
	}
	return t.Theme().Size(theme.SizeNameText)
}

// SetFontSize changes the size of the text; 0 is the theme's.
func (t *Terminal) SetFontSize(size float32) {
	if size > 0 {
		size = min(max(size, minTerminalFont), maxTerminalFont)
	}
	t.o.FontSize = size
	t.restyle()
	t.layoutCells()
	t.repaint()
}

// AccessibilityLabel tells a screen reader what this is.
func (t *Terminal) AccessibilityLabel() string {
	if title := t.screen.Title(); title != "" {
		return i18n.T("terminal.accessible_titled", map[string]any{"Title": title})
	}
	return i18n.T("terminal.accessible")
}

// AccessibilityRole is text.
func (t *Terminal) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// retitle tells of a title; it comes from the goroutine that reads.
func (t *Terminal) retitle(title string) {
	t.title.Store(&title)
	if !t.titlePending.CompareAndSwap(false, true) {
		return
	}
	fyne.Do(func() {
		t.titlePending.Store(false)
		if t.OnTitle != nil {
			t.OnTitle(*t.title.Load())
		}
	})
}

// bell flashes the terminal for a moment; it rings no more while it does.
func (t *Terminal) bell() {
	if t.flash.Visible() {
		return
	}
	if t.OnBell != nil {
		t.OnBell()
	}
	t.flash.Show()
	time.AfterFunc(120*time.Millisecond, func() { fyne.Do(t.flash.Hide) })
}
