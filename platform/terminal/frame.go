package terminal

// Frame is what is seen of a screen: a copy to draw from, without a lock. It is
// reused: Snapshot copies only the rows that are not in it yet.
type Frame struct {
	Cols, Rows int
	Lines      []Row
	// Top is the number of the first row shown, First that of the oldest line kept
	// and Base that of the live screen's first row: Top == Base when nothing is
	// scrolled back.
	First, Top, Base int
	// Cursor is relative to the rows shown; it may lie outside when scrolled back.
	Cursor Cursor
	// Reverse is the whole screen in inverse video (DECSCNM).
	Reverse bool
	// Colors are all 256 colours, with what the program changed.
	Palette                        [256]RGB
	Foreground, Background, Accent RGB

	clusters []string
	extras   []extra
	gen      uint64
}

// Cursor is where and how the cursor is shown.
type Cursor struct {
	X, Y    int
	Visible bool
	Style   CursorStyle
	Blink   bool
}

// Row is one row of a frame.
type Row struct {
	// Cells may be fewer than the columns: the rest is blank.
	Cells []Cell
	// Changed is set when the row differs from the Snapshot before in any way.
	Changed bool
	// Selected, Hover and Current (the found text one is at) are ranges of
	// columns; Found are all found texts.
	Selected, Hover, Current Range
	Found                    []Range

	gen uint64
}

// Range is the columns [From, To); empty ranges have From == To.
type Range struct{ From, To int }

// Text is the text of a cell: one character, or one with combining marks.
func (f *Frame) Text(c Cell) string {
	if c.Rune < clusterBase {
		return string(c.Rune)
	}
	if i := int(c.Rune - clusterBase); i < len(f.clusters) {
		return f.clusters[i]
	}
	return "\uFFFD"
}

// IsCluster says whether the cell's text is more than one character.
func (c Cell) IsCluster() bool { return c.Rune >= clusterBase }

// UnderlineColor is the colour of a cell's underline; the default one means the
// text's colour.
func (f *Frame) UnderlineColor(c Cell) Color {
	if int(c.ext) < len(f.extras) {
		return f.extras[c.ext].underline
	}
	return 0
}

// Linked says whether a cell is part of a link given by the program.
func (f *Frame) Linked(c Cell) bool {
	return c.ext != 0 && int(c.ext) < len(f.extras) && f.extras[c.ext].link.URL != ""
}

// Follow as the top of a Snapshot means the live screen.
const Follow = -1

// Snapshot brings f up to date with the screen, its first row being line top (or
// Follow). It says whether anything differs from what f held; while a program is
// in the middle of a synchronised update nothing does.
func (s *Screen) Snapshot(f *Frame, top int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.modes.sync && f.Rows == s.rows && f.Cols == s.cols {
		if s.o.Now().Before(s.syncUntil) {
			return false
		}
		s.modes.sync = false
	}
	base := s.base()
	first := s.r.dropped
	if top == Follow || top > base {
		top = base
	}
	top = max(top, first)
	changed := f.Cols != s.cols || f.Rows != s.rows || f.Top != top || f.Base != base || f.First != first
	if changed && len(f.Lines) != s.rows || f.Cols != s.cols {
		f.Lines = make([]Row, s.rows)
		for y := range f.Lines {
			f.Lines[y].gen = ^uint64(0)
		}
	}
	f.Cols, f.Rows, f.Top, f.Base, f.First = s.cols, s.rows, top, base, first
	cursor := Cursor{
		X: s.x, Y: s.y + base - top, Visible: !s.modes.hideCursor,
		Style: s.style, Blink: s.blink,
	}
	changed = changed || cursor != f.Cursor || f.Reverse != s.modes.reverse
	f.Cursor, f.Reverse = cursor, s.modes.reverse
	changed = s.frameColors(f) || changed
	f.clusters, f.extras = s.clusters.texts, s.extras.list
	s.findVisible(top)
	for y := range f.Lines {
		if s.frameRow(f, &f.Lines[y], top+y) {
			changed = true
		}
	}
	f.gen = s.gen
	return changed
}

// frameRow copies line n into row, if it is not what row holds already.
func (s *Screen) frameRow(f *Frame, row *Row, n int) bool {
	l := s.r.at(n - s.r.dropped)
	selected := s.sel.columns(n, s.cols)
	hover := s.hover.columns(n, s.cols)
	found, current := s.search.ranges(n, s.cols)
	row.Changed = row.gen != l.gen || selected != row.Selected || hover != row.Hover ||
		current != row.Current || !equalRanges(found, row.Found)
	if !row.Changed {
		return false
	}
	row.gen = l.gen
	row.Cells = append(row.Cells[:0], l.cells[:min(len(l.cells), s.cols)]...)
	row.Selected, row.Hover, row.Current = selected, hover, current
	row.Found = append(row.Found[:0], found...)
	return true
}

func equalRanges(a, b []Range) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// frameColors brings f's colours up to date; all rows change when one of them does.
func (s *Screen) frameColors(f *Frame) bool {
	special := [3]RGB{s.colors.Foreground, s.colors.Background, s.colors.Cursor}
	for i, c := range s.overrides.special {
		if c&overridden != 0 {
			special[i] = c &^ overridden
		}
	}
	old := f.Palette
	for i := range f.Palette {
		f.Palette[i] = s.colors.entry(uint8(i))
	}
	for i, c := range s.overrides.palette {
		f.Palette[i] = c
	}
	if old == f.Palette && special == [3]RGB{f.Foreground, f.Background, f.Accent} {
		return false
	}
	f.Foreground, f.Background, f.Accent = special[0], special[1], special[2]
	for y := range f.Lines {
		f.Lines[y].gen = ^uint64(0)
	}
	return true
}

// Gen is a number that changes whenever what is on the screen does.
func (s *Screen) Gen() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gen
}
