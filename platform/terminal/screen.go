// Package terminal is the screen of a terminal without a window: it takes the
// bytes a program writes, keeps what they paint and a scrollback, and turns keys,
// mouse and pasted text into the bytes a program reads.
//
// The grid is our own, over the parser of github.com/charmbracelet/x/ansi: the
// emulator x/vt of the same project moves the whole screen on each line feed.
package terminal

import (
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// Limits that keep whatever a program writes from taking more than its share.
const (
	// DefaultScrollback is the number of lines kept above the screen.
	DefaultScrollback = 10_000
	maxCols           = 1000
	maxRows           = 500
	maxReplies        = 16 << 10
	maxTitle          = 256
	maxString         = 64 << 10
	maxClipboard      = 64 << 10
	maxTitles         = 10
	maxDigits         = 7
	// syncLimit ends a synchronised update (mode 2026) that never ends.
	syncLimit = 150 * time.Millisecond
)

// Options are what a screen is made with. The functions are called from Write,
// after it released its lock; those that are nil are not called.
type Options struct {
	// Scrollback is the number of lines kept; 0 means DefaultScrollback, below 0 none.
	Scrollback int
	// Reply takes what the terminal answers to the program. It must not block.
	Reply func([]byte)
	// Title takes the window title a program set; it has no control characters.
	Title func(string)
	Bell  func()
	// Clipboard takes text a program wants in the clipboard (OSC 52). The person
	// has to agree; what is in the clipboard is never told to a program.
	Clipboard func(text string)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Screen is a terminal's screen. All methods may be called from any goroutine.
type Screen struct {
	mu sync.Mutex
	o  Options

	cols, rows int
	main, alt  ring
	// r is the ring on show, &main or &alt.
	r *ring
	// gen is the number of the last change.
	gen uint64

	cursor
	saved, savedAlt savedCursor
	// top and bottom are the scroll region, both inclusive.
	top, bottom int
	tabs        []bool
	modes       modes
	style       CursorStyle
	blink       bool
	lastRune    rune

	title     string
	titles    []string
	clusters  clusterTable
	extras    extraTable
	overrides overrides
	colors    Colors

	parser *ansi.Parser
	// payload collects the string of an OSC or DCS.
	payload []byte
	// partial is the start of a character whose rest comes with the next Write.
	partial  [4]byte
	npartial int
	// digits is how many the number being read has.
	digits int

	pending   events
	syncUntil time.Time

	sel    selection
	search searchState
	hover  Span
}

// events is what happened during a Write.
type events struct {
	replies   []byte
	bell      bool
	title     *string
	clipboard *string
}

// pen is how the next character looks.
type pen struct {
	fg, bg Color
	attr   Attr
	ext    uint16
}

// cursor is where and how the next character is written.
type cursor struct {
	x, y int
	pen  pen
	// wrap is set after writing into the last column: the next character wraps.
	wrap     bool
	origin   bool
	charsets [4]byte
	gl       uint8
	// single is the charset for one character (SS2, SS3), 0 for none.
	single uint8
}

type savedCursor struct {
	cursor
	valid bool
}

// New makes a screen.
func New(cols, rows int, o Options) *Screen {
	switch {
	case o.Scrollback == 0:
		o.Scrollback = DefaultScrollback
	case o.Scrollback < 0:
		o.Scrollback = 0
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Screen{o: o, cols: clamp(cols, 1, maxCols), rows: clamp(rows, 1, maxRows), colors: DefaultColors()}
	s.parser = newParser(s)
	s.reset()
	return s
}

// reset is RIS: the screen as New made it. The scrollback stays, because it is
// the person's; what was visible is not kept.
func (s *Screen) reset() {
	limit := s.rows + s.o.Scrollback
	if s.r == nil {
		s.main.reset(s.rows, limit)
	}
	s.r = &s.main
	s.alt.reset(s.rows, s.rows)
	s.cursor = cursor{charsets: [4]byte{'B', 'B', 'B', 'B'}}
	s.saved, s.savedAlt = savedCursor{}, savedCursor{}
	s.top, s.bottom = 0, s.rows-1
	s.modes = defaultModes()
	s.style, s.blink = CursorBlock, false
	s.overrides = overrides{}
	s.titles = nil
	s.lastRune = 0
	s.clusters.full, s.extras.full = false, false
	s.syncUntil = time.Time{}
	s.defaultTabs()
	for y := range s.rows {
		s.clearLine(y)
	}
	s.touchAll()
}

// defaultTabs sets a tab stop every eight columns.
func (s *Screen) defaultTabs() {
	s.tabs = make([]bool, s.cols)
	for x := 8; x < s.cols; x += 8 {
		s.tabs[x] = true
	}
}

// Size is the screen's size in cells.
func (s *Screen) Size() (cols, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cols, s.rows
}

// Title is the title a program set last, "" for none.
func (s *Screen) Title() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.title
}

// row is visible line y.
func (s *Screen) row(y int) *line { return s.r.at(s.r.n - s.rows + y) }

// base is the number of visible line 0; a line keeps its number while it lives.
func (s *Screen) base() int { return s.r.dropped + s.r.n - s.rows }

// touch marks visible line y as changed.
func (s *Screen) touch(y int) {
	s.gen++
	s.row(y).gen = s.gen
	if s.sel.active {
		s.sel.lineChanged(s.base() + y)
	}
}

func (s *Screen) touchAll() {
	for y := range s.rows {
		s.touch(y)
	}
}

// Clear empties the scrollback; what is visible stays.
func (s *Screen) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clearScrollback()
}

func (s *Screen) clearScrollback() {
	m := &s.main
	keep := make([]line, s.rows)
	for y := range s.rows {
		keep[y] = *m.at(m.n - s.rows + y)
	}
	m.dropped += m.n - s.rows
	m.buf, m.head, m.n = keep, 0, s.rows
	s.sel = selection{}
	s.clusters.full, s.extras.full = false, false
	s.gen++
}

func clamp(v, low, high int) int { return max(low, min(v, high)) }
