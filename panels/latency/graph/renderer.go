package graph

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	look "tacklebox/panels/theme"
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
	for _, k := range r.keys {
		k.Refresh()
	}
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
	rows := 1
	if keys := r.legendKeys(gutter); len(keys) > 0 {
		rows = keys[len(keys)-1].row + 1
	}
	pos = fyne.NewPos(gutter, line*(float32(rows)+0.5))
	return pos, fyne.NewSize(max(r.size.Width-gutter-r.endsWidth()-2*pad, 0), max(r.size.Height-pos.Y-line-2*pad, 0))
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
		r.legend(pos)
		r.ends(pos, size)
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
