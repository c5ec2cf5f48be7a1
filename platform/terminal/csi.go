package terminal

import (
	"strconv"

	"github.com/charmbracelet/x/ansi"
)

// maxParam bounds every number a sequence may give.
const maxParam = 1 << 16

// param is parameter i, def where it is missing.
func param(p ansi.Params, i, def int) int {
	v, _, ok := p.Param(i, def)
	if !ok {
		return def
	}
	return clamp(v, 0, maxParam)
}

// count is parameter i as a number of times, at least one.
func count(p ansi.Params, i int) int { return max(param(p, i, 1), 1) }

// csi acts on a control sequence.
func (s *Screen) csi(cmd ansi.Cmd, p ansi.Params) {
	switch {
	case cmd.Intermediate() != 0:
		s.csiIntermediate(cmd, p)
	case cmd.Prefix() != 0:
		s.csiPrivate(cmd, p)
	default:
		s.csiPlain(cmd.Final(), p)
	}
}

func (s *Screen) csiPlain(final byte, p ansi.Params) {
	switch final {
	case '@':
		s.insertChars(count(p, 0))
	case 'A', 'k':
		s.moveBy(0, -count(p, 0))
	case 'B', 'e':
		s.moveBy(0, count(p, 0))
	case 'C', 'a':
		s.moveBy(count(p, 0), 0)
	case 'D', 'j':
		s.moveBy(-count(p, 0), 0)
	case 'E':
		s.moveBy(-s.x, count(p, 0))
	case 'F':
		s.moveBy(-s.x, -count(p, 0))
	case 'G', '`':
		s.x, s.wrap = clamp(count(p, 0)-1, 0, s.cols-1), false
	case 'H', 'f':
		s.moveTo(count(p, 1)-1, count(p, 0)-1)
	case 'I':
		s.tab(min(count(p, 0), s.cols))
	case 'J':
		s.eraseDisplay(param(p, 0, 0), false)
	case 'K':
		s.eraseLine(param(p, 0, 0), false)
	case 'L':
		s.insertLines(count(p, 0))
	case 'M':
		s.deleteLines(count(p, 0))
	case 'P':
		s.deleteChars(count(p, 0))
	case 'S':
		s.scrollUp(min(count(p, 0), s.rows))
	case 'T':
		if len(p) <= 1 { // more are mouse highlighting, which nobody has
			s.scrollDown(s.top, s.bottom, count(p, 0))
		}
	case 'X':
		s.eraseChars(count(p, 0))
	case 'Z':
		s.tab(-min(count(p, 0), s.cols))
	case 'b':
		s.repeat(count(p, 0))
	case 'c':
		if param(p, 0, 0) == 0 {
			s.reply("\x1b[?62;22c") // a VT220 with colour
		}
	case 'd':
		s.moveTo(s.x, count(p, 0)-1)
	case 'g':
		s.clearTab(param(p, 0, 0))
	case 'h', 'l':
		for i := range p {
			if b := s.ansiMode(param(p, i, 0)); b != nil {
				*b = final == 'h'
			}
		}
	case 'm':
		s.sgr(p)
	case 'n':
		s.status(param(p, 0, 0))
	case 'r':
		s.setRegion(param(p, 0, 1), param(p, 1, s.rows))
	case 's':
		s.save()
	case 't':
		s.windowOp(p)
	case 'u':
		s.restore()
	}
}

// csiPrivate acts on the sequences with one of < = > ? after the bracket.
func (s *Screen) csiPrivate(cmd ansi.Cmd, p ansi.Params) {
	final := cmd.Final()
	switch cmd.Prefix() {
	case '?':
		switch final {
		case 'h', 'l':
			for i := range p {
				s.setPrivate(param(p, i, 0), final == 'h')
			}
		case 'J':
			s.eraseDisplay(min(param(p, 0, 0), 2), true)
		case 'K':
			s.eraseLine(param(p, 0, 0), true)
		case 'n':
			if param(p, 0, 0) == 6 {
				s.reportCursor("?")
			}
		}
	case '>':
		switch final {
		case 'c':
			if param(p, 0, 0) == 0 {
				s.reply("\x1b[>1;10;0c")
			}
		case 'q':
			if param(p, 0, 0) == 0 {
				s.reply("\x1bP>|Tacklebox\x1b\\")
			}
		}
	case '=':
		if final == 'c' && param(p, 0, 0) == 0 {
			s.reply("\x1bP!|00000000\x1b\\")
		}
	}
}

// csiIntermediate acts on the sequences with a character before the last one.
func (s *Screen) csiIntermediate(cmd ansi.Cmd, p ansi.Params) {
	switch cmd.Intermediate() {
	case ' ':
		if cmd.Final() == 'q' {
			s.setCursorStyle(param(p, 0, 0))
		}
	case '!':
		if cmd.Final() == 'p' {
			s.softReset()
		}
	case '$':
		if cmd.Final() == 'p' {
			s.reportMode(param(p, 0, 0), cmd.Prefix() == '?')
		}
	case '"':
		if cmd.Final() == 'q' {
			s.pen.attr &^= Protected
			if param(p, 0, 0) == 1 {
				s.pen.attr |= Protected
			}
		}
	}
}

// setCursorStyle is DECSCUSR.
func (s *Screen) setCursorStyle(n int) {
	switch n {
	case 0, 1, 2:
		s.style = CursorBlock
	case 3, 4:
		s.style = CursorUnderline
	case 5, 6:
		s.style = CursorBar
	default:
		return
	}
	s.blink = n == 1 || n == 3 || n == 5
}

func (s *Screen) clearTab(mode int) {
	switch mode {
	case 0:
		s.tabs[s.x] = false
	case 3:
		clear(s.tabs)
	}
}

// status answers DSR.
func (s *Screen) status(n int) {
	switch n {
	case 5:
		s.reply("\x1b[0n")
	case 6:
		s.reportCursor("")
	}
}

func (s *Screen) reportCursor(prefix string) {
	y := s.y
	if s.origin {
		y -= s.top
	}
	s.reply("\x1b[" + prefix + strconv.Itoa(y+1) + ";" + strconv.Itoa(s.x+1) + "R")
}

// windowOp is XTWINOPS. Only sizes are told: the title is not, since a program
// that could set it and have it typed back would run what it likes; and nothing
// moves, raises or resizes a window.
func (s *Screen) windowOp(p ansi.Params) {
	switch param(p, 0, 0) {
	case 18:
		s.reply("\x1b[8;" + strconv.Itoa(s.rows) + ";" + strconv.Itoa(s.cols) + "t")
	case 22:
		if which := param(p, 1, 0); which != 1 && len(s.titles) < maxTitles {
			s.titles = append(s.titles, s.title)
		}
	case 23:
		if n := len(s.titles); n > 0 && param(p, 1, 0) != 1 {
			s.setTitle(s.titles[n-1])
			s.titles = s.titles[:n-1]
		}
	}
}
