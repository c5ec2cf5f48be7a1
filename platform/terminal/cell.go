package terminal

// Color is a cell's colour: the default one, an entry of the palette, or 24 bits.
// The zero Color is the default.
type Color uint32

const (
	paletteColor Color = 1 << 24
	directColor  Color = 2 << 24
)

// Palette is the colour at entry i of the 256-colour palette.
func Palette(i uint8) Color { return paletteColor | Color(i) }

// Direct is a 24-bit colour.
func Direct(r, g, b uint8) Color {
	return directColor | Color(r)<<16 | Color(g)<<8 | Color(b)
}

// IsDefault says whether c is the default foreground or background.
func (c Color) IsDefault() bool { return c == 0 }

// Index is c's entry in the palette; ok is false for other colours.
func (c Color) Index() (i uint8, ok bool) { return uint8(c), c>>24 == 1 }

// RGB is c as 24 bits; ok is false for colours the palette decides about.
func (c Color) RGB() (r, g, b uint8, ok bool) {
	return uint8(c >> 16), uint8(c >> 8), uint8(c), c>>24 == 2
}

// Attr is the set of a cell's attributes.
type Attr uint16

// The attributes. The underline's kind is a number in the bits of UnderlineMask.
const (
	Bold Attr = 1 << iota
	Faint
	Italic
	Blink
	Inverse
	Hidden
	Strike
	Overline
	// Wide marks the first of a wide character's two cells, WideTail the second.
	Wide
	WideTail
	// Protected cells survive a selective erase (DECSCA).
	Protected

	underlineShift      = 11
	UnderlineMask  Attr = 7 << underlineShift
)

// Underline is the kind of a cell's underline.
type Underline uint8

// The kinds of underline, numbered as in SGR 4:n.
const (
	NoUnderline Underline = iota
	SingleUnderline
	DoubleUnderline
	CurlyUnderline
	DottedUnderline
	DashedUnderline
)

// Underline is the kind of underline in a.
func (a Attr) Underline() Underline { return Underline(a & UnderlineMask >> underlineShift) }

func (a Attr) withUnderline(u Underline) Attr {
	return a&^UnderlineMask | Attr(u)<<underlineShift
}

// Cell is one place of the screen. It holds no pointer, so that a scrollback of
// a million cells costs the garbage collector nothing.
type Cell struct {
	// Rune is the character; 0 for a cell nothing was written to, and a number
	// from clusterBase on for a base character with its combining marks (see Frame.Text).
	Rune   rune
	Fg, Bg Color
	Attr   Attr
	// ext is the entry of the screen's table of links and underline colours.
	ext uint16
}

// clusterBase is the first number that stands for a cluster instead of a rune.
const clusterBase = 0x110000

// blank says whether c looks like a place nothing was written to.
func (c Cell) blank() bool {
	return (c.Rune == 0 || c.Rune == ' ') && c.Bg == 0 && c.Attr&^Protected == 0 && c.ext == 0
}

// extra is what few cells have.
type extra struct {
	link      Link
	underline Color
}

// Link is a hyperlink given by the application (OSC 8).
type Link struct {
	URL string
	// ID ties cells of one link together; empty where the application gave none.
	ID string
}

// line is one row. Cells beyond len(cells) are blank, so that short lines of a
// long scrollback stay short.
type line struct {
	cells []Cell
	// gen changes with each change of the line, to a number never used before.
	gen uint64
	// wrapped lines go on in the next one.
	wrapped bool
	// wide lines have, or once had, a wide character.
	wide bool
}

// text appends the cells [from, to) as text.
func (s *Screen) appendText(b []byte, l *line, from, to int) []byte {
	for x := from; x < to && x < len(l.cells); x++ {
		c := l.cells[x]
		switch {
		case c.Attr&WideTail != 0:
		case c.Rune == 0:
			b = append(b, ' ')
		case c.Rune >= clusterBase:
			b = append(b, s.cluster(c.Rune)...)
		default:
			b = appendRune(b, c.Rune)
		}
	}
	return b
}
