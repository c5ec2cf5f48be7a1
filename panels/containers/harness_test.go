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
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/containers/containerstest"
	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/panels/paneltest"
	"tacklebox/panels/widgets"
	"tacklebox/platform/settings"
)

// harness is the tab in a test window.
type harness struct {
	*paneltest.Bench
	p     *Panel
	e     *containerstest.Engine
	store *settings.Store

	terms    []*fakeTerminal
	statuses []string
	trays    int
	selected []string
}

func (h *harness) Window() fyne.Window       { return h.Win }
func (h *harness) Settings() *settings.Store { return h.store }
func (h *harness) DataDir() string           { return "" }
func (h *harness) SetStatus(_, _, s string)  { h.statuses = append(h.statuses, s) }
func (h *harness) TrayChanged()              { h.trays++ }
func (h *harness) Select(id string)          { h.selected = append(h.selected, id) }
func (h *harness) Notify(string, string)     {}

// open shows the tab over engine e and waits for its lists.
func open(t *testing.T, e *containerstest.Engine) *harness {
	t.Helper()
	h := build(t, e)
	h.Until("the lists", func() bool { return h.p.snap.ImagesLoaded && h.p.snap.ContainersLoaded })
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
	bench := paneltest.New(t, paneltest.Look{Language: language})
	bench.Word = word
	store, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{Bench: bench, store: store}
	h.p = New(Deps{Finder: finder, Do: h.Do, Pace: model.Pace{Retry: 20 * time.Millisecond, Coalesce: time.Millisecond, Ask: time.Second, Quiet: 500 * time.Millisecond},
		NewTerminal: func() Terminal {
			f := newFakeTerminal(h)
			h.terms = append(h.terms, f)
			return f
		}})
	content, err := h.p.Build(h)
	if err != nil {
		t.Fatal(err)
	}
	h.Win.SetContent(content)
	h.Win.Resize(fyne.NewSize(1100, 700))
	h.p.Shown()
	t.Cleanup(h.p.Close)
	return h
}

// word is what is written on an answer.
func word(o fyne.CanvasObject) string {
	if a, ok := o.(*answer); ok {
		return a.Text
	}
	return ""
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
	f.h.Do(func() { s(100, 30) })
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
				f.h.Do(func() {
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
