package report

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"tacklebox/platform/latency/smoke"
)

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
