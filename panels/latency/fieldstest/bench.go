// Package fieldstest is a tab for tests of its tools: a window without a driver,
// and what a person does in it.
package fieldstest

import (
	"context"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	tab "tacklebox/panels/latency"
	"tacklebox/panels/paneltest"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
)

// Bench is the tab as a tool sees it.
type Bench struct {
	*paneltest.Bench
	tips *widgets.Tips
	page *fyne.Container

	// Svc, Chosen and All are what the tab gives its tools.
	Svc         tab.Service
	Chosen, All []latency.Target
	// Title is that of the page that is shown.
	Title string

	ctx    context.Context
	cancel context.CancelFunc
	jobs   sync.WaitGroup
	closed func()
}

var _ tab.Workplace = (*Bench)(nil)

// Look is how a bench's window looks.
type Look = paneltest.Look

// New makes a bench; when the test ends nothing of it may be running.
func New(t testing.TB, l Look) *Bench {
	t.Helper()
	if l.Size.IsZero() {
		l.Size = fyne.NewSize(800, 1600)
	}
	b := &Bench{Bench: paneltest.New(t, l), page: container.NewStack()}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.tips = widgets.NewTips(b.Do)
	b.Win.SetContent(container.NewStack(b.page, b.tips))
	t.Cleanup(func() {
		b.Leave()
		b.cancel()
		b.jobs.Wait()
		b.Pump()
		b.tips.Clear()
	})
	return b
}

// Window is part of latency.Workplace.
func (b *Bench) Window() fyne.Window { return b.Win }

// Tips is part of latency.Workplace.
func (b *Bench) Tips() *widgets.Tips { return b.tips }

// Service is part of latency.Workplace.
func (b *Bench) Service() tab.Service { return b.Svc }

// Selected is part of latency.Workplace.
func (b *Bench) Selected() []latency.Target { return b.Chosen }

// Targets is part of latency.Workplace.
func (b *Bench) Targets() []latency.Target { return b.All }

// Reload is part of latency.Workplace.
func (b *Bench) Reload() {}

// ShowPage is part of latency.Workplace.
func (b *Bench) ShowPage(title string, content fyne.CanvasObject, closed func()) {
	b.Leave()
	b.Title, b.closed = title, closed
	b.page.Objects = []fyne.CanvasObject{content}
	b.page.Refresh()
}

// Leave leaves the page.
func (b *Bench) Leave() {
	if b.closed != nil {
		b.closed()
	}
	b.closed = nil
	b.page.Objects = nil
}

// Background is part of latency.Workplace.
func (b *Bench) Background(f func(context.Context) func()) {
	b.jobs.Go(func() {
		if then := f(b.ctx); then != nil && b.ctx.Err() == nil {
			b.Do(then)
		}
	})
}

// Tick sets the check with this text.
func (b *Bench) Tick(text string, on bool) {
	b.T.Helper()
	done := false
	b.Until("check "+text, func() bool {
		b.Walk(func(o fyne.CanvasObject) {
			c, ok := o.(*widget.Check)
			if !ok {
				if t, is := o.(interface{ Ticked() *widget.Check }); is {
					c = t.Ticked()
				}
			}
			if c != nil && c.Text == text && !c.Disabled() && !done {
				c.SetChecked(on)
				done = true
			}
		})
		return done
	})
	b.Pump()
}

// Row chooses the row of a list that shows this name.
func (b *Bench) Row(name string) {
	b.T.Helper()
	var at fyne.Tappable
	b.Until("row "+name, func() bool {
		b.Walk(func(o fyne.CanvasObject) {
			l, ok := o.(*widgets.RowList)
			if !ok {
				return
			}
			paneltest.Walk(l, func(o fyne.CanvasObject) {
				if r, ok := o.(fyne.Tappable); ok {
					paneltest.Walk(o, func(in fyne.CanvasObject) {
						if c, ok := in.(*widgets.CutText); ok && c.Text == name {
							at = r
						}
					})
				}
			})
		})
		return at != nil
	})
	at.Tapped(&fyne.PointEvent{})
	b.Pump()
}
