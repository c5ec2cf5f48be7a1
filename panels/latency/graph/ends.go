package graph

import (
	"image/color"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/platform/latency/smoke"
)

// In a plot of several targets each line has its target's name at its right end, so
// that nobody has to look from the line to the legend and back.

// maxEnds is for how many lines there is a name each; more would be a second legend.
const maxEnds = 8

// endsWidth is the room right of the plot that the names take, 0 for none.
func (r *renderer) endsWidth() float32 {
	caption := r.caption()
	n := len(r.g.traces)
	if r.g.o.Compact || n < 2 || n > maxEnds || r.size.Width < 45*caption {
		return 0
	}
	wide := float32(0)
	for i := range r.g.traces {
		name := r.endName(i)
		wide = max(wide, fyne.MeasureText(name, caption, fyne.TextStyle{}).Width)
	}
	return wide + caption*0.4
}

func (r *renderer) endName(i int) string {
	return cut(r.g.traces[i].Name, 10*r.caption(), r.caption(), fyne.TextStyle{})
}

// end is the name of a line with the middle of its height.
type end struct {
	i int
	y float32
}

// ends writes the names beside the plot.
func (r *renderer) ends(pos fyne.Position, size fyne.Size) {
	if r.endsWidth() == 0 || len(r.g.frame.tracks) != len(r.g.traces) {
		return
	}
	line := r.line(r.caption())
	var list []end
	for i := range r.g.frame.tracks {
		if at, ok := lastHeight(r.g.frame.tracks[i].cols, r.g.frame.scale); ok {
			list = append(list, end{i, pos.Y + (1-at)*size.Height})
		}
	}
	colors := lineColors(r.g.dark())
	for _, e := range apart(list, line*0.95, pos.Y+line/2, pos.Y+size.Height-line/2) {
		var ink color.Color = colors[e.i%len(colors)]
		r.labels.add(r.endName(e.i), r.caption(), fyne.TextStyle{}, ink, fyne.NewPos(pos.X+size.Width+r.caption()*0.4, e.y-line/2))
	}
}

// endColumns are as many columns as say where a line ends: one with a spike does not
// move the name.
const endColumns = 9

// lastHeight is where a line ends, from 0 at the bottom to 1.
func lastHeight(cols []smoke.Column, s smoke.Scale) (float32, bool) {
	var list []time.Duration
	for i := len(cols) - 1; i >= 0 && len(list) < endColumns; i-- {
		if h := cols[i].Hist; h != nil && h.Replies > 0 {
			list = append(list, h.Quantile(0.5))
		}
	}
	if len(list) == 0 {
		return 0, false
	}
	slices.Sort(list)
	return float32(min(max(s.Height(list[len(list)/2]), 0), 1)), true
}

// apart moves names that would cover each other, as little as it can and without
// changing their order; those that there is no room for are left out.
func apart(list []end, step, top, bottom float32) []end {
	slices.SortStableFunc(list, func(a, b end) int {
		switch {
		case a.y < b.y:
			return -1
		case a.y > b.y:
			return 1
		}
		return a.i - b.i
	})
	if room := int((bottom-top)/step) + 1; len(list) > room {
		list = list[:max(room, 0)]
	}
	for i := range list {
		list[i].y = max(list[i].y, top)
		if i > 0 {
			list[i].y = max(list[i].y, list[i-1].y+step)
		}
	}
	for i := len(list) - 1; i >= 0; i-- {
		limit := bottom
		if i < len(list)-1 {
			limit = list[i+1].y - step
		}
		list[i].y = min(list[i].y, limit)
	}
	return list
}
