package graph

import (
	"context"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"tacklebox/panels/i18n"
	"tacklebox/panels/paneltest"
	look "tacklebox/panels/theme"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/smoke"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// past is a history that answers from a function of time: one probe a second since
// begin.
type past struct {
	mu     sync.Mutex
	begin  time.Time
	now    func() time.Time
	probe  func(id latency.TargetID, second int64) latency.Result
	events []history.Event
	err    error
	hold   chan struct{} // queries wait for it to be closed, when not nil
	asked  int
}

// steady answers in 10 ms times the target's number; each hundredth probe is lost.
func steady(id latency.TargetID, second int64) latency.Result {
	r := latency.Result{Target: id, Node: latency.LocalNode, Seq: uint64(second), Sent: time.Unix(second, 0), Outcome: latency.Reply,
		RTT: time.Duration(id)*10*time.Millisecond + time.Duration(second%10)*100*time.Microsecond}
	if second%100 == 0 {
		r.Outcome, r.RTT = latency.Timeout, 0
	}
	return r
}

func (p *past) Columns(ctx context.Context, id latency.TargetID, _ latency.NodeID, from, to time.Time, n int) ([]smoke.Column, error) {
	p.mu.Lock()
	p.asked++
	hold, err := p.hold, p.err
	p.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err != nil {
		return nil, err
	}
	cols := make([]smoke.Column, n)
	width := to.Sub(from) / time.Duration(n)
	// Long stretches are thinned out: what a column holds is not what they test.
	step := max(int64(width/time.Second)/50, 1)
	for s := max(from.Unix(), p.begin.Unix()); s <= min(to.Unix(), p.now().Unix()); s += step {
		t := time.Unix(s, 0)
		i := int(t.Sub(from) / width)
		if t.Before(from) || i >= n {
			continue
		}
		if cols[i].Hist == nil {
			cols[i].Hist = &histogram.Histogram{}
		}
		if r := p.probe(id, s); r.Outcome == latency.Reply {
			cols[i].Hist.Observe(r.RTT)
		} else {
			cols[i].Hist.Lost++
		}
	}
	return cols, nil
}

func (p *past) Samples(_ context.Context, id latency.TargetID, _ latency.NodeID, from, to time.Time) iter.Seq2[latency.Result, error] {
	return func(yield func(latency.Result, error) bool) {
		for s := max(from.Unix(), p.begin.Unix()); s <= min(to.Unix(), p.now().Unix()); s++ {
			if !yield(p.probe(id, s), nil) {
				return
			}
		}
	}
}

func (p *past) Events(context.Context, latency.TargetID, time.Time, time.Time) ([]history.Event, error) {
	return p.events, nil
}

func (p *past) queries() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// bench is a graph in a test window whose feed is driven by the test: nothing
// happens behind its back.
type bench struct {
	t     *testing.T
	past  *past
	feed  *Feed
	now   time.Time
	queue []func()
	win   fyne.Window
	rows  func([]latency.Result)
}

func newBench(t *testing.T) *bench {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.New(look.Options{Variant: look.Dark}))
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, now: noon}
	b.past = &past{begin: noon.Add(-400 * 24 * time.Hour), probe: steady, now: func() time.Time { return b.now }}
	b.feed = newFeed(FeedOptions{Source: b.past, Now: func() time.Time { return b.now }, Location: time.UTC,
		Do: func(f func()) { b.queue = append(b.queue, f) },
		Subscribe: func(f func([]latency.Result)) func() {
			b.rows = f
			return func() { b.rows = nil }
		}})
	t.Cleanup(b.feed.Close)
	return b
}

// settle lets the feed work until nothing is left to do.
func (b *bench) settle() {
	for range 8 {
		b.once()
		b.feed.jobs.Wait()
	}
}

// once is one pass of the feed and what follows on Fyne's goroutine.
func (b *bench) once() {
	b.feed.pass()
	for len(b.queue) > 0 {
		f := b.queue[0]
		b.queue = b.queue[1:]
		f()
	}
}

// graph shows a graph of targets 1 to n.
func (b *bench) graph(o Options, n int) *Graph {
	b.t.Helper()
	o.Feed = b.feed
	g := New(o)
	var traces []Trace
	for i := range n {
		traces = append(traces, Trace{Target: latency.TargetID(i + 1), Name: []string{"gateway", "resolver", "far"}[i%3]})
	}
	g.SetTraces(traces...)
	b.t.Cleanup(g.Close)
	return g
}

// open shows g in a window and lets it settle.
func (b *bench) open(g *Graph) {
	b.t.Helper()
	b.win = test.NewTempWindow(b.t, g)
	b.win.SetPadded(false)
	b.win.Resize(fyne.NewSize(700, 300))
	b.settle()
	if g.image == nil {
		b.t.Fatal("nothing was painted")
	}
}

// next lets n seconds pass, with their probes.
func (b *bench) next(n int, ids ...latency.TargetID) {
	for range n {
		b.now = b.now.Add(time.Second)
		for _, id := range ids {
			b.rows([]latency.Result{steady(id, b.now.Unix())})
		}
	}
}

// point is the place in the window at a share of the plot.
func point(g *Graph, x, y float32) fyne.Position {
	pos, size := g.r.area()
	return pos.Add(fyne.NewPos(x*size.Width, y*size.Height))
}

func mouse(p fyne.Position, b desktop.MouseButton, m fyne.KeyModifier) *desktop.MouseEvent {
	return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p, AbsolutePosition: p}, Button: b, Modifier: m}
}

// sees is true when all texts are on the screen.
func sees(o fyne.CanvasObject, want ...string) (string, bool) {
	shown := strings.Join(paneltest.Texts(o), "\n")
	for _, w := range want {
		if !strings.Contains(shown, w) {
			return shown, false
		}
	}
	return shown, true
}

func mustSee(t *testing.T, o fyne.CanvasObject, want ...string) {
	t.Helper()
	if shown, ok := sees(o, want...); !ok {
		t.Errorf("want %q in:\n%s", want, shown)
	}
}
