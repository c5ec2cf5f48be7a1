package alerts

import (
	"context"
	"errors"
	"reflect"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/latency"
	"tacklebox/panels/latency/reasons"
	"tacklebox/panels/widgets"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
)

// page is the open page: its lists, or a form in their place.
type page struct {
	d   Deps
	w   latency.Workplace
	svc Service

	ctx    context.Context // ends when the page is left
	cancel context.CancelFunc
	poke   chan struct{}
	// changes wait for the one before: each begins with what that one left.
	changes  []func()
	changing bool

	state   service.AlertState
	targets []model.Target
	byID    map[model.TargetID]model.Target
	writer  bool
	known   bool

	banner   *widgets.Banner
	tabs     *widgets.Tabs
	rules    *rulesView
	channels *channelsView
	gateways *gatewaysView
	lists    fyne.CanvasObject
	form     form // nil while the lists are shown
	body     *fyne.Container
	root     *fyne.Container
}

// form is what takes the lists' place.
type form interface {
	content() fyne.CanvasObject
	// update follows what changed of targets and channels.
	update()
	close()
	// first is where a person begins to type.
	first() fyne.Focusable
}

func newPage(d Deps, w latency.Workplace, svc Service) *page {
	p := &page{d: d, w: w, svc: svc, poke: make(chan struct{}, 1), byID: map[model.TargetID]model.Target{}}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.banner = widgets.NewBanner(w.Tips())
	p.rules, p.channels, p.gateways = newRulesView(p), newChannelsView(p), newGatewaysView(p)
	p.tabs = widgets.NewTabs(w.Tips())
	p.tabs.Append(&widgets.Tab{ID: "rules", Text: i18n.T("latency.alerts_rules"), Content: p.rules.root})
	p.tabs.Append(&widgets.Tab{ID: "channels", Text: i18n.T("latency.alerts_channels"), Content: p.channels.root})
	p.tabs.Append(&widgets.Tab{ID: "gateways", Text: i18n.T("latency.alerts_gateways"), Content: p.gateways.root})
	p.tabs.Select("rules")
	p.lists = p.tabs
	p.body = container.NewStack(p.lists)
	p.root = container.NewBorder(p.banner, nil, nil, nil, p.body)
	p.banner.OnResized = p.root.Refresh
	return p
}

// start follows how things stand until the page is left.
func (p *page) start() {
	unsubscribe := p.svc.SubscribeAlerts(func([]alert.Event) { p.refresh() })
	p.w.Background(func(ctx context.Context) func() {
		defer unsubscribe()
		tick := time.NewTicker(p.d.Pace)
		defer tick.Stop()
		for {
			state, targets, writer := p.svc.Alerts(), p.svc.Targets(), p.svc.Writer()
			p.d.Do(func() { p.arrived(state, targets, writer) })
			select {
			case <-ctx.Done():
				return nil
			case <-p.ctx.Done():
				return nil
			case <-tick.C:
			case <-p.poke:
			}
		}
	})
}

// refresh has the page look again at once; it may be called from any goroutine.
func (p *page) refresh() {
	select {
	case p.poke <- struct{}{}:
	default:
	}
}

func (p *page) close() {
	if p.form != nil {
		p.form.close()
	}
	p.cancel()
}

func (p *page) closed() bool { return p.ctx.Err() != nil }

// arrived shows how things stand. What is the same as before is left alone.
func (p *page) arrived(state service.AlertState, targets []model.Target, writer bool) {
	if p.closed() {
		return
	}
	same := p.known && writer == p.writer && reflect.DeepEqual(targets, p.targets) && reflect.DeepEqual(state, p.state)
	first := !p.known
	p.known, p.writer, p.state, p.targets = true, writer, state, targets
	if !same {
		clear(p.byID)
		for _, t := range targets {
			p.byID[t.ID] = t
		}
	}
	// The channels' words have ages in them, which pass by themselves, and ticks
	// that are not kept yet come before what is kept.
	p.channels.apply()
	if !p.changing {
		p.gateways.apply()
	}
	if same {
		return
	}
	p.rules.apply()
	p.tabs.Update("rules", count(i18n.T("latency.alerts_rules"), len(state.Rules)), p.rules.worst())
	p.tabs.Update("channels", count(i18n.T("latency.alerts_channels"), len(state.Channels)), p.channels.worst())
	if p.form != nil {
		p.form.update()
	}
	if first && !writer {
		p.say(widgets.LevelUnknown, i18n.T("latency.alerts_reader"), "")
	}
}

func count(word string, n int) string {
	if n == 0 {
		return word
	}
	return i18n.T("latency.alerts_count", map[string]any{"Word": word, "N": n})
}

// open shows a form in the lists' place.
func (p *page) open(f form) {
	if p.form != nil {
		p.form.close()
	}
	p.form = f
	p.banner.Clear()
	p.body.Objects = []fyne.CanvasObject{f.content()}
	p.body.Refresh()
	p.w.Window().Canvas().Focus(f.first())
}

// back shows the lists again.
func (p *page) back() {
	if p.form == nil {
		return
	}
	p.form.close()
	p.form = nil
	p.body.Objects = []fyne.CanvasObject{p.lists}
	p.body.Refresh()
}

// say tells something at the page's head.
func (p *page) say(level widgets.Level, text, detail string) {
	p.banner.Set(widgets.BannerContent{Level: level, Text: text, Detail: detail, Close: p.banner.Clear})
}

// change has rules, channels or gateways changed, after the changes before, and
// shows what came of it. done is called on Fyne's goroutine with nil, or with why
// it did not work.
func (p *page) change(do func(context.Context, *service.AlertConfig) error, done func(error)) {
	p.changes = append(p.changes, func() {
		p.w.Background(func(ctx context.Context) func() {
			c := p.svc.Alerts().AlertConfig
			err := do(ctx, &c)
			if err == nil {
				err = p.svc.SetAlerts(ctx, c)
			}
			state, targets, writer := p.svc.Alerts(), p.svc.Targets(), p.svc.Writer()
			return func() {
				p.changing = false
				p.nextChange()
				if p.closed() {
					return
				}
				p.arrived(state, targets, writer)
				if err != nil {
					p.say(widgets.LevelFailed, i18n.T("latency.alerts_not_saved"), explain(err))
				}
				if done != nil {
					done(err)
				}
			}
		})
	})
	p.nextChange()
}

// nextChange begins the change that waits longest, unless one is under way. What
// a person has asked for is done also when they leave the page.
func (p *page) nextChange() {
	if p.changing || len(p.changes) == 0 {
		return
	}
	next := p.changes[0]
	p.changes = p.changes[1:]
	p.changing = true
	next()
}

// explain is an error in words.
func explain(err error) string {
	if errors.Is(err, history.ErrReader) {
		return i18n.T("latency.alerts_reader")
	}
	return reasons.Text(err)
}

// ask asks before something that cannot be undone, or that runs a program.
func (p *page) ask(title, yes, text string, danger bool, do func()) {
	label := fields.Words(text)
	d := dialog.NewCustomConfirm(title, yes, i18n.T("Cancel"), label, func(ok bool) {
		if ok && !p.closed() {
			do()
		}
	}, p.w.Window())
	if danger {
		d.SetConfirmImportance(widget.DangerImportance)
	}
	d.Resize(fyne.NewSize(min(460*label.Theme().Size("text")/13, p.w.Window().Canvas().Size().Width-40), 0))
	d.Show()
}
