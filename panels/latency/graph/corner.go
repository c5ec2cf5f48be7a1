package graph

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// build makes the parts that take events.
func (g *Graph) build() {
	if g.o.Compact {
		t := &tile{g: g}
		t.ExtendBaseWidget(t)
		g.input = t
		return
	}
	s := &surface{g: g}
	s.ExtendBaseWidget(s)
	g.input = s
	g.now = widgets.NewButton(i18n.T("latency.graph_now"), g.Now).WithTip(i18n.T("latency.graph_keys"), g.o.Tips)
	g.now.Importance = widget.HighImportance
	g.retry = widgets.NewButton(i18n.T("latency.graph_retry"), g.Reload)
	g.now.Hidden, g.retry.Hidden = true, true
}

// buttons shows the buttons that fit the state.
func (g *Graph) buttons() {
	if g.r != nil && !g.o.Compact {
		pos, size := g.r.area()
		g.r.corner(pos, size)
	}
}

// corner places the buttons that lie in the plot.
func (r *renderer) corner(pos fyne.Position, size fyne.Size) {
	g := r.g
	pad := theme.SizeForWidget(theme.SizeNamePadding, g)
	min := g.now.MinSize()
	place(g.now, fyne.NewPos(pos.X+size.Width-min.Width-pad, pos.Y+pad), min)
	if hide := g.view.Follow; hide != g.now.Hidden {
		if hide {
			g.now.Hide()
		} else {
			g.now.Show()
		}
	}
	min = g.retry.MinSize()
	place(g.retry, fyne.NewPos(pos.X+(size.Width-min.Width)/2, pos.Y+size.Height/2+r.line(r.caption())*2), min)
	if hide := g.frame.err == nil; hide != g.retry.Hidden {
		if hide {
			g.retry.Hide()
		} else {
			g.retry.Show()
		}
	}
}

// note says in the middle of the plot why nothing is to be seen, or that it is
// being worked on.
func (r *renderer) note(pos fyne.Position, size fyne.Size) {
	g := r.g
	text := theme.SizeForWidget(theme.SizeNameText, g)
	ink := theme.ColorForWidget(look.Muted, g)
	var words string
	y := pos.Y + size.Height/2 - r.line(text)
	switch f := &g.frame; {
	case len(g.traces) == 0:
		words = i18n.T("latency.graph_none")
	case f.err != nil:
		words = i18n.T("latency.graph_error", map[string]any{"Error": f.err.Error()})
		ink = theme.ColorForWidget(look.Failed, g)
	case f.loading:
		words = i18n.T("latency.graph_loading")
		if g.image != nil {
			y = pos.Y + theme.SizeForWidget(theme.SizeNamePadding, g) // clear of what is still shown
		}
	case f.core == nil:
	case f.empty:
		words = i18n.T("latency.graph_empty")
	case f.refused == refusedOverlay:
		words, y = i18n.T("latency.graph_no_rounds_overlay"), pos.Y+theme.SizeForWidget(theme.SizeNamePadding, g)
	case f.refused == refusedWide:
		words, y = i18n.T("latency.graph_no_rounds_wide"), pos.Y+theme.SizeForWidget(theme.SizeNamePadding, g)
	}
	if g.o.Compact {
		text = r.caption()
	}
	r.notes.begin()
	for i, l := range fold(words, max(size.Width-text, text), text, 4) {
		w := fyne.MeasureText(l, text, fyne.TextStyle{}).Width
		r.notes.add(l, text, fyne.TextStyle{}, ink, fyne.NewPos(pos.X+(size.Width-w)/2, y+float32(i)*r.line(text)))
	}
	r.notes.end()
}

// fold breaks text into at most n lines.
func fold(text string, width, size float32, n int) []string {
	var out []string
	fits := func(s string) bool { return fyne.MeasureText(s, size, fyne.TextStyle{}).Width <= width }
	rest := []rune(strings.Join(strings.Fields(text), " "))
	for len(rest) > 0 {
		if fits(string(rest)) {
			return append(out, string(rest))
		}
		if len(out) == n-1 {
			return append(out, cut(string(rest), width, size, fyne.TextStyle{}))
		}
		lo, hi := 1, len(rest)
		for lo < hi {
			if mid := (lo + hi + 1) / 2; fits(string(rest[:mid])) {
				lo = mid
			} else {
				hi = mid - 1
			}
		}
		at := lo
		for i := lo; i > lo/2; i-- {
			if i < len(rest) && rest[i] == ' ' {
				at = i
				break
			}
		}
		out = append(out, strings.TrimSpace(string(rest[:at])))
		rest = []rune(strings.TrimSpace(string(rest[at:])))
	}
	return out
}
