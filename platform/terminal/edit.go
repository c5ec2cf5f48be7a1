package terminal

// clearLine empties visible line y with the pen's background.
func (s *Screen) clearLine(y int) {
	l := s.row(y)
	l.cells, l.wrapped, l.wide = l.cells[:0], false, false
	s.fill(l, 0, s.cols)
	s.touch(y)
}

// fill makes the cells [from, to) of l empty, in the pen's background.
func (s *Screen) fill(l *line, from, to int) {
	to = min(to, s.cols)
	if from >= to {
		return
	}
	if l.wide {
		s.splitLeft(l, from)
		s.splitRight(l, to)
	}
	blank := Cell{Bg: s.pen.bg}
	if blank.Bg == 0 && to >= len(l.cells) {
		l.cells = l.cells[:min(from, len(l.cells))]
		return
	}
	if to > len(l.cells) {
		s.extend(l, to)
	}
	for x := from; x < to; x++ {
		l.cells[x] = blank
	}
}

// extend makes l at least n cells long, with blank cells.
func (s *Screen) extend(l *line, n int) {
	old := len(l.cells)
	if old >= n {
		return
	}
	if cap(l.cells) < n {
		grown := make([]Cell, n, min(s.cols, max(16, n+n/2)))
		copy(grown, l.cells)
		l.cells = grown
		return
	}
	l.cells = l.cells[:n]
	clear(l.cells[old:])
}

// eraseLine is EL: 0 from the cursor on, 1 up to it, 2 all. After a character in
// the last column the cursor is past it: programs that end each coloured text
// with EL would lose that character (xterm loses it, most others do not).
func (s *Screen) eraseLine(mode int, selective bool) {
	if mode == 0 && s.wrap {
		return
	}
	s.wrap = false
	from, to := s.x, s.cols
	switch mode {
	case 1:
		from, to = 0, s.x+1
	case 2:
		from = 0
	}
	if mode > 2 {
		return
	}
	s.erase(s.y, from, to, selective)
}

func (s *Screen) erase(y, from, to int, selective bool) {
	l := s.row(y)
	if to >= s.cols {
		l.wrapped = false
	}
	s.touch(y)
	if !selective {
		s.fill(l, from, to)
		return
	}
	for x := from; x < to && x < len(l.cells); x++ {
		if l.cells[x].Attr&Protected == 0 {
			s.fill(l, x, x+1)
		}
	}
}

// eraseDisplay is ED: 0 from the cursor on, 1 up to it, 2 all, 3 the scrollback.
func (s *Screen) eraseDisplay(mode int, selective bool) {
	if mode == 0 && s.wrap {
		for y := s.y + 1; y < s.rows; y++ {
			s.erase(y, 0, s.cols, selective)
		}
		return
	}
	s.wrap = false
	switch mode {
	case 0:
		s.erase(s.y, s.x, s.cols, selective)
		for y := s.y + 1; y < s.rows; y++ {
			s.erase(y, 0, s.cols, selective)
		}
	case 1:
		for y := range s.y {
			s.erase(y, 0, s.cols, selective)
		}
		s.erase(s.y, 0, s.x+1, selective)
	case 2:
		for y := range s.rows {
			s.erase(y, 0, s.cols, selective)
		}
	case 3:
		s.clearScrollback()
	}
}

// lineFeed moves the cursor down, scrolling at the bottom of the region.
func (s *Screen) lineFeed() {
	s.wrap = false
	switch {
	case s.y == s.bottom:
		s.scrollUp(1)
	case s.y < s.rows-1:
		s.y++
	}
}

// reverseIndex moves the cursor up, scrolling at the top of the region.
func (s *Screen) reverseIndex() {
	s.wrap = false
	switch {
	case s.y == s.top:
		s.scrollDown(s.top, s.bottom, 1)
	case s.y > 0:
		s.y--
	}
}

// scrollUp scrolls the region up. Lines that leave the top of the screen go into
// the scrollback; the ones below the region stay where they are.
func (s *Screen) scrollUp(n int) {
	if s.top > 0 {
		s.deleteRows(s.top, s.bottom, n)
		return
	}
	for range min(n, s.bottom+1) {
		s.r.push()
		if s.bottom < s.rows-1 {
			end := s.r.n - 1
			s.r.rotateDown(end-(s.rows-1-s.bottom), end)
			for y := s.bottom; y < s.rows; y++ {
				s.touch(y)
			}
		}
		if s.pen.bg != 0 {
			s.fill(s.row(s.bottom), 0, s.cols)
		}
		s.gen++
		s.row(s.bottom).gen = s.gen
	}
	if s.r == &s.alt && s.sel.active {
		s.sel = selection{}
	}
}

// deleteRows scrolls the lines [from, to] up by n; nothing is kept.
func (s *Screen) deleteRows(from, to, n int) {
	first := s.r.n - s.rows
	for range min(n, to-from+1) {
		s.r.rotateUp(first+from, first+to)
		s.clearLine(to)
	}
	s.touchRange(from, to)
}

// scrollDown scrolls the lines [from, to] down by n.
func (s *Screen) scrollDown(from, to, n int) {
	first := s.r.n - s.rows
	for range min(n, to-from+1) {
		s.r.rotateDown(first+from, first+to)
		s.clearLine(from)
	}
	s.touchRange(from, to)
}

func (s *Screen) touchRange(from, to int) {
	for y := from; y <= to; y++ {
		s.touch(y)
	}
}

// insertLines is IL, deleteLines DL: both only act inside the scroll region.
func (s *Screen) insertLines(n int) {
	if s.y >= s.top && s.y <= s.bottom {
		s.scrollDown(s.y, s.bottom, n)
		s.x, s.wrap = 0, false
	}
}

func (s *Screen) deleteLines(n int) {
	if s.y >= s.top && s.y <= s.bottom {
		s.deleteRows(s.y, s.bottom, n)
		s.x, s.wrap = 0, false
	}
}

// shiftRight makes room for n characters at x (ICH, insert mode).
func (s *Screen) shiftRight(l *line, x, n int) {
	n = min(n, s.cols-x)
	if x >= len(l.cells) {
		if s.pen.bg != 0 {
			s.fill(l, x, x+n)
		}
		return
	}
	if l.wide {
		s.splitLeft(l, x)
		s.splitRight(l, x)
	}
	old := len(l.cells)
	s.extend(l, min(s.cols, old+n))
	copy(l.cells[x+n:], l.cells[x:old])
	blank := Cell{Bg: s.pen.bg}
	for i := x; i < x+n; i++ {
		l.cells[i] = blank
	}
	if last := len(l.cells) - 1; l.cells[last].Attr&Wide != 0 {
		s.blankCell(&l.cells[last])
	}
}

// insertChars is ICH.
func (s *Screen) insertChars(n int) {
	s.wrap = false
	s.shiftRight(s.row(s.y), s.x, n)
	s.touch(s.y)
}

// deleteChars is DCH.
func (s *Screen) deleteChars(n int) {
	s.wrap = false
	l := s.row(s.y)
	s.touch(s.y)
	n = min(n, s.cols-s.x)
	if s.pen.bg != 0 {
		s.extend(l, s.cols)
	}
	if s.x >= len(l.cells) {
		return
	}
	if l.wide {
		s.splitLeft(l, s.x)
		s.splitRight(l, s.x+n)
	}
	kept := copy(l.cells[s.x:], l.cells[min(s.x+n, len(l.cells)):])
	end := len(l.cells)
	if s.pen.bg == 0 {
		l.cells = l.cells[:s.x+kept]
		return
	}
	for i := s.x + kept; i < end; i++ {
		l.cells[i] = Cell{Bg: s.pen.bg}
	}
}

// eraseChars is ECH.
func (s *Screen) eraseChars(n int) {
	s.wrap = false
	s.erase(s.y, s.x, min(s.x+n, s.cols), false)
}

// align is DECALN: the screen full of E.
func (s *Screen) align() {
	s.top, s.bottom = 0, s.rows-1
	s.x, s.y, s.wrap, s.origin = 0, 0, false, false
	for y := range s.rows {
		l := s.row(y)
		l.cells, l.wrapped, l.wide = l.cells[:0], false, false
		s.extend(l, s.cols)
		for x := range l.cells {
			l.cells[x].Rune = 'E'
		}
		s.touch(y)
	}
}

// moveTo puts the cursor at column x and line y, counted from the region's top
// in origin mode.
func (s *Screen) moveTo(x, y int) {
	low, high := 0, s.rows-1
	if s.origin {
		y += s.top
		low, high = s.top, s.bottom
	}
	s.x, s.y, s.wrap = clamp(x, 0, s.cols-1), clamp(y, low, high), false
}

// moveBy moves the cursor; vertically it stops at the region's edges when it
// starts inside of them.
func (s *Screen) moveBy(dx, dy int) {
	low, high := 0, s.rows-1
	if s.y >= s.top {
		low = s.top
	}
	if s.y <= s.bottom {
		high = s.bottom
	}
	if dy == 0 {
		low, high = s.y, s.y
	}
	s.x, s.y, s.wrap = clamp(s.x+dx, 0, s.cols-1), clamp(s.y+dy, low, high), false
}

// save is DECSC, restore DECRC; each screen has its own.
func (s *Screen) save() { *s.savedSlot() = savedCursor{cursor: s.cursor, valid: true} }

func (s *Screen) restore() {
	saved := s.savedSlot()
	if !saved.valid {
		s.cursor = cursor{charsets: [4]byte{'B', 'B', 'B', 'B'}}
		return
	}
	s.cursor = saved.cursor
	s.x, s.y = clamp(s.x, 0, s.cols-1), clamp(s.y, 0, s.rows-1)
}

func (s *Screen) savedSlot() *savedCursor {
	if s.r == &s.alt {
		return &s.savedAlt
	}
	return &s.saved
}

// setRegion is DECSTBM with lines counted from 1.
func (s *Screen) setRegion(top, bottom int) {
	if bottom <= 0 || bottom > s.rows {
		bottom = s.rows
	}
	top = max(top, 1)
	if top >= bottom {
		return
	}
	s.top, s.bottom = top-1, bottom-1
	s.moveTo(0, 0)
}

// showAlt switches to the alternate screen or back.
func (s *Screen) showAlt(on, clearIt bool) {
	if on == (s.r == &s.alt) {
		return
	}
	s.sel = selection{}
	if on {
		s.r = &s.alt
		if clearIt {
			for y := range s.rows {
				s.clearLine(y)
			}
		}
	} else {
		s.r = &s.main
	}
	s.touchAll()
}
