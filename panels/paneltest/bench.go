// Package paneltest is a window without a driver for the tests of the tabs, and what
// a person does in it. What is wanted on Fyne's goroutine is done by the test's own
// while it waits, so that nothing happens behind its back.
package paneltest

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"go.uber.org/goleak"

	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
)

// Patience bounds every wait.
const Patience = 10 * time.Second

// Look is how a window looks; what is not set is English, dark, at 100 %, and of the
// size of what is in it.
type Look struct {
	Language string
	Variant  string
	Scale    float32 // of the text
	Size     fyne.Size
}

// Bench is a window and the queue of what is to be done on its goroutine. Do is
// for any goroutine, all else for the test's.
type Bench struct {
	T   testing.TB
	Win fyne.Window
	// Text tells what is written on a widget of the tab's own kind, Word what is
	// written on one that Press is to find; "" for all others.
	Text, Word func(fyne.CanvasObject) string

	mu    sync.Mutex
	queue []func()
	more  chan struct{}
}

// New makes a bench. When the test ends its cleanups run, the latest first, and
// then nothing may be running that was not there before.
func New(t testing.TB, l Look) *Bench {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	if l.Language == "" {
		l.Language = i18n.English
	}
	if l.Variant == "" {
		l.Variant = look.Dark
	}
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.New(look.Options{Variant: l.Variant, TextScale: l.Scale}))
	if err := i18n.Load(l.Language); err != nil {
		t.Fatal(err)
	}
	b := &Bench{T: t, Win: test.NewTempWindow(t, widget.NewLabel("")), more: make(chan struct{}, 1)}
	if !l.Size.IsZero() {
		b.Win.SetPadded(false)
		b.Win.Resize(l.Size)
	}
	t.Cleanup(func() {
		b.Pump()
		goleak.VerifyNone(t, leaks)
	})
	return b
}

// Do has f done on the test's goroutine, and may be called on any.
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
	for end := time.Now().Add(Patience / 10); time.Now().Before(end); {
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
	b.T.Helper()
	deadline := time.NewTimer(Patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond) // for what changes without a call of ours
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
			b.T.Fatalf("never came: %s\non screen:\n%s", what, strings.Join(b.Texts(), "\n"))
		}
	}
}

// Shot writes what can be seen to a PNG in the folder that the variable
// TACKLEBOX_SHOTS names, for a person to look at.
func (b *Bench) Shot(name string) {
	b.T.Helper()
	dir := os.Getenv("TACKLEBOX_SHOTS")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		b.T.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, b.Win.Canvas().Capture()); err != nil {
		b.T.Fatal(err)
	}
}
