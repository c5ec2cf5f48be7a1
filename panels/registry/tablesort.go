package registry

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// sorting is by which column, and which way. By none is the order in which things came.
type sorting struct {
	Col  int  `json:"col"`
	Down bool `json:"down,omitempty"`
}

var unsorted = sorting{Col: -1}

// tableMemory is how a person arranged a table.
type tableMemory struct {
	Sort   *sorting    `json:"sort,omitempty"`
	Widths map[int]int `json:"widths,omitempty"`
}

// The bounds of a column, in digits.
const (
	leastChars = 3
	mostChars  = 80
)

// kept has a table arranged as it was the last time, and that remembered. A table
// whose rows come page by page keeps the server's order.
func (t *table) kept(p *Panel, name string) *table {
	m := p.memory.Tables[name]
	if t.length == nil && m.Sort != nil && m.Sort.Col >= 0 && m.Sort.Col < len(t.cols) {
		t.sort = *m.Sort
	}
	for i, n := range m.Widths {
		if i >= 0 && i < len(t.cols) && t.cols[i].chars > 0 {
			t.widen(i, n)
		}
	}
	t.changed = func() {
		m := tableMemory{Widths: t.widths}
		if t.sort != unsorted {
			kept := t.sort
			m.Sort = &kept
		}
		if p.memory.Tables == nil {
			p.memory.Tables = map[string]tableMemory{}
		}
		p.memory.Tables[name] = m
		p.remember()
	}
	return t
}

// chars is the width of a column in digits; 0 takes what is left.
func (t *table) chars(i int) int {
	if n, ok := t.widths[i]; ok {
		return n
	}
	return t.cols[i].chars
}

func (t *table) widen(i, chars int) {
	if t.widths == nil {
		t.widths = map[int]int{}
	}
	t.widths[i] = min(max(chars, leastChars), mostChars)
}

// sortable is whether a press on the head sorts.
func (t *table) sortable() bool { return t.changed != nil && t.length == nil }

// press is a press on the name of a column: upwards, downwards, as it came.
func (t *table) press(i int) {
	if !t.sortable() || i < 0 {
		return
	}
	switch {
	case t.sort.Col != i:
		t.sort = sorting{Col: i}
	case !t.sort.Down:
		t.sort.Down = true
	default:
		t.sort = unsorted
	}
	t.order()
	t.changed()
}

// order sorts what was given and shows it.
func (t *table) order() {
	t.lines = t.given
	if at := t.sort.Col; at >= 0 {
		t.lines = slices.Clone(t.given)
		slices.SortStableFunc(t.lines, func(a, b line) int {
			n := compare(a, b, at)
			if t.sort.Down {
				return -n
			}
			return n
		})
	}
	t.list.Reload()
	t.head.Refresh()
}

// compare is by the number of a column, or by its words as people read them.
func compare(a, b line, at int) int {
	x, isX := a.by[at]
	y, isY := b.by[at]
	if isX && isY {
		return cmp.Compare(x, y)
	}
	word := func(l line) string {
		if at < len(l.cells) {
			return strings.ToLower(l.cells[at].text)
		}
		return ""
	}
	return natural(word(a), word(b))
}

// natural compares texts in which numbers count as numbers: 1.9 before 1.10.
func natural(a, b string) int {
	digits := func(s string) (string, string) {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return strings.TrimLeft(s[:i], "0"), s[i:]
	}
	for a != "" && b != "" {
		if na, ra := digits(a); len(ra) < len(a) {
			if nb, rb := digits(b); len(rb) < len(b) {
				if n := cmp.Or(cmp.Compare(len(na), len(nb)), strings.Compare(na, nb)); n != 0 {
					return n
				}
				a, b = ra, rb
				continue
			}
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// ageKey sorts ages: the youngest first, what never was last.
func ageKey(at time.Time) float64 {
	if at.IsZero() {
		return math.Inf(1)
	}
	return -float64(at.Unix())
}

// headText is the name of a column with the way it is sorted.
func (t *table) headText(i int) string {
	text := t.cols[i].title
	if t.sort.Col == i && t.sortable() {
		if t.sort.Down {
			return text + " ▼"
		}
		return text + " ▲"
	}
	return text
}
