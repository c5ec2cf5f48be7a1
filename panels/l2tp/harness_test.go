package l2tp

import (
	"context"
	"image/png"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"go.uber.org/goleak"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/probe"
	"tacklebox/platform/settings"
)

// patience bounds every wait in these tests.
const patience = 10 * time.Second

// bench is the tab in a test window. What it wants done on Fyne's goroutine is done
// by the test's own while it waits.
type bench struct {
	t     *testing.T
	p     *Panel
	m     *pctest.Machine
	win   fyne.Window
	store *settings.Store

	mu     sync.Mutex
	queue  []func()
	more   chan struct{}
	report l2tp.Report
	askErr error
	hold   chan struct{} // a probe waits until it is closed, or cancelled
	asked  []string
	keys   []string

	statuses []string
	notices  []string
	selected []string
}

func (b *bench) Window() fyne.Window       { return b.win }
func (b *bench) Settings() *settings.Store { return b.store }
func (b *bench) DataDir() string           { return "" }
func (b *bench) SetStatus(_, _, s string)  { b.statuses = append(b.statuses, s) }
func (b *bench) TrayChanged()              {}
func (b *bench) Select(id string)          { b.selected = append(b.selected, id) }
func (b *bench) Notify(_, text string)     { b.notices = append(b.notices, text) }

// appearance is how a bench's window looks.
type appearance struct {
	language, variant string
	size              fyne.Size
	scale             float32
}

// now is the time of these tests.
var now = time.Date(2026, 11, 26, 9, 30, 0, 0, time.Local)

func newBench(t *testing.T, m *pctest.Machine, r l2tp.Report, a appearance) *bench {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	if a.language == "" {
		a.language = i18n.English
	}
	if a.variant == "" {
		a.variant = look.Dark
	}
	if a.size.IsZero() {
		a.size = fyne.NewSize(1000, 1400)
	}
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.New(look.Options{Variant: a.variant, TextScale: a.scale}))
	if err := i18n.Load(a.language); err != nil {
		t.Fatal(err)
	}
	store, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, m: m, store: store, more: make(chan struct{}, 1), report: r}
	b.win = test.NewTempWindow(t, widget.NewLabel(""))
	b.win.SetPadded(false)
	m.Now = func() time.Time { return now }
	t.Cleanup(func() {
		b.close()
		if err := store.Flush(context.Background()); err != nil {
			t.Error(err)
		}
		goleak.VerifyNone(t, leaks)
	})
	b.open(a.size)
	return b
}

// deps is what the tab is made with.
func (b *bench) deps() Deps {
	return Deps{Machine: b.m, Do: b.do, Now: func() time.Time { return now }, Version: "1.2.3", Home: b.t.TempDir(), Probe: b.probe, User: "anna", Host: "DESK-7"}
}

// open makes the tab, as at a start of the program.
func (b *bench) open(size fyne.Size) {
	b.t.Helper()
	b.p = New(b.deps())
	content, err := b.p.Build(b)
	if err != nil {
		b.t.Fatal(err)
	}
	b.win.SetContent(content)
	b.win.Resize(size)
	b.p.Shown()
	b.until("the PC is read", func() bool { return !b.p.reading })
}

func (b *bench) close() {
	b.p.Close()
	b.pump()
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

func (b *bench) do(f func()) {
	b.mu.Lock()
	b.queue = append(b.queue, f)
	b.mu.Unlock()
	select {
	case b.more <- struct{}{}:
	default:
	}
}

func (b *bench) pump() {
	for {
		b.mu.Lock()
		if len(b.queue) == 0 {
			b.mu.Unlock()
			return
		}
		f := b.queue[0]
		b.queue = b.queue[1:]
		b.mu.Unlock()
		f()
	}
}

func (b *bench) until(what string, cond func() bool) {
	b.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		b.pump()
		if cond() {
			return
		}
		select {
		case <-b.more:
		case <-tick.C:
		case <-deadline.C:
			b.t.Fatalf("never came: %s\non screen:\n%s", what, strings.Join(b.texts(), "\n"))
		}
	}
}

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

func (b *bench) walk(f func(fyne.CanvasObject)) {
	for _, r := range append([]fyne.CanvasObject{b.win.Canvas().Content()}, b.win.Canvas().Overlays().List()...) {
		walk(r, f)
	}
}

// texts are all texts that can be seen.
func (b *bench) texts() (out []string) {
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	b.walk(func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widget.Label:
			add(x.Text)
		case *tapLabel:
			add(x.Text)
		case *widgets.CutText:
			add(x.Text)
		case *widgets.Ellipsis:
			add(x.Text)
		case *canvas.Text:
			add(x.Text)
		case *widgets.CodeView:
			add(x.Text())
		case *fields.Entry:
			if !x.Password {
				add(x.Text)
			}
		}
	})
	return out
}

func (b *bench) sees(text string) bool { return strings.Contains(strings.Join(b.texts(), "\n"), text) }

func (b *bench) see(text string) {
	b.t.Helper()
	b.until("text "+text, func() bool { return b.sees(text) })
}

func (b *bench) gone(text string) {
	b.t.Helper()
	b.until("no text "+text, func() bool { return !b.sees(text) })
}

func (b *bench) button(word string) *widget.Button {
	var found *widget.Button
	b.walk(func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widgets.Button:
			if x.Text == word || x.Tip() == word {
				found = &x.Button
			}
		case *widget.Button:
			if x.Text == word {
				found = x
			}
		}
	})
	return found
}

func (b *bench) press(word string) {
	b.t.Helper()
	var found *widget.Button
	b.until("button "+word, func() bool {
		found = b.button(word)
		return found != nil && !found.Disabled()
	})
	found.Tapped(&fyne.PointEvent{})
	b.pump()
}

// field is what stands beside a caption.
func (b *bench) field(caption string) fyne.CanvasObject {
	b.t.Helper()
	var found fyne.CanvasObject
	b.until("field "+caption, func() bool {
		b.walk(func(o fyne.CanvasObject) {
			if c, ok := o.(*fyne.Container); ok && len(c.Objects) == 3 {
				if l, ok := c.Objects[0].(*widget.Label); ok && l.Text == caption {
					found = c.Objects[1]
				}
			}
		})
		return found != nil
	})
	return found
}

func (b *bench) entry(caption string) *fields.Entry {
	b.t.Helper()
	var entry *fields.Entry
	walk(b.field(caption), func(o fyne.CanvasObject) {
		if e, ok := o.(*fields.Entry); ok {
			entry = e
		}
	})
	if entry == nil {
		b.t.Fatalf("%q is no field of text", caption)
	}
	return entry
}

func (b *bench) typeIn(caption, text string) {
	b.t.Helper()
	b.entry(caption).SetText(text)
	b.pump()
}

func (b *bench) enter(caption string) {
	b.t.Helper()
	b.entry(caption).TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.pump()
}

// choose chooses what contains this text from the list with this caption.
func (b *bench) choose(caption, option string) {
	b.t.Helper()
	var list *widget.Select
	walk(b.field(caption), func(o fyne.CanvasObject) {
		switch s := o.(type) {
		case *widget.Select:
			list = s
		case *fields.Choice[string]:
			list = s.Select
		}
	})
	if list == nil {
		b.t.Fatalf("%q is no list", caption)
	}
	i := slices.IndexFunc(list.Options, func(o string) bool { return strings.Contains(o, option) })
	if i < 0 {
		b.t.Fatalf("%q has no option %q: %q", caption, option, list.Options)
	}
	list.SetSelectedIndex(i)
	b.pump()
}

// tick taps the tick whose text contains this.
func (b *bench) tick(text string) {
	b.t.Helper()
	done := false
	b.until("tick "+text, func() bool {
		b.walk(func(o fyne.CanvasObject) {
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
	b.pump()
}

// fold opens or closes the line with this text.
func (b *bench) fold(text string) {
	b.t.Helper()
	var found *widgets.Fold
	b.until("fold "+text, func() bool {
		b.walk(func(o fyne.CanvasObject) {
			if x, ok := o.(*widgets.Fold); ok && found == nil && strings.Contains(x.Text(), text) {
				found = x
			}
		})
		return found != nil
	})
	found.Tapped(nil)
	b.pump()
}

// goTo goes to a step by the list of steps.
func (b *bench) goTo(s model.Step) {
	b.t.Helper()
	b.p.steps.rows[s].Tapped(nil)
	b.pump()
	if b.p.w.At != s {
		b.t.Fatalf("cannot go to %s", s.Title())
	}
}

// scroll scrolls the page in front.
func (b *bench) scroll(y float32) {
	b.walk(func(o fyne.CanvasObject) {
		if s, ok := o.(*container.Scroll); ok && s.Content.Size().Height > s.Size().Height+20 {
			s.ScrollToOffset(fyne.NewPos(0, y))
		}
	})
}

// shot writes what can be seen to a PNG in the folder that the variable
// TACKLEBOX_SHOTS names, for a person to look at.
func (b *bench) shot(name string) {
	dir := os.Getenv("TACKLEBOX_SHOTS")
	if dir == "" {
		return
	}
	f, err := os.Create(dir + "/" + name + ".png")
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, b.win.Canvas().Capture()); err != nil {
		b.t.Fatal(err)
	}
}
