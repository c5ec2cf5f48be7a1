package graph

import (
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
)

// read is what stands at a share of the plot's width, of one target.
func (g *Graph) read(trace int, x float32) smoke.Readout {
	t := &g.frame.tracks[trace]
	number := t.window.Number(g.at(min(max(x, 0), 0.99999)))
	var c *smoke.Column
	if i := number - t.window.First; i >= 0 && i < int64(len(t.cols)) {
		c = &t.cols[i]
	}
	return plot.Read(c, t.window, number)
}

// nearest is the target whose median is nearest to a point.
func (g *Graph) nearest(x, y float32) int {
	best, far := 0, math.MaxFloat64
	for i := range g.frame.tracks {
		r := g.read(i, x)
		if r.Replies == 0 {
			continue
		}
		if d := math.Abs(float64(1-y) - g.frame.scale.Height(r.Median)); d < far {
			best, far = i, d
		}
	}
	return best
}

// Readout are the figures at a share (0 to 1) of the plot's width, of the target
// with this index, and false where there is no such target or nothing is shown.
func (g *Graph) Readout(trace int, x float32) (smoke.Readout, bool) {
	if trace < 0 || trace >= len(g.frame.tracks) {
		return smoke.Readout{}, false
	}
	return g.read(trace, x), true
}

// line is one line of the box: what it is and its figure.
type line struct {
	name, value string
	strong      bool
	ink         color.Color // of the name; nil is muted
}

// readoutBox is the box of figures beside the pointer.
type readoutBox struct {
	back   *canvas.Rectangle
	labels texts
	shown  bool
	lines  []line
}

func (b *readoutBox) objects(out []fyne.CanvasObject) []fyne.CanvasObject {
	if b.back == nil {
		return out
	}
	return b.labels.objects(append(out, b.back))
}

// cross shows what the pointer is at: the line, the stretch that is being chosen
// and the figures.
func (r *renderer) cross(pos fyne.Position, size fyne.Size) {
	g := r.g
	p := &g.point
	show := p.over && len(g.frame.tracks) > 0 && g.frame.window.Columns > 0 && g.frame.err == nil
	r.chosen.Hidden = !p.choosing || !p.moved
	if !r.chosen.Hidden {
		a, b := min(max(p.from, 0), 1), min(max(p.x, 0), 1)
		r.chosen.FillColor = theme.ColorForWidget(theme.ColorNameSelection, g)
		place(r.chosen, fyne.NewPos(pos.X+min(a, b)*size.Width, pos.Y), fyne.NewSize(max(a, b)*size.Width-min(a, b)*size.Width, size.Height))
	}
	r.hover.Hidden = !show
	if show {
		x := pos.X + min(max(p.x, 0), 1)*size.Width
		r.hover.StrokeColor, r.hover.StrokeWidth = theme.ColorForWidget(look.Muted, g), 1
		r.hover.Position1, r.hover.Position2 = fyne.NewPos(x, pos.Y), fyne.NewPos(x, pos.Y+size.Height)
	}
	r.hover.Refresh()
	r.chosen.Refresh()
	var lines []line
	if show {
		lines = g.lines(p.x)
	}
	r.box.show(r, lines, pos, size)
}

// lines are the figures at a share of the plot's width.
func (g *Graph) lines(x float32) []line {
	where := g.o.Feed.o.Location
	decimals := digits(g.frame.scale.Max)
	first := g.read(0, x)
	out := []line{{name: stretchText(first.From.In(where), first.To.In(where)), value: i18n.T("latency.graph_ms"), strong: true}}
	if g.point.choosing && g.point.moved {
		a, b := g.at(g.point.from).In(where), g.at(min(max(x, 0), 1)).In(where)
		if b.Before(a) {
			a, b = b, a
		}
		return []line{{name: a.Format("2006-01-02 15:04:05"), strong: true}, {name: b.Format("2006-01-02 15:04:05"), strong: true}}
	}
	if len(g.frame.tracks) > 1 {
		colors := lineColors(g.dark())
		var words []string
		for i := range g.frame.tracks {
			r := g.read(i, x)
			for _, n := range notes(r) {
				if !slices.Contains(words, n) && r.Replies == 0 {
					words = append(words, n)
				}
			}
			value := millis(r.Median, decimals)
			if r.Lost > 0 {
				value = i18n.T("latency.graph_of_loss", map[string]any{"Median": value, "Loss": percent(r.Loss)})
			}
			out = append(out, line{name: g.frame.tracks[i].trace.Name, value: value, ink: colors[i%len(colors)]})
		}
		for _, n := range words {
			out = append(out, line{name: n, ink: theme.ColorForWidget(look.Degraded, g)})
		}
		return out
	}
	if g.o.Compact {
		return g.few(first, beginText(first.From.In(where), first.To.Sub(first.From), g.frame.window.Span()), decimals)
	}
	if first.Replies > 0 {
		out = append(out,
			line{name: i18n.T("latency.graph_median"), value: millis(first.Median, decimals)},
			line{name: i18n.T("latency.graph_p5_p95"), value: millis(first.P5, decimals) + " – " + millis(first.P95, decimals)},
			line{name: i18n.T("latency.graph_min_max"), value: millis(first.Min, decimals) + " – " + millis(first.Max, decimals)})
	}
	if first.Known {
		out = append(out,
			line{name: i18n.T("latency.graph_loss"), value: percent(first.Loss)},
			line{name: i18n.T("latency.graph_samples"), value: samples(first)})
	}
	for _, n := range notes(first) {
		out = append(out, line{name: n, ink: theme.ColorForWidget(look.Degraded, g)})
	}
	for _, e := range g.eventsAt(first) {
		out = append(out, line{name: g.eventText(e), ink: theme.ColorForWidget(look.Accent, g)})
	}
	return out
}

// few are the figures of a small graph, which a box of all of them would cover.
func (g *Graph) few(r smoke.Readout, at string, decimals int) []line {
	first := line{name: at, strong: true}
	if r.Replies > 0 {
		first.value = millis(r.Median, decimals) + "\u00a0" + i18n.T("latency.graph_ms")
	}
	out := []line{first}
	if r.Lost > 0 {
		out = append(out, line{name: i18n.T("latency.graph_loss"), value: percent(r.Loss)})
	}
	if words := notes(r); len(words) > 0 {
		out = append(out, line{name: strings.Join(words, i18n.T("latency.comma")), ink: theme.ColorForWidget(look.Degraded, g)})
	}
	return out
}

// samples says what loss is measured against.
func samples(r smoke.Readout) string {
	n := strconv.FormatUint(r.Samples, 10)
	if r.Lost == 0 {
		return n
	}
	return i18n.T("latency.graph_lost_of", map[string]any{"Lost": r.Lost, "All": r.Samples})
}

// notes say in words what holds at a column besides its figures.
func notes(r smoke.Readout) []string {
	var out []string
	for _, c := range plot.Codes(r) {
		switch c {
		case plot.CodeNothing:
			out = append(out, i18n.T("latency.graph_nothing"))
		case plot.CodeUnmeasured:
			out = append(out, i18n.T("latency.graph_unmeasured"))
		case plot.CodeSendError:
			out = append(out, i18n.T("latency.graph_send_error"))
		case plot.CodeLate:
			out = append(out, i18n.N("latency.graph_late", int(r.Late)))
		case plot.CodeDuplicate:
			out = append(out, i18n.N("latency.graph_duplicate", int(r.Duplicates)))
		}
	}
	return out
}

// maxEventsShown bounds the events that the box names.
const maxEventsShown = 4

// eventsAt are the events of a column.
func (g *Graph) eventsAt(r smoke.Readout) []history.Event {
	// A few pixels to each side, since a line of one pixel is hard to hit.
	slack := 3 * g.frame.window.Width
	var out []history.Event
	for _, e := range g.frame.events {
		end := e.At
		if e.Kind == service.EventAlert && e.Until.After(end) {
			end = e.Until
		}
		if e.At.Before(r.To.Add(slack)) && !end.Before(r.From.Add(-slack)) && len(out) < maxEventsShown {
			out = append(out, e)
		}
	}
	return out
}

func (g *Graph) eventText(e history.Event) string {
	text := strings.TrimSpace(e.Kind + " " + e.Body)
	if g.o.EventText != nil {
		text = g.o.EventText(e)
	}
	return e.At.In(g.o.Feed.o.Location).Format("15:04:05 ") + text
}

// show lays the box out beside the pointer, so that it covers neither it nor the
// edge.
func (b *readoutBox) show(r *renderer, lines []line, pos fyne.Position, size fyne.Size) {
	if len(lines) == 0 && !b.shown {
		return
	}
	if b.back == nil {
		b.back = canvas.NewRectangle(color.Transparent)
	}
	b.shown, b.lines = len(lines) > 0, lines
	b.labels.begin()
	b.back.Hidden = !b.shown
	if !b.shown {
		b.labels.end()
		b.back.Refresh()
		return
	}
	g := r.g
	text := r.caption()
	pad := theme.SizeForWidget(theme.SizeNameInnerPadding, g)
	step := r.line(text) + 1
	mono := fyne.TextStyle{Monospace: true}
	room := max(r.size.Width-4*pad, 60)
	var names, values float32
	for _, l := range lines {
		n := fyne.MeasureText(l.name, text, l.style()).Width
		if l.value == "" {
			values = max(values, 0)
			names = max(names, min(n, room)-values)
			continue
		}
		values = max(values, fyne.MeasureText(l.value, text, mono).Width)
		names = max(names, min(n, room*0.6))
	}
	gap := 2 * pad
	whole := fyne.NewSize(min(names+gap+values, room)+2*pad, step*float32(len(lines))+2*pad)
	x := pos.X + g.point.x*size.Width
	at := fyne.NewPos(x+2*pad, pos.Y+g.point.y*size.Height+2*pad)
	if at.X+whole.Width > r.size.Width {
		at.X = x - 2*pad - whole.Width
	}
	if g.o.Compact { // there is no room beside it, but in the other half
		at.Y = pos.Y
		if g.point.y < 0.5 {
			at.Y = pos.Y + size.Height - whole.Height
		}
	}
	at.X = min(max(at.X, 0), max(r.size.Width-whole.Width, 0))
	at.Y = max(min(at.Y, r.size.Height-whole.Height), 0)
	b.back.FillColor = theme.ColorForWidget(theme.ColorNameMenuBackground, g)
	b.back.StrokeColor, b.back.StrokeWidth = theme.ColorForWidget(theme.ColorNameSeparator, g), 1
	b.back.CornerRadius = 3
	place(b.back, at, whole)
	y := at.Y + pad
	for _, l := range lines {
		ink := l.ink
		if ink == nil {
			ink = theme.ColorForWidget(look.Muted, g)
			if l.strong {
				ink = theme.ColorForWidget(theme.ColorNameForeground, g)
			}
		}
		width := whole.Width - 2*pad
		if l.value != "" {
			m := fyne.MeasureText(l.value, text, mono)
			// The faces differ in height; their middles are what lines up.
			b.labels.add(l.value, text, mono, theme.ColorForWidget(theme.ColorNameForeground, g), fyne.NewPos(at.X+whole.Width-pad-m.Width, y+(step-1-m.Height)/2))
			width -= m.Width + gap/2
		}
		b.labels.add(cut(l.name, width, text, l.style()), text, l.style(), ink, fyne.NewPos(at.X+pad, y))
		y += step
	}
	b.labels.end()
	b.back.Refresh()
}

func (l line) style() fyne.TextStyle { return fyne.TextStyle{Bold: l.strong} }
