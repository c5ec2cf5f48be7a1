package latency

import (
	"context"
	"iter"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/paneltest"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smoke"
	"tacklebox/platform/latency/suggest"
	"tacklebox/platform/settings"
)

// fake is a service that measures nothing: a test says how its targets are.
type fake struct {
	mu      sync.Mutex
	openErr error
	hold    chan struct{} // closed when Service may answer; nil for at once
	snap    service.Snapshot
	next    latency.TargetID
	changed []latency.Target
	removed []latency.TargetID
	refuse  error // of changes
	outages []history.Outage
	events  []history.Event
	asked   int // snapshots
}

func newFake(list ...latency.Target) *fake {
	f := &fake{snap: service.Snapshot{Writer: true, Rate: float64(len(list)), Stretch: 1}}
	f.add(list)
	return f
}

func (f *fake) add(list []latency.Target) (out []latency.Target) {
	for _, t := range list {
		f.next++
		t.ID = f.next
		f.snap.Targets = append(f.snap.Targets, service.Live{Target: t, Level: service.LevelUnknown, Loss: math.NaN()})
		out = append(out, t)
	}
	return out
}

// set changes what the next snapshot says.
func (f *fake) set(do func(*service.Snapshot)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(&f.snap)
}

func (f *fake) Service(ctx context.Context) (Service, error) {
	f.mu.Lock()
	hold := f.hold
	f.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.openErr != nil {
		return nil, f.openErr
	}
	return f, nil
}

func (f *fake) Snapshot() service.Snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	out := f.snap
	out.Targets = slices.Clone(f.snap.Targets)
	return out
}

func (f *fake) Subscribe(func([]latency.Result)) func() { return func() {} }

func (f *fake) Targets() (out []latency.Target) {
	for _, t := range f.Snapshot().Targets {
		out = append(out, t.Target)
	}
	return out
}

func (f *fake) Add(_ context.Context, list []latency.Target) ([]latency.Target, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuse != nil {
		return nil, f.refuse
	}
	return f.add(list), nil
}

func (f *fake) Change(_ context.Context, list ...latency.Target) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuse != nil {
		return f.refuse
	}
	f.changed = append(f.changed, list...)
	for _, t := range list {
		for i := range f.snap.Targets {
			if f.snap.Targets[i].ID == t.ID {
				f.snap.Targets[i].Target = t
			}
		}
	}
	return nil
}

func (f *fake) Remove(_ context.Context, ids ...latency.TargetID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.removed = append(f.removed, ids...)
	f.snap.Targets = slices.DeleteFunc(f.snap.Targets, func(t service.Live) bool { return slices.Contains(ids, t.ID) })
	return nil
}

func (f *fake) Arrange(_ context.Context, ids []latency.TargetID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	slices.SortStableFunc(f.snap.Targets, func(a, b service.Live) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return nil
}

func (f *fake) PauseAll(_ context.Context, paused bool) error {
	f.set(func(s *service.Snapshot) { s.Paused = paused })
	return nil
}

func (f *fake) History() History { return f }

func (f *fake) Columns(_ context.Context, _ latency.TargetID, _ latency.NodeID, _, _ time.Time, n int) ([]smoke.Column, error) {
	cols := make([]smoke.Column, n)
	for i := range cols {
		cols[i].Hist = &histogram.Histogram{}
		for range 20 {
			cols[i].Hist.Observe(20 * time.Millisecond)
		}
	}
	return cols, nil
}

func (f *fake) Summary(context.Context, latency.TargetID, latency.NodeID, time.Time, time.Time) (*histogram.Histogram, error) {
	h := &histogram.Histogram{}
	for range 20 {
		h.Observe(20 * time.Millisecond)
	}
	return h, nil
}

func (f *fake) Outages(context.Context, latency.TargetID, latency.NodeID, time.Time, time.Time, int) ([]history.Outage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outages, nil
}

func (f *fake) Events(context.Context, latency.TargetID, time.Time, time.Time) ([]history.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.events, nil
}

func (f *fake) Samples(_ context.Context, id latency.TargetID, node latency.NodeID, _, to time.Time) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		for i := range 5 {
			if !yield(latency.Result{Target: id, Node: node, Seq: uint64(i), Sent: to.Add(time.Duration(i-5) * time.Second), Outcome: latency.Reply, RTT: 20412360, Engine: "kernel"}, nil) {
				return
			}
		}
	}
}

// harness is the tab in a test window.
type harness struct {
	*paneltest.Bench
	p     *Panel
	f     *fake
	store *settings.Store

	statuses []string
	levels   []string
	trays    int
	selected []string
	icmp     engines.Choice
}

func (h *harness) Window() fyne.Window       { return h.Win }
func (h *harness) Settings() *settings.Store { return h.store }
func (h *harness) DataDir() string           { return "" }
func (h *harness) SetStatus(_, l, s string) {
	h.statuses, h.levels = append(h.statuses, s), append(h.levels, l)
}
func (h *harness) TrayChanged()          { h.trays++ }
func (h *harness) Select(id string)      { h.selected = append(h.selected, id) }
func (h *harness) Notify(string, string) {}

// show shows the tab over a service.
func show(t *testing.T, f *fake) *harness { t.Helper(); return showIn(t, f, i18n.English) }

// showIn shows the tab in a language.
func showIn(t *testing.T, f *fake, language string) *harness {
	t.Helper()
	store, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{Bench: paneltest.New(t, paneltest.Look{Language: language}), f: f, store: store, icmp: engines.Choice{Engine: "kernel"}}
	h.Word = func(o fyne.CanvasObject) string {
		if s, ok := o.(*segmentPart); ok {
			return s.seg.text
		}
		return ""
	}
	h.p = New(Deps{Source: f, Do: h.Do, Pace: Pace{Shown: 20 * time.Millisecond, Hidden: 20 * time.Millisecond, Query: 20 * time.Millisecond},
		ICMP: func() engines.Choice { return h.icmp },
		Suggest: func(ctx context.Context) []suggest.Suggestion {
			return []suggest.Suggestion{{Kind: suggest.Localhost, Addr: localhost}}
		},
	})
	content, err := h.p.Build(h)
	if err != nil {
		t.Fatal(err)
	}
	h.Win.SetContent(content)
	h.Win.Resize(fyne.NewSize(1100, 700))
	h.p.Shown()
	t.Cleanup(func() {
		h.p.Close()
		h.Pump()
		if err := store.Flush(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// row is the shown row of a target or group.
func (h *harness) row(name string) *rowView {
	h.T.Helper()
	var found *rowView
	h.Until("row "+name, func() bool {
		found = nil
		paneltest.Walk(h.p.master.list, func(o fyne.CanvasObject) {
			if r, ok := o.(*rowView); ok && r.row.Name == name {
				found = r
			}
		})
		return found != nil
	})
	return found
}

// choose selects a row as a click does.
func (h *harness) choose(name string) {
	h.T.Helper()
	r := h.row(name)
	h.p.master.list.Select(r.row.Key, true)
	h.p.master.selected(r.row.Key)
	h.Pump()
}

// names are the rows as they stand in the list.
func (h *harness) names() (out []string) {
	for _, r := range h.p.master.rows {
		out = append(out, r.Name)
	}
	return out
}
