package latency

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/graph"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/service"
)

// place is what the right side shows.
type place int

const (
	placeNone place = iota
	placeOpening
	placeFailed
	placeAdd
	placePage
	placeSingle
	placeOverlay
	placeGrid
)

// detail is the right side: one target large, several in one graph, many small
// ones, or the form for new ones.
type detail struct {
	p    *Panel
	root *fyne.Container
	feed *graph.Feed

	at       place
	wantsAdd bool
	bar      *rangeBar
	single   *single
	overlay  *overlay
	grid     *grid
	add      *addView
	opening  fyne.CanvasObject
	failed   *failedView
	page     *pageView
}

func newDetail(p *Panel) *detail {
	d := &detail{p: p, root: container.NewStack()}
	d.add = newAddView(p)
	d.failed = newFailedView(p)
	text := widget.NewLabel(i18n.T("latency.opening"))
	text.Importance = widget.LowImportance
	// No bar that moves: Fyne's goes on drawing sixty frames a second after it was
	// hidden.
	d.opening = container.NewCenter(text)
	return d
}

// ready makes what needs the history, once it is open.
func (d *detail) ready() {
	if d.feed != nil || d.p.svc == nil {
		return
	}
	p := d.p
	d.feed = graph.NewFeed(graph.FeedOptions{
		Source: p.svc.History(), Subscribe: p.svc.Subscribe, Hints: !p.snap.Writer, Now: p.deps.Now, Do: p.deps.Do, OnBeat: p.beat,
	})
	d.feed.Rest(!p.visible)
	d.bar = newRangeBar(p)
	d.single = newSingle(p)
	d.overlay = newOverlay(p)
	d.grid = newGrid(p)
}

// apply shows what fits the snapshot, and brings it up to it.
func (d *detail) apply() {
	p := d.p
	if p.seen {
		d.ready()
	}
	at := d.where()
	if at == placeSingle && len(p.marked) == 0 {
		d.chooseFirst()
	}
	d.show(at)
	switch at {
	case placeFailed:
		d.failed.set(p.openErr)
	case placeAdd:
		d.add.apply()
	case placeSingle:
		d.single.apply()
	case placeOverlay:
		d.overlay.apply()
	case placeGrid:
		d.grid.apply()
	}
}

// where says what is to be shown.
func (d *detail) where() place {
	p := d.p
	switch {
	case p.openErr != nil:
		return placeFailed
	case !p.seen:
		return placeOpening
	case d.page != nil:
		return placePage
	case len(p.snap.Targets) == 0 || d.wantsAdd:
		return placeAdd
	case p.memory.View == viewGrid:
		return placeGrid
	case len(p.marked) > 1:
		return placeOverlay
	}
	return placeSingle
}

// chooseFirst chooses the first target when nothing is.
func (d *detail) chooseFirst() {
	m := d.p.master
	for _, r := range m.rows {
		if r.Target != nil {
			m.list.Select(r.Key, false)
			m.anchor = r.Key
			d.p.marked[r.ID()] = true
			return
		}
	}
	// All groups are closed, or nothing is found.
	d.p.marked[d.p.snap.Targets[0].ID] = true
}

// show puts one of the places to the front.
func (d *detail) show(at place) {
	if d.at == at && at != placePage {
		return
	}
	d.at = at
	var o fyne.CanvasObject
	switch at {
	case placeOpening:
		o = d.opening
	case placeFailed:
		o = d.failed.root
	case placeAdd:
		o = d.add.root
	case placePage:
		o = d.page.root
	case placeSingle:
		o = d.withBar(d.single.root)
	case placeOverlay:
		o = d.withBar(d.overlay.root)
	case placeGrid:
		o = d.withBar(d.grid.root)
	}
	if d.feed != nil {
		d.single.rest(at != placeSingle)
		d.overlay.rest(at != placeOverlay)
		d.grid.rest(at != placeGrid)
	}
	d.root.Objects = []fyne.CanvasObject{o}
	d.root.Refresh()
}

// withBar puts the choice of range above a view. The one bar goes from view to
// view, so that a choice holds for all of them.
func (d *detail) withBar(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewBorder(d.bar.root, nil, nil, nil, o)
}

// choiceChanged shows what was chosen in the list.
func (d *detail) choiceChanged() {
	d.wantsAdd = false
	d.leavePage()
	d.apply()
}

// adding tells whether the form for new targets is in front.
func (d *detail) adding() bool { return d.at == placeAdd }

// showAdd shows the form with a text; an empty one leaves what stands there.
func (d *detail) showAdd(text string) {
	d.leavePage()
	d.wantsAdd = true
	d.apply()
	if text != "" {
		d.add.set(text)
	}
	if d.at == placeAdd {
		d.add.focus()
	}
}

// showSettings goes to the settings of the chosen target.
func (d *detail) showSettings() {
	if d.at == placeSingle {
		d.single.lower.Select(lowerSettings)
	}
}

// escape leaves what stands before the views.
func (d *detail) escape() {
	switch {
	case d.page != nil:
		d.leavePage()
		d.apply()
	case d.wantsAdd:
		d.wantsAdd = false
		d.apply()
	}
}

// shown tells whether anybody looks.
func (d *detail) shown(shown bool) {
	if d.feed != nil {
		d.feed.Rest(!shown)
	}
}

func (d *detail) close() {
	if d.page != nil {
		d.leavePage()
	}
	if d.feed == nil {
		return
	}
	d.single.close()
	d.overlay.close()
	d.grid.close()
	d.feed.Close()
}

// setRange shows a range in all views.
func (d *detail) setRange(id string) {
	d.p.memory.Range = id
	d.p.remember()
	d.single.graph.SetRange(id)
	d.overlay.graph.SetRange(id)
	d.grid.setRange(id)
	d.bar.apply()
	d.single.viewChanged()
}

// settingsChanged takes the axis and the look over into all graphs.
func (d *detail) settingsChanged() {
	m := &d.p.memory
	d.p.remember()
	for _, g := range []*graph.Graph{d.single.graph, d.overlay.graph} {
		g.SetLog(m.Log)
	}
	d.single.graph.SetLook(lookOf(m))
	d.grid.settingsChanged()
	d.bar.apply()
}

func lookOf(m *memory) graph.Look {
	switch {
	case m.SmokePing && m.Old27:
		return graph.LookSmokePing27
	case m.SmokePing:
		return graph.LookSmokePing28
	}
	return graph.LookSmoke
}

// newGraph makes a large graph as the person wants them.
func (d *detail) newGraph(onView func()) *graph.Graph {
	p := d.p
	var g *graph.Graph
	g = graph.New(graph.Options{Feed: d.feed, Tips: p.tips, EventText: eventText, OnView: onView, OnSetting: func() {
		p.memory.Log = g.Log()
		d.settingsChanged()
	}})
	g.SetRange(p.memory.Range)
	g.SetLog(p.memory.Log)
	return g
}

// trace is a target as a graph takes it.
func trace(t *service.Live) graph.Trace {
	return graph.Trace{Target: t.ID, Node: latency.LocalNode, Name: t.Name, Interval: t.Interval}
}

// pageView is a tool's page: a title, a way back, and its content.
type pageView struct {
	root   fyne.CanvasObject
	closed func()
}

func (d *detail) showPage(title string, content fyne.CanvasObject, closed func()) {
	d.leavePage()
	back := widgets.NewIconButton(theme.NavigateBackIcon(), i18n.T("latency.back"), d.p.tips, func() { d.leavePage(); d.apply() })
	head := widget.NewLabel(title)
	head.SizeName = theme.SizeNameSubHeadingText
	head.TextStyle.Bold = true
	head.Truncation = fyne.TextTruncateEllipsis
	d.page = &pageView{root: container.NewBorder(container.NewBorder(nil, nil, back, nil, head), nil, nil, nil, content), closed: closed}
	d.apply()
}

func (d *detail) leavePage() {
	if d.page == nil {
		return
	}
	page := d.page
	d.page = nil
	if page.closed != nil {
		page.closed()
	}
}

// failedView says why the history could not be opened.
type failedView struct {
	root   *fyne.Container
	reason *widget.Label
	detail *widget.Label
}

func newFailedView(p *Panel) *failedView {
	f := &failedView{reason: widget.NewLabel(""), detail: widget.NewLabel("")}
	title := widget.NewLabel(i18n.T("latency.open_failed"))
	title.SizeName = theme.SizeNameSubHeadingText
	title.TextStyle.Bold = true
	title.Wrapping, f.reason.Wrapping, f.detail.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord, fyne.TextWrapBreak
	f.reason.Selectable, f.detail.Selectable = true, true
	f.detail.TextStyle.Monospace = true
	f.detail.SizeName = theme.SizeNameCaptionText
	again := widgets.NewButton(i18n.T("latency.try_again"), p.open)
	again.Importance = widget.HighImportance
	copyIt := widgets.NewButton(i18n.T("Copy"), func() { fyne.CurrentApp().Clipboard().SetContent(f.detail.Text) })
	f.root = container.NewVScroll(container.NewPadded(container.NewPadded(
		widgets.NewColumn(title, f.reason, f.detail, container.NewHBox(again, copyIt))))).Content.(*fyne.Container)
	return f
}

func (f *failedView) set(err error) {
	if reason := explain(err); f.reason.Text != reason || f.detail.Text != err.Error() {
		f.reason.SetText(reason)
		f.detail.SetText(err.Error())
		setVisible(f.detail, reason != err.Error())
		f.root.Refresh()
	}
}

// rangeBar chooses the stretch and the look of all graphs.
type rangeBar struct {
	p      *Panel
	ranges *segments
	looks  *segments
	root   *fyne.Container
}

func newRangeBar(p *Panel) *rangeBar {
	b := &rangeBar{p: p}
	var list []segment
	for _, r := range rangeKeys {
		list = append(list, segment{r.id, i18n.T(r.key), ""})
	}
	b.ranges = newSegments(p.tips, list, func(id string) { p.detail.setRange(id) })
	b.looks = newSegments(p.tips, []segment{
		{"linear", i18n.T("latency.axis_linear"), i18n.T("latency.axis_linear_tip")},
		{"log", i18n.T("latency.axis_log"), i18n.T("latency.axis_log_tip")},
		{"smokeping", "SmokePing", i18n.T("latency.look_smokeping_tip")},
	}, b.look)
	b.root = widgets.Inset(widgets.NewFlow(b.ranges, b.looks))
	b.apply()
	return b
}

func (b *rangeBar) look(id string) {
	m := &b.p.memory
	m.Log, m.SmokePing = id == "log", id == "smokeping"
	b.p.detail.settingsChanged()
}

// graphNow is the graph that the bar is about.
func (b *rangeBar) graphNow() *graph.Graph {
	d := b.p.detail
	if d == nil || d.single == nil {
		return nil
	}
	if d.at == placeOverlay {
		return d.overlay.graph
	}
	return d.single.graph
}

// apply marks what holds.
func (b *rangeBar) apply() {
	m := &b.p.memory
	id := m.Range
	if g := b.graphNow(); g != nil && b.p.detail.at != placeGrid {
		id = g.Range()
	}
	b.ranges.choose(id)
	switch {
	case m.SmokePing:
		b.looks.choose("smokeping")
	case m.Log:
		b.looks.choose("log")
	default:
		b.looks.choose("linear")
	}
}

// rangeKeys are the ranges with the keys of their words, as in plot.Ranges.
var rangeKeys = []struct{ id, key string }{
	{"1m", "latency.range_1m"}, {"10m", "latency.range_10m"}, {"1h", "latency.range_1h"}, {"1d", "latency.range_1d"},
	{"1w", "latency.range_1w"}, {"1M", "latency.range_1month"}, {"1y", "latency.range_1y"}, {"all", "latency.range_all"},
}

// findRange is the place of a range, -1 for none.
func findRange(id string) int {
	for i, r := range rangeKeys {
		if r.id == id {
			return i
		}
	}
	return -1
}

// when is an instant as lists show it: the time, with the day when it is not
// today's.
func when(at, now time.Time) string {
	at = at.Local()
	if y, m, d := at.Date(); at.IsZero() {
		return "–"
	} else if ny, nm, nd := now.Local().Date(); y == ny && m == nm && d == nd {
		return at.Format("15:04:05")
	}
	return at.Format("2006-01-02 15:04:05")
}
