package terminal

import (
	"strings"
	"unicode"
)

// Pos is a place between cells: before column Col of line Line. Lines are counted
// from the first one ever, so that a place stays where it is while text scrolls.
type Pos struct{ Line, Col int }

func (p Pos) before(q Pos) bool { return p.Line < q.Line || p.Line == q.Line && p.Col < q.Col }

// Span is the text between two places.
type Span struct{ From, To Pos }

func (s Span) empty() bool { return !s.From.before(s.To) }

// columns is the part of the span in line n.
func (s Span) columns(n, cols int) Range {
	if s.empty() || n < s.From.Line || n > s.To.Line {
		return Range{}
	}
	r := Range{0, cols}
	if n == s.From.Line {
		r.From = s.From.Col
	}
	if n == s.To.Line {
		r.To = min(s.To.Col, cols)
	}
	if r.From >= r.To {
		return Range{}
	}
	return r
}

// SelectBy is the unit a selection grows by.
type SelectBy uint8

// The units of selection.
const (
	ByCell SelectBy = iota
	ByWord
	ByLine
	// ByBlock is a rectangle.
	ByBlock
)

// selection is what is selected: nothing unless active.
type selection struct {
	active       bool
	by           SelectBy
	anchor, head Pos
	span         Span
}

// lineChanged ends a selection whose text is not there any more.
func (s *selection) lineChanged(n int) {
	if n >= s.span.From.Line && n <= s.span.To.Line {
		*s = selection{}
	}
}

func (s *selection) columns(n, cols int) Range {
	if !s.active {
		return Range{}
	}
	if s.by == ByBlock {
		if n < s.span.From.Line || n > s.span.To.Line {
			return Range{}
		}
		from, to := min(s.anchor.Col, s.head.Col), max(s.anchor.Col, s.head.Col)
		if from >= to {
			return Range{}
		}
		return Range{from, min(to, cols)}
	}
	return s.span.columns(n, cols)
}

// StartSelection begins a selection at p.
func (s *Screen) StartSelection(p Pos, by SelectBy) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p = s.clampPos(p)
	s.sel = selection{active: true, by: by, anchor: p, head: p}
	s.spanSelection()
}

// ExtendSelection moves the selection's end to p.
func (s *Screen) ExtendSelection(p Pos) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sel.active {
		s.sel.head = s.clampPos(p)
		s.spanSelection()
	}
}

// SelectionHead is the moving end of the selection; ok is false without one.
func (s *Screen) SelectionHead() (p Pos, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sel.head, s.sel.active
}

// CursorPos is the place of the cursor.
func (s *Screen) CursorPos() Pos {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Pos{s.base() + s.y, s.x}
}

// SelectAll selects everything there is, scrollback included.
func (s *Screen) SelectAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.r.dropped + s.r.n - 1
	for last > s.r.dropped && len(s.r.at(last-s.r.dropped).cells) == 0 {
		last--
	}
	s.sel = selection{active: true, anchor: Pos{s.r.dropped, 0}, head: Pos{last, s.cols}}
	s.spanSelection()
}

// ClearSelection ends the selection.
func (s *Screen) ClearSelection() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sel = selection{}
}

// HasSelection says whether any text is selected.
func (s *Screen) HasSelection() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sel.active && (s.sel.by == ByBlock && s.sel.anchor.Col != s.sel.head.Col || !s.sel.span.empty())
}

func (s *Screen) clampPos(p Pos) Pos {
	first, last := s.r.dropped, s.r.dropped+s.r.n-1
	switch {
	case p.Line < first:
		return Pos{first, 0}
	case p.Line > last:
		return Pos{last, s.cols}
	}
	p.Col = clamp(p.Col, 0, s.cols)
	return p
}

// spanSelection works out the span from its two ends and its unit.
func (s *Screen) spanSelection() {
	from, to := s.sel.anchor, s.sel.head
	if to.before(from) {
		from, to = to, from
	}
	switch s.sel.by {
	case ByWord:
		from, _ = s.wordAt(from)
		if _, end := s.wordAt(to); to.before(end) {
			to = end
		}
	case ByLine:
		for from.Line > s.r.dropped && s.lineAt(from.Line-1).wrapped {
			from.Line--
		}
		for s.lineAt(to.Line).wrapped && to.Line < s.r.dropped+s.r.n-1 {
			to.Line++
		}
		from.Col, to.Col = 0, s.cols
	case ByCell:
		from, to = s.wholeCell(from, -1), s.wholeCell(to, 1)
	case ByBlock:
	}
	s.sel.span = Span{from, to}
}

// lineAt is line n, which must be there.
func (s *Screen) lineAt(n int) *line { return s.r.at(n - s.r.dropped) }

// wholeCell moves a place that would cut a wide character.
func (s *Screen) wholeCell(p Pos, by int) Pos {
	if c := s.lineAt(p.Line).cells; p.Col < len(c) && c[p.Col].Attr&WideTail != 0 {
		p.Col += by
	}
	return p
}

// wordAt is the word around a place: letters and digits with what paths and URLs
// are made of, a run of blanks, or a single other character.
func (s *Screen) wordAt(p Pos) (from, to Pos) {
	l := s.lineAt(p.Line)
	p.Col = min(p.Col, s.cols-1)
	kind := func(x int) int {
		if x >= len(l.cells) {
			return 0
		}
		c := l.cells[x]
		if c.Attr&WideTail != 0 && x > 0 {
			c = l.cells[x-1]
		}
		return wordKind(s.firstRune(c))
	}
	k := kind(p.Col)
	from, to = p, Pos{p.Line, p.Col + 1}
	if k == 2 {
		return s.wholeCell(from, -1), s.wholeCell(to, 1)
	}
	for {
		for from.Col > 0 && kind(from.Col-1) == k {
			from.Col--
		}
		if from.Col > 0 || k == 0 || from.Line == s.r.dropped || !s.lineAt(from.Line-1).wrapped {
			break
		}
		l = s.lineAt(from.Line - 1)
		if kind(s.cols-1) != k {
			break
		}
		from = Pos{from.Line - 1, s.cols - 1}
	}
	l = s.lineAt(to.Line)
	for {
		for to.Col < s.cols && kind(to.Col) == k {
			to.Col++
		}
		if to.Col < s.cols || k == 0 || !l.wrapped || to.Line == s.r.dropped+s.r.n-1 {
			break
		}
		l = s.lineAt(to.Line + 1)
		if kind(0) != k {
			break
		}
		to = Pos{to.Line + 1, 1}
	}
	return from, to
}

func (s *Screen) firstRune(c Cell) rune {
	if c.Rune < clusterBase {
		return c.Rune
	}
	for _, r := range s.cluster(c.Rune) {
		return r
	}
	return 0
}

// wordKind is 0 for a blank, 1 for part of a word, 2 for anything else.
func wordKind(r rune) int {
	switch {
	case r == 0 || r == ' ':
		return 0
	case unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-./~@:%+#?&=", r):
		return 1
	}
	return 2
}

// SelectedText is the selected text, "" for none.
func (s *Screen) SelectedText() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sel.active {
		return ""
	}
	first := max(s.sel.span.From.Line, s.r.dropped)
	last := min(s.sel.span.To.Line, s.r.dropped+s.r.n-1)
	var b []byte
	start := 0 // of the line that wrapped into this one
	for n := first; n <= last; n++ {
		l := s.lineAt(n)
		r := s.sel.columns(n, s.cols)
		b = s.appendText(b, l, r.From, r.To)
		if s.sel.by != ByBlock && l.wrapped && r.To == s.cols {
			continue
		}
		if r.To == s.cols || s.sel.by == ByBlock || r.To > len(l.cells) {
			b = trimRight(b, start)
		}
		if n < last {
			b = append(b, '\n')
		}
		start = len(b)
	}
	return string(b)
}

func trimRight(b []byte, start int) []byte {
	for len(b) > start && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}
