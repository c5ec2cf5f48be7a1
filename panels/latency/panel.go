package latency

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tacklebox/assets"
	"tacklebox/panels"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/service"
)

// Panel is the Latency tab.
type Panel struct {
	deps Deps
	host panels.Host
	tips *widgets.Tips

	ctx    context.Context // ends with the panel
	cancel context.CancelFunc
	jobs   sync.WaitGroup
	kick   chan struct{} // have the snapshot taken now

	started bool
	visible bool
	closed  bool

	svc     Service
	opening bool
	openErr error
	snap    service.Snapshot
	icmp    engines.Choice
	seen    bool // snap holds something
	stale   bool // what is on screen is older than snap
	hurry   bool // and is not to wait for the next frame
	memory  memory
	marked  map[latency.TargetID]bool // what of the targets is chosen

	root     *fyne.Container
	banner   *widgets.Banner
	master   *master
	detail   *detail
	lastTray string
	waiting  string // a text for the add form that came before it was there
	dismiss  string // what the person does not want to be told again
	writing  *time.Timer

	complaint error // a change that did not work
	left      bool  // lines that were not understood wait in the field of the add form
}

var (
	_ panels.Panel          = (*Panel)(nil)
	_ panels.TraySource     = (*Panel)(nil)
	_ panels.TrayMarker     = (*Panel)(nil)
	_ panels.Resident       = (*Panel)(nil)
	_ panels.Stopper        = (*Panel)(nil)
	_ panels.ClipboardTaker = (*Panel)(nil)
)

// New makes the tab; Start lets it follow the targets and Build shows it.
func New(d Deps) *Panel {
	if d.Source == nil || d.ICMP == nil || d.Suggest == nil {
		panic("latency: New without a source, ICMP or Suggest")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Do == nil {
		d.Do = fyne.Do
	}
	if d.Pace == (Pace{}) {
		d.Pace = DefaultPace
	}
	p := &Panel{deps: d, kick: make(chan struct{}, 1), marked: map[latency.TargetID]bool{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// ID is part of panels.Panel.
func (p *Panel) ID() string { return ID }

// TitleKey is part of panels.Panel.
func (p *Panel) TitleKey() string { return "latency.title" }

// Icon is part of panels.Panel.
func (p *Panel) Icon() fyne.Resource { return assets.LatencyIcon() }

// Start is part of panels.Resident: the history is opened, and tray and status
// line follow what is measured.
func (p *Panel) Start(h panels.Host) {
	if p.started || p.closed {
		return
	}
	p.started, p.host = true, h
	p.memory = p.remembered()
	p.open()
}

// Build is part of panels.Panel.
func (p *Panel) Build(h panels.Host) (fyne.CanvasObject, error) {
	p.Start(h)
	p.tips = widgets.NewTips(p.deps.Do)
	p.banner = widgets.NewBanner(p.tips)
	p.master = newMaster(p)
	p.detail = newDetail(p)
	split := container.NewHSplit(p.master.root, p.detail.root)
	split.SetOffset(p.memory.Split)
	widgets.WatchSplit(split, func(at float64) { p.memory.Split = at; p.remember() })
	content := container.NewBorder(p.banner, nil, nil, nil, split)
	p.banner.OnResized = content.Refresh
	p.root = container.NewStack(content, p.tips)
	p.apply()
	if p.waiting != "" {
		p.TakeClipboard(p.waiting)
	}
	return p.root, nil
}

// open opens the history, away from Fyne's goroutine: it may be large, or its
// disk slow.
func (p *Panel) open() {
	if p.opening || p.svc != nil {
		return
	}
	p.opening, p.openErr = true, nil
	p.background(func(ctx context.Context) func() {
		svc, err := p.deps.Source.Service(ctx)
		return func() {
			p.opening, p.openErr, p.svc = false, err, svc
			if err != nil {
				p.svc = nil
				p.status()
				p.trayChanged()
				p.apply()
				return
			}
			p.jobs.Go(func() { p.follow(svc) })
		}
	})
	p.apply()
}

// follow takes a snapshot at the panel's pace and hands it to Fyne's goroutine,
// one at a time.
func (p *Panel) follow(svc Service) {
	for {
		snap, icmp := svc.Snapshot(), p.deps.ICMP()
		taken := make(chan time.Duration, 1)
		p.deps.Do(func() { taken <- p.arrived(snap, icmp) })
		select {
		case <-p.ctx.Done():
			return
		case pause := <-taken:
			next := time.NewTimer(pause)
			select {
			case <-p.ctx.Done():
			case <-next.C:
			case <-p.kick:
			}
			next.Stop()
			if p.ctx.Err() != nil {
				return
			}
		}
	}
}

// arrived takes a new snapshot and says when the next one is wanted.
func (p *Panel) arrived(snap service.Snapshot, icmp engines.Choice) time.Duration {
	if p.closed {
		return time.Hour
	}
	first := !p.seen
	p.snap, p.icmp, p.seen = snap, icmp, true
	p.status()
	p.trayChanged()
	if !p.visible {
		return p.deps.Pace.Hidden
	}
	// What the clock brings waits for the graphs' next frame, so that the window is
	// drawn once a second and not twice.
	p.stale = true
	if first || p.hurry || p.detail == nil || p.detail.feed == nil {
		p.beat()
	}
	if first && p.waiting != "" {
		p.TakeClipboard(p.waiting)
	} else if first {
		p.focusFirst()
	}
	return p.deps.Pace.Shown
}

// beat brings the screen up to the last snapshot.
func (p *Panel) beat() {
	if p.stale && p.visible && !p.closed {
		p.stale, p.hurry = false, false
		p.apply()
	}
}

// reload has a snapshot taken and shown at once.
func (p *Panel) reload() {
	p.hurry = true
	select {
	case p.kick <- struct{}{}:
	default:
	}
}

// apply brings everything on screen up to the snapshot.
func (p *Panel) apply() {
	if p.master == nil || p.detail == nil {
		return
	}
	for id := range p.marked {
		if _, ok := p.live(id); !ok && p.seen {
			delete(p.marked, id)
		}
	}
	p.applyBanner()
	p.master.apply()
	p.detail.apply()
}

// live is a target as of the last snapshot.
func (p *Panel) live(id latency.TargetID) (*service.Live, bool) {
	for i := range p.snap.Targets {
		if p.snap.Targets[i].ID == id {
			return &p.snap.Targets[i], true
		}
	}
	return nil, false
}

// targets are all targets as of the last snapshot.
func (p *Panel) targets() []latency.Target {
	out := make([]latency.Target, len(p.snap.Targets))
	for i := range p.snap.Targets {
		out[i] = p.snap.Targets[i].Target
	}
	return out
}

// chosen are the marked targets in the order of the list.
func (p *Panel) chosen() []latency.Target {
	var out []latency.Target
	for i := range p.snap.Targets {
		if t := p.snap.Targets[i].Target; p.marked[t.ID] {
			out = append(out, t)
		}
	}
	return out
}

// Shown is part of panels.Panel.
func (p *Panel) Shown() {
	if p.visible || p.master == nil {
		return
	}
	p.visible = true
	p.detail.shown(true)
	p.apply()
	p.reload()
	p.focusFirst()
}

// focusFirst gives whoever comes to the tab what they type into, unless they have
// chosen already.
func (p *Panel) focusFirst() {
	if p.seen && p.master != nil && p.host.Window().Canvas().Focused() == nil {
		p.focus()
	}
}

// focus gives the keyboard to what a person wants it for first.
func (p *Panel) focus() {
	if p.detail.adding() {
		p.detail.add.focus()
		return
	}
	p.host.Window().Canvas().Focus(p.master.list)
}

// Hidden is part of panels.Panel.
func (p *Panel) Hidden() {
	if !p.visible {
		return
	}
	p.visible = false
	p.tips.Clear()
	p.detail.shown(false)
}

// Close is part of panels.Panel. What measures goes on.
func (p *Panel) Close() {
	if p.closed {
		return
	}
	p.closed = true
	p.cancel()
	if p.tips != nil {
		p.tips.Clear()
		p.detail.close()
	}
	p.jobs.Wait()
	if p.host != nil {
		p.flushMemory()
	}
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

// change has the service change something and says where it happened when that
// does not work.
func (p *Panel) change(what func(context.Context, Service) error, failed func(error)) {
	svc := p.svc
	if svc == nil {
		return
	}
	p.background(func(ctx context.Context) func() {
		err := what(ctx, svc)
		return func() {
			if err != nil {
				failed(err)
			}
			p.reload()
		}
	})
}
