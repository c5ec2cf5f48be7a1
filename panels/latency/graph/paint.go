package graph

import (
	"image"
	"time"

	"tacklebox/platform/latency/plot"
	"tacklebox/platform/latency/smoke"
)

// paint makes the frame of what the tracks hold now, or nil when it would show
// nothing else than the last one.
func (c *core) paint(w *want, view plot.View, now time.Time) *frame {
	loading, err := false, error(nil)
	for _, t := range c.tracks {
		loading = loading || t.series.Loading()
		if t.err != nil {
			err = t.err
		}
	}
	if loading && (c.last == nil || c.window.Width != c.last.window.Width) && err == nil {
		// What is shown stays until the new zoom is there: an empty plot for a moment
		// would only flicker.
		return c.waiting(now)
	}
	c.since = time.Time{}
	fr := &frame{core: c, window: c.window, view: view, events: c.events.list, noted: c.events.changes, err: err}
	changed, pixels := c.pixels(w, fr)
	l := c.last
	if changed || l == nil || len(l.tracks) != len(c.tracks) {
		c.figures(fr)
	} else {
		fr.tracks, fr.empty = l.tracks, l.empty
	}
	same := l != nil && !changed && !pixels && fr.looks(l)
	if same {
		return nil
	}
	if pixels || l == nil {
		fr.image = c.hand()
	}
	c.last = fr
	return fr
}

// waiting says that the graph is loading, once that takes long.
func (c *core) waiting(now time.Time) *frame {
	if c.since.IsZero() {
		c.since = now
	}
	if now.Sub(c.since) < sayLoading || c.last != nil && c.last.loading {
		return nil
	}
	fr := &frame{core: c, loading: true}
	if c.last != nil {
		*fr = *c.last
		fr.image, fr.loading, fr.err = nil, true, nil
	}
	c.last = fr
	return fr
}

// figures gives the frame what is read when pointing at it.
func (c *core) figures(fr *frame) {
	fr.empty = true
	for _, t := range c.tracks {
		s := shown{trace: t.trace, window: t.series.Window(), cols: t.series.Columns()}
		for i := range s.cols {
			fr.empty = fr.empty && s.cols[i].Hist == nil && s.cols[i].Bands == 0
		}
		fr.tracks = append(fr.tracks, s)
	}
}

// pixels brings the picture up to date: changed is true when a column changed,
// pixels when that can be seen.
func (c *core) pixels(w *want, fr *frame) (changed, pixels bool) {
	type span struct{ from, to int64 }
	spans := make([]span, len(c.tracks))
	for i, t := range c.tracks {
		spans[i].from, spans[i].to = t.series.Changes()
		changed = changed || spans[i].from < spans[i].to
	}
	others := false
	axis := axisSetting{w.log, w.ceiling}
	if changed || c.last == nil || axis != c.fitted || c.axis != nil {
		c.fitted = axis
		others = c.fit(w)
	}
	if others {
		c.feed.wake()
	}
	fr.scale = c.scale
	style := plot.Style{Size: w.size, Scale: c.scale, Palette: w.palette, Marks: c.events.marks()}
	if w.look != LookSmoke {
		if painted, ok := c.smokePing(w, fr, changed); ok {
			return changed, painted
		}
	}
	if len(c.tracks) == 1 {
		t := c.tracks[0]
		style.Around = t.around
		return changed, c.picture.Paint(c.window, t.series, t.group, spans[0].from, spans[0].to, style)
	}
	if !changed && c.last != nil && c.window == c.last.window && style.Same(&c.style) && c.picture.Image != nil {
		return changed, false
	}
	c.style = style
	c.canvas(w.size)
	plot.PaintLines(c.picture.Image, c.window, c.lines(w), style, w.pixels)
	return changed, true
}

// canvas makes the picture's image ready to be painted from outside.
func (c *core) canvas(size image.Point) {
	if c.picture.Image == nil || c.picture.Image.Rect.Size() != size {
		c.picture = plot.Picture{Image: image.NewRGBA(image.Rectangle{Max: size})}
		return
	}
	c.picture = plot.Picture{Image: c.picture.Image}
}

func (c *core) lines(w *want) []plot.Line {
	colors := lineColors(w.dark)
	out := make([]plot.Line, len(c.tracks))
	for i, t := range c.tracks {
		out[i] = plot.Line{Series: t.series, Group: t.group, Color: colors[i%len(colors)], Dash: plot.Dash(i)}
	}
	return out
}

// fit chooses the vertical axis. It is true when the other graphs of the group
// have to be painted for it.
func (c *core) fit(w *want) (others bool) {
	var cols []smoke.Column
	for _, t := range c.tracks {
		cols = append(cols, t.series.Columns()...)
	}
	previous := c.scale
	if previous.Log != w.log || c.last == nil || c.last.window.Width != c.window.Width {
		previous = smoke.Scale{}
	}
	if c.axis != nil {
		previous = smoke.Scale{} // the group keeps what still fits all
	}
	fit := smoke.Fit
	if len(c.tracks) > 1 {
		fit = smoke.FitLines
	}
	own := fit(cols, w.log, previous)
	if w.ceiling > 0 {
		own.Max = w.ceiling
		if w.log {
			own.Min = min(own.Min, w.ceiling/10)
		}
	}
	if c.axis != nil {
		own, others = c.axis.want(c, own)
	}
	c.scale = own
	return others
}

// hand copies the picture into the image that the window does not have.
func (c *core) hand() *image.RGBA {
	c.turn = 1 - c.turn
	from := c.picture.Image
	to := c.images[c.turn]
	if to == nil || to.Rect != from.Rect {
		to = image.NewRGBA(from.Rect)
		c.images[c.turn] = to
	}
	copy(to.Pix, from.Pix)
	return to
}
