package terminal

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// sgr sets the pen.
func (s *Screen) sgr(p ansi.Params) {
	if len(p) == 0 {
		s.resetPen()
		return
	}
	for i := 0; i < len(p); i++ {
		n := param(p, i, 0)
		switch {
		case n == 0:
			s.resetPen()
		case n == 4 && p[i].HasMore():
			i++
			if kind := param(p, i, 0); kind <= int(DashedUnderline) {
				s.pen.attr = s.pen.attr.withUnderline(Underline(kind))
			}
		case n >= 30 && n <= 37:
			s.pen.fg = Palette(uint8(n - 30))
		case n == 38:
			i = s.extendedColor(p, i, &s.pen.fg)
		case n == 39:
			s.pen.fg = 0
		case n >= 40 && n <= 47:
			s.pen.bg = Palette(uint8(n - 40))
		case n == 48:
			i = s.extendedColor(p, i, &s.pen.bg)
		case n == 49:
			s.pen.bg = 0
		case n == 58:
			e := s.extra(s.pen.ext)
			i = s.extendedColor(p, i, &e.underline)
			s.pen.ext = s.extraIndex(e)
		case n == 59:
			e := s.extra(s.pen.ext)
			e.underline = 0
			s.pen.ext = s.extraIndex(e)
		case n >= 90 && n <= 97:
			s.pen.fg = Palette(uint8(n - 90 + 8))
		case n >= 100 && n <= 107:
			s.pen.bg = Palette(uint8(n - 100 + 8))
		default:
			s.attribute(n)
		}
		for i < len(p) && p[i].HasMore() {
			i++ // parts of a parameter that mean nothing here
		}
	}
}

// resetPen is SGR 0: protection and links are not SGR's.
func (s *Screen) resetPen() {
	e := extra{link: s.extra(s.pen.ext).link}
	s.pen = pen{attr: s.pen.attr & Protected, ext: s.extraIndex(e)}
}

func (s *Screen) attribute(n int) {
	a := &s.pen.attr
	switch n {
	case 1:
		*a |= Bold
	case 2:
		*a |= Faint
	case 3:
		*a |= Italic
	case 4:
		*a = a.withUnderline(SingleUnderline)
	case 5, 6:
		*a |= Blink
	case 7:
		*a |= Inverse
	case 8:
		*a |= Hidden
	case 9:
		*a |= Strike
	case 21:
		*a = a.withUnderline(DoubleUnderline)
	case 22:
		*a &^= Bold | Faint
	case 23:
		*a &^= Italic
	case 24:
		*a = a.withUnderline(NoUnderline)
	case 25:
		*a &^= Blink
	case 27:
		*a &^= Inverse
	case 28:
		*a &^= Hidden
	case 29:
		*a &^= Strike
	case 53:
		*a |= Overline
	case 55:
		*a &^= Overline
	}
}

// extendedColor reads 38;5;n, 38;2;r;g;b and their forms with colons into c, and
// returns the index of the last parameter it used.
func (s *Screen) extendedColor(p ansi.Params, i int, c *Color) int {
	if i+1 >= len(p) {
		return i
	}
	colons := p[i].HasMore()
	end := i
	for end < len(p)-1 && p[end].HasMore() {
		end++
	}
	kind := param(p, i+1, 0)
	switch kind {
	case 5:
		if n := param(p, i+2, 0); i+2 < len(p) && n < 256 {
			*c = Palette(uint8(n))
		}
		if colons {
			return end
		}
		return min(i+2, len(p)-1)
	case 2:
		at := i + 2
		if colons && end-i >= 5 {
			at++ // 38:2:colourspace:r:g:b
		}
		if at+2 < len(p) && (!colons || at+2 <= end) {
			r, g, b := param(p, at, 0), param(p, at+1, 0), param(p, at+2, 0)
			if r < 256 && g < 256 && b < 256 {
				*c = Direct(uint8(r), uint8(g), uint8(b))
			}
		}
		if colons {
			return end
		}
		return min(i+4, len(p)-1)
	}
	if colons {
		return end
	}
	return i + 1
}

// penSGR is the pen as parameters of SGR, for DECRQSS.
func (s *Screen) penSGR() string {
	b := []string{"0"}
	for _, a := range []struct {
		attr Attr
		code string
	}{{Bold, "1"}, {Faint, "2"}, {Italic, "3"}, {Blink, "5"}, {Inverse, "7"}, {Hidden, "8"}, {Strike, "9"}, {Overline, "53"}} {
		if s.pen.attr&a.attr != 0 {
			b = append(b, a.code)
		}
	}
	switch u := s.pen.attr.Underline(); u {
	case NoUnderline:
	case SingleUnderline:
		b = append(b, "4")
	default:
		b = append(b, "4:"+strconv.Itoa(int(u)))
	}
	b = appendColorSGR(b, s.pen.fg, "38", 30)
	b = appendColorSGR(b, s.pen.bg, "48", 40)
	return strings.Join(b, ";")
}

func appendColorSGR(b []string, c Color, extended string, base int) []string {
	if r, g, bl, ok := c.RGB(); ok {
		return append(b, extended+":2::"+strconv.Itoa(int(r))+":"+strconv.Itoa(int(g))+":"+strconv.Itoa(int(bl)))
	}
	i, ok := c.Index()
	switch {
	case !ok:
		return b
	case i < 8:
		return append(b, strconv.Itoa(base+int(i)))
	case i < 16:
		return append(b, strconv.Itoa(base+60+int(i)-8))
	}
	return append(b, extended+":5:"+strconv.Itoa(int(i)))
}
