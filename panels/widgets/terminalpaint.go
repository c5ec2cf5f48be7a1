package widgets

import (
	"image"
	"math"

	"tacklebox/platform/terminal"
)

// terminalPainter draws a frame into one image that it reuses: only the rows
// that changed, the characters from what was drawn of them before.
type terminalPainter struct {
	font  *terminalFont
	pairs terminalPairs
	marks terminalMarks

	img *image.RGBA
	// padX and padY are the empty border around the cells.
	padX, padY int
	// dirty rows differ from the image; all is set when everything does.
	dirty []bool
	all   bool
	// back is the background around the cells.
	back terminal.RGB
	// cursorRow is where the image shows the cursor, -1 for nowhere.
	cursorRow int

	bg, fg []terminal.RGB // of the row being drawn, by cell
}

// cursorLook is how the cursor is drawn now.
type cursorLook struct {
	on, focused bool
}

// take notes what a new frame changed.
func (p *terminalPainter) take(f *terminal.Frame) {
	if len(p.dirty) != f.Rows {
		p.dirty = make([]bool, f.Rows)
		p.all = true
	}
	for y := range f.Lines {
		p.dirty[y] = p.dirty[y] || f.Lines[y].Changed
	}
}

// paint brings the image, of w by h pixels, up to date.
func (p *terminalPainter) paint(f *terminal.Frame, w, h int, look cursorLook) *image.RGBA {
	if p.img == nil || p.img.Rect.Dx() != w || p.img.Rect.Dy() != h {
		p.img = image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
		p.all = true
	}
	defaultBG := f.Background
	if f.Reverse {
		defaultBG = f.Foreground
	}
	if p.all = p.all || p.back != defaultBG; p.all {
		p.back = defaultBG
		p.fill(p.img.Rect, defaultBG)
	}
	if p.cursorRow >= 0 && p.cursorRow < len(p.dirty) {
		p.dirty[p.cursorRow] = true
	}
	p.cursorRow = -1
	if look.on && f.Cursor.Visible && f.Cursor.Y >= 0 && f.Cursor.Y < f.Rows {
		p.cursorRow = f.Cursor.Y
		p.dirty[p.cursorRow] = true
	}
	for y := range f.Lines {
		if !p.dirty[y] && !p.all {
			continue
		}
		p.dirty[y] = false
		p.row(f, y)
		if y == p.cursorRow {
			p.cursor(f, look)
		}
	}
	p.all = false
	return p.img
}

// row draws one line.
func (p *terminalPainter) row(f *terminal.Frame, y int) {
	row := &f.Lines[y]
	p.colours(f, row)
	top := p.padY + y*p.font.cellH
	w := p.font.cellW
	for x := 0; x < f.Cols; {
		from := x
		for x++; x < f.Cols && p.bg[x] == p.bg[from]; x++ {
		}
		p.fill(image.Rect(p.padX+from*w, top, p.padX+x*w, top+p.font.cellH), p.bg[from])
	}
	for x := 0; x < len(row.Cells) && x < f.Cols; x++ {
		c := row.Cells[x]
		if c.Attr&terminal.WideTail != 0 {
			continue
		}
		cells := 1
		if c.Attr&terminal.Wide != 0 {
			cells = 2
		}
		if c.Rune > ' ' && c.Attr&terminal.Hidden == 0 {
			p.blit(p.glyph(f, c, cells), p.padX+x*w, top, p.fg[x])
		}
		if c.Attr&(terminal.UnderlineMask|terminal.Strike|terminal.Overline) != 0 || f.Linked(c) {
			p.lines(f, c, p.padX+x*w, top, cells, p.fg[x])
		}
	}
	if r := row.Hover; r.From < r.To {
		p.underline(terminal.SingleUnderline, p.padX+r.From*w, top, (r.To-r.From)*w, p.fg[r.From])
	}
}

func (p *terminalPainter) glyph(f *terminal.Frame, c terminal.Cell, cells int) *glyph {
	style := uint8(0)
	if c.Attr&terminal.Bold != 0 {
		style |= styleBold
	}
	if c.Attr&terminal.Italic != 0 {
		style |= styleItalic
	}
	cluster := ""
	if c.IsCluster() {
		cluster = f.Text(c)
	}
	return p.font.glyph(c.Rune, cluster, style, cells)
}

// colours works out what colours each cell of the row has.
func (p *terminalPainter) colours(f *terminal.Frame, row *terminal.Row) {
	if len(p.bg) < f.Cols {
		p.bg, p.fg = make([]terminal.RGB, f.Cols), make([]terminal.RGB, f.Cols)
	}
	foreground, background := f.Foreground, f.Background
	if f.Reverse {
		foreground, background = background, foreground
	}
	var last terminal.Cell
	var lastFG, lastBG terminal.RGB
	known := false
	for x := range f.Cols {
		var c terminal.Cell
		if x < len(row.Cells) {
			c = row.Cells[x]
		}
		c.Rune = 0
		if !known || c != last {
			lastFG, lastBG = p.cellColours(f, c, foreground, background)
			last, known = c, true
		}
		p.fg[x], p.bg[x] = lastFG, lastBG
	}
	mark := func(r terminal.Range, bg terminal.RGB) {
		for x := r.From; x < r.To && x < f.Cols; x++ {
			p.bg[x] = bg
			p.fg[x] = p.pairs.readable(p.fg[x], bg, namedContrast)
		}
	}
	for _, r := range row.Found {
		mark(r, p.marks.found)
	}
	mark(row.Current, p.marks.current)
	mark(row.Selected, p.marks.selected)
}

// cellColours are the colours of one cell.
func (p *terminalPainter) cellColours(f *terminal.Frame, c terminal.Cell, foreground, background terminal.RGB) (fg, bg terminal.RGB) {
	resolve := func(c terminal.Color, def terminal.RGB) (terminal.RGB, bool) {
		if i, ok := c.Index(); ok {
			return f.Palette[i], i < 16
		}
		if r, g, b, ok := c.RGB(); ok {
			return terminal.RGB(r)<<16 | terminal.RGB(g)<<8 | terminal.RGB(b), false
		}
		return def, true
	}
	fg, fgNamed := resolve(c.Fg, foreground)
	bg, bgNamed := resolve(c.Bg, background)
	if c.Attr&terminal.Inverse != 0 {
		fg, bg, fgNamed, bgNamed = bg, fg, bgNamed, fgNamed
	}
	switch {
	case fgNamed && bgNamed && fg != bg:
		fg = p.pairs.readable(fg, bg, namedContrast)
	case bgNamed != fgNamed:
		fg = p.pairs.readable(fg, bg, otherContrast)
	case fgNamed && fg == bg && c.Fg != c.Bg:
		fg = p.pairs.readable(fg, bg, namedContrast)
	}
	if c.Attr&terminal.Faint != 0 {
		fg = blend(fg, bg, 90)
	}
	return fg, bg
}

// fill fills a rectangle: the first row pixel by pixel, the others as its copies.
func (p *terminalPainter) fill(r image.Rectangle, c terminal.RGB) {
	r = r.Intersect(p.img.Rect)
	if r.Empty() {
		return
	}
	start := p.img.PixOffset(r.Min.X, r.Min.Y)
	n := 4 * r.Dx()
	first := p.img.Pix[start : start+n]
	first[0], first[1], first[2], first[3] = uint8(c>>16), uint8(c>>8), uint8(c), 255
	for done := 4; done < n; done *= 2 {
		copy(first[done:], first[:done])
	}
	for y := 1; y < r.Dy(); y++ {
		at := start + y*p.img.Stride
		copy(p.img.Pix[at:at+n], first)
	}
}

// blit draws a character with its cell's corner at x, y.
func (p *terminalPainter) blit(g *glyph, x, y int, c terminal.RGB) {
	if g.color != nil {
		p.blitColour(g, x, y)
		return
	}
	w := min(g.mask.Rect.Dx(), p.img.Rect.Dx()-x)
	last := min(g.last, p.img.Rect.Dy()-y)
	if w <= 0 || x < 0 || y < 0 {
		return
	}
	cr, cg, cb := int32(c>>16&0xff), int32(c>>8&0xff), int32(c&0xff)
	for gy := g.first; gy < last; gy++ {
		mask := g.mask.Pix[gy*g.mask.Stride:][:w]
		dst := p.img.Pix[(y+gy)*p.img.Stride+4*x:][:4*w]
		for i, a := range mask {
			if a == 0 {
				continue
			}
			d := dst[4*i : 4*i+3 : 4*i+3]
			if a == 255 {
				d[0], d[1], d[2] = uint8(cr), uint8(cg), uint8(cb)
				continue
			}
			// 257/65536 is 1/255 close enough for a byte.
			k := int32(a) * 257
			d[0] = uint8(int32(d[0]) + (cr-int32(d[0]))*k>>16)
			d[1] = uint8(int32(d[1]) + (cg-int32(d[1]))*k>>16)
			d[2] = uint8(int32(d[2]) + (cb-int32(d[2]))*k>>16)
		}
	}
}

// blitColour draws an emoji, whose colours are premultiplied.
func (p *terminalPainter) blitColour(g *glyph, x, y int) {
	b := g.color.Rect
	for gy := 0; gy < b.Dy() && y+gy < p.img.Rect.Dy(); gy++ {
		for gx := 0; gx < b.Dx() && x+gx < p.img.Rect.Dx(); gx++ {
			s := g.color.Pix[g.color.PixOffset(gx, gy):][:4]
			d := p.img.Pix[p.img.PixOffset(x+gx, y+gy):][:4]
			for i := range 3 {
				d[i] = uint8(min(255, int(s[i])+int(d[i])*(255-int(s[3]))/255))
			}
		}
	}
}

// lines draws what goes under, through and over a character.
func (p *terminalPainter) lines(f *terminal.Frame, c terminal.Cell, x, top, cells int, fg terminal.RGB) {
	w := cells * p.font.cellW
	u := c.Attr.Underline()
	colour := fg
	if uc := f.UnderlineColor(c); !uc.IsDefault() {
		if i, ok := uc.Index(); ok {
			colour = f.Palette[i]
		} else if r, g, b, ok := uc.RGB(); ok {
			colour = terminal.RGB(r)<<16 | terminal.RGB(g)<<8 | terminal.RGB(b)
		}
	}
	if u == terminal.NoUnderline && f.Linked(c) {
		u = terminal.DottedUnderline
	}
	if u != terminal.NoUnderline {
		p.underline(u, x, top, w, colour)
	}
	if c.Attr&terminal.Strike != 0 {
		y := top + p.font.base - int(p.font.px*0.28)
		p.fill(image.Rect(x, y, x+w, y+p.font.stroke), fg)
	}
	if c.Attr&terminal.Overline != 0 {
		p.fill(image.Rect(x, top, x+w, top+p.font.stroke), fg)
	}
}

func (p *terminalPainter) underline(u terminal.Underline, x, top, w int, c terminal.RGB) {
	s := p.font.stroke
	y := min(top+p.font.base+s+1, top+p.font.cellH-s)
	switch u {
	case terminal.DoubleUnderline:
		y = min(y, top+p.font.cellH-3*s)
		p.fill(image.Rect(x, y, x+w, y+s), c)
		p.fill(image.Rect(x, y+2*s, x+w, y+3*s), c)
	case terminal.CurlyUnderline:
		for i := range w {
			phase := float64(x+i-p.padX) / float64(p.font.cellW) * 2 * math.Pi
			dy := int(math.Round(math.Sin(phase) * float64(s)))
			yy := min(y+dy, top+p.font.cellH-s)
			p.fill(image.Rect(x+i, yy, x+i+1, yy+s), c)
		}
	case terminal.DottedUnderline:
		for i := 0; i < w; i += 3 * s {
			p.fill(image.Rect(x+i, y, min(x+i+s, x+w), y+s), c)
		}
	case terminal.DashedUnderline:
		for i := 0; i < w; i += p.font.cellW {
			p.fill(image.Rect(x+i, y, x+i+p.font.cellW*2/3, y+s), c)
		}
	default:
		p.fill(image.Rect(x, y, x+w, y+s), c)
	}
}

// cursor draws the cursor over its cell.
func (p *terminalPainter) cursor(f *terminal.Frame, look cursorLook) {
	row := &f.Lines[f.Cursor.Y]
	x := min(f.Cursor.X, f.Cols-1)
	var c terminal.Cell
	if x < len(row.Cells) {
		c = row.Cells[x]
	}
	if c.Attr&terminal.WideTail != 0 && x > 0 {
		x--
		c = row.Cells[x]
	}
	cells := 1
	if c.Attr&terminal.Wide != 0 {
		cells = 2
	}
	at := image.Rect(0, 0, cells*p.font.cellW, p.font.cellH).
		Add(image.Pt(p.padX+x*p.font.cellW, p.padY+f.Cursor.Y*p.font.cellH))
	s := p.font.stroke
	switch {
	case !look.focused:
		p.fill(image.Rect(at.Min.X, at.Min.Y, at.Max.X, at.Min.Y+s), f.Accent)
		p.fill(image.Rect(at.Min.X, at.Max.Y-s, at.Max.X, at.Max.Y), f.Accent)
		p.fill(image.Rect(at.Min.X, at.Min.Y, at.Min.X+s, at.Max.Y), f.Accent)
		p.fill(image.Rect(at.Max.X-s, at.Min.Y, at.Max.X, at.Max.Y), f.Accent)
	case f.Cursor.Style == terminal.CursorUnderline:
		p.fill(image.Rect(at.Min.X, at.Max.Y-2*s, at.Max.X, at.Max.Y), f.Accent)
	case f.Cursor.Style == terminal.CursorBar:
		p.fill(image.Rect(at.Min.X, at.Min.Y, at.Min.X+2*s, at.Max.Y), f.Accent)
	default:
		p.fill(at, f.Accent)
		if c.Rune > ' ' && c.Attr&terminal.Hidden == 0 {
			p.blit(p.glyph(f, c, cells), at.Min.X, at.Min.Y, p.pairs.readable(f.Background, f.Accent, namedContrast))
		}
	}
}
