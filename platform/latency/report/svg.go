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

func (s *drawing) axes() {
	r := s.plot
	var d strings.Builder
	fmt.Fprintf(&d, "M%d,%dV%dH%d", r.Min.X, r.Min.Y, r.Max.Y, r.Max.X)
	for _, t := range s.times {
		x := num(float64(r.Min.X) + t.at*float64(r.Dx()))
		fmt.Fprintf(&d, "M%s,%dv4", x, r.Max.Y)
		if t.major {
			fmt.Fprintf(&d, "M%s,%dv-4", x, r.Min.Y)
		}
		s.text(x, float64(r.Max.Y+15), "middle", s.faint, textSize, t.label)
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
	if !s.bare {
		s.text(left, 18, "start", s.ink, titleSize, fit(s.Title, titleSize, room))
	}
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
