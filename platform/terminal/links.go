package terminal

import (
	"strings"
)

// LinkSpan is a link on the screen.
type LinkSpan struct {
	Span
	URL string
	// Text is what is shown; it differs from URL only for Explicit links, those
	// that the program gave (OSC 8) rather than ones that read like a URL.
	Text     string
	Explicit bool
}

// LinkAt is the link at the cell after p.
func (s *Screen) LinkAt(p Pos) (LinkSpan, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Line < s.r.dropped || p.Line >= s.r.dropped+s.r.n || p.Col < 0 || p.Col >= s.cols {
		return LinkSpan{}, false
	}
	l := s.lineAt(p.Line)
	if p.Col < len(l.cells) {
		if link := s.extra(l.cells[p.Col].ext).link; link.URL != "" {
			return s.explicitLink(p, link), true
		}
	}
	return s.plainLink(p)
}

// explicitLink is the run of cells around p with the same link.
func (s *Screen) explicitLink(p Pos, link Link) LinkSpan {
	cells := s.lineAt(p.Line).cells
	from, to := p.Col, p.Col+1
	for from > 0 && s.extra(cells[from-1].ext).link == link {
		from--
	}
	for to < len(cells) && s.extra(cells[to].ext).link == link {
		to++
	}
	return LinkSpan{
		Span: Span{Pos{p.Line, from}, Pos{p.Line, to}}, URL: link.URL, Explicit: true,
		Text: string(s.appendText(nil, s.lineAt(p.Line), from, to)),
	}
}

// maxLinkLines bounds how many wrapped lines a URL is looked for in.
const maxLinkLines = 26

// plainLink is the text around p that reads like a URL.
func (s *Screen) plainLink(p Pos) (LinkSpan, bool) {
	first, last := p.Line, p.Line
	for first > s.r.dropped && s.lineAt(first-1).wrapped && p.Line-first < maxLinkLines {
		first--
	}
	for last < s.r.dropped+s.r.n-1 && s.lineAt(last).wrapped && last-p.Line < maxLinkLines {
		last++
	}
	// One byte for each cell is enough: a URL is ASCII.
	text := make([]byte, 0, (last-first+1)*s.cols)
	for n := first; n <= last; n++ {
		cells := s.lineAt(n).cells
		for x := range s.cols {
			b := byte(' ')
			if x < len(cells) && cells[x].Rune > ' ' && cells[x].Rune < 0x7f {
				b = byte(cells[x].Rune)
			}
			text = append(text, b)
		}
	}
	at := (p.Line-first)*s.cols + p.Col
	from, to, ok := urlAround(string(text), at)
	if !ok {
		return LinkSpan{}, false
	}
	pos := func(i int) Pos { return Pos{first + i/s.cols, i % s.cols} }
	end := pos(to - 1)
	end.Col++
	found := string(text[from:to])
	return LinkSpan{Span: Span{pos(from), end}, URL: found, Text: found}, true
}

// urlAround finds the http or https URL in text that covers byte at. Full stops,
// commas and closing brackets at the end belong to the sentence around it.
func urlAround(text string, at int) (from, to int, ok bool) {
	for start := 0; ; {
		i := strings.Index(text[start:], "http")
		if i < 0 || start+i > at {
			return 0, 0, false
		}
		from = start + i
		start = from + len("http")
		if !strings.HasPrefix(text[from:], "http://") && !strings.HasPrefix(text[from:], "https://") {
			continue
		}
		to = from
		for to < len(text) && text[to] > ' ' && !strings.ContainsRune("\"<>`{}|\\^", rune(text[to])) {
			to++
		}
		to = from + trimURL(text[from:to])
		if at >= to {
			start = max(start, to)
			continue
		}
		return from, to, SafeURL(text[from:to])
	}
}

// trimURL is the length of a URL without the punctuation after it.
func trimURL(u string) int {
	n := len(u)
	for n > 0 {
		switch c := u[n-1]; c {
		case '.', ',', ';', ':', '!', '?', '\'':
		case ')', ']':
			open := map[byte]string{')': "(", ']': "["}[c]
			if strings.Count(u[:n], open) >= strings.Count(u[:n], string(c)) {
				return n
			}
		default:
			return n
		}
		n--
	}
	return n
}

// SetHover marks a link the pointer is over; an empty span marks none.
func (s *Screen) SetHover(span Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hover = span
}
