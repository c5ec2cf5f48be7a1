package containers

import (
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"tacklebox/panels/widgets"
	"tacklebox/platform/clipboard"
	"tacklebox/platform/settings"
)

// Shortcut is a key of ours that a terminal passes out.
type Shortcut string

const (
	ShortcutNewShell Shortcut = "new-shell"
	ShortcutEndShell Shortcut = "end-shell"
	ShortcutNextTab  Shortcut = "next-tab"
	ShortcutPrevTab  Shortcut = "previous-tab"
)

// Terminal is what the tab needs of a terminal widget.
type Terminal interface {
	Object() fyne.CanvasObject
	Focusable() fyne.Focusable
	// Start shows what s writes; ended is called on Fyne's goroutine at its end.
	Start(s widgets.Stream, ended func(error))
	Stop()
	// Reset empties screen and scrollback.
	Reset()
	Cells() (cols, rows int)
	// SetSized has f called with the first real size and with each other one.
	SetSized(f func(cols, rows int))
	// SetShortcut has f called with our own keys; it is true when one was used.
	SetShortcut(f func(Shortcut) bool)
	SetTitled(f func(string))
	// SetReadOnly shows without a cursor and takes no input.
	SetReadOnly()
	// Insert types text at the prompt without Enter.
	Insert(text string)
	// Find opens the terminal's own search.
	Find()
	SaveText(w io.Writer) error
	StartRecording(w io.Writer) error
	StopRecording() error
	Recording() bool
}

// newTerminal makes the real one, with the font size that was chosen last.
func (p *Panel) newTerminal() Terminal {
	t := widgets.NewTerminal(widgets.TerminalOptions{
		FontSize:      p.settings().TerminalFontSize,
		ReadClipboard: clipboard.ReadText,
	})
	t.OnFontSize = func(size float32) {
		p.update(func(s *settings.Settings) { s.TerminalFontSize = size })
	}
	return &terminal{Terminal: t}
}

// terminal gives the widget the form of the interface.
type terminal struct {
	*widgets.Terminal
	readOnly bool
}

func (t *terminal) Object() fyne.CanvasObject { return t.Terminal }

func (t *terminal) Focusable() fyne.Focusable { return t.Terminal }

func (t *terminal) Start(s widgets.Stream, ended func(error)) {
	t.OnEnded = ended
	t.Terminal.Start(s)
}

func (t *terminal) Reset() {
	// RIS empties the screen and its modes, Clear the scrollback.
	t.Print("\x1bc")
	if t.readOnly {
		t.Print("\x1b[?25l")
	}
	t.Clear()
}

func (t *terminal) SetSized(f func(cols, rows int)) { t.OnCells = f }

func (t *terminal) SetTitled(f func(string)) { t.OnTitle = f }

// SetReadOnly hides the cursor; what is typed goes to a stream that forgets it.
func (t *terminal) SetReadOnly() { t.readOnly = true }

func (t *terminal) SetShortcut(f func(Shortcut) bool) {
	t.OnShortcut = func(s fyne.Shortcut) bool {
		c, ok := s.(*desktop.CustomShortcut)
		if !ok {
			return false
		}
		switch c.KeyName {
		case fyne.KeyT:
			return f(ShortcutNewShell)
		case fyne.KeyW:
			return f(ShortcutEndShell)
		case fyne.KeyPageDown:
			return f(ShortcutNextTab)
		case fyne.KeyPageUp:
			return f(ShortcutPrevTab)
		}
		return false
	}
}
