//go:build linux && cgo

package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"tacklebox/panels/i18n"
	panel "tacklebox/panels/registry"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/settings"
)

// The bounds of the tab. A frame is the time from one picture to the next while
// something moves; 16.7 ms is what the screen asks for. What else the machine does
// hits single frames, so the bound is on the longest of a run, over several runs.
const (
	longFrame  = 100 * time.Millisecond
	tick       = 16 * time.Millisecond
	wheelSteps = 360 // of three rows each
	throwSteps = 120
	width      = 1180
	height     = 760
)

// tabBench is the real tab in a real window.
type tabBench struct {
	h      *fakeharbor.Harbor
	dir    string
	win    fyne.Window
	probe  *probe
	lines  []*measured
	frames map[string][][]time.Duration // of each run
	most   int
	err    error
}

// measureTab opens a window, measures in it, and closes it. It must be called from
// the main goroutine.
func measureTab(h *fakeharbor.Harbor, dir string, runs int) (*tabBench, error) {
	if os.Getenv("DISPLAY") == "" {
		return nil, errors.New("there is no DISPLAY: run it by make bench, or under xvfb-run")
	}
	a := app.NewWithID("io.github.tacklebox.bench.registry")
	a.Settings().SetTheme(look.New(look.Options{Variant: look.Dark}))
	if err := i18n.Load(i18n.English); err != nil {
		return nil, err
	}
	b := &tabBench{h: h, dir: dir, win: a.NewWindow("bench"), probe: newProbe(), frames: map[string][][]time.Duration{}}
	b.lines = []*measured{{name: "first rows, new connection", bound: firstRows}, {name: "first rows, known connection", bound: firstRows},
		{name: "typed word to its rows", bound: firstRows}, {name: "leaving while it asks", bound: leaving}}
	b.win.SetPadded(false)
	b.win.Resize(fyne.NewSize(width, height))
	b.win.SetContent(container.NewStack())
	started := make(chan struct{})
	a.Lifecycle().SetOnStarted(func() { close(started) })
	go func() {
		<-started
		b.err = b.warm()
		for range runs {
			if b.err != nil {
				break
			}
			b.err = b.run(b.lines)
		}
		fyne.Do(a.Quit)
	}()
	b.win.ShowAndRun()
	return b, b.err
}

// host is what the window offers the tab.
type host struct{ win fyne.Window }

func (h host) Window() fyne.Window       { return h.win }
func (h host) Settings() *settings.Store { return nil }
func (h host) DataDir() string           { return "" }
func (h host) SetStatus(_, _, _ string)  {}
func (h host) TrayChanged()              {}
func (h host) Select(string)             {}
func (h host) Notify(_, _ string)        {}

// warm draws the tab without a connection once: that the window's first picture of
// all takes longer is no fault of a Harbor.
func (b *tabBench) warm() error {
	s, err := b.open(nil)
	if err != nil {
		return err
	}
	defer s.close()
	return b.probe.next()
}

// shown is a tab on the screen with its connections.
type shown struct {
	b     *tabBench
	p     *panel.Panel
	store *connect.Store
	root  fyne.CanvasObject
}

// open shows the tab with one connection, or none when what was seen of it is nil.
func (b *tabBench) open(seen *registry.Facts) (*shown, error) {
	dir, err := os.MkdirTemp(b.dir, "data")
	if err != nil {
		return nil, err
	}
	set, err := settings.Open(dir)
	if err != nil {
		return nil, err
	}
	none := func(string) string { return "" }
	s := &shown{b: b, store: connect.New(connect.Options{Settings: set, Secrets: &secrets{kept: map[string]string{}}, Docker: dockerconfig.Options{Home: dir, Getenv: none}, Getenv: none})}
	if seen != nil {
		if _, _, err := s.store.Add(context.Background(), registry.Connection{URL: b.h.URL, User: "admin", Seen: *seen}, fakeharbor.Password); err != nil {
			return nil, err
		}
	}
	fyne.DoAndWait(func() {
		s.p = panel.New(panel.Deps{Store: s.store})
		if s.root, err = s.p.Build(host{b.win}); err != nil {
			return
		}
		b.win.SetContent(container.NewBorder(nil, b.probe.raster, nil, nil, s.root))
		s.p.Shown()
	})
	return s, err
}

func (s *shown) close() {
	fyne.DoAndWait(func() {
		s.b.win.SetContent(container.NewStack())
		s.p.Hidden()
		s.p.Close()
	})
	s.store.Close()
}

// list is the tree of projects and repositories, the first list there is.
func (s *shown) list() (list *widgets.RowList, bar *container.Scroll) {
	walk(s.root, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widgets.RowList:
			if list == nil {
				list = x
			}
		case *container.Scroll:
			if list != nil && bar == nil {
				bar = x
			}
		}
	})
	return list, bar
}

func (s *shown) entry() (entry *widgets.SearchEntry) {
	walk(s.root, func(o fyne.CanvasObject) {
		if x, ok := o.(*widgets.SearchEntry); ok && entry == nil {
			entry = x
		}
	})
	return entry
}

// rows is how many rows with this in their names are in the tree, as drawn.
func (s *shown) rows(text string) int {
	n := 0
	list, _ := s.list()
	walk(list, func(o fyne.CanvasObject) {
		if x, ok := o.(*widgets.CutText); ok && strings.Contains(x.Text, text) {
			n++
		}
	})
	return n
}

// until waits for rows and for the picture that shows them.
func (s *shown) until(text string) error {
	timeout := time.NewTimer(30 * time.Second)
	defer timeout.Stop()
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for {
		there := false
		fyne.DoAndWait(func() { there = s.rows(text) > 3 })
		if there {
			return s.b.probe.next()
		}
		select {
		case <-poll.C:
		case <-timeout.C:
			return fmt.Errorf("no rows with %q within 30 s", text)
		}
	}
}

// walk visits what is visible.
func walk(o fyne.CanvasObject, f func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	f(o)
	switch x := o.(type) {
	case *fyne.Container:
		for _, c := range x.Objects {
			walk(c, f)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(x).Objects() {
			walk(c, f)
		}
	}
}

func (b *tabBench) run(lines []*measured) error {
	for i, seen := range []registry.Facts{{}, harborSeen} {
		start := time.Now()
		s, err := b.open(&seen)
		if err != nil {
			return err
		}
		err = s.until("team-0")
		lines[i].times = append(lines[i].times, time.Since(start))
		if err == nil && i == 1 {
			err = b.browse(s, lines[2], lines[3])
		}
		s.close()
		if err != nil {
			return err
		}
	}
	return nil
}

// browse searches for what all 20,000 have, scrolls through them, and leaves.
func (b *tabBench) browse(s *shown, typed, leave *measured) error {
	if err := b.move("nothing moves", wheelSteps/2, func(int) {}); err != nil {
		return err
	}
	start := time.Now()
	fyne.DoAndWait(func() { s.entry().SetText("service") })
	if err := s.until("/service-"); err != nil {
		return err
	}
	typed.times = append(typed.times, time.Since(start))
	var bar *container.Scroll
	var row float32
	fyne.DoAndWait(func() {
		_, bar = s.list()
		row = bar.Content.Size().Height / float32(repositories)
	})
	if row < 15 {
		return fmt.Errorf("the list has rows of %v, not all are in it", row)
	}
	by := func(dy float32) { bar.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -dy)}) }
	if err := b.move("wheel, three rows a step", wheelSteps, func(int) { by(3 * row) }); err != nil {
		return err
	}
	// There and back again, each step over hundreds of rows.
	end := bar.Content.Size().Height
	if err := b.move("bar thrown end to end", throwSteps, func(i int) {
		step := 2 * end / throwSteps
		if i >= throwSteps/2 {
			step = -step
		}
		by(step)
	}); err != nil {
		return err
	}
	fyne.DoAndWait(func() { by(end / 2) })
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for wait := time.Now(); b.h.Active() == 0; <-poll.C {
		if time.Since(wait) > 5*time.Second {
			return errors.New("nothing is asked after the bar was moved")
		}
	}
	start = time.Now()
	fyne.DoAndWait(s.p.Hidden)
	for b.h.Active() > 0 {
		<-poll.C
	}
	leave.times = append(leave.times, time.Since(start))
	b.most = max(b.most, b.h.Most())
	return nil
}

// move takes steps, one a tick, and notes how far apart the pictures were.
func (b *tabBench) move(name string, steps int, step func(i int)) error {
	if err := b.probe.next(); err != nil {
		return err
	}
	b.probe.start()
	clock := time.NewTicker(tick)
	defer clock.Stop()
	for i := range steps {
		fyne.DoAndWait(func() {
			step(i)
			b.probe.raster.Refresh()
		})
		<-clock.C
	}
	b.frames[name] = append(b.frames[name], b.probe.stop())
	return nil
}

// probe is one pixel of the window that knows when it is drawn.
type probe struct {
	raster *canvas.Raster

	mu     sync.Mutex
	at     []time.Time
	noting bool
	once   chan struct{}
}

func newProbe() *probe {
	p := &probe{}
	p.raster = canvas.NewRasterWithPixels(func(_, _, _, _ int) color.Color { return color.Black })
	inner := p.raster.Generator
	p.raster.Generator = func(w, h int) image.Image {
		p.mu.Lock()
		if p.noting {
			p.at = append(p.at, time.Now())
		}
		if p.once != nil {
			close(p.once)
			p.once = nil
		}
		p.mu.Unlock()
		return inner(w, h)
	}
	p.raster.SetMinSize(fyne.NewSize(1, 1))
	return p
}

// next waits for the next picture.
func (p *probe) next() error {
	drawn := make(chan struct{})
	fyne.DoAndWait(func() {
		p.mu.Lock()
		p.once = drawn
		p.mu.Unlock()
		p.raster.Refresh()
	})
	select {
	case <-drawn:
		return nil
	case <-time.After(10 * time.Second):
		return errors.New("the window draws nothing")
	}
}

func (p *probe) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.noting = nil, true
}

func (p *probe) stop() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noting = false
	var out []time.Duration
	for i := 1; i < len(p.at); i++ {
		out = append(out, p.at[i].Sub(p.at[i-1]))
	}
	return out
}

// print tells what was measured, and whether it is within the bounds.
func (b *tabBench) print() bool {
	within := true
	fmt.Printf("in the tab, window %d x %d:\n", width, height)
	for _, l := range b.lines {
		within = l.print() && within
	}
	within = printMost(b.most) && within
	fmt.Printf("frames while scrolling %d rows: median, 99 of 100, the longest of a run (median of the runs), the longest of all:\n", repositories)
	for _, name := range []string{"nothing moves", "wheel, three rows a step", "bar thrown end to end"} {
		var longest, all []time.Duration
		for _, r := range b.frames[name] {
			if len(r) > 0 {
				longest, all = append(longest, slices.Max(r)), append(all, r...)
			}
		}
		if len(all) == 0 {
			fmt.Printf("  %-30s not measured\n", name)
			within = false
			continue
		}
		slices.Sort(all)
		verdict := ""
		if name != "nothing moves" {
			verdict = fmt.Sprintf("  bound %d ms", longFrame.Milliseconds())
			if median(longest) > longFrame {
				within, verdict = false, verdict+", exceeded"
			}
		}
		fmt.Printf("  %-30s %7.1f %6.1f %6.1f %6.1f ms of %d%s\n", name, ms(median(all)), ms(all[len(all)*99/100]), ms(median(longest)), ms(all[len(all)-1]), len(all), verdict)
	}
	return within
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
