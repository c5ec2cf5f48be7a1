package report

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"tacklebox/platform/latency/smoke"
)

// Font is a typeface to draw words with. It is safe for concurrent use.
type Font struct{ f *opentype.Font }

// ParseFont reads a TrueType or OpenType font, or the first one of a collection.
func ParseFont(data []byte) (*Font, error) {
	all, err := opentype.ParseCollection(data)
	if err != nil {
		return nil, fmt.Errorf("read the font of graphs: %w", err)
	}
	f, err := all.Font(0)
	if err != nil {
		return nil, fmt.Errorf("read the font of graphs: %w", err)
	}
	return &Font{f}, nil
}

// face is the font in a size of pixels.
func (f *Font) face(size float64) (font.Face, error) {
	face, err := opentype.NewFace(f.f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, fmt.Errorf("use the font of graphs: %w", err)
	}
	return face, nil
}

// PNG draws the graph and writes it as PNG.
func (g *Graph) PNG(w io.Writer, f *Font) error {
	img, err := g.Image(f)
	if err != nil {
		return err
	}
	if err := png.Encode(w, img); err != nil {
		return fmt.Errorf("write a graph as PNG: %w", err)
	}
	return nil
}

// Image draws the graph.
func (g *Graph) Image(f *Font) (*image.RGBA, error) {
	c := &canvas{zoom: min(max(g.Zoom, 1), MaxZoom)}
	var err error
	if c.text, err = f.face(textSize * float64(c.zoom)); err != nil {
		return nil, err
	}
	defer c.text.Close()
	if c.title, err = f.face(titleSize * float64(c.zoom)); err != nil {
		return nil, err
	}
	defer c.title.Close()
	p, err := g.plan(func(text string) int { return c.measure(c.text, text) })
	if err != nil {
		return nil, err
	}
	if p.width*p.height*c.zoom*c.zoom > maxPixels {
		return nil, fmt.Errorf("draw a graph: %d x %d pixels are too many: choose a smaller size", p.width*c.zoom, p.height*c.zoom)
	}
	c.plan = p
	c.img = image.NewRGBA(image.Rect(0, 0, p.width*c.zoom, p.height*c.zoom))
	c.fill(image.Rect(0, 0, p.width, p.height), p.colours.Background)
	c.paint()
	c.axes()
	c.words()
	return c.img, nil
}

// canvas draws a plan; coordinates are without zoom.
type canvas struct {
	*plan
	zoom        int
	img         *image.RGBA
	text, title font.Face
}

func (c *canvas) scaled(r image.Rectangle) image.Rectangle {
	return image.Rectangle{r.Min.Mul(c.zoom), r.Max.Mul(c.zoom)}
}

func (c *canvas) fill(r image.Rectangle, col color.RGBA) {
	draw.Draw(c.img, c.scaled(r), image.NewUniform(col), image.Point{}, draw.Src)
}

// paint paints the plot in its own pixels and enlarges it.
func (c *canvas) paint() {
	at := c.scaled(c.plot)
	part := c.img.SubImage(at).(*image.RGBA)
	if len(c.Rounds) > 0 {
		smoke.PaintSmokePing(part, stretch(c.Rounds, at.Dx()), c.plan.scale.Max, c.Version)
		return
	}
	painter := smoke.Painter{Grid: gridEvery * c.zoom}
	painter.Paint(part, stretch(c.Columns, at.Dx()), nil, c.plan.scale, c.colours)
}

// stretch makes n columns of those that are there.
func stretch[T any](list []T, n int) []T {
	if len(list) == n || len(list) == 0 {
		return list
	}
	out := make([]T, n)
	for i := range out {
		out[i] = list[i*len(list)/n]
	}
	return out
}

func (c *canvas) axes() {
	r := c.plot
	for _, t := range c.times {
		x := r.Min.X + int(t.at*float64(r.Dx()))
		if x >= r.Max.X {
			continue
		}
		c.fill(image.Rect(x, r.Max.Y, x+1, r.Max.Y+4), c.frame)
		if t.major {
			c.fill(image.Rect(x, r.Min.Y-4, x+1, r.Min.Y), c.frame)
		}
		c.write(c.text, x, r.Max.Y+15, middle, c.faint, t.label)
	}
	for _, t := range c.ticks {
		y := r.Min.Y + tickY(t.At, r.Dy())
		if !t.Major || y < r.Min.Y || y >= r.Max.Y {
			continue
		}
		c.fill(image.Rect(r.Min.X-4, y, r.Min.X, y+1), c.frame)
		c.write(c.text, r.Min.X-7, y+4, end, c.faint, c.unit.label(t.Value))
	}
	c.write(c.text, r.Min.X-7, r.Min.Y-10, end, c.faint, c.unit.name)
	c.fill(image.Rect(r.Min.X-1, r.Min.Y, r.Min.X, r.Max.Y+1), c.frame)
	c.fill(image.Rect(r.Min.X-1, r.Max.Y, r.Max.X, r.Max.Y+1), c.frame)
}

func (c *canvas) words() {
	r := c.plot
	room := c.width - marginRight - r.Min.X
	c.write(c.title, r.Min.X, 18, start, c.ink, c.cut(c.title, c.Title, room))
	c.write(c.text, r.Min.X, 34, start, c.faint, c.cut(c.text, c.Subtitle, room))
	c.write(c.text, r.Min.X, r.Max.Y+15+lineHeight, start, c.faint, c.cut(c.text, c.period(), room))
	for _, e := range c.entry {
		if e.strong {
			c.write(c.text, e.x, e.y, start, c.ink, e.text)
			continue
		}
		c.swatch(e.x, e.y-9, e.swatch)
		c.write(c.text, e.x+square, e.y, start, c.faint, e.text)
	}
}

// swatch draws a little square of what it stands for.
func (c *canvas) swatch(x, y int, s swatch) {
	for dx := range 10 {
		for dy := range 10 {
			if s.lean != 0 && (s.lean*dx+dy)&7 >= 4 || s.dotted && (dx < 4 || dx > 5 || dy%4 >= 2) {
				continue
			}
			c.fill(image.Rect(x+dx, y+dy, x+dx+1, y+dy+1), s.colour)
		}
	}
}

// Where a text is at.
type anchor int

const (
	start anchor = iota
	middle
	end
)

func (c *canvas) measure(face font.Face, text string) int {
	return (font.MeasureString(face, text).Ceil() + c.zoom - 1) / c.zoom
}

func (c *canvas) write(face font.Face, x, y int, at anchor, col color.RGBA, text string) {
	switch at {
	case middle:
		x -= c.measure(face, text) / 2
	case end:
		x -= c.measure(face, text)
	}
	d := font.Drawer{Dst: c.img, Src: image.NewUniform(col), Face: face, Dot: fixed.P(x*c.zoom, y*c.zoom)}
	d.DrawString(text)
}

// cut shortens a text in its middle until it fits.
func (c *canvas) cut(face font.Face, text string, room int) string {
	text = plain(text)
	if c.measure(face, text) <= room {
		return text
	}
	r := []rune(text)
	if len(r) > 2000 {
		r = append(r[:1000:1000], r[len(r)-1000:]...)
	}
	low, high := 0, len(r)
	for low < high { // how many can stay
		n := (low + high + 1) / 2
		if c.measure(face, shorten(r, n)) <= room {
			low = n
		} else {
			high = n - 1
		}
	}
	return shorten(r, low)
}

func shorten(r []rune, n int) string {
	if n >= len(r) {
		return string(r)
	}
	return string(r[:(n+1)/2]) + "…" + string(r[len(r)-n/2:])
}
