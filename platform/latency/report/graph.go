package report

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"time"

	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/smoke"
)

// Graph is one target's graph with axes, words and figures.
type Graph struct {
	Title string // the target's name, with its groups
	// Subtitle says what is measured: address, kind, engine, interval.
	Subtitle string
	From, To time.Time
	Zone     *time.Location // nil is the system's
	// Columns are equally wide and cover [From, To); see Columns.
	Columns []smoke.Column
	// Interval is how often the target is asked: where columns are too narrow to have
	// a spread of their own, the smoke is that of the probes around them. 0 leaves it.
	Interval time.Duration
	// Scale is the vertical axis; the zero one fits the columns, by the logarithm
	// with Log.
	Scale smoke.Scale
	Log   bool
	// Palette; nil is smoke.Light.
	Palette *smoke.Palette
	// Rounds, when there are any, are drawn as SmokePing does, one for each pixel
	// column, with the colours of Version.
	Rounds  []*smoke.Round
	Version smoke.Version
	// Texts; nil is English.
	Texts *Texts

	// Width and Height of the picture in pixels; 0 is 900 x 320. It becomes higher
	// when the words need it. Zoom multiplies pixels and text alike, for dense screens
	// and print; 0 is 1.
	Width, Height, Zoom int

	bare bool // the page says the title
}

// Bounds of a picture.
const (
	MinWidth, MinHeight = 320, 240
	MaxWidth, MaxHeight = 8000, 4000
	MaxZoom             = 4
	maxPixels           = 64 << 20
)

// Where things are, in pixels without zoom.
const (
	marginLeft, marginRight = 58, 14
	marginTop               = 46
	axisHeight              = 38 // below the plot: times and the period
	gap                     = 14 // between words of a line
	titleSize, textSize     = 15.0, 11.0
	lineHeight              = 16
	gridEvery               = 28
)

// PlotWidth is how many columns a picture of this width has room for.
func PlotWidth(width int) int {
	return clamp(width, 900, MinWidth, MaxWidth) - marginLeft - marginRight
}

// Columns is how many columns to draw a period with: one a pixel, but so few that
// each has at least a probe.
func Columns(from, to time.Time, interval time.Duration, width int) int {
	n := PlotWidth(width)
	if interval > 0 {
		// Two intervals, since probes do not keep to the beat exactly.
		n = min(n, int(to.Sub(from)/(2*interval)))
	}
	return max(n, 1)
}

// surround gives the columns the spread of the probes around them. One without
// replies gets none, so that an outage stays bare.
func surround(cols []smoke.Column, half int) []smoke.Column {
	if half == 0 {
		return cols
	}
	out := slices.Clone(cols)
	for i := range out {
		if out[i].Around != nil || out[i].Hist == nil || out[i].Hist.Replies == 0 {
			continue
		}
		out[i].Around = smoke.Total(cols[max(i-half, 0):min(i+half+1, len(cols))])
	}
	return out
}

func clamp(v, usual, low, high int) int {
	if v == 0 {
		v = usual
	}
	return min(max(v, low), high)
}

// plan is a graph with all decisions made; PNG and SVG draw the same one.
type plan struct {
	*Graph
	texts   *Texts
	colours *smoke.Palette
	zone    *time.Location
	scale   smoke.Scale
	width   int
	height  int
	plot    image.Rectangle
	ink     color.RGBA
	faint   color.RGBA
	frame   color.RGBA
	unit    unit
	ticks   []smoke.Tick
	times   []timeTick
	legend  []swatch
	figures []swatch // without squares
	entry   []placed // of figures and legend
}

// placed is an entry with its place, the left end of its base line.
type placed struct {
	swatch
	x, y int
}

// swatch is an entry of the legend.
type swatch struct {
	colour color.RGBA
	text   string
	lean   int // of stripes, 0 for a filled one
	dotted bool
	strong bool
}

// square is the room that the square of a swatch takes.
const square = 14

// plan decides all; measure is how wide a text will be.
func (g *Graph) plan(measure func(string) int) (*plan, error) {
	if !g.From.Before(g.To) {
		return nil, fmt.Errorf("draw a graph: it ends at %s, before it begins: choose another period", g.To.Format(dateTime))
	}
	shown := *g
	if len(g.Columns) > 0 {
		shown.Columns = surround(g.Columns, int(min(plot.HalfAround(g.To.Sub(g.From)/time.Duration(len(g.Columns)), g.Interval), 1000)))
	}
	g = &shown
	p := &plan{Graph: g, texts: g.Texts, colours: g.Palette, zone: g.Zone, scale: g.Scale,
		width: clamp(g.Width, 900, MinWidth, MaxWidth), height: clamp(g.Height, 320, MinHeight, MaxHeight)}
	if p.texts == nil {
		t := English()
		p.texts = &t
	}
	if p.colours == nil {
		c := smoke.Light()
		p.colours = &c
	}
	if p.zone == nil {
		p.zone = time.Local
	}
	if len(g.Rounds) > 0 {
		p.scale = smoke.Scale{Max: smoke.SmokePingMax(g.Rounds)}
		light := smoke.Light()
		p.colours = &light
	} else if p.scale.Max <= 0 {
		p.scale = smoke.Fit(g.Columns, g.Log, smoke.Scale{})
	}
	if p.scale.Max <= 0 {
		p.scale.Max = 10 * time.Millisecond
	}
	p.inks()
	p.entries()
	p.sums()
	p.lay(measure)
	p.unit = unitFor(p.scale.Max)
	p.ticks = p.scale.Ticks(p.plot.Dy() / gridEvery)
	p.times = timeTicks(g.From, g.To, p.zone, max(p.plot.Dx()/70, 1))
	return p, nil
}

// lay puts figures and legend into lines below the plot, and the plot above them.
func (p *plan) lay(measure func(string) int) {
	right := p.width - marginRight
	y := 0
	for _, list := range [][]swatch{p.figures, p.legend} {
		x := marginLeft
		for _, s := range list {
			width := measure(s.text)
			if !s.strong {
				width += square
			}
			if x+width > right && x > marginLeft {
				x, y = marginLeft, y+lineHeight
			}
			p.entry = append(p.entry, placed{s, x, y})
			x += width + gap
		}
		if len(list) > 0 {
			y += lineHeight + 2
		}
	}
	bottom := max(p.height-axisHeight-y-4, marginTop+60)
	p.height = max(p.height, bottom+axisHeight+y+4)
	p.plot = image.Rect(marginLeft, marginTop, right, bottom)
	for i := range p.entry {
		p.entry[i].y += bottom + axisHeight + lineHeight - 4
	}
}

// inks are the colours of words and lines, by the darkness of the background.
func (p *plan) inks() {
	bg := p.colours.Background
	if int(bg.R)+int(bg.G)+int(bg.B) < 3*128 {
		p.ink, p.faint, p.frame = color.RGBA{0xe6, 0xe9, 0xee, 0xff}, color.RGBA{0xa3, 0xac, 0xb8, 0xff}, color.RGBA{0x4a, 0x53, 0x5f, 0xff}
		return
	}
	p.ink, p.faint, p.frame = color.RGBA{0x1b, 0x1f, 0x24, 0xff}, color.RGBA{0x59, 0x63, 0x70, 0xff}, color.RGBA{0xb4, 0xbb, 0xc5, 0xff}
}

// entries are the legend: the colours of the median by loss, and of what occurs in
// this graph.
func (p *plan) entries() {
	t := p.texts
	if len(p.Rounds) > 0 {
		pings := 0
		for _, r := range p.Rounds {
			if r != nil {
				pings = max(pings, r.Pings)
			}
		}
		var last color.RGBA
		for lost := pings; lost >= 0 && pings > 0; lost-- {
			c := smoke.LossColour(p.Version, lost, pings)
			if c != last {
				p.legend = append([]swatch{{colour: c, text: fmt.Sprintf("≤ %d/%d", lost, pings)}}, p.legend...)
			}
			last = c
		}
		if len(p.legend) > 0 {
			p.legend[0].text = t.Loss + ": 0"
		}
		return
	}
	steps := []string{t.Loss + ": 0", "≤ 1 %", "≤ 5 %", "≤ 10 %", "≤ 25 %", "≤ 50 %", "> 50 %"}
	for i, text := range steps {
		p.legend = append(p.legend, swatch{colour: p.colours.Median[i], text: text})
	}
	var bands smoke.Bands
	late := false
	for _, c := range p.Columns {
		bands |= c.Bands
		late = late || c.Hist != nil && c.Hist.Late > 0
	}
	p.legend = append(p.legend, swatch{colour: p.colours.Smoke, text: t.Smoke})
	if late {
		p.legend = append(p.legend, swatch{colour: p.colours.Late, text: t.Late})
	}
	if bands&smoke.BandUnmeasured != 0 {
		p.legend = append(p.legend, swatch{colour: p.colours.Unmeasured, text: t.NotMeasured, lean: -1})
	}
	if bands&smoke.BandSendError != 0 {
		p.legend = append(p.legend, swatch{colour: p.colours.SendError, text: t.SendErrors, lean: 1})
	}
	if bands&smoke.BandAlert != 0 {
		p.legend = append(p.legend, swatch{colour: p.colours.Alert, text: t.Alert})
	}
	if bands&smoke.BandEvent != 0 {
		p.legend = append(p.legend, swatch{colour: p.colours.Event, text: t.Event, dotted: true})
	}
}

// sums are the figures below the graph, the unit said once.
func (p *plan) sums() {
	s := smoke.Sum(smoke.Total(p.Columns))
	t := p.texts
	say := func(text string) { p.figures = append(p.figures, swatch{text: text, strong: true}) }
	if s.Replies > 0 {
		u := unitFor(s.Median)
		add := func(name string, d time.Duration) { say(name + " " + u.figure(d)) }
		say(t.Median + " " + u.figure(s.Median) + " " + u.name)
		add(t.P5, s.P5)
		add(t.P95, s.P95)
		add(t.Min, s.Min)
		add(t.Max, s.Max)
		add(t.Jitter, s.Jitter)
	}
	if s.Known {
		say(t.Loss + " " + percent(s.Loss) + " (" + fmt.Sprintf(t.LossOf, s.Lost, s.Samples) + ")")
	}
	if s.Unmeasured > 0 {
		say(fmt.Sprintf("%s %d", t.NotMeasured, s.Unmeasured))
	}
	if s.SendErrors > 0 {
		say(fmt.Sprintf("%s %d", t.SendErrors, s.SendErrors))
	}
}

// period is the stretch of time with its zone.
func (p *plan) period() string {
	return p.From.In(p.zone).Format(dateTime) + " – " + p.To.In(p.zone).Format(dateTime) + "  " + Zone(p.zone, p.From, p.To)
}

// tickY is the row of a tick in a plot of h rows, as the painter has it.
func tickY(at float64, h int) int { return h - 1 - int(math.Round(at*float64(h-1))) }
