package latency

import (
	"context"
	"fmt"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/graph"
	"tacklebox/panels/latency/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
)

// The tabs below the graph.
const (
	lowerOutages  = "outages"
	lowerEvents   = "events"
	lowerSettings = "settings"
	lowerEvidence = "evidence"
)

// single is one target, large.
type single struct {
	p    *Panel
	id   latency.TargetID
	root *fyne.Container

	dot     *widgets.StatusDot
	name    *widgets.Ellipsis
	state   *widgets.CutText
	host    *widgets.Copyable
	engine  *widgets.Ellipsis
	head    *fyne.Container
	words   [4]string // of the head
	graph   *graph.Graph
	figures *figures
	lower   *widgets.Tabs

	outages  *textList
	events   *textList
	settings *settingsView
	evidence *evidenceView

	busy    bool // a query is under way
	again   bool // and another one is wanted
	asked   time.Time
	samples uint64 // of the stretch, when it was asked for last
	dueSoon *time.Timer
}

func newSingle(p *Panel) *single {
	s := &single{p: p, dot: widgets.NewStatusDot(widgets.LevelUnknown)}
	s.name = widgets.NewEllipsis("", 60, p.tips)
	s.name.Style.Bold = true
	s.name.SizeName = theme.SizeNameSubHeadingText
	s.state = widgets.NewCutText("", 40)
	s.state.Align = fyne.TextAlignTrailing
	s.host = widgets.NewCopyable(widgets.KeyValue{Mono: true}, true, p.tips)
	s.engine = widgets.NewEllipsis("", 60, p.tips)
	s.engine.Align = fyne.TextAlignTrailing
	s.engine.Color = look.Muted
	s.graph = p.detail.newGraph(s.viewChanged)
	s.graph.SetLook(lookOf(&p.memory))
	s.figures = newFigures(p.tips)

	s.outages = newTextList(p.tips, i18n.T("latency.no_outages"), []textColumn{
		{title: i18n.T("latency.col_start"), width: "2006-01-02 15:04:05", mono: true}, {title: i18n.T("latency.col_duration"), width: "00 d 00:00:00", mono: true, right: true},
		{title: i18n.T("latency.col_lost"), width: "000 000", mono: true, right: true}, {title: ""}})
	s.events = newTextList(p.tips, i18n.T("latency.no_events"), []textColumn{
		{title: i18n.T("latency.col_start"), width: "2006-01-02 15:04:05", mono: true}, {title: i18n.T("latency.col_duration"), width: "00 d 00:00:00", mono: true, right: true},
		{title: i18n.T("latency.col_event")}})
	s.settings = newSettingsView(p)
	s.evidence = newEvidenceView(p)
	s.lower = widgets.NewTabs(p.tips)
	s.lower.Append(&widgets.Tab{ID: lowerOutages, Text: i18n.T("latency.tab_outages"), Content: s.outages.root})
	s.lower.Append(&widgets.Tab{ID: lowerEvents, Text: i18n.T("latency.tab_events"), Content: s.events.root})
	s.lower.Append(&widgets.Tab{ID: lowerSettings, Text: i18n.T("latency.tab_settings"), Content: s.settings.root})
	s.lower.Append(&widgets.Tab{ID: lowerEvidence, Text: i18n.T("latency.tab_evidence"), Content: s.evidence.root})
	s.lower.Select(p.memory.Lower)
	s.lower.OnSelected = func(id string) {
		p.memory.Lower = id
		p.remember()
		s.query()
	}

	s.head = container.New(headLayout{}, s.dot, s.name, s.state, s.host, s.engine)
	split := container.NewVSplit(container.NewBorder(nil, s.figures.root, nil, nil, leastHeight{s.graph, 120}.box()), s.lower)
	split.SetOffset(p.memory.Below)
	widgets.WatchSplit(split, func(at float64) { p.memory.Below = at; p.remember() })
	s.root = container.NewBorder(widgets.Inset(s.head), nil, nil, nil, split)
	return s
}

// apply brings the view up to the snapshot and the choice.
func (s *single) apply() {
	p := s.p
	var t *service.Live
	for id := range p.marked {
		if l, ok := p.live(id); ok {
			t = l
		}
	}
	if t == nil {
		return
	}
	fresh := s.id != t.ID
	if s.id = t.ID; fresh {
		s.samples = 0
	}
	tr := trace(t)
	if now := s.graph.Traces(); len(now) != 1 || now[0] != tr {
		s.graph.SetTraces(tr)
	}
	s.dot.SetLevel(level(t.Level))
	state, host, engine := stateWord(t, p.snap.Paused), hostText(t), engineText(t)
	s.state.Set(state, widgets.LevelColor(level(t.Level)))
	if words := [4]string{t.Name, state, host, engine}; words != s.words {
		s.words = words
		s.name.SetText(t.Name)
		s.host.SetValue(widgets.KeyValue{Value: host, Mono: true}, true)
		s.engine.SetText(engine)
		s.head.Refresh() // the words share the lines by their lengths
	}
	s.settings.apply(t, fresh)
	if fresh {
		s.outages.clear()
		s.events.clear()
		s.evidence.clear()
		s.figures.set(nil)
		s.query()
	} else if p.deps.Now().Sub(s.asked) >= s.pace() {
		s.query()
	}
	s.evidence.apply(t)
	p.detail.bar.apply()
}

// hostText is what is asked, and where that is.
func hostText(t *service.Live) string {
	text := specText(t.Target)
	if t.Address.IsValid() && t.Address.String() != t.Host {
		text += "  " + t.Address.String()
	}
	return text
}

// viewChanged asks for the figures of another stretch, once it rests.
func (s *single) viewChanged() {
	s.p.detail.bar.apply()
	if s.dueSoon != nil {
		s.dueSoon.Stop()
	}
	s.dueSoon = time.AfterFunc(200*time.Millisecond, func() {
		s.p.deps.Do(func() {
			if !s.p.closed {
				s.query()
			}
		})
	})
}

// few are so few probes that the figures of a stretch are asked for after each.
const few = 30

// pace is how often what is shown of a stretch is asked for again.
func (s *single) pace() time.Duration {
	if !s.graph.Following() {
		return time.Hour
	}
	if s.samples < few && s.graph.View().Span() <= 10*time.Minute { // each one changes the figures
		return s.p.deps.Pace.Shown
	}
	// What a long stretch says hardly changes.
	return max(s.p.deps.Pace.Query, min(s.graph.View().Span()/200, time.Minute))
}

// answer is what the history says of a stretch.
type answer struct {
	readout smoke.Readout
	err     error
	outages []history.Outage
	events  []history.Event
	recent  []latency.Result
}

// query asks the history for figures and lists of what the graph shows, one
// question at a time.
func (s *single) query() {
	p := s.p
	if s.busy {
		s.again = true
		return
	}
	if s.id == 0 || p.svc == nil || !p.visible {
		return
	}
	s.busy, s.asked = true, p.deps.Now()
	id, view, tab, now := s.id, s.graph.View(), s.lower.Selected(), p.deps.Now()
	from := view.From
	if view.Range == "all" {
		from = now.Add(-20 * 365 * 24 * time.Hour)
	}
	h := p.svc.History()
	p.background(func(ctx context.Context) func() {
		a := ask(ctx, h, id, tab, from, view.To, now)
		return func() {
			s.busy = false
			if s.id == id {
				s.take(a)
			}
			if s.again {
				s.again = false
				s.query()
			}
		}
	})
}

// recentSpan is how far back single probes are shown as evidence.
const recentSpan, recentMost = 2 * time.Minute, 300

func ask(ctx context.Context, h History, id latency.TargetID, tab string, from, to, now time.Time) (a answer) {
	sum, err := h.Summary(ctx, id, latency.LocalNode, from, to)
	if err == nil {
		a.readout = smoke.Sum(sum)
	} else {
		a.readout.Loss = math.NaN()
	}
	a.err = err
	switch tab {
	case lowerOutages:
		if a.outages, err = h.Outages(ctx, id, latency.LocalNode, from, to, 0); err != nil {
			a.err = err
		}
	case lowerEvents:
		if a.events, err = h.Events(ctx, id, from, to); err != nil {
			a.err = err
		}
	case lowerEvidence:
		span := recentSpan
		for r, err := range h.Samples(ctx, id, latency.LocalNode, now.Add(-span), now.Add(time.Second)) {
			if err != nil {
				a.err = err
				break
			}
			a.recent = append(a.recent, r)
		}
		a.recent = a.recent[max(0, len(a.recent)-recentMost):]
	}
	return a
}

// take shows what the history said.
func (s *single) take(a answer) {
	if a.err != nil {
		s.figures.fail(a.err)
		return
	}
	s.figures.set(&a.readout)
	s.samples = a.readout.Samples
	now := s.p.deps.Now()
	switch s.lower.Selected() {
	case lowerOutages:
		s.showOutages(a.outages, now)
	case lowerEvents:
		var rows []textRow
		for i := len(a.events) - 1; i >= 0; i-- {
			e := a.events[i]
			took, until := "", e.Until
			switch {
			case !e.Until.Before(history.Unended):
				took, until = i18n.T("latency.outage_now"), now
			case e.Until.After(e.At):
				took = model.Span(e.Until.Sub(e.At))
			}
			rows = append(rows, textRow{key: fmt.Sprint(e.ID, e.At.UnixNano()), cells: []string{when(e.At, now), took, eventText(e)},
				do: func() { s.zoomTo(e.At, until) }})
		}
		s.events.set(rows)
	case lowerEvidence:
		s.evidence.set(a.recent)
	}
}

func (s *single) showOutages(list []history.Outage, now time.Time) {
	var rows []textRow
	var all time.Duration
	for i := len(list) - 1; i >= 0; i-- {
		o := list[i]
		took := o.End.Sub(o.Start)
		all += took
		note := ""
		if o.Coarse {
			note = i18n.T("latency.outage_coarse")
		} else if now.Sub(o.End) < 30*time.Second {
			note = i18n.T("latency.outage_now")
		}
		rows = append(rows, textRow{key: fmt.Sprint(o.Start.UnixNano()), level: widgets.LevelFailed,
			cells: []string{when(o.Start, now), model.Span(took), fmt.Sprint(o.Lost), note}, do: func() { s.zoomTo(o.Start, o.End) }})
	}
	s.outages.set(rows)
	text := i18n.T("latency.tab_outages")
	if len(list) > 0 {
		text = i18n.T("latency.tab_outages_n", map[string]any{"N": len(list), "Span": model.Span(all)})
	}
	s.lower.Update(lowerOutages, text, "")
}

// zoomTo shows a stretch with some of what was around it.
func (s *single) zoomTo(from, to time.Time) {
	margin := max(to.Sub(from)/2, 30*time.Second)
	v := s.graph.View()
	v.From, v.To, v.Follow, v.Range = from.Add(-margin), to.Add(margin), false, ""
	s.graph.SetView(v)
	s.viewChanged()
}

func (s *single) rest(rest bool) { s.graph.Rest(rest) }

func (s *single) close() {
	if s.dueSoon != nil {
		s.dueSoon.Stop()
	}
	s.graph.Close()
}

// headLayout is two lines: dot, name and state; host and engine.
type headLayout struct{}

func (headLayout) lines(o []fyne.CanvasObject) (a, b float32) {
	return max(o[1].MinSize().Height, o[2].MinSize().Height), max(o[3].MinSize().Height, o[4].MinSize().Height)
}

func (l headLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := l.lines(o)
	return fyne.NewSize(200, a+b)
}

func (l headLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	a, b := l.lines(o)
	dot := o[0].MinSize().Width
	o[0].Move(fyne.NewPos(0, (a-dot)/2))
	o[0].Resize(fyne.NewSize(dot, dot))
	x := dot + theme.InnerPadding()
	share := func(y, h, from float32, left, right fyne.CanvasObject, want, other float32) {
		w := s.Width - from
		r := min(other, max(w*0.5, w-want-12))
		lw := max(20, min(want, w-r-12))
		left.Move(fyne.NewPos(from, y))
		left.Resize(fyne.NewSize(lw, h))
		right.Move(fyne.NewPos(s.Width-r, y))
		right.Resize(fyne.NewSize(r, h))
	}
	name, state := o[1].(*widgets.Ellipsis), o[2].(*widgets.CutText)
	engine := o[4].(*widgets.Ellipsis)
	share(0, a, x, name, state, name.Natural(), state.Natural())
	share(a, b, x, o[3], engine, s.Width, engine.Natural())
}

// leastHeight keeps a graph from being squeezed away.
type leastHeight struct {
	o fyne.CanvasObject
	h float32
}

func (l leastHeight) box() fyne.CanvasObject { return container.New(leastHeightLayout{l.h}, l.o) }

type leastHeightLayout struct{ h float32 }

func (l leastHeightLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	return fyne.NewSize(m.Width, max(m.Height, l.h))
}
func (l leastHeightLayout) Layout(o []fyne.CanvasObject, s fyne.Size) { o[0].Resize(s) }
