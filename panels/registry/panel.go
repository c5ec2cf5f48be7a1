package registry

import (
	"context"
	"net/url"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tacklebox/assets"
	"tacklebox/panels"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/watch"
)

// Panel is the Registries tab.
type Panel struct {
	deps Deps
	host panels.Host
	tips *widgets.Tips

	ctx    context.Context // ends with the panel
	cancel context.CancelFunc
	jobs   sync.WaitGroup

	started   bool
	visible   bool
	closed    bool
	unwatch   func()
	memory    memory
	writing   *time.Timer
	lastTray  string
	complaint error  // something that was asked for did not work
	told      string // a remark
	made      string // something that worked

	connections []registry.Connection
	listErr     error
	listed      bool
	statuses    []watch.Status
	conn        *conn // the chosen connection; nil without one

	root   *fyne.Container
	banner *widgets.Banner
	picker *picker
	master *master
	detail *detail
}

var (
	_ panels.Panel      = (*Panel)(nil)
	_ panels.Resident   = (*Panel)(nil)
	_ panels.TraySource = (*Panel)(nil)
	_ panels.TrayMarker = (*Panel)(nil)
)

// New makes the tab; Build shows it.
func New(d Deps) *Panel {
	if d.Store == nil {
		panic("registry: New without a store")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Do == nil {
		d.Do = fyne.Do
	}
	if d.OpenURL == nil {
		d.OpenURL = func(u *url.URL) error { return fyne.CurrentApp().OpenURL(u) }
	}
	if d.Pace == (Pace{}) {
		d.Pace = DefaultPace
	}
	p := &Panel{deps: d}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// ID is part of panels.Panel.
func (p *Panel) ID() string { return ID }

// TitleKey is part of panels.Panel.
func (p *Panel) TitleKey() string { return "registry.title" }

// Icon is part of panels.Panel.
func (p *Panel) Icon() fyne.Resource { return assets.RegistryIcon() }

// Start is part of panels.Resident: tray and status line follow the watch.
func (p *Panel) Start(h panels.Host) {
	if p.started || p.closed {
		return
	}
	p.started, p.host = true, h
	p.memory = p.remembered()
	if w := p.deps.Watch; w != nil {
		p.statuses = w.Statuses()
		p.unwatch = w.Subscribe(
			func(all []watch.Status) { p.deps.Do(func() { p.watched(all) }) },
			func(n watch.Notice) { p.deps.Do(func() { p.notice(n) }) })
	}
	p.list(nil)
}

// Build is part of panels.Panel.
func (p *Panel) Build(h panels.Host) (fyne.CanvasObject, error) {
	p.Start(h)
	p.tips = widgets.NewTips(p.deps.Do)
	p.banner = widgets.NewBanner(p.tips)
	p.picker = newPicker(p)
	p.master = newMaster(p)
	p.detail = newDetail(p)
	split := container.NewHSplit(p.master.root, p.detail.root)
	split.SetOffset(p.memory.Split)
	widgets.WatchSplit(split, func(at float64) { p.memory.Split = at; p.remember() })
	content := container.NewBorder(p.banner, nil, nil, nil, split)
	p.banner.OnResized = content.Refresh
	p.root = container.NewStack(content, p.tips)
	p.apply()
	return p.root, nil
}

// list reads the connections and then does what is asked for.
func (p *Panel) list(then func()) {
	p.background(func(context.Context) func() {
		all, err := p.deps.Store.Connections()
		return func() {
			p.connections, p.listErr, p.listed = all, err, true
			p.status()
			p.trayChanged()
			if then != nil {
				then()
			}
			p.choose(p.chosenID())
			p.apply()
			p.focusFirst()
		}
	})
}

// chosenID is the connection to show: the one in front, the one of the last time, or
// the first.
func (p *Panel) chosenID() string {
	for _, id := range []string{p.memory.Chosen} {
		if _, ok := p.connection(id); ok {
			return id
		}
	}
	if len(p.connections) > 0 {
		return p.connections[0].ID
	}
	return ""
}

func (p *Panel) connection(id string) (registry.Connection, bool) {
	for _, c := range p.connections {
		if c.ID == id {
			return c, true
		}
	}
	return registry.Connection{}, false
}

// choose brings a connection to the front. The same again is nothing new.
func (p *Panel) choose(id string) {
	if p.conn != nil && p.conn.id == id {
		return
	}
	p.leave()
	c, ok := p.connection(id)
	if !ok {
		return
	}
	p.conn = newConn(p, c)
	if p.memory.Chosen != id {
		p.memory.Chosen = id
		p.remember()
	}
	if p.master != nil {
		p.master.reset()
		p.detail.reset()
	}
	if p.visible {
		p.conn.open()
	}
	p.apply()
}

// leave puts the connection in front away.
func (p *Panel) leave() {
	if p.conn == nil {
		return
	}
	p.conn.close()
	p.conn = nil
	p.complaint, p.told, p.made = nil, "", ""
	if p.detail != nil {
		p.detail.reset()
	}
}

// reopen begins with the connection in front anew, as after it was changed.
func (p *Panel) reopen() {
	if p.conn == nil {
		return
	}
	p.leave()
	p.list(nil)
}

// watched takes what a round found.
func (p *Panel) watched(all []watch.Status) {
	if p.closed {
		return
	}
	p.statuses = all
	p.status()
	p.trayChanged()
	if x := p.conn; x != nil && x.err != nil && !x.opening && x.refusal() == nil {
		if s, ok := p.statusOf(x.id); ok && s.Err == nil && s.State != watch.Unknown {
			p.reopen() // it answers again
			return
		}
	}
	if x := p.conn; x != nil && x.open_ {
		x.learn() // what did not come the first time
	}
	if p.visible {
		p.apply()
	}
}

// notice tells what a round found, once, outside the window too.
func (p *Panel) notice(n watch.Notice) {
	if p.closed || p.host == nil {
		return
	}
	title, text := noticeText(n)
	p.host.Notify(title, text)
}

// statusOf is how a connection was in the last round.
func (p *Panel) statusOf(id string) (watch.Status, bool) {
	for _, s := range p.statuses {
		if s.ID == id {
			return s, true
		}
	}
	return watch.Status{}, false
}

// apply brings everything on screen up to what is known.
func (p *Panel) apply() {
	if p.master == nil || p.detail == nil || p.closed {
		return
	}
	p.picker.apply()
	p.applyBanner()
	p.master.apply()
	p.detail.apply()
}

// Shown is part of panels.Panel.
func (p *Panel) Shown() {
	if p.visible || p.master == nil {
		return
	}
	p.visible = true
	if p.conn != nil {
		p.conn.resume()
	}
	p.apply()
	p.detail.shown(true)
	p.focusFirst()
}

// focusFirst gives whoever comes to the tab what they type into.
func (p *Panel) focusFirst() {
	if !p.visible || !p.listed || p.host.Window().Canvas().Focused() != nil {
		return
	}
	p.focus()
}

func (p *Panel) focus() {
	if p.detail.form != nil {
		p.detail.form.focus()
		return
	}
	if p.conn != nil {
		p.host.Window().Canvas().Focus(p.master.search)
	}
}

// Hidden is part of panels.Panel: what was asked for and has not come is broken off.
func (p *Panel) Hidden() {
	if !p.visible {
		return
	}
	p.visible = false
	p.tips.Clear()
	p.detail.shown(false)
	if p.conn != nil {
		p.conn.pause()
	}
}

// Close is part of panels.Panel. The watch goes on.
func (p *Panel) Close() {
	if p.closed {
		return
	}
	p.closed = true
	p.cancel()
	if p.unwatch != nil {
		p.unwatch()
	}
	if p.tips != nil {
		p.tips.Clear()
		p.detail.close()
	}
	if p.conn != nil {
		p.conn.close()
	}
	p.jobs.Wait()
	if p.host != nil {
		p.flushMemory()
	}
}

// background runs f away from Fyne's goroutine, and what f returns on it, unless the
// panel was closed meanwhile.
func (p *Panel) background(f func(ctx context.Context) func()) {
	p.within(p.ctx, f)
}

// within is background for what ends earlier than the panel: with a page, or with
// nobody looking any more.
func (p *Panel) within(ctx context.Context, f func(ctx context.Context) func()) {
	p.jobs.Go(func() {
		then := f(ctx)
		if then == nil || ctx.Err() != nil {
			return
		}
		p.deps.Do(func() {
			if !p.closed && ctx.Err() == nil {
				then()
			}
		})
	})
}

// complain says where it happened that something did not work.
func (p *Panel) complain(err error) {
	p.complaint = err
	p.applyBanner()
}

// tell says something that worked, once.
func (p *Panel) tell(text string) {
	p.told = text
	p.applyBanner()
}
