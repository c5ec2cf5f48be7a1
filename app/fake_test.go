package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
	"tacklebox/platform/settings"
)

// The stacks of panels that panic on purpose would bury what a failing test says.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// fakePanel is a tab that notes what is done to it.
type fakePanel struct {
	id       string
	build    func() (fyne.CanvasObject, error)
	actions  []panels.Action
	tray     [][]panels.TrayItem
	sessions int
	log      []string
	form     []string
}

func (p *fakePanel) ID() string          { return p.id }
func (p *fakePanel) TitleKey() string    { return "action.app.about" }
func (p *fakePanel) Icon() fyne.Resource { return theme.HomeIcon() }
func (p *fakePanel) Build(panels.Host) (fyne.CanvasObject, error) {
	p.log = append(p.log, "build")
	if p.build != nil {
		return p.build()
	}
	return widget.NewLabel("content of " + p.id), nil
}
func (p *fakePanel) Shown()                         { p.log = append(p.log, "shown") }
func (p *fakePanel) Hidden()                        { p.log = append(p.log, "hidden") }
func (p *fakePanel) Close()                         { p.log = append(p.log, "close") }
func (p *fakePanel) Actions() []panels.Action       { return p.actions }
func (p *fakePanel) TrayItems() [][]panels.TrayItem { return p.tray }
func (p *fakePanel) OpenSessions() int              { return p.sessions }
func (p *fakePanel) DebugForm(text string)          { p.form = append(p.form, text) }

// fakeSystem is what the shell sees of the system in a test.
type fakeSystem struct {
	tray      bool
	clipboard string
	clipErr   error
}

func (f *fakeSystem) services() services {
	return services{
		trayShown:     func(context.Context) bool { return f.tray },
		watchTray:     func(context.Context) <-chan bool { c := make(chan bool); close(c); return c },
		readClipboard: func(context.Context) (string, error) { return f.clipboard, f.clipErr },
		autostart:     func() (bool, error) { return false, nil },
		setAutostart:  func(bool) error { return errors.ErrUnsupported },
		openFolder:    func(string) error { return nil },
		notify:        func(context.Context, string, string) error { return nil },
	}
}

// testShell is a shell in a test window; calls queues what goroutines wanted to
// run on Fyne's goroutine.
type testShell struct {
	*shell
	system *fakeSystem
	calls  chan func()
	app    fyne.App
}

func newTestShell(t *testing.T, tabs ...panels.Panel) *testShell {
	t.Helper()
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	store, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Flush(context.Background()); err != nil {
			t.Error(err)
		}
	})
	a := test.NewTempApp(t)
	applyTheme(a, store.Get())
	win := a.NewWindow(Name)
	system := &fakeSystem{}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	s := newShell(ctx, a, win, store, Options{DataDir: "/data", Version: "1.2.3"}, system.services(),
		func() []panels.Panel { return tabs })
	ts := &testShell{shell: s, system: system, calls: make(chan func(), 64), app: a}
	s.wake = func(f func()) { ts.calls <- f }
	return ts
}

// next runs the next call from a goroutine.
func (t *testShell) next() { (<-t.calls)() }
