package plot

import (
	"bytes"
	"image"
	"slices"

	"tacklebox/platform/latency/smoke"
)

// Style is how a picture looks.
type Style struct {
	Size    image.Point // in pixels
	Scale   smoke.Scale
	Palette smoke.Palette
	// Around is how many columns of the series on each side lend their probes to a
	// column's bands: see HalfAround.
	Around int64
	// Marks are painted over the columns; a change of them repaints everything.
	Marks []Mark
}

// Same is true when both look the same.
func (s *Style) Same(o *Style) bool {
	return s.Size == o.Size && s.Scale == o.Scale && s.Palette == o.Palette && s.Around == o.Around && slices.Equal(s.Marks, o.Marks)
}

// Picture paints a window of one target into an image that it keeps, and paints
// only the columns that changed. The zero value is ready.
type Picture struct {
	Image   *image.RGBA
	style   Style
	w       Window
	group   int64
	painter smoke.Painter
	cols    []smoke.Column
	before  []byte
	around  Surround
	// Columns counts the pixel columns painted so far.
	Columns uint64
}

// Paint brings the image up to date with the window w (its columns are pixels),
// whose columns the series keeps in groups of group. from and to are the series'
// Changes. It is true when a pixel changed.
func (p *Picture) Paint(w Window, s *Series, group, from, to int64, style Style) bool {
	w.Columns = style.Size.X
	if style.Size.X <= 0 || style.Size.Y <= 0 {
		return false
	}
	moved := w.First - p.w.First
	fresh := p.Image == nil || !style.Same(&p.style) || group != p.group || w.Width != p.w.Width || moved < 0 || moved >= int64(w.Columns)
	if p.Image == nil || p.Image.Rect.Size() != style.Size {
		p.Image = image.NewRGBA(image.Rectangle{Max: style.Size})
	}
	p.style, p.group, p.w = style, group, w
	if fresh {
		p.paint(s, 0, w.Columns)
		return true
	}
	changed := false
	if moved > 0 {
		p.shift(int(moved))
		// What is new changes the bands of the columns before it.
		a := int64(w.Columns) - moved - (style.Around+1)*group
		p.paint(s, int(max(a, 0)), w.Columns)
		changed = true
	}
	if from < to {
		// The line to the next column begins at the last one that changed.
		a, b := max((from-style.Around)*group-w.First, 0), min((to+style.Around)*group+1-w.First, int64(w.Columns))
		if a < b {
			changed = p.repaint(s, int(a), int(b)) || changed
		}
	}
	return changed
}

// shift moves all pixels n columns to the left.
func (p *Picture) shift(n int) {
	for y := range p.style.Size.Y {
		row := p.Image.Pix[y*p.Image.Stride : y*p.Image.Stride+4*p.style.Size.X]
		copy(row, row[4*n:])
	}
}

// repaint paints columns and is true when that made a difference.
func (p *Picture) repaint(s *Series, a, b int) bool {
	p.before = p.before[:0]
	rows := func(f func([]byte)) {
		for y := range p.style.Size.Y {
			f(p.Image.Pix[y*p.Image.Stride+4*a : y*p.Image.Stride+4*b])
		}
	}
	rows(func(r []byte) { p.before = append(p.before, r...) })
	p.paint(s, a, b)
	same, at := true, 0
	rows(func(r []byte) {
		same = same && bytes.Equal(r, p.before[at:at+len(r)])
		at += len(r)
	})
	return !same
}

// paint paints the pixel columns from a to before b.
func (p *Picture) paint(s *Series, a, b int) {
	p.Columns += uint64(b - a)
	p.cols = p.cols[:0]
	p.around.Reset(s, p.style.Around)
	for x := a; x < b; x++ {
		number := p.w.First + int64(x)
		var column smoke.Column
		if c := s.Column(floorDiv(number, p.group)); c != nil {
			column = *c
			column.Around = p.around.At(floorDiv(number, p.group))
		}
		column.Bands |= marked(p.style.Marks, p.w, number)
		p.cols = append(p.cols, column)
	}
	previous := s.Column(floorDiv(p.w.First+int64(a)-1, p.group))
	// Hatching goes by the pixel's number, which must be that of the column for it
	// to move with the time; 8 is where it repeats.
	phase := int(((p.w.First % 8) + 8) % 8)
	part := &image.RGBA{Pix: p.Image.Pix[4*a:], Stride: p.Image.Stride, Rect: image.Rect(a+phase, 0, b+phase, p.style.Size.Y)}
	p.painter.Paint(part, p.cols, previous, p.style.Scale, &p.style.Palette)
}
