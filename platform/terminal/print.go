package terminal

import (
	"bytes"
	"unicode/utf8"
)

// printASCII writes printable ASCII at the cursor.
func (s *Screen) printASCII(b []byte) {
	if s.single != 0 || s.charsets[s.gl] != 'B' || s.modes.insert {
		for _, c := range b {
			s.print(rune(c))
		}
		return
	}
	s.lastRune = rune(b[len(b)-1])
	c := Cell{Fg: s.pen.fg, Bg: s.pen.bg, Attr: s.pen.attr, ext: s.pen.ext}
	for len(b) > 0 {
		if s.wrap {
			s.wrapLine()
		}
		n := min(len(b), s.cols-s.x)
		l := s.row(s.y)
		s.open(l, s.x, s.x+n)
		cells := l.cells[s.x : s.x+n]
		for i := range cells {
			c.Rune = rune(b[i])
			cells[i] = c
		}
		if n < len(b) && !s.modes.autowrap {
			// Without wrapping all further characters land in the last column.
			cells[n-1].Rune = rune(b[len(b)-1])
			n = len(b)
		}
		s.touch(s.y)
		b = b[n:]
		if s.x += n; s.x >= s.cols {
			s.x, s.wrap = s.cols-1, s.modes.autowrap
		}
	}
}

// open makes the cells [from, to) of l ready to be overwritten: the line is long
// enough, and a wide character that is only half covered is gone.
func (s *Screen) open(l *line, from, to int) {
	for len(l.cells) < to {
		if cap(l.cells) >= to {
			n := len(l.cells)
			l.cells = l.cells[:to]
			if n < from {
				clear(l.cells[n:from])
			} else if l.wide && from < n {
				s.splitLeft(l, from)
			}
			return
		}
		grown := make([]Cell, len(l.cells), min(s.cols, max(16, to+to/2)))
		copy(grown, l.cells)
		l.cells = grown
	}
	if l.wide {
		s.splitLeft(l, from)
		s.splitRight(l, to)
	}
}

// splitLeft blanks the first half of a wide character that x would cut.
func (s *Screen) splitLeft(l *line, x int) {
	if x > 0 && x < len(l.cells) && l.cells[x].Attr&WideTail != 0 {
		s.blankCell(&l.cells[x-1])
	}
}

// splitRight blanks the second half of a wide character that ends after x.
func (s *Screen) splitRight(l *line, x int) {
	if x > 0 && x < len(l.cells) && l.cells[x].Attr&WideTail != 0 {
		s.blankCell(&l.cells[x])
	}
}

func (s *Screen) blankCell(c *Cell) { *c = Cell{Bg: c.Bg} }

// print writes one character at the cursor.
func (s *Screen) print(r rune) {
	r = s.translate(r)
	w := runeWidth(r)
	if w == 0 {
		s.combine(r)
		return
	}
	if s.modes.graphemes && s.joins(r) {
		return
	}
	s.lastRune = r
	if w > s.cols {
		w, r = 1, utf8.RuneError
	}
	if s.wrap {
		s.wrapLine()
	}
	if s.x+w > s.cols {
		if !s.modes.autowrap {
			s.x = s.cols - w
		} else {
			s.wrapLine()
		}
	}
	l := s.row(s.y)
	if s.modes.insert {
		s.shiftRight(l, s.x, w)
	}
	s.open(l, s.x, s.x+w)
	c := Cell{Rune: r, Fg: s.pen.fg, Bg: s.pen.bg, Attr: s.pen.attr, ext: s.pen.ext}
	if w == 2 {
		l.wide = true
		c.Attr |= Wide
		tail := c
		tail.Rune, tail.Attr = 0, c.Attr&^Wide|WideTail
		l.cells[s.x+1] = tail
	}
	l.cells[s.x] = c
	s.touch(s.y)
	if s.x += w; s.x >= s.cols {
		s.x, s.wrap = s.cols-1, s.modes.autowrap
	}
}

// wrapLine goes on in the next line.
func (s *Screen) wrapLine() {
	s.row(s.y).wrapped = true
	s.x, s.wrap = 0, false
	s.lineFeed()
}

// previous is the cell of the last written character, nil where there is none.
func (s *Screen) previous() *Cell {
	l := s.row(s.y)
	x := s.x - 1
	if s.wrap {
		x = s.x
	}
	if x < 0 || x >= len(l.cells) {
		return nil
	}
	if l.cells[x].Attr&WideTail != 0 && x > 0 {
		x--
	}
	return &l.cells[x]
}

// combine adds a character without width to the one before it.
func (s *Screen) combine(r rune) {
	c := s.previous()
	if c == nil || c.Rune == 0 {
		return
	}
	if n, ok := s.clusters.join(s, c.Rune, r); ok {
		c.Rune = n
		s.touch(s.y)
	}
}

// repeat writes the last character n more times (REP).
func (s *Screen) repeat(n int) {
	if s.lastRune == 0 {
		return
	}
	n = min(n, s.cols*s.rows)
	if s.lastRune < 0x7f {
		run := bytes.Repeat([]byte{byte(s.lastRune)}, min(n, s.cols))
		for ; n > 0; n -= len(run) {
			s.printASCII(run[:min(n, len(run))])
		}
		return
	}
	for range n {
		s.print(s.lastRune)
	}
}

// backspace moves the cursor one to the left. In a line that wrapped into this
// one it does not go back up: programs that need that ask for mode 45.
func (s *Screen) backspace() {
	s.wrap = false
	if s.x > 0 {
		s.x--
	} else if s.modes.reverseWrap && s.modes.autowrap && s.y > s.top && s.row(s.y-1).wrapped {
		s.x, s.y = s.cols-1, s.y-1
	}
}

// tab goes to the n-th next tab stop, or back for a negative n.
func (s *Screen) tab(n int) {
	s.wrap = false
	for ; n > 0 && s.x < s.cols-1; n-- {
		for s.x++; s.x < s.cols-1 && !s.tabs[s.x]; s.x++ {
		}
	}
	for ; n < 0 && s.x > 0; n++ {
		for s.x--; s.x > 0 && !s.tabs[s.x]; s.x-- {
		}
	}
}
