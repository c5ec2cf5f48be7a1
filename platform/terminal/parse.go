package terminal

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/parser"
)

// newParser makes the parser of escape sequences. Plain text and the payload of
// strings never go through it: Write scans those itself, which is many times
// faster, takes UTF-8 apart correctly across writes (the parser swallows an ESC
// after a cut character, and ends a string at the byte 0x9C of a Chinese one),
// and bounds what a string may hold.
func newParser(s *Screen) *ansi.Parser {
	p := ansi.NewParser()
	p.SetDataSize(1) // payloads are collected in Screen.payload
	p.SetHandler(ansi.Handler{
		Execute:   func(b byte) { s.control(b) },
		HandleCsi: s.csi,
		HandleEsc: s.esc,
		HandleDcs: func(cmd ansi.Cmd, params ansi.Params, _ []byte) { s.dcs(cmd, params, s.payload) },
		HandleOsc: func(int, []byte) { s.osc(s.payload) },
	})
	return p
}

// slice is how much is painted at a time without letting anybody look: a few
// bytes can ask for a whole screen to be filled.
const slice = 4 << 10

// Write paints what a program wrote. It never fails, and lets others at the screen
// in between.
func (s *Screen) Write(b []byte) (int, error) {
	for rest := b; ; {
		n := min(len(rest), slice)
		s.mu.Lock()
		s.write(rest[:n])
		if rest = rest[n:]; len(rest) == 0 {
			break // still locked
		}
		s.mu.Unlock()
	}
	e := s.pending
	s.pending = events{}
	s.mu.Unlock()

	if len(e.replies) > 0 && s.o.Reply != nil {
		s.o.Reply(e.replies)
	}
	if e.title != nil && s.o.Title != nil {
		s.o.Title(*e.title)
	}
	if e.bell && s.o.Bell != nil {
		s.o.Bell()
	}
	if e.clipboard != nil && s.o.Clipboard != nil {
		s.o.Clipboard(*e.clipboard)
	}
	return len(b), nil
}

func (s *Screen) write(b []byte) {
	for len(b) > 0 {
		switch s.parser.State() {
		case parser.GroundState:
			b = s.ground(b)
		case parser.OscStringState:
			b = s.collect(b, true)
		case parser.DcsStringState, parser.SosStringState, parser.PmStringState, parser.ApcStringState:
			b = s.collect(b, false)
		default:
			c := b[0]
			if c >= 0x80 {
				// No sequence has such a byte: it was cut off, text goes on.
				s.parser.Reset()
				continue
			}
			b = b[1:]
			if c < 0x20 && c != ansi.ESC && c != ansi.CAN && c != ansi.SUB {
				// The parser would mix the control character into the command.
				s.control(c)
				continue
			}
			switch {
			case c < '0' || c > '9':
				s.digits = 0
			case c > '0' || s.digits > 0: // leading zeros do not count
				if s.digits++; s.digits > maxDigits {
					continue // the parser's numbers would overflow
				}
			}
			s.parser.Advance(c)
			if c != ansi.ESC && s.inString() {
				s.payload = s.payload[:0]
			}
		}
	}
}

func (s *Screen) inString() bool {
	switch s.parser.State() {
	case parser.OscStringState, parser.DcsStringState, parser.SosStringState, parser.PmStringState, parser.ApcStringState:
		return true
	}
	return false
}

// collect takes the payload of a string up to what ends it.
func (s *Screen) collect(b []byte, bellEnds bool) []byte {
	n := 0
	for n < len(b) {
		c := b[n]
		if c == ansi.ESC || c == ansi.CAN || c == ansi.SUB || c == ansi.BEL && bellEnds {
			break
		}
		n++
	}
	if room := maxString - len(s.payload); room > 0 {
		s.payload = append(s.payload, b[:min(n, room)]...)
	}
	if n == len(b) {
		return nil
	}
	s.parser.Advance(b[n])
	return b[n+1:]
}

// ground paints text up to the start of an escape sequence.
func (s *Screen) ground(b []byte) []byte {
	if s.npartial > 0 {
		b = s.finishRune(b)
	}
	for len(b) > 0 {
		c := b[0]
		switch {
		case c >= 0x20 && c < 0x7f:
			n := 1
			for n < len(b) && b[n] >= 0x20 && b[n] < 0x7f {
				n++
			}
			s.printASCII(b[:n])
			b = b[n:]
		case c == ansi.ESC:
			s.parser.Advance(c)
			return b[1:]
		case c < 0x20:
			s.control(c)
			b = b[1:]
		case c == 0x7f:
			b = b[1:]
		default:
			r, n := utf8.DecodeRune(b)
			if r == utf8.RuneError && n <= 1 && !utf8.FullRune(b) {
				s.npartial = copy(s.partial[:], b)
				return nil
			}
			if r == utf8.RuneError && n == 1 {
				n = badLen(b)
			}
			s.print(r)
			b = b[n:]
		}
	}
	return nil
}

// badLen is how many bytes one replacement character stands for: the start of a
// character that does not go on counts as one.
func badLen(b []byte) int {
	for n := min(len(b), utf8.UTFMax-1); n > 1; n-- {
		if !utf8.FullRune(b[:n]) {
			return n
		}
	}
	return 1
}

// finishRune completes a character that the last Write cut.
func (s *Screen) finishRune(b []byte) []byte {
	for len(b) > 0 && s.npartial < len(s.partial) && !utf8.FullRune(s.partial[:s.npartial]) {
		if b[0]&0xc0 != 0x80 {
			break
		}
		s.partial[s.npartial] = b[0]
		s.npartial++
		b = b[1:]
	}
	if len(b) == 0 && !utf8.FullRune(s.partial[:s.npartial]) {
		return nil
	}
	p := s.partial[:s.npartial]
	s.npartial = 0
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 {
			n = badLen(p)
		}
		s.print(r)
		p = p[n:]
	}
	return b
}

// control acts on a C0 control character.
func (s *Screen) control(c byte) {
	switch c {
	case ansi.BEL:
		s.pending.bell = true
	case ansi.BS:
		s.backspace()
	case ansi.HT:
		s.tab(1)
	case ansi.LF, ansi.VT, ansi.FF:
		s.lineFeed()
		if s.modes.newLine {
			s.x, s.wrap = 0, false
		}
	case ansi.CR:
		s.x, s.wrap = 0, false
	case ansi.SO:
		s.gl = 1
	case ansi.SI:
		s.gl = 0
	case ansi.SUB:
		s.print(utf8.RuneError)
	}
}

// reply queues an answer. A program that asks without end gets no end of answers
// neither: more than maxReplies in one Write are dropped.
func (s *Screen) reply(text string) {
	if len(s.pending.replies)+len(text) <= maxReplies {
		s.pending.replies = append(s.pending.replies, text...)
	}
}

func appendRune(b []byte, r rune) []byte { return utf8.AppendRune(b, r) }
