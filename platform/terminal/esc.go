package terminal

import "github.com/charmbracelet/x/ansi"

// esc acts on an escape sequence.
func (s *Screen) esc(cmd ansi.Cmd) {
	final := cmd.Final()
	switch cmd.Intermediate() {
	case 0:
		s.escPlain(final)
	case '(', ')', '*', '+':
		s.charsets[cmd.Intermediate()-'('] = final
	case '#':
		if final == '8' {
			s.align()
		}
	}
}

func (s *Screen) escPlain(final byte) {
	switch final {
	case '7':
		s.save()
	case '8':
		s.restore()
	case '=':
		s.modes.appKeypad = true
	case '>':
		s.modes.appKeypad = false
	case 'D':
		s.lineFeed()
	case 'E':
		s.x = 0
		s.lineFeed()
	case 'H':
		s.tabs[s.x] = true
	case 'M':
		s.reverseIndex()
	case 'N':
		s.single = 2
	case 'O':
		s.single = 3
	case 'Z':
		s.reply("\x1b[?62;22c")
	case 'c':
		s.setTitle("")
		s.reset()
	case 'n':
		s.gl = 2
	case 'o':
		s.gl = 3
	}
}

// drawing is the DEC special graphics set, from '_' on.
const drawing = "\u00a0◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"

var drawingRunes = []rune(drawing)

// translate maps a character through the charset in use.
func (s *Screen) translate(r rune) rune {
	set := s.charsets[s.gl]
	if s.single != 0 {
		set = s.charsets[s.single]
		s.single = 0
	}
	switch {
	case set == '0' && r >= '_' && r <= '~':
		return drawingRunes[r-'_']
	case set == 'A' && r == '#':
		return '£'
	}
	return r
}
