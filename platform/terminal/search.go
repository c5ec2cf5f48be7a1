package terminal

import (
	"slices"
	"unicode"
)

// maxMatches bounds how many found places are counted.
const maxMatches = 10_000

// searchState is what is being looked for.
type searchState struct {
	query   []rune
	exact   bool
	matches []Span
	current int
	// visible are the matches among the rows of the last frame.
	visible []Span
	// text and at are the characters of the line being looked through, and where
	// each of them is.
	text []rune
	at   []Pos
}

// Found is where a search stands: match Index (from 1) of Count.
type Found struct {
	Span
	Index, Count int
}

// Search looks for text in the scrollback and the screen, from the newest match
// on; "" ends the search. Upper and lower case are alike unless exact is set.
func (s *Screen) Search(text string, exact bool) (Found, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.search = searchState{exact: exact, query: []rune(text), current: -1}
	if !exact {
		for i, r := range s.search.query {
			s.search.query[i] = unicode.ToLower(r)
		}
	}
	s.collectMatches()
	return s.step(true)
}

// SearchNext goes to the next match, or the one before; it goes round at the ends.
func (s *Screen) SearchNext(backward bool) (Found, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, had := Span{}, s.search.current >= 0 && s.search.current < len(s.search.matches)
	if had {
		at = s.search.matches[s.search.current]
	}
	s.collectMatches()
	s.search.current = -1
	if had {
		// New output moved the list, not the places in it.
		i, found := slices.BinarySearchFunc(s.search.matches, at, func(m, at Span) int {
			switch {
			case m.From.before(at.From):
				return -1
			case at.From.before(m.From):
				return 1
			}
			return 0
		})
		if !found && !backward {
			i--
		}
		s.search.current = i
	}
	return s.step(backward)
}

// step moves to the next match from current.
func (s *Screen) step(backward bool) (Found, bool) {
	n := len(s.search.matches)
	if n == 0 {
		s.search.current = -1
		return Found{}, false
	}
	i := s.search.current
	switch {
	case backward && i <= 0:
		i = n - 1
	case backward:
		i--
	default:
		i = (i + 1) % n
	}
	s.search.current = i
	return Found{Span: s.search.matches[i], Index: i + 1, Count: n}, true
}

// collectMatches finds all matches, the newest maxMatches of them.
func (s *Screen) collectMatches() {
	s.search.matches = s.search.matches[:0]
	if len(s.search.query) == 0 {
		return
	}
	last := s.r.dropped + s.r.n - 1
	for n := last; n >= s.r.dropped && len(s.search.matches) < maxMatches; {
		first := s.logicalStart(n)
		found := s.matchesIn(first, n)
		slices.Reverse(found)
		s.search.matches = append(s.search.matches, found...)
		n = first - 1
	}
	slices.Reverse(s.search.matches)
}

// logicalStart is the first line of the wrapped lines that end with n.
func (s *Screen) logicalStart(n int) int {
	for n > s.r.dropped && s.lineAt(n-1).wrapped {
		n--
	}
	return n
}

// matchesIn finds the matches in lines [first, last], which are one wrapped line.
func (s *Screen) matchesIn(first, last int) []Span {
	text, at := s.search.text[:0], s.search.at[:0]
	for n := first; n <= last; n++ {
		for x, c := range s.lineAt(n).cells {
			if c.Attr&WideTail != 0 {
				continue
			}
			if c.Rune >= clusterBase {
				for _, r := range s.cluster(c.Rune) {
					text, at = append(text, s.fold(r)), append(at, Pos{n, x})
				}
				continue
			}
			r := c.Rune
			if r == 0 {
				r = ' '
			}
			text, at = append(text, s.fold(r)), append(at, Pos{n, x})
		}
	}
	s.search.text, s.search.at = text, at
	var found []Span
	q := s.search.query
	for i := 0; i+len(q) <= len(text); i++ {
		if text[i] != q[0] || !slices.Equal(text[i:i+len(q)], q) {
			continue
		}
		end := at[i+len(q)-1]
		end.Col++
		if l := s.lineAt(end.Line); end.Col < len(l.cells) && l.cells[end.Col].Attr&WideTail != 0 {
			end.Col++
		}
		found = append(found, Span{at[i], end})
		i += len(q) - 1
	}
	return found
}

func (s *Screen) fold(r rune) rune {
	switch {
	case s.search.exact || r < 'A':
		return r
	case r < 0x80:
		if r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(r)
}

// findVisible looks for matches among the rows shown from line top on, so that
// what is shown is marked although output went on since the search.
func (s *Screen) findVisible(top int) {
	s.search.visible = s.search.visible[:0]
	if len(s.search.query) == 0 {
		return
	}
	end := top + s.rows
	for n := top; n < end; {
		last := n
		for last < end-1 && s.lineAt(last).wrapped {
			last++
		}
		s.search.visible = append(s.search.visible, s.matchesIn(n, last)...)
		n = last + 1
	}
}

// ranges are the found places in line n, and the one the person is at.
func (t *searchState) ranges(n, cols int) (found []Range, current Range) {
	for _, m := range t.visible {
		if r := m.columns(n, cols); r != (Range{}) {
			found = append(found, r)
		}
	}
	if t.current >= 0 && t.current < len(t.matches) {
		current = t.matches[t.current].columns(n, cols)
	}
	return found, current
}
