package graph

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/smoke"
)

// renderer keeps the objects of a graph. The plot is one raster; everything that
// moves without new pixels stands above it as objects of its own.
type renderer struct {
	g      *Graph
	back   *canvas.Rectangle
	raster *canvas.Raster
	frame  [4]*canvas.Rectangle // around the plot; the focus is seen by it
	hover  *canvas.Line
	chosen *canvas.Rectangle // the stretch that a drag has chosen
	labels texts             // of the axes, title and legend
	ticks  []*canvas.Line
	keys   []*canvas.Raster // of the legend
	notes  texts            // in the middle of the plot
	box    readoutBox
	size   fyne.Size
	asked  image.Point // that the raster was last asked for
	askFor fyne.Size
}

// CreateRenderer is part of fyne.Widget.
func (g *Graph) CreateRenderer() fyne.WidgetRenderer {
	r := &renderer{g: g, back: canvas.NewRectangle(color.Transparent),
		hover: canvas.NewLine(color.Transparent), chosen: canvas.NewRectangle(color.Transparent)}
	for i := range r.frame {
		r.frame[i] = canvas.NewRectangle(color.Transparent)
	}
	r.raster = canvas.NewRaster(r.pixels)
	r.raster.ScaleMode = canvas.ImageScalePixels
	r.hover.Hidden, r.chosen.Hidden = true, true
	g.r = r
	r.Refresh()
	return r
}

// pixels gives the plot's image, and has another one painted when it has not the
// size that is needed.
func (r *renderer) pixels(w, h int) image.Image {
	r.asked, r.askFor = image.Pt(w, h), r.raster.Size()
	r.want()
	if r.g.image == nil {
		blank := image.NewRGBA(image.Rect(0, 0, 1, 1))
		blank.Set(0, 0, r.g.palette().Background)
		return blank
	}
	return r.g.image
}

// want tells the feed the plot's size in pixels: the one that was asked for, or
// before that what it will be.
func (r *renderer) want() {
	size := r.raster.Size()
	px := r.asked
	scale := float32(1)
	if c := fyne.CurrentApp().Driver().CanvasForObject(r.g); c != nil {
		scale = c.Scale()
	}
	if size != r.askFor || px.X == 0 {
		px = image.Pt(int(math.Round(float64(size.Width*scale))), int(math.Round(float64(size.Height*scale))))
	}
	if size.Width > 0 {
		scale = float32(px.X) / size.Width
	}
	px.X, px.Y = min(px.X, maxPixels), min(px.Y, maxPixels)
	r.g.core.mu.Lock()
	same := r.g.core.want.size == px
	r.g.core.mu.Unlock()
	if !same {
		r.g.core.change(func(w *want) { w.size, w.pixels = px, float64(scale) })
	}
}

// maxPixels bounds the sides of a plot.
const maxPixels = 8192

func (g *Graph) palette() smoke.Palette {
	if g.dark() {
		return smoke.Dark()
	}
	return smoke.Light()
}

func (r *renderer) Destroy() {}

func (r *renderer) MinSize() fyne.Size {
	text := theme.SizeForWidget(theme.SizeNameText, r.g)
	if r.g.o.Compact {
		return fyne.NewSize(8*text, 5*text)
	}
	return fyne.NewSize(18*text, 10*text)
}

func (r *renderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.back, r.raster}
	for _, t := range r.ticks {
		out = append(out, t)
	}
	for _, f := range r.frame {
		out = append(out, f)
	}
	out = append(out, r.chosen, r.hover)
	out = r.labels.objects(out)
	for _, k := range r.keys {
		out = append(out, k)
	}
	out = r.notes.objects(out)
	out = append(out, r.g.input)
	if !r.g.o.Compact {
		out = append(out, r.g.now, r.g.retry)
	}
	return r.box.objects(out)
}

func (r *renderer) Layout(size fyne.Size) {
	r.size = size
	r.arrange()
	r.want()
}

// Refresh follows the theme, the text scale and the language.
func (r *renderer) Refresh() {
	r.g.tell()
	r.arrange()
	r.raster.Refresh()
	canvas.Refresh(r.g)
}

// area is where the plot lies.
func (r *renderer) area() (pos fyne.Position, size fyne.Size) {
	caption := r.caption()
	line := r.line(caption)
	pad := theme.SizeForWidget(theme.SizeNamePadding, r.g)
	if r.g.o.Compact {
		pos = fyne.NewPos(0, line+pad)
		return pos, fyne.NewSize(max(r.size.Width, 0), max(r.size.Height-pos.Y, 0))
	}
	gutter := fyne.MeasureText("0000.0", caption, fyne.TextStyle{Monospace: true}).Width + 2*pad
	pos = fyne.NewPos(gutter, line*1.5)
	return pos, fyne.NewSize(max(r.size.Width-gutter-2*pad, 0), max(r.size.Height-pos.Y-line-2*pad, 0))
}

func (r *renderer) caption() float32 { return theme.SizeForWidget(theme.SizeNameCaptionText, r.g) }

func (r *renderer) line(size float32) float32 {
	return fyne.MeasureText("0", size, fyne.TextStyle{}).Height
}

// arrange brings all objects to what is shown.
func (r *renderer) arrange() {
	if r.size.Width <= 0 {
		r.size = r.g.Size()
	}
	g := r.g
	pos, size := r.area()
	muted := theme.ColorForWidget(look.Muted, g)
	r.back.FillColor = g.palette().Background
	place(r.back, pos, size)
	place(r.raster, pos, size)
	r.back.Hidden = g.image != nil // it would be painted over anyway
	r.border(pos, size)
	r.labels.begin()
	lines := 0
	if g.o.Compact {
		r.compact(pos, size, muted)
	} else {
		r.unitAxis(pos, size, muted)
		lines = r.timeAxis(pos, size, muted)
		r.legend(pos, muted)
	}
	for i, t := range r.ticks {
		t.Hidden = i >= lines
	}
	r.labels.end()
	r.note(pos, size)
	r.cross(pos, size)
	place(g.input, fyne.NewPos(0, 0), r.size)
	if !g.o.Compact {
		r.corner(pos, size)
	}
	canvas.Refresh(r.frame[0])
}

// border draws the edges of the plot as bars of their own: a rectangle with a
// stroke is shaded over its whole area, which costs more than all else where the
// processor draws.
func (r *renderer) border(pos fyne.Position, size fyne.Size) {
	wide, ink := float32(1), theme.ColorForWidget(theme.ColorNameSeparator, r.g)
	if r.g.point.focused {
		wide, ink = 2, theme.ColorForWidget(theme.ColorNamePrimary, r.g)
	}
	for i, f := range r.frame {
		f.FillColor = ink
		at, s := pos, fyne.NewSize(size.Width, wide)
		if i%2 == 1 {
			s = fyne.NewSize(wide, size.Height)
		}
		switch i {
		case 2:
			at.Y += size.Height - wide
		case 3:
			at.X += size.Width - wide
		}
		place(f, at, s)
	}
}

// place moves and resizes an object; both do nothing when nothing changes.
func place(o fyne.CanvasObject, pos fyne.Position, size fyne.Size) {
	o.Move(pos)
	if o.Size() != size {
		o.Resize(size)
	}
}

// compact labels a small graph: its name and what its top edge stands for.
func (r *renderer) compact(pos fyne.Position, size fyne.Size, muted color.Color) {
	caption := r.caption()
	top := ""
	if s := r.g.frame.scale; s.Max > 0 && r.g.frame.image != nil || r.g.image != nil {
		top = axisText(s.Max, axisDigits([]smoke.Tick{{Value: s.Max}})) + " ms"
	}
	mono := fyne.TextStyle{Monospace: true}
	wide := fyne.MeasureText(top, caption, mono).Width
	r.labels.add(top, caption, mono, muted, fyne.NewPos(pos.X+size.Width-wide, 0))
	if len(r.g.traces) > 0 {
		name := cut(r.g.traces[0].Name, size.Width-wide-caption, caption, fyne.TextStyle{})
		r.labels.add(name, caption, fyne.TextStyle{}, theme.ColorForWidget(theme.ColorNameForeground, r.g), fyne.NewPos(pos.X, 0))
	}
}

// cut shortens text in its middle to a width.
func cut(text string, width, size float32, style fyne.TextStyle) string {
	fits := func(s string) bool { return fyne.MeasureText(s, size, style).Width <= width }
	if fits(text) {
		return text
	}
	runes := []rune(text)
	lo, hi := 0, len(runes)-1 // runes that are kept
	join := func(n int) string { return string(runes[:(n+1)/2]) + "…" + string(runes[len(runes)-n/2:]) }
	for lo < hi {
		if mid := (lo + hi + 1) / 2; fits(join(mid)) {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return join(lo)
}

// unitAxis labels the vertical axis at the lines that the painter draws.
func (r *renderer) unitAxis(pos fyne.Position, size fyne.Size, muted color.Color) {
	s, caption := r.g.frame.scale, r.caption()
	pad := theme.SizeForWidget(theme.SizeNamePadding, r.g)
	mono := fyne.TextStyle{Monospace: true}
	unit := i18n.T("latency.graph_ms")
	r.labels.add(unit, caption, fyne.TextStyle{}, muted, fyne.NewPos(pos.X-pad-fyne.MeasureText(unit, caption, fyne.TextStyle{}).Width, 0))
	high := r.g.core.height()
	if s.Max <= 0 || high <= 0 || size.Height <= 0 {
		return
	}
	ticks := s.Ticks(high / 28)
	var major []smoke.Tick
	for _, t := range ticks {
		if t.Major {
			major = append(major, t)
		}
	}
	decimals := axisDigits(major)
	line := r.line(caption)
	last := float32(math.MaxFloat32)
	for _, t := range major {
		y := pos.Y + size.Height - 0.5 - float32(t.At)*(size.Height-1) - line/2
		if last-y < line*0.95 {
			continue
		}
		last = y
		own := decimals
		if s.Log {
			own = axisDigits([]smoke.Tick{t})
		}
		text := axisText(t.Value, own)
		r.labels.add(text, caption, mono, muted, fyne.NewPos(pos.X-pad-fyne.MeasureText(text, caption, mono).Width, y))
	}
}

// height is the plot's in pixels.
func (c *core) height() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.want.size.Y
}

// timeAxis labels the horizontal axis; it gives the number of tick marks used.
func (r *renderer) timeAxis(pos fyne.Position, size fyne.Size, muted color.Color) int {
	w := r.g.frame.window
	if w.Columns == 0 || size.Width <= 0 {
		return 0
	}
	caption := r.caption()
	n := int(size.Width / (5.5 * caption))
	faint := theme.ColorForWidget(theme.ColorNameSeparator, r.g)
	edge := -float32(math.MaxFloat32)
	used := 0
	for _, t := range plot.TimeTicks(w.From(), w.To(), max(n, 1), r.g.o.Feed.o.Location) {
		x := pos.X + float32(w.X(t.At))*size.Width
		if used == len(r.ticks) {
			r.ticks = append(r.ticks, canvas.NewLine(faint))
		}
		l := r.ticks[used]
		used++
		l.StrokeColor, l.StrokeWidth = faint, 1
		l.Position1, l.Position2 = fyne.NewPos(x, pos.Y+size.Height), fyne.NewPos(x, pos.Y+size.Height+caption*0.3)
		l.Hidden = false
		text := timeText(t, used == 1)
		style, ink := fyne.TextStyle{}, muted
		if t.Unit >= plot.UnitDay {
			ink = theme.ColorForWidget(theme.ColorNameForeground, r.g)
		}
		wide := fyne.MeasureText(text, caption, style).Width
		left := x - wide/2
		if left < edge+caption/2 || left < 0 || left+wide > r.size.Width {
			continue
		}
		edge = left + wide
		r.labels.add(text, caption, style, ink, fyne.NewPos(left, pos.Y+size.Height+caption*0.3))
	}
	return used
}

// legend names several targets beside a piece of their line.
func (r *renderer) legend(pos fyne.Position, muted color.Color) {
	traces := r.g.traces
	if len(traces) < 2 {
		traces = nil
	}
	caption := r.caption()
	key := fyne.NewSize(caption*2.4, caption)
	x := pos.X
	room := (r.size.Width - pos.X) / float32(max(len(traces), 1))
	for i := range traces {
		if i == len(r.keys) {
			r.keys = append(r.keys, canvas.NewRaster(r.keyPixels(i)))
		}
		k := r.keys[i]
		k.Hidden = false
		place(k, fyne.NewPos(x, (r.line(caption)-key.Height)/2), key)
		name := cut(traces[i].Name, room-key.Width-caption*1.2, caption, fyne.TextStyle{})
		r.labels.add(name, caption, fyne.TextStyle{}, theme.ColorForWidget(theme.ColorNameForeground, r.g), fyne.NewPos(x+key.Width+caption*0.3, 0))
		x += min(room, key.Width+caption*1.5+fyne.MeasureText(name, caption, fyne.TextStyle{}).Width)
	}
	for i := len(traces); i < len(r.keys); i++ {
		r.keys[i].Hidden = true
	}
}

// keyPixels draws a piece of line i.
func (r *renderer) keyPixels(i int) func(w, h int) image.Image {
	return func(w, h int) image.Image {
		img := image.NewRGBA(image.Rect(0, 0, w, h))
		colors := lineColors(r.g.dark())
		plot.PaintKey(img, colors[i%len(colors)], plot.Dash(i), float64(h)/float64(max(r.caption(), 1)))
		return img
	}
}
