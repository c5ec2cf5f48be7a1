package cli

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/monitor"
	"tacklebox/platform/latency/targets"
)

const (
	// maxWaiting bounds the lines that wait for a slow reader of the output.
	maxWaiting = 1 << 16
	// exactUpTo is up to how many round trips figures are computed from the round
	// trips themselves; above it from a histogram, within half a percent.
	exactUpTo = 1000
)

// watch collects what a monitor tells, so that a slow terminal or pipe never
// holds measuring up.
type watch struct {
	order  []*figures
	now    func() time.Time
	began  time.Time
	status func() monitor.Status

	mu      sync.Mutex
	of      map[latency.TargetID]*figures
	waiting []line
	left    uint64
	closing bool // the probes in flight are given up
	ended   bool
	more    chan struct{}
}

// line is a row, or a notice.
type line struct {
	row    latency.Result
	notice *monitor.Notice
}

func newWatch(list []latency.Target, now func() time.Time) *watch {
	w := &watch{now: now, began: now(), of: map[latency.TargetID]*figures{}, more: make(chan struct{}, 1)}
	for i, label := range labels(list) {
		g := &figures{label: label, target: list[i]}
		w.order = append(w.order, g)
		w.of[list[i].ID] = g
	}
	return w
}

// labels are what targets are called: their names, with what tells them apart
// where that is not enough.
func labels(list []latency.Target) []string {
	forms := []func(latency.Target) string{
		func(t latency.Target) string { return t.Name },
		func(t latency.Target) string { return strings.Join(append(slices.Clone(t.Group), t.Name), "/") },
		func(t latency.Target) string {
			name, spec := strings.Join(append(slices.Clone(t.Group), t.Name), "/"), targets.Spec(t)
			if t.Kind == latency.KindHTTP || name == spec {
				return name // a URL may have a password in it
			}
			return name + " " + spec
		},
	}
	out := make([]string, len(list))
	open := make([]bool, len(list))
	for i := range open {
		open[i] = true
	}
	for n, form := range forms {
		seen := map[string]int{}
		for i, t := range list {
			if open[i] {
				out[i] = form(t)
				seen[out[i]]++
			}
		}
		for i := range list {
			open[i] = open[i] && seen[out[i]] > 1 && n < len(forms)-1
		}
	}
	seen := map[string]int{}
	for i := range out {
		out[i] = targets.Printable(out[i], 250)
		if seen[out[i]]++; seen[out[i]] > 1 {
			out[i] = fmt.Sprintf("%s #%d", out[i], seen[out[i]])
		}
	}
	return out
}

// sink takes rows from the monitor and never waits.
func (w *watch) sink(rows []latency.Result) {
	w.mu.Lock()
	for i := range rows {
		r := &rows[i]
		if g := w.of[r.Target]; g != nil {
			g.add(r, w.closing)
		}
		w.put(line{row: *r})
	}
	w.mu.Unlock()
	w.wake()
}

func (w *watch) notice(n monitor.Notice) {
	w.mu.Lock()
	w.put(line{notice: &n})
	w.mu.Unlock()
	w.wake()
}

func (w *watch) put(l line) {
	if len(w.waiting) >= maxWaiting {
		w.left++
		return
	}
	w.waiting = append(w.waiting, l)
}

func (w *watch) wake() {
	select {
	case w.more <- struct{}{}:
	default:
	}
}

// ending says that what is given up from now on is given up because we leave.
func (w *watch) ending() {
	w.mu.Lock()
	w.closing = true
	w.mu.Unlock()
}

// end lets write end after what is waiting.
func (w *watch) end() {
	w.mu.Lock()
	w.ended = true
	w.mu.Unlock()
	w.wake()
}

// write gives each line to f until end, or until f gives an error.
func (w *watch) write(f func(*figures, line) error) error {
	for {
		<-w.more
		w.mu.Lock()
		batch, ended := w.waiting, w.ended
		w.waiting = nil
		w.mu.Unlock()
		for _, l := range batch {
			if err := f(w.of[l.id()], l); err != nil {
				return fmt.Errorf("write the outcomes: %w", err)
			}
		}
		if ended {
			return nil
		}
	}
}

func (l *line) id() latency.TargetID {
	if l.notice != nil {
		return l.notice.Target
	}
	return l.row.Target
}

// leftOut is how many lines a slow reader did not get.
func (w *watch) leftOut() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left
}

// code is the exit code of what was measured.
func (w *watch) code() int {
	replies, others := uint64(0), uint64(0)
	for _, g := range w.order {
		replies += g.all.Replies
		others += g.all.Lost + g.all.SendErrors + g.all.Unmeasured
	}
	switch {
	case replies == 0:
		return watchNone
	case others > 0:
		return watchLost
	}
	return exitOK
}

// figures are a target's, in memory that does not grow with time.
type figures struct {
	label  string
	target latency.Target
	engine string

	all    histogram.Histogram
	exact  []time.Duration // the first round trips
	before time.Duration   // the reply before, 0 after anything else
	moved  time.Duration
	moves  uint64
	given  uint64 // up, as we left
}

func (g *figures) add(r *latency.Result, closing bool) {
	if r.Engine != "" {
		g.engine = r.Engine
	}
	switch r.Outcome {
	case latency.Reply:
		g.all.Observe(r.RTT)
		if len(g.exact) < exactUpTo {
			g.exact = append(g.exact, r.RTT)
		}
		if g.before > 0 {
			g.moved += (r.RTT - g.before).Abs()
			g.moves++
		}
		g.before = r.RTT
		return
	case latency.Late:
		g.all.Late++
		return
	case latency.Duplicate:
		g.all.Duplicates++
		return
	case latency.SendError:
		g.all.SendErrors++
	case latency.NotMeasured:
		if closing && r.Reason == latency.ReasonClosed {
			g.given++
		} else {
			g.all.Unmeasured++
		}
	default:
		if r.Outcome.Lost() {
			g.all.Lost++
		}
	}
	g.before = 0
}

// quantile is that share of the round trips: the value itself while all are
// known.
func (g *figures) quantile(q float64) time.Duration {
	n := len(g.exact)
	if n == 0 || uint64(n) < g.all.Replies {
		return g.all.Quantile(q)
	}
	sorted := slices.Sorted(slices.Values(g.exact))
	return sorted[min(int(q*float64(n)), n-1)]
}

// jitter is the mean difference of neighbouring round trips.
func (g *figures) jitter() (time.Duration, bool) {
	if g.moves == 0 {
		return 0, false
	}
	return g.moved / time.Duration(g.moves), true
}
