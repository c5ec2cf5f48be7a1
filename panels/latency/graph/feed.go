package graph

import (
	"context"
	"iter"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/smoke"
)

// Source is where graphs get their columns: *history.Store. Its methods touch the
// disk and are called from goroutines of the feed.
type Source interface {
	Columns(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time, n int) ([]smoke.Column, error)
	Samples(ctx context.Context, target latency.TargetID, node latency.NodeID, from, to time.Time) iter.Seq2[latency.Result, error]
	Events(ctx context.Context, target latency.TargetID, from, to time.Time) ([]history.Event, error)
}

var _ Source = (*history.Store)(nil)

// FeedOptions are what the graphs of a panel share.
type FeedOptions struct {
	Source Source
	// Subscribe has its argument called with the rows as they are decided:
	// service.Service.Subscribe. Without it graphs show only what is stored.
	Subscribe func(func([]latency.Result)) (cancel func())
	// Hints is true in a process that looks at what another one measures: rows then
	// say that something is new, and the history what.
	Hints bool
	// Now is the wall clock and Location the zone of the axes; those of the machine
	// when nil.
	Now      func() time.Time
	Location *time.Location
	// Do runs a function on Fyne's goroutine; fyne.Do when nil.
	Do func(func())
	// OnBeat is called on Fyne's goroutine once a second while the feed does not
	// rest, together with what the graphs change: all that is drawn there is one
	// frame of the window. nil for nothing.
	OnBeat func()
}

// Pace of the feed: a single large graph shows an answer a quarter of a second
// after it came at the latest; many graphs change together once a second, since
// each frame draws the whole window.
const (
	fastPace = 250 * time.Millisecond
	slowPace = time.Second
	// sayLoading is how long a load may take before the graph says that it works.
	sayLoading = 100 * time.Millisecond
	// atOnce bounds how many queries run at once.
	atOnce = 2
)

// Feed computes and paints the graphs of a panel on a goroutine of its own and
// brings them to the window together. Its methods may be called from any goroutine.
type Feed struct {
	o    FeedOptions
	kick chan struct{}
	ctx  context.Context
	end  context.CancelFunc
	jobs sync.WaitGroup
	slot chan struct{}
	stop func()

	mu     sync.Mutex
	cores  map[*core]bool
	rest   bool
	busy   bool // a frame waits for Fyne's goroutine
	missed bool // a pass was left out for that
	closed bool
	pace   time.Duration
	beat   time.Time
}

// NewFeed starts a feed.
func NewFeed(o FeedOptions) *Feed {
	f := newFeed(o)
	f.jobs.Go(f.run)
	return f
}

func newFeed(o FeedOptions) *Feed {
	if o.Source == nil {
		panic("graph: no source")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Location == nil {
		o.Location = time.Local
	}
	if o.Do == nil {
		o.Do = fyne.Do
	}
	f := &Feed{o: o, kick: make(chan struct{}, 1), cores: map[*core]bool{}, slot: make(chan struct{}, atOnce), pace: slowPace, stop: func() {}}
	f.ctx, f.end = context.WithCancel(context.Background())
	if o.Subscribe != nil {
		f.stop = o.Subscribe(f.take)
	}
	return f
}

// Close ends the feed's goroutines; its graphs stay as they are.
func (f *Feed) Close() {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return
	}
	f.closed = true
	f.mu.Unlock()
	f.stop()
	f.end()
	f.jobs.Wait()
}

// Rest holds all graphs while their tab is hidden; they catch up afterwards.
func (f *Feed) Rest(rest bool) {
	f.mu.Lock()
	f.rest = rest
	for c := range f.cores {
		c.nap()
	}
	f.mu.Unlock()
	f.wake()
}

// wake has the feed look at its graphs soon.
func (f *Feed) wake() {
	select {
	case f.kick <- struct{}{}:
	default:
	}
}

// run paints until the feed is closed.
func (f *Feed) run() {
	pace := slowPace
	tick := time.NewTicker(pace) // the first pass sets it right
	defer tick.Stop()
	for {
		select {
		case <-f.ctx.Done():
			return
		case <-f.kick:
		case <-tick.C:
		}
		if p := f.pass(); p != pace {
			pace = p
			tick.Reset(pace)
		}
	}
}

// take hands rows to the graphs that show their targets. It must not wait.
func (f *Feed) take(rows []latency.Result) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rest {
		return
	}
	for c := range f.cores {
		c.take(rows)
	}
}

// pass brings all graphs up to date and gives the pace to go on with.
func (f *Feed) pass() time.Duration {
	f.mu.Lock()
	if f.rest || f.busy || f.closed {
		defer f.mu.Unlock()
		f.missed = f.busy
		return f.pace
	}
	cores := make([]*core, 0, len(f.cores))
	for c := range f.cores {
		cores = append(cores, c)
	}
	now := f.o.Now()
	beat := f.o.OnBeat != nil && now.Sub(f.beat).Abs() >= slowPace-fastPace/2
	if beat {
		f.beat = now
	}
	f.mu.Unlock()

	var frames []*frame
	awake, narrow := 0, false
	for _, c := range cores {
		fr, active := c.pass(now)
		if active {
			awake++
			narrow = c.window.Width < slowPace/2
		}
		if fr != nil {
			frames = append(frames, fr)
		}
	}
	if len(frames) > 0 || beat {
		f.mu.Lock()
		f.busy = true
		f.mu.Unlock()
		f.o.Do(func() {
			for _, fr := range frames {
				fr.core.show(fr)
			}
			if beat {
				f.o.OnBeat()
			}
			f.mu.Lock()
			again := f.missed
			f.busy, f.missed = false, false
			f.mu.Unlock()
			if again {
				f.wake()
			}
		})
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pace = slowPace
	// Where a column is as wide as the pause between two answers there is nothing to
	// be early for, and each frame draws the whole window.
	if awake == 1 && narrow {
		f.pace = fastPace
	}
	return f.pace
}

// query runs a query of the source; the feed looks at its graphs afterwards.
func (f *Feed) query(ctx context.Context, do func(context.Context)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	say := time.AfterFunc(sayLoading, f.wake)
	f.jobs.Go(func() {
		defer say.Stop()
		select {
		case f.slot <- struct{}{}:
			defer func() { <-f.slot }()
		case <-ctx.Done():
			return
		}
		do(ctx)
		f.wake()
	})
}

func (f *Feed) attach(c *core) {
	f.mu.Lock()
	f.cores[c] = true
	f.mu.Unlock()
	f.wake()
}

func (f *Feed) detach(c *core) {
	f.mu.Lock()
	delete(f.cores, c)
	f.mu.Unlock()
}
