package widgets

import (
	"bytes"
	"image"
	"image/draw"
	"math"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/vector"

	"tacklebox/assets"
)

// The fonts behind the mono face, each parsed once for all terminals and only when
// one of them meets a character the faces before it lack.
var (
	chineseFont     = sync.OnceValue(func() *font.Font { return parseFont(assets.FontRegular) })
	chineseBoldFont = sync.OnceValue(func() *font.Font { return parseFont(assets.FontBold) })
	symbolFont      = sync.OnceValue(func() *font.Font { return resourceFont(theme.DefaultSymbolFont()) })
	emojiFont       = sync.OnceValue(func() *font.Font { return resourceFont(theme.DefaultEmojiFont()) })
)

func resourceFont(r fyne.Resource) *font.Font {
	if r == nil {
		return nil
	}
	return parseFont(r.Content())
}

// lazyFace is a face that is made when it is first asked for.
type lazyFace struct {
	load func() *font.Font
	face *font.Face
	done bool
}

// get is nil when there is no such font.
func (l *lazyFace) get() *font.Face {
	if !l.done {
		l.done = true
		if f := l.load(); f != nil {
			l.face = font.NewFace(f)
		}
	}
	return l.face
}

// has is the glyph for r; ok is false without one.
func (l *lazyFace) has(r rune) (face *font.Face, gid font.GID, ok bool) {
	if face = l.get(); face == nil {
		return nil, 0, false
	}
	gid, ok = face.NominalGlyph(r)
	return face, gid, ok
}

// parseFont is nil for what is no font.
func parseFont(content []byte) *font.Font {
	face, err := font.ParseTTF(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	return face.Font
}

// maxGlyphs bounds the drawn characters kept.
const maxGlyphs = 8192

// terminalFont draws characters into cells of one size.
type terminalFont struct {
	mono    *font.Face
	chinese [2]lazyFace // regular, bold
	symbol  lazyFace
	emoji   lazyFace
	px      float32 // size of the mono face that fills a cell's width
	cellW   int
	cellH   int
	base    int // baseline, from the cell's top
	stroke  int // thickness of lines
	ascii   [4][128]*glyph
	glyphs  map[glyphKey]*glyph
	shaper  shaping.HarfbuzzShaper
	raster  vector.Rasterizer
	missing func(rune) *font.Face
}

type glyphKey struct {
	text  string // of a cluster
	r     rune
	style uint8
	cells uint8
}

// glyph is a drawn character: how much of the text's colour each pixel takes, or
// its own colours.
type glyph struct {
	mask  *image.Alpha
	color *image.RGBA
	// first and last bound the rows that are not empty.
	first, last int
}

// The styles of a glyph.
const (
	styleBold   = 1
	styleItalic = 2
)

// hasLetters is false for a face like the theme's, which holds Chinese alone and
// stands in front of Fyne's own.
func hasLetters(f *font.Font) bool {
	_, ok := f.NominalGlyph('M')
	return ok
}

// newTerminalFont prepares a face for cells of about size pixels.
func newTerminalFont(mono fyne.Resource, size float32) *terminalFont {
	f := &terminalFont{glyphs: make(map[glyphKey]*glyph)}
	parsed := parseFont(mono.Content())
	if parsed == nil || !hasLetters(parsed) {
		parsed = parseFont(theme.DefaultTextMonospaceFont().Content())
	}
	f.mono = font.NewFace(parsed)
	f.chinese[0].load, f.chinese[styleBold].load = chineseFont, chineseBoldFont
	f.symbol.load, f.emoji.load = symbolFont, emojiFont
	f.measure(size)
	return f
}

// measure works out the cell: a whole number of pixels each way, and the size of
// the face that fills it exactly.
func (f *terminalFont) measure(size float32) {
	upem := float32(f.mono.Upem())
	advance := float32(0.6)
	if gid, ok := f.mono.NominalGlyph('M'); ok {
		advance = f.mono.HorizontalAdvance(gid) / upem
	}
	extents, _ := f.mono.FontHExtents()
	f.cellW = max(3, int(math.Round(float64(advance*size))))
	f.px = float32(f.cellW) / advance
	ascent, descent := extents.Ascender/upem*f.px, -extents.Descender/upem*f.px
	height := (ascent + descent) * 1.08
	f.cellH = max(6, int(math.Ceil(float64(height))))
	f.base = int(math.Round(float64((float32(f.cellH)-ascent-descent)/2 + ascent)))
	f.stroke = max(1, int(math.Round(float64(f.px)/13)))
}

// glyph is a character drawn over a number of cells.
func (f *terminalFont) glyph(r rune, cluster string, style uint8, cells int) *glyph {
	if r < 128 && cluster == "" {
		if g := f.ascii[style][r]; g != nil {
			return g
		}
	}
	key := glyphKey{cluster, r, style, uint8(cells)}
	if cluster != "" {
		key.r = 0
	}
	g, ok := f.glyphs[key]
	if !ok {
		if len(f.glyphs) >= maxGlyphs {
			clear(f.glyphs)
		}
		g = f.draw(key)
		f.glyphs[key] = g
	}
	if r < 128 && cluster == "" {
		f.ascii[style][r] = g
	}
	return g
}

// forget drops what was drawn, because a face was added.
func (f *terminalFont) forget() {
	clear(f.glyphs)
	f.ascii = [4][128]*glyph{}
}

func (f *terminalFont) draw(key glyphKey) *glyph {
	w, h := f.cellW*int(key.cells), f.cellH
	g := &glyph{mask: image.NewAlpha(image.Rect(0, 0, w, h))}
	switch {
	case key.text == "" && drawBox(g.mask, key.r, f.stroke):
	case key.text != "":
		f.drawCluster(g, key)
	default:
		f.drawRune(g, key)
	}
	g.trim()
	return g
}

// trim finds the rows that have anything in them.
func (g *glyph) trim() {
	if g.color != nil {
		g.first, g.last = 0, g.color.Rect.Dy()
		return
	}
	h := g.mask.Rect.Dy()
	empty := func(y int) bool {
		for _, a := range g.mask.Pix[y*g.mask.Stride : y*g.mask.Stride+g.mask.Rect.Dx()] {
			if a != 0 {
				return false
			}
		}
		return true
	}
	for g.first < h && empty(g.first) {
		g.first++
	}
	g.last = h
	for g.last > g.first && empty(g.last-1) {
		g.last--
	}
}

// face is the one that has r.
func (f *terminalFont) face(r rune, style uint8) (*font.Face, font.GID) {
	if gid, ok := f.mono.NominalGlyph(r); ok {
		return f.mono, gid
	}
	for _, other := range []*lazyFace{&f.chinese[style&styleBold], &f.symbol, &f.emoji} {
		if face, gid, ok := other.has(r); ok {
			return face, gid
		}
	}
	if f.missing != nil {
		if face := f.missing(r); face != nil {
			if gid, ok := face.NominalGlyph(r); ok {
				return face, gid
			}
		}
	}
	gid, _ := f.mono.NominalGlyph('\uFFFD')
	return f.mono, gid
}

func (f *terminalFont) drawRune(g *glyph, key glyphKey) {
	face, gid := f.face(key.r, key.style)
	if face == f.emoji.face && f.drawEmoji(g, []rune{key.r}) {
		return
	}
	f.drawGlyph(g.mask, face, gid, key, 0, 0, f.fit(face, gid, int(key.cells)))
}

// fit is the size at which a glyph of another face goes into its cells.
func (f *terminalFont) fit(face *font.Face, gid font.GID, cells int) float32 {
	if face == f.mono {
		return f.px
	}
	width := float32(f.cellW * cells)
	advance := face.HorizontalAdvance(gid) / float32(face.Upem())
	px := f.px * 1.15
	if advance > 0 {
		px = min(px, width/advance)
	}
	if extents, ok := face.GlyphExtents(gid); ok {
		top := extents.YBearing / float32(face.Upem())
		if top > 0 {
			px = min(px, float32(f.base)/top)
		}
	}
	return px
}

// drawGlyph draws an outline with its origin at dx from where it is centred.
func (f *terminalFont) drawGlyph(dst *image.Alpha, face *font.Face, gid font.GID, key glyphKey, dx, dy, px float32) {
	outline, ok := face.GlyphData(gid).(font.GlyphOutline)
	if !ok {
		return
	}
	scale := px / float32(face.Upem())
	x0 := dx
	if face != f.mono {
		x0 += (float32(dst.Rect.Dx()) - face.HorizontalAdvance(gid)*scale) / 2
	}
	y0 := float32(f.base) - dy
	slant := float32(0)
	if key.style&styleItalic != 0 {
		slant = 0.2
		x0 -= slant * px * 0.3
	}
	point := func(p opentype.SegmentPoint) (float32, float32) {
		return x0 + (p.X+slant*p.Y)*scale, y0 - p.Y*scale
	}
	strokes := []float32{0}
	if key.style&styleBold != 0 && face != f.chinese[styleBold].face {
		// There is no bold mono face: the outline drawn twice, a little apart.
		strokes = []float32{-px / 36, px / 36}
	}
	f.raster.Reset(dst.Rect.Dx(), dst.Rect.Dy())
	for _, off := range strokes {
		for _, s := range outline.Segments {
			ax, ay := point(s.Args[0])
			switch s.Op {
			case opentype.SegmentOpMoveTo:
				f.raster.ClosePath()
				f.raster.MoveTo(ax+off, ay)
			case opentype.SegmentOpLineTo:
				f.raster.LineTo(ax+off, ay)
			case opentype.SegmentOpQuadTo:
				bx, by := point(s.Args[1])
				f.raster.QuadTo(ax+off, ay, bx+off, by)
			case opentype.SegmentOpCubeTo:
				bx, by := point(s.Args[1])
				cx, cy := point(s.Args[2])
				f.raster.CubeTo(ax+off, ay, bx+off, by, cx+off, cy)
			}
		}
		f.raster.ClosePath()
	}
	f.raster.DrawOp = draw.Over
	f.raster.Draw(dst, dst.Rect, image.Opaque, image.Point{})
}
