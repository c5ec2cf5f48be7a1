package l2tp

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/paneltest"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/probe"
	"tacklebox/platform/settings"
)

// bench is the tab in a test window.
type bench struct {
	*paneltest.Bench
	p     *Panel
	m     *pctest.Machine
	store *settings.Store

	mu     sync.Mutex
	report l2tp.Report
	askErr error
	hold   chan struct{} // a probe waits until it is closed, or cancelled
	asked  []string
	keys   []string

	statuses []string
	notices  []string
	selected []string
}

func (b *bench) Window() fyne.Window       { return b.Win }
func (b *bench) Settings() *settings.Store { return b.store }
func (b *bench) DataDir() string           { return "" }
func (b *bench) SetStatus(_, _, s string)  { b.statuses = append(b.statuses, s) }
func (b *bench) TrayChanged()              {}
func (b *bench) Select(id string)          { b.selected = append(b.selected, id) }
func (b *bench) Notify(_, text string)     { b.notices = append(b.notices, text) }

// now is the time of these tests.
var now = time.Date(2026, 11, 26, 9, 30, 0, 0, time.Local)

func newBench(t *testing.T, m *pctest.Machine, r l2tp.Report, a paneltest.Look) *bench {
	t.Helper()
	if a.Size.IsZero() {
		a.Size = fyne.NewSize(1000, 1400)
	}
	store, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Bench: paneltest.New(t, a), m: m, store: store, report: r}
	b.Text = func(o fyne.CanvasObject) string {
		if l, ok := o.(*tapLabel); ok {
			return l.Text
		}
		return ""
	}
	m.Now = func() time.Time { return now }
	t.Cleanup(func() {
		b.close()
		if err := store.Flush(context.Background()); err != nil {
			t.Error(err)
		}
	})
	b.open(a.Size)
	return b
}

// deps is what the tab is made with.
func (b *bench) deps() Deps {
	return Deps{Machine: b.m, Do: b.Do, Now: func() time.Time { return now }, Version: "1.2.3", Home: b.T.TempDir(), Probe: b.probe, User: "anna", Host: "DESK-7"}
}

// open makes the tab, as at a start of the program.
func (b *bench) open(size fyne.Size) {
	b.T.Helper()
	b.p = New(b.deps())
	content, err := b.p.Build(b)
	if err != nil {
		b.T.Fatal(err)
	}
	b.Win.SetContent(content)
	b.Win.Resize(size)
	b.p.Shown()
	b.Until("the PC is read", func() bool { return !b.p.reading })
}

func (b *bench) close() {
	b.p.Close()
	b.Pump()
}

func (b *bench) probe(ctx context.Context, server string, o probe.Options) (l2tp.Report, error) {
	b.mu.Lock()
	b.asked, b.keys = append(b.asked, server), append(b.keys, string(o.PSK))
	hold, r, err := b.hold, b.report, b.askErr
	b.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return l2tp.Report{}, ctx.Err()
		}
	}
	r.Server = server
	return r, err
}

func (b *bench) enter(caption string) {
	b.T.Helper()
	b.Entry(caption).TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.Pump()
}

// tick taps the tick whose text contains this.
func (b *bench) tick(text string) {
	b.T.Helper()
	done := false
	b.Until("tick "+text, func() bool {
		b.Walk(func(o fyne.CanvasObject) {
			switch x := o.(type) {
			case *tapLabel:
				if strings.Contains(x.Text, text) && !done {
					done = true
					x.Tapped(nil)
				}
			case *widget.Check:
				if x.Text != "" && strings.Contains(x.Text, text) && !done {
					done = true
					x.SetChecked(!x.Checked)
				}
			}
		})
		return done
	})
	b.Pump()
}

// goTo goes to a step by the list of steps.
func (b *bench) goTo(s model.Step) {
	b.T.Helper()
	b.p.steps.rows[s].Tapped(nil)
	b.Pump()
	if b.p.w.At != s {
		b.T.Fatalf("cannot go to %s", s.Title())
	}
}
