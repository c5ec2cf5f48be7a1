package terminal

// Resize changes the size in cells. Lines of the main screen are wrapped anew;
// full-screen programs repaint the alternate screen themselves.
func (s *Screen) Resize(cols, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cols, rows = clamp(cols, 1, maxCols), clamp(rows, 1, maxRows)
	if cols == s.cols && rows == s.rows {
		return
	}
	// The cursor of the screen that is not shown is the saved one.
	mainAt, altAt := &s.cursor, &s.cursor
	if s.r == &s.alt {
		mainAt = &s.saved.cursor
	} else {
		altAt = &s.savedAlt.cursor
	}
	s.reflow(mainAt, cols, rows)
	s.resizeAlt(altAt, cols, rows)
	s.cols, s.rows = cols, rows
	s.top, s.bottom = 0, rows-1
	s.sel, s.hover = selection{}, Span{}
	s.search.matches, s.search.current = nil, -1
	for _, c := range []*cursor{&s.cursor, &s.saved.cursor, &s.savedAlt.cursor} {
		c.x, c.y = clamp(c.x, 0, cols-1), clamp(c.y, 0, rows-1)
		c.wrap = c.wrap && c.x == cols-1
	}
	old := s.tabs
	s.defaultTabs()
	copy(s.tabs, old)
	s.touchAll()
}

// resizeAlt cuts or grows the alternate screen, keeping the cursor's line.
func (s *Screen) resizeAlt(at *cursor, cols, rows int) {
	lines := make([]line, 0, rows)
	skip := max(0, at.y-rows+1)
	for i := skip; i < s.alt.n && len(lines) < rows; i++ {
		l := *s.alt.at(i)
		if len(l.cells) > cols {
			s.cut(&l, cols)
		}
		l.wrapped = false
		lines = append(lines, l)
	}
	at.y = max(0, at.y-skip)
	for len(lines) < rows {
		lines = append(lines, line{})
	}
	dropped := s.alt.dropped
	s.alt = ring{buf: lines, n: rows, max: rows, dropped: dropped}
}

// cut shortens a line to n cells.
func (s *Screen) cut(l *line, n int) {
	s.splitRight(l, n)
	if n > 0 && l.cells[n-1].Attr&Wide != 0 {
		s.blankCell(&l.cells[n-1])
	}
	l.cells = l.cells[:n]
}

// mark is a place of the old lines that is followed to where it goes.
type mark struct{ line, col int }

// reflow wraps the main screen's lines for another width. The cursor stays on
// its character. Where the screen was not full, its first line stays the first.
func (s *Screen) reflow(at *cursor, cols, rows int) {
	m := &s.main
	first := m.n - s.rows
	content := m.n
	for content > first+at.y+1 && lineBlank(m.at(content-1)) {
		content--
	}
	full := content == m.n
	marks := [2]mark{{first + at.y, at.x}, {first, 0}}
	if at.wrap {
		marks[0].col++ // it stands behind the last column
	}
	limit := rows + s.o.Scrollback
	var out []line
	if cols == s.cols {
		out = make([]line, content, max(content, rows))
		for i := range out {
			out[i] = *m.at(i)
		}
	} else {
		out = s.rewrap(content, cols, &marks)
	}
	total := len(out)
	if !full {
		total = max(total, marks[1].line+rows)
	}
	total = max(total, rows)
	for len(out) < total {
		out = append(out, line{})
	}
	drop := max(0, len(out)-limit)
	kept := out[drop:]
	at.y = clamp(marks[0].line-drop-(len(kept)-rows), 0, rows-1)
	at.x, at.wrap = clamp(marks[0].col, 0, cols-1), marks[0].col >= cols
	s.main = ring{buf: kept, n: len(kept), max: limit, dropped: m.dropped + drop}
	for i := range kept {
		s.gen++
		kept[i].gen = s.gen
	}
}

func lineBlank(l *line) bool {
	for _, c := range l.cells {
		if !c.blank() {
			return false
		}
	}
	return !l.wrapped
}

// rewrap wraps the first n lines of the main screen for cols columns and moves
// the marks along.
func (s *Screen) rewrap(n, cols int, marks *[2]mark) []line {
	m := &s.main
	moved := [2]mark{}
	out := make([]line, 0, n)
	var logical []Cell
	var starts []int
	for i := 0; i < n; {
		logical, starts = logical[:0], starts[:0]
		end := i
		wide := false
		for ; end < n; end++ {
			l := m.at(end)
			starts = append(starts, len(logical))
			logical = append(logical, l.cells...)
			wide = wide || l.wide
			if !l.wrapped || end == n-1 {
				end++
				break
			}
			// A wide character that did not fit leaves its line one cell short.
			pad := s.cols - len(l.cells)
			if pad == 1 && m.at(end+1).wide {
				pad = 0
			}
			for range pad {
				logical = append(logical, Cell{})
			}
		}
		offsets := [2]int{-1, -1}
		for k, mk := range marks {
			if mk.line >= i && mk.line < end {
				offsets[k] = starts[mk.line-i] + mk.col
			}
		}
		out = wrapCells(out, logical, cols, wide, offsets, &moved)
		i = end
	}
	*marks = moved
	return out
}

// wrapCells appends one logical line, wrapped, and finds the marks' new places.
func wrapCells(out []line, logical []Cell, cols int, wide bool, offsets [2]int, moved *[2]mark) []line {
	for from := 0; ; {
		to := min(from+cols, len(logical))
		if to < len(logical) && logical[to].Attr&WideTail != 0 && to-1 > from {
			to--
		}
		last := to >= len(logical)
		for k, offset := range offsets {
			if offset >= from && (offset < to || last) {
				moved[k] = mark{len(out), min(offset-from, cols)}
			}
		}
		cells := append([]Cell(nil), logical[from:to]...)
		if cols == 1 {
			for i := range cells {
				if cells[i].Attr&(Wide|WideTail) != 0 {
					cells[i] = Cell{}
				}
			}
		}
		out = append(out, line{cells: cells, wrapped: !last, wide: wide})
		if last {
			return out
		}
		from = to
	}
}
