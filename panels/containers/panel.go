// Package containers is the Containers tab: engines, images and containers on the
// left, and beside them the debug launch and the sessions inside.
package containers

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tacklebox/assets"
	"tacklebox/panels"
	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/settings"
)

// ID is the tab's name in settings and on the command line.
const ID = "containers"

// Deps is what the tab stands on.
type Deps struct {
	// Finder finds engines; NewFinder gives the real one.
	Finder model.Finder
	Now    func() time.Time
	// Pace is model.DefaultPace when zero.
	Pace model.Pace
	// Do runs a function on Fyne's goroutine; fyne.Do when nil.
	Do func(func())
	// NewTerminal makes the widget of a shell; the real one when nil.
	NewTerminal func() Terminal
}

// Panel is the Containers tab.
type Panel struct {
	deps Deps
	host panels.Host
	hub  *model.Hub
	tips *widgets.Tips
	work *work

	ctx    context.Context // ends with the panel
	cancel context.CancelFunc
	jobs   sync.WaitGroup // everything that runs for the panel

	visible bool
	closed  bool
	aging   *time.Timer

	snap     model.Snapshot
	master   *master
	picker   *enginePicker
	banner   *widgets.Banner
	detail   *detail
	splits   splits
	lastTray string
	form     string // a DebugForm that waits for the lists
	known    map[string]Known
}

var (
	_ panels.Panel      = (*Panel)(nil)
	_ panels.TraySource = (*Panel)(nil)
	_ panels.Busy       = (*Panel)(nil)
)

// New makes the tab; Build shows it.
func New(d Deps) *Panel {
	if d.Finder == nil {
		panic("containers: New without a finder")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Pace == (model.Pace{}) {
		d.Pace = model.DefaultPace
	}
	if d.Do == nil {
		d.Do = fyne.Do
	}
	p := &Panel{deps: d, work: newWork()}
	if d.NewTerminal == nil {
		p.deps.NewTerminal = p.newTerminal
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// ID is part of panels.Panel.
func (p *Panel) ID() string { return ID }

// TitleKey is part of panels.Panel.
func (p *Panel) TitleKey() string { return "containers.title" }

// Icon is part of panels.Panel.
func (p *Panel) Icon() fyne.Resource { return assets.ContainersIcon() }

// Build is part of panels.Panel.
func (p *Panel) Build(h panels.Host) (fyne.CanvasObject, error) {
	p.host = h
	p.tips = widgets.NewTips(p.deps.Do)
	p.hub = model.NewHub(p.deps.Finder, p.settings().Engine, p.deps.Pace, func() { p.deps.Do(p.changed) })
	p.picker = newEnginePicker(p)
	p.master = newMaster(p)
	p.detail = newDetail(p)
	p.banner = widgets.NewBanner(p.tips)

	left := container.NewBorder(container.NewVBox(p.picker.box, container.NewPadded(p.master.search)), nil, nil, nil, p.master.list)
	split := container.NewHSplit(wide(240, left), p.detail.root)
	split.SetOffset(p.split("containers.master", 0.28))
	p.rememberSplit("containers.master", split)
	content := container.NewBorder(p.banner, nil, nil, nil, split)
	p.banner.OnResized = content.Refresh
	p.apply()
	p.hub.Start()
	return container.NewStack(content, p.tips), nil
}

// changed is called on Fyne's goroutine after the hub's snapshot changed.
func (p *Panel) changed() {
	if p.closed {
		return
	}
	p.snap = p.hub.Snapshot()
	p.detail.containersChanged(p.snap) // a shell has to know that its container died
	p.trayChanged()
	p.status()
	if p.visible {
		p.apply()
	}
}

// apply brings everything on screen up to the snapshot.
func (p *Panel) apply() {
	p.snap = p.hub.Snapshot()
	p.picker.apply(p.snap)
	p.master.apply(p.snap)
	p.applyBanner()
	p.detail.apply(p.snap)
	if p.form != "" && p.snap.ImagesLoaded {
		text := p.form
		if text == p.master.search.Text { // unless the person typed on
			p.DebugForm(text)
		}
		p.form = ""
	}
}

// applyBanner says when the engine is not there, and what can be done.
func (p *Panel) applyBanner() {
	s := p.snap
	again := widgets.BannerButton{Text: i18n.T("containers.recheck"), Do: p.hub.Recheck}
	other := widgets.BannerButton{Text: i18n.T("containers.choose_engine"), Do: p.picker.open}
	c := widgets.BannerContent{}
	switch s.Link {
	case model.LinkLost:
		c = widgets.BannerContent{
			Level:   widgets.LevelDegraded,
			Text:    i18n.T("containers.banner_lost", map[string]any{"Name": s.Chosen.Name, "Time": clock(s.Since)}),
			Buttons: []widgets.BannerButton{other},
		}
	case model.LinkDown:
		c = widgets.BannerContent{
			Level:   widgets.LevelFailed,
			Text:    i18n.T("containers.banner_down", map[string]any{"Name": s.Chosen.Name}) + " " + explain(s.LinkErr),
			Buttons: []widgets.BannerButton{other, again},
		}
		c.Buttons = append(c.Buttons, p.answering()...)
	case model.LinkNone:
		if s.Discovered {
			c = widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("containers.banner_none"), Buttons: []widgets.BannerButton{again}}
		}
	case model.LinkUp:
		if err := s.ContainersErr; err != nil {
			c = widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("containers.banner_list") + " " + explain(err), Detail: err.Error(),
				Buttons: []widgets.BannerButton{{Text: i18n.T("containers.reload"), Do: p.hub.Reload}}}
		} else if s.Answer.Pinned != "" {
			c = widgets.BannerContent{}
		}
	}
	if s.LinkErr != nil && c.Text != "" {
		c.Detail = s.LinkErr.Error()
	}
	p.banner.Set(c)
}

// answering offers the engines that do answer, by name.
func (p *Panel) answering() []widgets.BannerButton {
	var out []widgets.BannerButton
	for _, e := range p.snap.Endpoints {
		if e.Asked && e.Answer.Err == nil && e.Endpoint.ID != p.snap.Chosen.ID && len(out) < 2 {
			id := e.Endpoint.ID
			out = append(out, widgets.BannerButton{
				Text: i18n.T("containers.use_engine", map[string]any{"Name": e.Endpoint.Name}),
				Do:   func() { p.chooseEngine(id) },
			})
		}
	}
	return out
}

// status is the panel's text in the status line.
func (p *Panel) status() {
	s := p.snap
	text := engineTitle(s)
	if s.Link == model.LinkUp && s.Answer.API != "" {
		text += " · API " + s.Answer.API
	}
	if n := p.OpenSessions(); n > 0 {
		text += " · " + i18n.N("containers.sessions_open", n)
	}
	p.host.SetStatus(ID, string(linkLevel(s.Link)), text)
}

// chooseEngine is the person's choice; it is remembered.
func (p *Panel) chooseEngine(id string) {
	p.hub.Choose(id)
	p.update(func(s *settings.Settings) { s.Engine = id })
}

// Shown is part of panels.Panel.
func (p *Panel) Shown() {
	if p.visible || p.hub == nil {
		return
	}
	p.visible = true
	p.hub.SetVisible(true)
	p.apply()
	p.detail.shown()
	p.ageLater()
	// Whoever comes to the tab can type part of an image at once.
	if c := p.host.Window().Canvas(); c != nil && c.Focused() == nil {
		p.master.focus()
	}
}

// agePace is how often ages are counted anew while nothing else happens.
const agePace = 30 * time.Second

// ageLater lets ages grow while somebody looks.
func (p *Panel) ageLater() {
	p.stopAging()
	p.aging = time.AfterFunc(agePace, func() {
		p.deps.Do(func() {
			if p.visible && !p.closed {
				p.apply()
				p.ageLater()
			}
		})
	})
}

func (p *Panel) stopAging() {
	if p.aging != nil {
		p.aging.Stop()
		p.aging = nil
	}
}

// Hidden is part of panels.Panel.
func (p *Panel) Hidden() {
	if p.hub == nil {
		return
	}
	p.visible = false
	p.tips.Clear()
	p.stopAging()
	p.hub.SetVisible(false)
	p.detail.hidden()
}

// Close is part of panels.Panel.
func (p *Panel) Close() {
	if p.closed || p.hub == nil {
		return
	}
	p.closed = true
	p.tips.Clear()
	p.stopAging()
	p.flushSplits()
	p.detail.close()
	p.cancel()
	p.jobs.Wait()
	p.work.close()
	p.hub.Close()
}

// background runs f away from Fyne's goroutine, and what f returns on it, unless
// the panel was closed meanwhile.
func (p *Panel) background(f func(ctx context.Context) func()) {
	p.jobs.Go(func() {
		then := f(p.ctx)
		if then == nil || p.ctx.Err() != nil {
			return
		}
		p.deps.Do(func() {
			if !p.closed {
				then()
			}
		})
	})
}

// settings are the person's choices as they stand.
func (p *Panel) settings() settings.Settings {
	if st := p.host.Settings(); st != nil {
		return st.Get()
	}
	return settings.Default()
}

// update changes the settings, away from Fyne's goroutine since the file is
// synced to disk.
func (p *Panel) update(f func(*settings.Settings)) {
	st := p.host.Settings()
	if st == nil {
		return
	}
	p.work.queue(func() { _ = st.Update(f) })
}

// work runs what must not run on Fyne's goroutine and belongs to no session.
type work struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	line   []func()
	busy   bool
	closed bool
}

func newWork() *work { return &work{} }

// queue runs f after all that was queued before.
func (w *work) queue(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.line = append(w.line, f)
	if w.busy {
		return
	}
	w.busy = true
	w.wg.Go(func() {
		for {
			w.mu.Lock()
			if len(w.line) == 0 {
				w.busy = false
				w.mu.Unlock()
				return
			}
			next := w.line[0]
			w.line = w.line[1:]
			w.mu.Unlock()
			next()
		}
	})
}

// close waits for what was queued.
func (w *work) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.wg.Wait()
}
