package l2tp

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tacklebox/assets"
	"tacklebox/panels"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp/journal"
)

// Panel is the L2TP tab.
type Panel struct {
	deps Deps
	host panels.Host
	tips *widgets.Tips

	ctx    context.Context // ends with the panel
	cancel context.CancelFunc
	jobs   sync.WaitGroup
	closed bool

	w       *model.Wizard
	memory  memory
	started bool
	reading bool // of the PC, under way
	again   bool // and wanted once more
	history []journal.Entry
	histErr error

	root   *fyne.Container
	banner *widgets.Banner
	head   *head
	steps  *stepList
	body   *fyne.Container // the page in front
	foot   *footer
	pages  map[model.Step]page
	aside  aside // history or report, in the place of the wizard; nil for none
	main   *fyne.Container
	shown  bool

	restart restart
	undoing undoing
}

// page is what stands beside the list of steps.
type page interface {
	content() fyne.CanvasObject
	// apply brings it up to the wizard.
	apply()
	// focus is where a person begins; nil for the button that goes on.
	focus() fyne.Focusable
	// next is the button that goes on.
	next() next
	// forget empties fields with secrets.
	forget()
}

// next is the button that goes on from a page.
type next struct {
	text string
	note string // why it cannot be pressed, or what it does
	off  bool
	// grave: Enter does not press it unless a person went there.
	grave bool
	// minor: the page has another button that comes first.
	minor bool
	do    func()
}

// aside is a page beside the wizard.
type aside interface {
	content() fyne.CanvasObject
	apply()
	close()
}

var (
	_ panels.Panel    = (*Panel)(nil)
	_ panels.Resident = (*Panel)(nil)
	_ panels.Stopper  = (*Panel)(nil)
)

// New makes the tab; Start reads the PC and Build shows it.
func New(d Deps) *Panel {
	if d.Machine == nil {
		panic("l2tp: New without a machine")
	}
	d.fill()
	p := &Panel{deps: d, w: model.New()}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// ID is part of panels.Panel.
func (p *Panel) ID() string { return ID }

// TitleKey is part of panels.Panel.
func (p *Panel) TitleKey() string { return "l2tp.title" }

// Icon is part of panels.Panel.
func (p *Panel) Icon() fyne.Resource { return assets.L2TPIcon() }

// Start is part of panels.Resident: a value that an upgrade of Windows dropped is
// told at once.
func (p *Panel) Start(h panels.Host) {
	if p.started || p.closed {
		return
	}
	p.started, p.host = true, h
	p.memory = p.remembered()
	p.read()
	p.readHistory()
}

// Build is part of panels.Panel.
func (p *Panel) Build(h panels.Host) (fyne.CanvasObject, error) {
	p.Start(h)
	p.tips = widgets.NewTips(p.deps.Do)
	p.banner = widgets.NewBanner(p.tips)
	p.head = newHead(p)
	p.steps = newStepList(p)
	p.foot = newFooter(p)
	p.pages = map[model.Step]page{
		model.StepServer: newServerPage(p), model.StepConnection: newConnectionPage(p), model.StepFindings: newFindingsPage(p),
		model.StepPreview: newPreviewPage(p), model.StepApply: newApplyPage(p), model.StepTest: newTestPage(p), model.StepDone: newDonePage(p),
	}
	p.body = container.NewStack()
	right := container.NewBorder(nil, p.foot.root, nil, nil, p.body)
	wizard := container.NewBorder(nil, nil, container.NewHBox(p.steps.root, widget.NewSeparator()), nil, right)
	p.main = container.NewStack(wizard)
	top := widgets.NewColumn(p.head.root, p.banner)
	content := container.NewBorder(container.NewVBox(top, widget.NewSeparator()), nil, nil, nil, p.main)
	p.banner.OnResized = content.Refresh
	p.root = container.NewStack(content, p.tips)
	p.resume()
	p.show(p.w.At)
	return p.root, nil
}

// show goes to a step.
func (p *Panel) show(s model.Step) {
	p.w.At = s
	if p.aside != nil {
		p.leaveAside()
	}
	p.body.Objects = []fyne.CanvasObject{p.pages[s].content()}
	p.apply()
	p.focusPage()
}

// goTo goes to a step that a person may go to.
func (p *Panel) goTo(s model.Step) {
	for _, m := range p.w.Marks() {
		if m.Step == s && m.Open {
			p.show(s)
		}
	}
}

// focusPage gives the keyboard to where a person begins.
func (p *Panel) focusPage() {
	if !p.shown || p.host == nil {
		return
	}
	f := p.pages[p.w.At].focus()
	if f == nil && !p.foot.next.Disabled() && p.foot.next.Visible() && !p.foot.now.grave {
		f = p.foot.next
	}
	if f != nil {
		p.host.Window().Canvas().Focus(f)
	} else {
		p.host.Window().Canvas().Unfocus()
	}
}

// apply brings everything on screen up to the wizard.
func (p *Panel) apply() {
	p.status()
	if p.root == nil || p.closed {
		return
	}
	p.applyBanner()
	p.head.apply()
	p.steps.apply(p.w.Marks(), p.w.At)
	if p.aside != nil {
		p.aside.apply()
	} else {
		p.pages[p.w.At].apply()
		p.foot.apply(p.pages[p.w.At].next())
	}
	p.settle()
}

// settle lays out what has other words than before: a container does not notice by
// itself that a text needs more lines.
func (p *Panel) settle() {
	p.body.Refresh()
	p.main.Refresh()
}

// open shows a page beside the wizard.
func (p *Panel) open(a aside) {
	if p.aside != nil {
		p.leaveAside()
	}
	p.aside = a
	p.main.Objects[0].Hide()
	p.main.Objects = append(p.main.Objects[:1:1], a.content())
	p.apply()
}

// leaveAside goes back to the wizard.
func (p *Panel) leaveAside() {
	if p.aside == nil {
		return
	}
	p.aside.close()
	p.aside = nil
	p.main.Objects = p.main.Objects[:1:1]
	p.main.Objects[0].Show()
	p.apply()
	p.focusPage()
}

// Shown is part of panels.Panel.
func (p *Panel) Shown() {
	if p.shown || p.root == nil {
		return
	}
	p.shown = true
	if p.host.Window().Canvas().Focused() == nil {
		p.focusPage()
	}
}

// Hidden is part of panels.Panel.
func (p *Panel) Hidden() {
	p.shown = false
	p.tips.Clear()
}

// Close is part of panels.Panel: what is under way is cancelled. A plan that is
// being applied ends in the journal, which can take it back.
func (p *Panel) Close() {
	if p.closed {
		return
	}
	p.closed = true
	p.cancel()
	p.tips.Clear()
	p.forget()
	p.jobs.Wait()
	if p.host != nil {
		p.writeMemory()
	}
}

// Stops is part of panels.Stopper.
func (p *Panel) Stops() string {
	switch {
	case p.w.Applying, p.undoing.busy:
		return i18n.T("l2tp.stops_apply")
	case p.w.Dial.Running:
		return i18n.T("l2tp.stops_dial")
	}
	return ""
}

// forget empties all fields with secrets.
func (p *Panel) forget() {
	for _, x := range p.pages {
		x.forget()
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

// every calls f on Fyne's goroutine each second until ctx ends.
func (p *Panel) every(ctx context.Context, f func()) {
	p.jobs.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				p.deps.Do(func() {
					if ctx.Err() == nil && !p.closed {
						f()
					}
				})
			}
		}
	})
}

// read has the PC read, one reading at a time.
func (p *Panel) read() {
	if p.reading {
		p.again = true
		return
	}
	p.reading = true
	p.background(func(ctx context.Context) func() {
		r, err := p.deps.Machine.Read(ctx)
		return func() {
			p.reading = false
			p.w.Read(&r, err)
			p.lost()
			p.comeBack()
			if p.again {
				p.again = false
				p.read()
			}
			p.apply()
		}
	})
}

// readHistory has the journal read.
func (p *Panel) readHistory() {
	p.background(func(ctx context.Context) func() {
		list, err := p.deps.Machine.History(ctx)
		return func() {
			p.history, p.histErr = list, err
			p.adopt()
			p.apply()
		}
	})
}

// startOver forgets this run; what was applied stays applied.
func (p *Panel) startOver() {
	if p.w.Applying || p.w.Dial.Running {
		return
	}
	p.forget()
	old := p.w
	p.w = model.New()
	p.w.Read(old.Reading, old.ReadErr)
	p.memory.Resume = nil
	p.remember()
	p.restart.afresh()
	p.undoing = undoing{}
	for _, x := range p.pages {
		if r, ok := x.(interface{ reset() }); ok {
			r.reset()
		}
	}
	p.read()
	p.show(model.StepServer)
}
