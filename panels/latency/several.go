package latency

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/graph"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/service"
)

// maxOverlay is how many targets one graph shows: more lines cannot be told apart.
const maxOverlay = 8

// overlay are several targets in one graph.
type overlay struct {
	p     *Panel
	graph *graph.Graph
	title *widgets.Ellipsis
	note  *widgets.CutText
	head  *fyne.Container
	root  *fyne.Container
}

func newOverlay(p *Panel) *overlay {
	o := &overlay{p: p, title: widgets.NewEllipsis("", 60, p.tips), note: widgets.NewCutText("", 0)}
	o.title.Style.Bold = true
	o.title.SizeName = theme.SizeNameSubHeadingText
	o.graph = p.detail.newGraph(func() { p.detail.bar.apply() })
	o.note.Color = look.Muted
	o.head = container.NewBorder(nil, nil, nil, o.note, o.title)
	o.root = container.NewBorder(widgets.Inset(o.head), nil, nil, nil, leastHeight{o.graph, 160}.box())
	return o
}

func (o *overlay) apply() {
	var traces []graph.Trace
	var names []string
	for i := range o.p.snap.Targets {
		t := &o.p.snap.Targets[i]
		if !o.p.marked[t.ID] {
			continue
		}
		names = append(names, t.Name)
		if len(traces) < maxOverlay {
			traces = append(traces, trace(t))
		}
	}
	if !sameTraces(o.graph.Traces(), traces) {
		o.graph.SetTraces(traces...)
	}
	o.title.SetText(strings.Join(names, i18n.T("latency.comma")))
	note := i18n.N("latency.targets", len(names))
	if len(names) > maxOverlay {
		note = i18n.T("latency.overlay_most", map[string]any{"Shown": maxOverlay, "All": len(names)})
	}
	if o.note.Text != note {
		o.note.SetText(note)
		o.head.Refresh()
	}
	o.p.detail.bar.apply()
}

func sameTraces(a, b []graph.Trace) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func (o *overlay) rest(rest bool) { o.graph.Rest(rest) }
func (o *overlay) close()         { o.graph.Close() }

// grid are many small graphs with one axis; those that are not in sight rest.
type grid struct {
	p       *Panel
	axis    *graph.AxisGroup
	shared  bool
	check   *widget.Check
	head    *fyne.Container
	note    *widgets.CutText
	box     *fyne.Container
	scroll  *container.Scroll
	root    *fyne.Container
	cells   map[latency.TargetID]*graph.Graph
	order   []latency.TargetID
	resting bool
}

// maxGrid bounds the small graphs; the search narrows them down.
const maxGrid = 120

func newGrid(p *Panel) *grid {
	g := &grid{p: p, axis: graph.NewAxisGroup(), shared: p.memory.OneAxis, cells: map[latency.TargetID]*graph.Graph{}, note: widgets.NewCutText("", 0), resting: true}
	g.note.Color = look.Muted
	g.check = widget.NewCheck(i18n.T("latency.shared_axis"), func(on bool) {
		g.shared, p.memory.OneAxis = on, on
		p.remember()
		g.renew()
	})
	g.check.Checked = g.shared
	g.box = container.New(&gridLayout{})
	g.scroll = container.NewVScroll(g.box)
	g.scroll.OnScrolled = func(fyne.Position) { g.inSight() }
	g.head = container.NewBorder(nil, nil, g.check, g.note)
	g.root = container.NewBorder(widgets.Inset(g.head), nil, nil, nil,
		widgets.OnSize(func() { g.inSight() }, g.scroll))
	return g
}

// apply shows the targets that the list shows, in its order.
func (g *grid) apply() {
	var list []*service.Live
	for i := range g.p.snap.Targets {
		t := &g.p.snap.Targets[i]
		if len(g.p.marked) < 2 || g.p.marked[t.ID] {
			list = append(list, t)
		}
	}
	if g.p.master.search.Text != "" {
		list = nil
		for _, r := range g.p.master.rows {
			if r.Target != nil {
				list = append(list, r.Target)
			}
		}
	}
	note := ""
	if len(list) > maxGrid {
		note = i18n.T("latency.overlay_most", map[string]any{"Shown": maxGrid, "All": len(list)})
		list = list[:maxGrid]
	}
	if g.note.Text != note {
		g.note.SetText(note)
		g.head.Refresh()
	}
	same := len(list) == len(g.order)
	for i := 0; same && i < len(list); i++ {
		same = list[i].ID == g.order[i]
	}
	if same {
		for _, t := range list {
			if c := g.cells[t.ID]; !sameTraces(c.Traces(), []graph.Trace{trace(t)}) {
				c.SetTraces(trace(t))
			}
		}
		return
	}
	keep := map[latency.TargetID]*graph.Graph{}
	g.order, g.box.Objects = nil, nil
	for _, t := range list {
		c := g.cells[t.ID]
		if c == nil {
			c = g.cell(t)
		}
		keep[t.ID] = c
		g.order = append(g.order, t.ID)
		g.box.Objects = append(g.box.Objects, c)
	}
	for id, c := range g.cells {
		if keep[id] == nil {
			c.Close()
		}
	}
	g.cells = keep
	g.box.Refresh()
	g.scroll.Refresh()
	g.inSight()
}

func (g *grid) cell(t *service.Live) *graph.Graph {
	id := t.ID
	o := graph.Options{Feed: g.p.detail.feed, Tips: g.p.tips, Compact: true, OnOpen: func() {
		g.p.memory.View = viewTree
		g.p.master.views.choose(viewTree)
		g.p.remember()
		g.p.master.show(id)
	}}
	if g.shared {
		o.Axis = g.axis
	}
	c := graph.New(o)
	c.Rest(true)
	c.SetRange(g.p.memory.Range)
	c.SetLog(g.p.memory.Log)
	c.SetLook(lookOf(&g.p.memory))
	c.SetTraces(trace(t))
	return c
}

// renew makes all graphs anew, on one axis or on one each.
func (g *grid) renew() {
	for _, c := range g.cells {
		c.Close()
	}
	g.axis = graph.NewAxisGroup()
	g.cells, g.order = map[latency.TargetID]*graph.Graph{}, nil
	g.apply()
}

// inSight has the graphs outside of the scrolled part rest.
func (g *grid) inSight() {
	top, height := g.scroll.Offset.Y, g.scroll.Size().Height
	for _, c := range g.cells {
		y := c.Position().Y
		c.Rest(g.resting || y+c.Size().Height < top || y > top+height)
	}
}

func (g *grid) setRange(id string) {
	for _, c := range g.cells {
		c.SetRange(id)
	}
}

func (g *grid) settingsChanged() {
	for _, c := range g.cells {
		c.SetLog(g.p.memory.Log)
		c.SetLook(lookOf(&g.p.memory))
	}
}

func (g *grid) rest(rest bool) {
	g.resting = rest
	g.inSight()
}

func (g *grid) close() {
	for _, c := range g.cells {
		c.Close()
	}
}

// gridLayout is as many columns as fit, of one height.
type gridLayout struct{}

func (gridLayout) shape(n int, width float32) (cols int, w, h float32) {
	scale := theme.TextSize() / 13
	cols = max(1, int(width/(230*scale)))
	cols = min(cols, max(n, 1))
	w = (width - float32(cols+1)*theme.InnerPadding()) / float32(cols)
	return cols, w, 130 * scale
}

func (l *gridLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	width := float32(230)
	if len(o) > 0 && o[0].Size().Width > 0 {
		// What was laid out last tells how many stand side by side.
		n := 0
		for _, x := range o {
			if x.Position().Y == o[0].Position().Y {
				n++
			}
		}
		_, _, h := l.shape(len(o), width)
		rows := (len(o) + max(n, 1) - 1) / max(n, 1)
		return fyne.NewSize(120, float32(rows)*(h+theme.InnerPadding()))
	}
	_, _, h := l.shape(len(o), width)
	return fyne.NewSize(120, h)
}

func (l *gridLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	cols, w, h := l.shape(len(o), s.Width)
	pad := theme.InnerPadding()
	for i, x := range o {
		x.Move(fyne.NewPos(pad+float32(i%cols)*(w+pad), float32(i/cols)*(h+pad)))
		x.Resize(fyne.NewSize(w, h))
	}
}
