package containers

import (
	"image/color"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"go.uber.org/goleak"

	"tacklebox/panels/containers/containerstest"
	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/settings"
)

// patience bounds every wait in these tests.
const patience = 10 * time.Second

// harness is the tab in a test window. What the tab wants done on Fyne's
// goroutine is done by the test's own while it waits, so that nothing happens
// behind its back.
type harness struct {
	t     *testing.T
	p     *Panel
	e     *containerstest.Engine
	win   fyne.Window
	store *settings.Store

	mu    sync.Mutex
	queue []func()
	more  chan struct{}

	terms    []*fakeTerminal
	statuses []string
	trays    int
	selected []string
}

func (h *harness) Window() fyne.Window       { return h.win }
func (h *harness) Settings() *settings.Store { return h.store }
func (h *harness) DataDir() string           { return "" }
func (h *harness) SetStatus(_, _, s string)  { h.statuses = append(h.statuses, s) }
func (h *harness) TrayChanged()              { h.trays++ }
func (h *harness) Select(id string)          { h.selected = append(h.selected, id) }
func (h *harness) Notify(string, string)     {}

func (h *harness) do(f func()) {
	h.mu.Lock()
	h.queue = append(h.queue, f)
	h.mu.Unlock()
	select {
	case h.more <- struct{}{}:
	default:
	}
}

// pump does what is waiting.
func (h *harness) pump() {
	// Where more comes than this machine gets done, whoever waits has to look, too.
	for end := time.Now().Add(patience / 10); time.Now().Before(end); {
		h.mu.Lock()
		if len(h.queue) == 0 {
			h.mu.Unlock()
			return
		}
		f := h.queue[0]
		h.queue = h.queue[1:]
		h.mu.Unlock()
		f()
	}
}

// until pumps until cond holds.
func (h *harness) until(what string, cond func() bool) {
	h.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond) // for what changes without a call of ours
	defer tick.Stop()
	for {
		h.pump()
		if cond() {
			return
		}
		select {
		case <-h.more:
		case <-tick.C:
		case <-deadline.C:
			h.t.Fatalf("never came: %s\non screen:\n%s", what, strings.Join(texts(h.win.Canvas().Content()), "\n"))
		}
	}
}

// open shows the tab over engine e and waits for its lists.
func open(t *testing.T, e *containerstest.Engine) *harness {
	t.Helper()
	h := build(t, e)
	h.until("the lists", func() bool { return h.p.snap.ImagesLoaded && h.p.snap.ContainersLoaded })
	return h
}

// build shows the tab over engine e.
func build(t *testing.T, e *containerstest.Engine) *harness {
	t.Helper()
	h := show(t, e)
	h.e = e
	return h
}

// show shows the tab over whatever finder finds.
func show(t *testing.T, finder model.Finder) *harness {
	t.Helper()
	return showIn(t, finder, i18n.English)
}

// showIn shows the tab in a language.
func showIn(t *testing.T, finder model.Finder, language string) *harness {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.New(look.Options{Variant: look.Dark}))
	if err := i18n.Load(language); err != nil {
		t.Fatal(err)
	}
	store, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{t: t, more: make(chan struct{}, 1), store: store}
	h.win = test.NewTempWindow(t, widget.NewLabel(""))
	h.p = New(Deps{Finder: finder, Do: h.do, Pace: model.Pace{Retry: 20 * time.Millisecond, Coalesce: time.Millisecond, Ask: time.Second, Quiet: 500 * time.Millisecond},
		NewTerminal: func() Terminal {
			f := newFakeTerminal(h)
			h.terms = append(h.terms, f)
			return f
		}})
	content, err := h.p.Build(h)
	if err != nil {
		t.Fatal(err)
	}
	h.win.SetContent(content)
	h.win.Resize(fyne.NewSize(1100, 700))
	h.p.Shown()
	t.Cleanup(func() {
		h.p.Close()
		h.pump()
		goleak.VerifyNone(t, leaks)
	})
	return h
}

// see waits until text is on the screen.
func (h *harness) see(text string) {
	h.t.Helper()
	h.until("text "+text, func() bool { return h.sees(text) })
}

func (h *harness) sees(text string) bool {
	all := texts(h.win.Canvas().Content())
	for _, o := range h.win.Canvas().Overlays().List() {
		all = append(all, texts(o)...)
	}
	return strings.Contains(strings.Join(all, "\n"), text)
}

// press taps the visible button with this word.
func (h *harness) press(word string) {
	h.t.Helper()
	var found fyne.Tappable
	h.until("button "+word, func() bool {
		found = nil
		roots := append([]fyne.CanvasObject{h.win.Canvas().Content()}, h.win.Canvas().Overlays().List()...)
		for _, r := range roots {
			walk(r, func(o fyne.CanvasObject) {
				switch b := o.(type) {
				case *widgets.Button:
					if b.Text == word && !b.Disabled() {
						found = b
					}
				case *answer:
					if b.Text == word {
						found = b
					}
				case *widget.Button:
					if b.Text == word && !b.Disabled() {
						found = b
					}
				case *widgets.Fold:
					if b.Text() == word {
						found = b
					}
				}
			})
		}
		return found != nil
	})
	test.Tap(found)
	h.pump()
}

// typeKey sends a key to what has the focus.
func (h *harness) typeKey(k fyne.KeyName) {
	h.t.Helper()
	f := h.win.Canvas().Focused()
	if f == nil {
		h.t.Fatalf("nothing has the focus for %s", k)
	}
	f.TypedKey(&fyne.KeyEvent{Name: k})
	h.pump()
}

// walk visits all visible objects.
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

// texts are all texts that are visible.
func texts(o fyne.CanvasObject) []string {
	var out []string
	walk(o, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *canvas.Text:
			out = append(out, x.Text)
		case *widgets.CutText:
			out = append(out, x.Text)
		case *widget.Entry:
			out = append(out, x.Text)
		}
	})
	return out
}

// fakeTerminal keeps what a shell prints as text.
type fakeTerminal struct {
	widget.BaseWidget
	h       *harness
	mu      sync.Mutex
	text    strings.Builder
	stream  widgets.Stream
	sized   func(int, int)
	keys    func(Shortcut) bool
	insert  string
	focused bool
	wg      sync.WaitGroup
}

func newFakeTerminal(h *harness) *fakeTerminal {
	f := &fakeTerminal{h: h}
	f.ExtendBaseWidget(f)
	return f
}

func (f *fakeTerminal) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(color.Transparent))
}
func (f *fakeTerminal) Object() fyne.CanvasObject         { return f }
func (f *fakeTerminal) Focusable() fyne.Focusable         { return f }
func (f *fakeTerminal) FocusGained()                      { f.focused = true }
func (f *fakeTerminal) FocusLost()                        { f.focused = false }
func (f *fakeTerminal) TypedRune(r rune)                  { f.send(string(r)) }
func (f *fakeTerminal) TypedKey(*fyne.KeyEvent)           {}
func (f *fakeTerminal) Cells() (int, int)                 { return 100, 30 }
func (f *fakeTerminal) SetShortcut(k func(Shortcut) bool) { f.keys = k }
func (f *fakeTerminal) SetTitled(func(string))            {}
func (f *fakeTerminal) SetReadOnly()                      {}
func (f *fakeTerminal) Find()                             {}
func (f *fakeTerminal) SaveText(w io.Writer) error {
	_, err := io.WriteString(w, f.String())
	return err
}
func (f *fakeTerminal) StartRecording(io.Writer) error { return nil }
func (f *fakeTerminal) StopRecording() error           { return nil }
func (f *fakeTerminal) Recording() bool                { return false }

// SetSized answers with a size at once, but not before the caller is done.
func (f *fakeTerminal) SetSized(s func(int, int)) {
	f.sized = s
	f.h.do(func() { s(100, 30) })
}

func (f *fakeTerminal) Insert(text string) { f.insert = text; f.send(text) }

func (f *fakeTerminal) send(text string) {
	if s := f.stream; s != nil {
		f.wg.Go(func() { _, _ = s.Write([]byte(text)) })
	}
}

func (f *fakeTerminal) Start(s widgets.Stream, ended func(error)) {
	f.Stop()
	f.stream = s
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := s.Read(buf)
			f.mu.Lock()
			f.text.Write(buf[:n])
			f.mu.Unlock()
			if err != nil {
				f.h.do(func() {
					if f.stream == s {
						f.stream = nil
						ended(nil)
					}
				})
				return
			}
		}
	}()
}

func (f *fakeTerminal) Stop() {
	if s := f.stream; s != nil {
		f.stream = nil
		_ = s.Close()
	}
}

func (f *fakeTerminal) Reset() {
	f.mu.Lock()
	f.text.Reset()
	f.mu.Unlock()
}

func (f *fakeTerminal) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.String()
}
