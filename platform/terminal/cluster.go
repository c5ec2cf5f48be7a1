package terminal

import "unicode/utf8"

const (
	// maxClusters bounds the distinct characters with combining marks.
	maxClusters = 8192
	// maxClusterBytes bounds one of them.
	maxClusterBytes = 48
	maxExtras       = 4096
)

// clusterTable gives numbers to base characters with their combining marks, so
// that a cell needs no string.
type clusterTable struct {
	texts []string
	index map[string]rune
	// full is set when a sweep freed nothing; further marks are dropped until
	// the screen is reset.
	full bool
}

// cluster is the text behind a cell's number.
func (s *Screen) cluster(r rune) string {
	if i := int(r - clusterBase); i < len(s.clusters.texts) {
		return s.clusters.texts[i]
	}
	return "\uFFFD"
}

// join is the number of r0 followed by r; ok is false when there is no room.
func (t *clusterTable) join(s *Screen, r0, r rune) (rune, bool) {
	var text string
	if r0 >= clusterBase {
		text = s.cluster(r0) + string(r)
	} else {
		text = string(r0) + string(r)
	}
	if n, ok := t.index[text]; ok {
		return n, true
	}
	if len(text) > maxClusterBytes || t.full {
		return 0, false
	}
	if len(t.texts) >= maxClusters {
		s.sweepClusters()
		if t.full = len(t.texts) > maxClusters/2; t.full {
			return 0, false
		}
	}
	if t.index == nil {
		t.index = make(map[string]rune)
	}
	n := clusterBase + rune(len(t.texts))
	t.texts = append(t.texts, text)
	t.index[text] = n
	return n, true
}

// sweepClusters forgets the clusters that no cell shows any more. Frames that
// were taken before keep the table they saw.
func (s *Screen) sweepClusters() {
	old := s.clusters.texts
	s.clusters = clusterTable{index: make(map[string]rune)}
	renamed := make(map[rune]rune)
	s.eachCell(func(c *Cell) {
		if c.Rune < clusterBase {
			return
		}
		n, ok := renamed[c.Rune]
		if !ok {
			text := "\uFFFD"
			if i := int(c.Rune - clusterBase); i < len(old) {
				text = old[i]
			}
			n = clusterBase + rune(len(s.clusters.texts))
			s.clusters.texts = append(s.clusters.texts, text)
			s.clusters.index[text] = n
			renamed[c.Rune] = n
		}
		c.Rune = n
	})
}

// eachCell visits every cell of both screens, and marks all lines as changed.
func (s *Screen) eachCell(visit func(*Cell)) {
	for _, r := range []*ring{&s.main, &s.alt} {
		for i := range r.n {
			l := r.at(i)
			for x := range l.cells {
				visit(&l.cells[x])
			}
			s.gen++
			l.gen = s.gen
		}
	}
}

// extraTable holds links and underline colours; entry 0 is "none".
type extraTable struct {
	list  []extra
	index map[extra]uint16
	full  bool
}

func (s *Screen) extra(i uint16) extra {
	if int(i) < len(s.extras.list) {
		return s.extras.list[i]
	}
	return extra{}
}

// extraIndex is the entry for e; 0 when there is no room for another.
func (s *Screen) extraIndex(e extra) uint16 {
	if e == (extra{}) {
		return 0
	}
	t := &s.extras
	if i, ok := t.index[e]; ok {
		return i
	}
	if t.full {
		return 0
	}
	if len(t.list) >= maxExtras {
		s.sweepExtras()
		if t.full = len(t.list) > maxExtras/2; t.full {
			return 0
		}
	}
	if t.index == nil {
		t.list, t.index = []extra{{}}, make(map[extra]uint16)
	}
	i := uint16(len(t.list))
	t.list = append(t.list, e)
	t.index[e] = i
	return i
}

// sweepExtras forgets the entries that no cell uses.
func (s *Screen) sweepExtras() {
	old := s.extras.list
	s.extras = extraTable{list: []extra{{}}, index: make(map[extra]uint16)}
	renamed := map[uint16]uint16{0: 0}
	rename := func(i uint16) uint16 {
		n, ok := renamed[i]
		if !ok && int(i) < len(old) {
			n = uint16(len(s.extras.list))
			s.extras.list = append(s.extras.list, old[i])
			s.extras.index[old[i]] = n
			renamed[i] = n
		}
		return n
	}
	s.eachCell(func(c *Cell) { c.ext = rename(c.ext) })
	s.pen.ext = rename(s.pen.ext)
	s.saved.pen.ext = rename(s.saved.pen.ext)
	s.savedAlt.pen.ext = rename(s.savedAlt.pen.ext)
}

// joins adds r to the character before it where both make one grapheme, which a
// program asks for with mode 2027: parts of one emoji, two halves of a flag.
func (s *Screen) joins(r rune) bool {
	c := s.previous()
	if c == nil || c.Rune == 0 {
		return false
	}
	text := string(c.Rune)
	if c.Rune >= clusterBase {
		text = s.cluster(c.Rune)
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	regional := func(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
	skin := r >= 0x1f3fb && r <= 0x1f3ff && last >= 0x2600
	flag := regional(r) && regional(last) && utf8.RuneCountInString(text) == 1
	if last != 0x200d && !skin && !flag {
		return false
	}
	n, ok := s.clusters.join(s, c.Rune, r)
	if !ok {
		return false
	}
	c.Rune = n
	s.touch(s.y)
	if flag {
		s.widen(c)
	}
	return true
}

// widen makes the character before the cursor two cells wide.
func (s *Screen) widen(c *Cell) {
	if c.Attr&Wide != 0 || s.wrap || s.x >= s.cols {
		return
	}
	l := s.row(s.y)
	c.Attr |= Wide
	tail := *c
	tail.Rune, tail.Attr = 0, c.Attr&^Wide|WideTail
	l.wide = true
	x := s.x
	s.open(l, x, x+1)
	l.cells[x] = tail
	if s.x++; s.x >= s.cols {
		s.x, s.wrap = s.cols-1, s.modes.autowrap
	}
}
