package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"

	"tacklebox/platform/latency/smoke"
)

// SVG writes the graph as SVG: shapes as paths, words as words.
func (g *Graph) SVG(w io.Writer) error {
	return g.svg(w, "g", `<?xml version="1.0" encoding="UTF-8"?>`+"\n")
}

// svg writes the graph; prefix keeps the names within it apart from those of other
// graphs on one page.
func (g *Graph) svg(w io.Writer, prefix, head string) error {
	p, err := g.plan(func(text string) int { return estimate(text, textSize) })
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	s := &drawing{plan: p, w: out, prefix: prefix}
	s.printf(`%s<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" font-family="'Noto Sans', 'Noto Sans SC', 'Segoe UI', 'Microsoft YaHei', 'PingFang SC', sans-serif" font-size="%g">`+"\n",
		head, p.width, p.height, p.width, p.height, textSize)
	s.printf("<title>%s</title>\n<desc>%s</desc>\n", escape(p.Title), escape(p.period()))
	s.patterns()
	s.printf(`<rect width="%d" height="%d" fill="%s"/>`+"\n", p.width, p.height, hex(p.colours.Background))
	if len(p.Rounds) > 0 {
		s.rounds()
	} else {
		s.grid()
		s.columns()
	}
	s.axes()
	s.words()
	s.printf("</svg>\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write a graph as SVG: %w", err)
	}
	return nil
}

// drawing writes a plan. Write errors stay in the writer until it is flushed.
type drawing struct {
	*plan
	w      *bufio.Writer
	prefix string
}

func (s *drawing) printf(format string, a ...any) { fmt.Fprintf(s.w, format, a...) }

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// escape makes a text fit for XML, of which not every character is.
func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(plain(text))) // a strings.Builder takes everything
	return b.String()
}

// estimate is about how wide a text will be, in whatever font the reader has.
func estimate(text string, size float64) int {
	var em float64
	for _, r := range text {
		switch {
		case r >= 0x2e80:
			em++
		case strings.ContainsRune(" .,:;|()'il", r):
			em += 0.32
		case r >= 'A' && r <= 'Z' || r == 'm' || r == 'w' || r == '%':
			em += 0.75
		default:
			em += 0.58
		}
	}
	return int(math.Ceil(em * size))
}

// fit shortens a text in its middle.
func fit(text string, size float64, room int) string {
	r := []rune(plain(text))
	n := len(r)
	for n > 0 && estimate(shorten(r, n), size) > room {
		n = min(n-1, n*9/10)
	}
	return shorten(r, n)
}

func (s *drawing) patterns() {
	s.printf("<defs>")
	for _, b := range s.bandKinds() {
		line := "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4"
		if b.lean < 0 {
			line = "M-2,6 l4,4 M0,0 l8,8 M6,-2 l4,4"
		}
		s.printf(`<pattern id="%s-%s" width="8" height="8" patternUnits="userSpaceOnUse"><path d="%s" stroke="%s" stroke-width="2.8"/></pattern>`, s.prefix, b.name, line, hex(b.colour))
	}
	s.printf("</defs>\n")
}

type bandKind struct {
	name   string
	mask   smoke.Bands
	colour color.RGBA
	lean   int
}

func (s *drawing) bandKinds() []bandKind {
	return []bandKind{{"unmeasured", smoke.BandUnmeasured, s.colours.Unmeasured, -1}, {"senderror", smoke.BandSendError, s.colours.SendError, 1}}
}

// num is a coordinate with as many digits as can be seen.
func num(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

func (s *drawing) x(i, n int) float64 {
	return float64(s.plot.Min.X) + float64(i)*float64(s.plot.Dx())/float64(n)
}

func (s *drawing) y(height float64) float64 {
	return float64(s.plot.Max.Y) - height*float64(s.plot.Dy())
}

func (s *drawing) grid() {
	var d strings.Builder
	for _, t := range s.ticks {
		fmt.Fprintf(&d, "M%d,%sh%d", s.plot.Min.X, num(s.y(t.At)), s.plot.Dx())
	}
	s.path(d.String(), `stroke="`+hex(s.colours.Grid)+`"`)
}

// path writes a path unless it is empty.
func (s *drawing) path(d, attributes string) {
	if d != "" {
		s.printf(`<path d="%s" %s/>`+"\n", d, attributes)
	}
}

// runs calls yield with the stretches of columns that something holds for.
func runs(n int, holds func(i int) bool, yield func(from, to int)) {
	for i := 0; i < n; i++ {
		if !holds(i) {
			continue
		}
		from := i
		for i < n && holds(i) {
			i++
		}
		yield(from, i)
	}
}

func (s *drawing) columns() {
	n := len(s.Columns)
	for _, b := range s.bandKinds() {
		runs(n, func(i int) bool {
			bands := s.Columns[i].Bands
			return bands&b.mask != 0 && (b.mask == smoke.BandSendError || bands&smoke.BandSendError == 0)
		}, func(from, to int) {
			s.printf(`<rect x="%s" y="%d" width="%s" height="%d" fill="url(#%s-%s)"/>`+"\n", num(s.x(from, n)), s.plot.Min.Y, num(s.x(to, n)-s.x(from, n)), s.plot.Dy(), s.prefix, b.name)
		})
	}
	var painter smoke.Painter
	shapes := make([]smoke.Outline, n)
	for i := range shapes {
		shapes[i] = painter.Outline(&s.Columns[i], s.plan.scale, s.colours)
	}
	for k, shade := range painter.Shades(s.colours) {
		s.path(s.band(shapes, k), `fill="`+hex(shade)+`"`)
	}
	s.bars(shapes)
	s.medians(shapes)
	s.marks(shapes)
}

// band is the outline of one band over all columns, a closed shape for each stretch
// with replies.
func (s *drawing) band(shapes []smoke.Outline, k int) string {
	n := len(shapes)
	var d strings.Builder
	runs(n, func(i int) bool { return shapes[i].High[k] > 0 && shapes[i].Low[k] < 1 }, func(from, to int) {
		fmt.Fprintf(&d, "M%s,%s", num(s.x(from, n)), num(s.y(shapes[from].High[k])))
		for i := from; i < to; i++ {
			fmt.Fprintf(&d, "V%sH%s", num(s.y(shapes[i].High[k])), num(s.x(i+1, n)))
		}
		for i := to - 1; i >= from; i-- {
			fmt.Fprintf(&d, "V%sH%s", num(s.y(shapes[i].Low[k])), num(s.x(i, n)))
		}
		d.WriteString("Z")
	})
	return d.String()
}

func (s *drawing) bars(shapes []smoke.Outline) {
	n := len(shapes)
	var d strings.Builder
	for i, o := range shapes {
		if o.Bar > 0 {
			fmt.Fprintf(&d, "M%s,%dV%sH%sV%dZ", num(s.x(i, n)), s.plot.Max.Y, num(s.y(o.Bar)), num(s.x(i+1, n)), s.plot.Max.Y)
		}
	}
	s.path(d.String(), `fill="`+hex(s.colours.Loss)+`"`)
}

// medians writes the line of each colour; it begins at the height of the column
// before.
func (s *drawing) medians(shapes []smoke.Outline) {
	n := len(shapes)
	lines := map[color.RGBA]*strings.Builder{}
	last := math.NaN()
	for i, o := range shapes {
		if !math.IsNaN(o.Median) {
			d := lines[o.Colour]
			if d == nil {
				d = &strings.Builder{}
				lines[o.Colour] = d
			}
			if i > 0 && shapes[i-1].Colour == o.Colour && !math.IsNaN(last) {
				fmt.Fprintf(d, "V%sH%s", num(s.y(o.Median)), num(s.x(i+1, n)))
			} else {
				begin := o.Median
				if !math.IsNaN(last) {
					begin = last
				}
				fmt.Fprintf(d, "M%s,%sV%sH%s", num(s.x(i, n)), num(s.y(begin)), num(s.y(o.Median)), num(s.x(i+1, n)))
			}
		}
		last = o.Median
	}
	for _, c := range s.colours.Median {
		if d := lines[c]; d != nil {
			s.path(d.String(), `fill="none" stroke="`+hex(c)+`" stroke-width="1.5"`)
			delete(lines, c)
		}
	}
}

func (s *drawing) marks(shapes []smoke.Outline) {
	n := len(shapes)
	top := s.plot.Min.Y
	var late, alerts, events strings.Builder
	for i, o := range shapes {
		if o.Late {
			fmt.Fprintf(&late, "M%s,%dH%sv3H%sZ", num(s.x(i, n)), top+3, num(s.x(i+1, n)), num(s.x(i, n)))
		}
		if s.Columns[i].Bands&smoke.BandEvent != 0 {
			fmt.Fprintf(&events, "M%s,%dv%d", num(s.x(i, n)), s.plot.Max.Y, -s.plot.Dy())
		}
	}
	runs(n, func(i int) bool { return s.Columns[i].Bands&smoke.BandAlert != 0 }, func(from, to int) {
		fmt.Fprintf(&alerts, "M%s,%dH%sv3H%sZ", num(s.x(from, n)), top, num(s.x(to, n)), num(s.x(from, n)))
	})
	s.path(late.String(), `fill="`+hex(s.colours.Late)+`"`)
	s.path(alerts.String(), `fill="`+hex(s.colours.Alert)+`"`)
	s.path(events.String(), `stroke="`+hex(s.colours.Event)+`" stroke-dasharray="2 2"`)
}

// rounds writes SmokePing's look.
func (s *drawing) rounds() {
	n := len(s.Rounds)
	smokes := map[color.RGBA]*strings.Builder{}
	var order []color.RGBA
	var medians strings.Builder
	for i := 0; i < n; i++ {
		r := s.Rounds[i]
		if r == nil {
			continue
		}
		from := i
		for i+1 < n && s.Rounds[i+1] == r {
			i++
		}
		bands, m, colour := r.Outline(s.plan.scale.Max, s.Version)
		left, right := num(s.x(from, n)), num(s.x(i+1, n))
		for _, b := range bands {
			d := smokes[b.Grey]
			if d == nil {
				d = &strings.Builder{}
				smokes[b.Grey] = d
				order = append(order, b.Grey)
			}
			fmt.Fprintf(d, "M%s,%sH%sV%sH%sZ", left, num(s.y(b.Low)), right, num(s.y(b.High)), left)
		}
		if !math.IsNaN(m) {
			fmt.Fprintf(&medians, `<path d="M%s,%sH%s" stroke="%s" stroke-width="2"/>`, left, num(s.y(m)), right, hex(colour))
		}
	}
	// The outer bands are the lighter ones and lie below.
	for shade := 0xff; shade >= 0; shade-- {
		for _, c := range order {
			if int(c.R) == shade {
				s.path(smokes[c].String(), `fill="`+hex(c)+`"`)
			}
		}
	}
	s.printf("%s\n", medians.String())
}

func (s *drawing) axes() {
	r := s.plot
	var d strings.Builder
	fmt.Fprintf(&d, "M%d,%dV%dH%d", r.Min.X, r.Min.Y, r.Max.Y, r.Max.X)
	for _, t := range s.times {
		x := num(float64(r.Min.X) + t.At*float64(r.Dx()))
		fmt.Fprintf(&d, "M%s,%dv4", x, r.Max.Y)
		if t.Major {
			fmt.Fprintf(&d, "M%s,%dv-4", x, r.Min.Y)
		}
		s.text(x, float64(r.Max.Y+15), "middle", s.faint, textSize, t.Label)
	}
	for _, t := range s.ticks {
		if t.Major && t.At >= 0 && t.At <= 1 {
			fmt.Fprintf(&d, "M%d,%sh-4", r.Min.X, num(s.y(t.At)))
			s.text(strconv.Itoa(r.Min.X-7), s.y(t.At)+4, "end", s.faint, textSize, s.unit.label(t.Value))
		}
	}
	s.text(strconv.Itoa(r.Min.X-7), float64(r.Min.Y-10), "end", s.faint, textSize, s.unit.name)
	s.path(d.String(), `fill="none" stroke="`+hex(s.frame)+`"`)
}

func (s *drawing) text(x string, y float64, anchor string, c color.RGBA, size float64, text string) {
	style := ""
	if anchor != "start" {
		style = ` text-anchor="` + anchor + `"`
	}
	if size != textSize {
		style += fmt.Sprintf(` font-size="%g"`, size)
	}
	s.printf(`<text x="%s" y="%s"%s fill="%s">%s</text>`+"\n", x, num(y), style, hex(c), escape(text))
}

func (s *drawing) words() {
	r := s.plot
	left := strconv.Itoa(r.Min.X)
	room := s.width - marginRight - r.Min.X
	s.text(left, 18, "start", s.ink, titleSize, fit(s.Title, titleSize, room))
	if s.Subtitle != "" {
		s.text(left, 34, "start", s.faint, textSize, fit(s.Subtitle, textSize, room))
	}
	s.text(left, float64(r.Max.Y+15+lineHeight), "start", s.faint, textSize, fit(s.period(), textSize, room))
	for _, e := range s.entry {
		if e.strong {
			s.text(strconv.Itoa(e.x), float64(e.y), "start", s.ink, textSize, e.text)
			continue
		}
		fill := hex(e.colour)
		for _, b := range s.bandKinds() {
			if e.lean == b.lean {
				fill = "url(#" + s.prefix + "-" + b.name + ")"
			}
		}
		if e.dotted {
			s.path(fmt.Sprintf("M%d,%dv-10", e.x+5, e.y+1), `stroke="`+fill+`" stroke-dasharray="2 2"`)
		} else {
			s.printf(`<rect x="%d" y="%d" width="10" height="10" fill="%s"/>`+"\n", e.x, e.y-9, fill)
		}
		s.text(strconv.Itoa(e.x+square), float64(e.y), "start", s.faint, textSize, e.text)
	}
}
