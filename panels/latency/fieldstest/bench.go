// Package fieldstest is a tab for tests of its tools: a window without a driver,
// and what a person does in it.
package fieldstest

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
	tab "tacklebox/panels/latency"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
)

// patience bounds every wait.
const patience = 10 * time.Second

// Bench is the tab as a tool sees it. What is wanted on Fyne's goroutine is done
// by the test's own while it waits.
type Bench struct {
	t    testing.TB
	win  fyne.Window
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

	mu    sync.Mutex
	queue []func()
	more  chan struct{}
}

var _ tab.Workplace = (*Bench)(nil)

// Look is how a bench's window looks.
type Look struct {
	Language string
	Variant  string
	Size     fyne.Size
	Scale    float32 // of the text
}

// New makes a bench; when the test ends nothing of it may be running.
func New(t testing.TB, l Look) *Bench {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	if l.Language == "" {
		l.Language = i18n.English
	}
	if l.Variant == "" {
		l.Variant = look.Dark
	}
	if l.Size.IsZero() {
		l.Size = fyne.NewSize(800, 1600)
	}
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.New(look.Options{Variant: l.Variant, TextScale: l.Scale}))
	if err := i18n.Load(l.Language); err != nil {
		t.Fatal(err)
	}
	b := &Bench{t: t, more: make(chan struct{}, 1), page: container.NewStack()}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.tips = widgets.NewTips(b.Do)
	b.win = test.NewTempWindow(t, container.NewStack(b.page, b.tips))
	b.win.SetPadded(false)
	b.win.Resize(l.Size)
	t.Cleanup(func() {
		b.Leave()
		b.cancel()
		b.jobs.Wait()
		b.Pump()
		b.tips.Clear()
		goleak.VerifyNone(t, leaks)
	})
	return b
}

// Window is part of latency.Workplace.
func (b *Bench) Window() fyne.Window { return b.win }

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

// Do has f done on the test's goroutine.
func (b *Bench) Do(f func()) {
	b.mu.Lock()
	b.queue = append(b.queue, f)
	b.mu.Unlock()
	select {
	case b.more <- struct{}{}:
	default:
	}
}

// Pump does what is waiting.
func (b *Bench) Pump() {
	// Where more comes than this machine gets done, whoever waits has to look, too.
	for end := time.Now().Add(patience / 10); time.Now().Before(end); {
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

// Until pumps until cond holds.
func (b *Bench) Until(what string, cond func() bool) {
	b.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		b.Pump()
		if cond() {
			return
		}
		select {
		case <-b.more:
		case <-tick.C:
		case <-deadline.C:
			b.t.Fatalf("never came: %s\non screen:\n%s", what, strings.Join(b.Texts(), "\n"))
		}
	}
}

func (b *Bench) roots() []fyne.CanvasObject {
	return append([]fyne.CanvasObject{b.win.Canvas().Content()}, b.win.Canvas().Overlays().List()...)
}

// Walk visits all that can be seen.
func (b *Bench) Walk(f func(fyne.CanvasObject)) {
	for _, r := range b.roots() {
		walk(r, f)
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

// Texts are all texts that can be seen.
func (b *Bench) Texts() (out []string) {
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	b.Walk(func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widget.Label:
			add(x.Text)
		case *widgets.CutText:
			add(x.Text)
		case *canvas.Text:
			add(x.Text)
		case *fields.Entry:
			if !x.Password {
				add(x.Text)
			}
		}
	})
	return out
}

// Sees is true when text can be seen.
func (b *Bench) Sees(text string) bool { return strings.Contains(strings.Join(b.Texts(), "\n"), text) }

// See waits until text can be seen.
func (b *Bench) See(text string) {
	b.t.Helper()
	b.Until("text "+text, func() bool { return b.Sees(text) })
}

// Gone waits until text cannot be seen.
func (b *Bench) Gone(text string) {
	b.t.Helper()
	b.Until("no text "+text, func() bool { return !b.Sees(text) })
}

// Button is the button with this word, nil when there is none to see.
func (b *Bench) Button(word string) *widget.Button {
	var found *widget.Button
	b.Walk(func(o fyne.CanvasObject) {
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

// Press taps the button with this word once it can be.
func (b *Bench) Press(word string) {
	b.t.Helper()
	var found *widget.Button
	b.Until("button "+word, func() bool {
		found = b.Button(word)
		return found != nil && !found.Disabled()
	})
	found.Tapped(&fyne.PointEvent{})
	b.Pump()
}

// Field is what stands beside a caption.
func (b *Bench) Field(caption string) fyne.CanvasObject {
	b.t.Helper()
	var found fyne.CanvasObject
	b.Until("field "+caption, func() bool {
		b.Walk(func(o fyne.CanvasObject) {
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

// Type writes a text into the field with this caption.
func (b *Bench) Type(caption, text string) {
	b.t.Helper()
	var entry *fields.Entry
	walk(b.Field(caption), func(o fyne.CanvasObject) {
		if e, ok := o.(*fields.Entry); ok {
			entry = e
		}
	})
	if entry == nil {
		b.t.Fatalf("%q is no field of text", caption)
	}
	entry.SetText(text)
	b.Pump()
}

// Choose chooses from the list with this caption.
func (b *Bench) Choose(caption, option string) {
	b.t.Helper()
	var list *widget.Select
	walk(b.Field(caption), func(o fyne.CanvasObject) {
		if s, ok := o.(*widget.Select); ok {
			list = s
		}
	})
	if list == nil || !slices.Contains(list.Options, option) {
		b.t.Fatalf("%q has no option %q", caption, option)
	}
	list.SetSelected(option)
	b.Pump()
}

// Tick sets the check with this text.
func (b *Bench) Tick(text string, on bool) {
	b.t.Helper()
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
	b.t.Helper()
	var at fyne.Tappable
	b.Until("row "+name, func() bool {
		b.Walk(func(o fyne.CanvasObject) {
			l, ok := o.(*widgets.RowList)
			if !ok {
				return
			}
			walk(l, func(o fyne.CanvasObject) {
				if r, ok := o.(fyne.Tappable); ok {
					walk(o, func(in fyne.CanvasObject) {
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

// Scroll scrolls the page.
func (b *Bench) Scroll(y float32) {
	b.Walk(func(o fyne.CanvasObject) {
		if s, ok := o.(*container.Scroll); ok && s.Content.Size().Height > 500 {
			s.ScrollToOffset(fyne.NewPos(0, y))
		}
	})
}

// Shot writes what can be seen to a PNG in the folder that the variable
// TACKLEBOX_SHOTS names, for a person to look at.
func (b *Bench) Shot(name string) {
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
