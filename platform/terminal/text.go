package terminal

import (
	"bufio"
	"fmt"
	"io"
)

// Text is all text of the visible screen, one line each, without trailing blanks.
func (s *Screen) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b []byte
	for y := range s.rows {
		start := len(b)
		b = s.appendText(b, s.row(y), 0, s.cols)
		b = append(trimRight(b, start), '\n')
	}
	return string(b)
}

// SaveText writes the scrollback and the screen as plain text. Lines that wrapped
// are written as the one line they are. The screen is not held meanwhile for
// longer than it takes to copy some lines.
func (s *Screen) SaveText(w io.Writer) error {
	out := bufio.NewWriter(w)
	var b []byte
	blank := 0
	next := -1
	for {
		b, next = s.someLines(b[:0], next, &blank)
		if _, err := out.Write(b); err != nil {
			return fmt.Errorf("save the text of the terminal: %w", err)
		}
		if next < 0 {
			break
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("save the text of the terminal: %w", err)
	}
	return nil
}

// someLines appends a few hundred lines of the main screen from line number next
// on (-1: the oldest) and returns the number to go on with, -1 at the end. Blank
// lines are held back until a line that is not follows.
func (s *Screen) someLines(b []byte, next int, blank *int) ([]byte, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &s.main
	next = max(next, m.dropped)
	end := m.dropped + m.n
	wrapped := false
	for n := 0; next < end && (n < 500 || wrapped && n < 5000); n++ {
		l := m.at(next - m.dropped)
		next++
		start := len(b)
		b = s.appendText(b, l, 0, s.cols)
		wrapped = l.wrapped
		if !wrapped {
			b = trimRight(b, start)
		}
		if len(b) == start && !wrapped {
			*blank++
			continue
		}
		if *blank > 0 {
			text := string(b[start:])
			b = b[:start]
			for ; *blank > 0; *blank-- {
				b = append(b, '\n')
			}
			b = append(b, text...)
		}
		if !wrapped {
			b = append(b, '\n')
		}
	}
	if next >= end {
		return b, -1
	}
	return b, next
}
