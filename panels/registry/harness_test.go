package registry

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"go.uber.org/goleak"

	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/doctor"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/registry/watch"
	"tacklebox/platform/settings"
)

// patience bounds every wait in these tests.
const patience = 10 * time.Second

// harness is the tab in a test window. What the tab wants done on Fyne's goroutine
// is done by the test's own while it waits.
type harness struct {
	t       *testing.T
	p       *Panel
	dir     string
	store   *connect.Store
	secrets *registrytest.Secrets
	set     *settings.Store
	win     fyne.Window

	mu    sync.Mutex
	queue []func()
	more  chan struct{}

	debugged []string
	known    browse.Detail
	platform string
	engine   doctor.Engine
	opened   []string
	notified []string
	statuses []string
	levels   []string
	selected []string
	changed  func([]watch.Status)
	notice   func(watch.Notice)
	looks    int
}

func (h *harness) Window() fyne.Window       { return h.win }
func (h *harness) Settings() *settings.Store { return h.set }
func (h *harness) DataDir() string           { return h.dir }
func (h *harness) TrayChanged()              {}
func (h *harness) Select(id string)          { h.selected = append(h.selected, id) }
func (h *harness) Notify(title, text string) { h.notified = append(h.notified, title+": "+text) }
func (h *harness) SetStatus(_, level, s string) {
	h.statuses, h.levels = append(h.statuses, s), append(h.levels, level)
}
func (h *harness) Debug(reference string, d browse.Detail) {
	h.debugged, h.known = append(h.debugged, reference), d
}
func (h *harness) Platform() string         { return h.platform }
func (h *harness) Engine() doctor.Engine    { return h.engine }
func (h *harness) Statuses() []watch.Status { return nil }
func (h *harness) Look()                    { h.looks++ }
func (h *harness) Subscribe(changed func([]watch.Status), notice func(watch.Notice)) func() {
	h.changed, h.notice = changed, notice
	return func() { h.changed, h.notice = nil, nil }
}

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
	tick := time.NewTicker(5 * time.Millisecond)
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
			h.t.Fatalf("never came: %s\non screen:\n%s", what, strings.Join(h.texts(), "\n"))
		}
	}
}

// start makes the tab without showing it.
func start(t *testing.T, language string) *harness {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.New(look.Options{Variant: look.Dark}))
	if err := i18n.Load(language); err != nil {
		t.Fatal(err)
	}
	h := &harness{t: t, dir: t.TempDir(), secrets: &registrytest.Secrets{}, more: make(chan struct{}, 1)}
	set, err := settings.Open(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	h.set = set
	h.store = registrytest.Store(t, h.dir, h.secrets)
	h.win = test.NewTempWindow(t, widget.NewLabel(""))
	t.Cleanup(func() {
		if h.p != nil {
			h.p.Close()
		}
		h.pump()
		h.store.Close()
		if err := set.Flush(context.Background()); err != nil {
			t.Error(err)
		}
		goleak.VerifyNone(t, leaks)
	})
	return h
}

// show shows the tab.
func (h *harness) show() {
	h.t.Helper()
	fast := 20 * time.Millisecond
	h.p = New(Deps{Store: h.store, Watch: h, Debugger: h, Do: h.do, OpenURL: func(u *url.URL) error { h.do(func() { h.opened = append(h.opened, u.String()) }); return nil },
		Pace: Pace{Health: fast, Work: fast, Room: fast, Scan: fast, Type: fast}})
	content, err := h.p.Build(h)
	if err != nil {
		h.t.Fatal(err)
	}
	h.win.SetContent(content)
	h.win.Resize(fyne.NewSize(1200, 760))
	h.p.Shown()
	h.pump()
}

// add keeps a connection before the tab is shown.
func (h *harness) add(c registry.Connection, password string) registry.Connection {
	h.t.Helper()
	c, _, err := h.store.Add(context.Background(), c, registry.Secret(password))
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// onHarbor is a fake Harbor to which the tab is connected as its admin.
func onHarbor(t *testing.T, fill func(*fakeharbor.Harbor)) (*harness, *fakeharbor.Harbor) {
	t.Helper()
	h := start(t, i18n.English)
	fake := fakeharbor.New(t)
	if fill != nil {
		fill(fake)
	}
	h.add(registry.Connection{URL: fake.URL, User: "admin"}, fakeharbor.Password)
	h.show()
	return h, fake
}

// texts are all texts that can be seen.
func (h *harness) texts() []string {
	all := texts(h.win.Canvas().Content())
	for _, o := range h.win.Canvas().Overlays().List() {
		all = append(all, texts(o)...)
	}
	return all
}

func (h *harness) sees(text string) bool {
	return strings.Contains(strings.Join(h.texts(), "\n"), text)
}

// see waits until text is on the screen.
func (h *harness) see(text string) {
	h.t.Helper()
	h.until("text "+text, func() bool { return h.sees(text) })
}

// gone waits until text is not on the screen.
func (h *harness) gone(text string) {
	h.t.Helper()
	h.until("no text "+text, func() bool { return !h.sees(text) })
}

// press taps the visible button with this word or tip.
func (h *harness) press(word string) {
	h.t.Helper()
	var found fyne.Tappable
	h.until("button "+word, func() bool {
		found = nil
		for _, r := range append([]fyne.CanvasObject{h.win.Canvas().Content()}, h.win.Canvas().Overlays().List()...) {
			walk(r, func(o fyne.CanvasObject) {
				switch b := o.(type) {
				case *widgets.Button:
					if (b.Text == word || b.Tip() == word) && !b.Disabled() {
						found = b
					}
				case *widget.Button:
					if b.Text == word && !b.Disabled() {
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

// place goes to a place of the right side.
func (h *harness) place(id string) {
	h.t.Helper()
	h.p.detail.goTo(id)
	h.pump()
}

// open opens a project of the tree.
func (h *harness) open(project string) {
	h.t.Helper()
	h.see(project)
	h.p.master.toggle(project)
	h.pump()
}

// choose shows a repository, as a click does.
func (h *harness) choose(full string) {
	h.t.Helper()
	key := "r:" + full
	h.until("repository "+full, func() bool { _, ok := h.p.master.row(key); return ok })
	h.p.master.list.Select(key, true)
	h.p.master.selected(key)
	h.pump()
}

// line waits for a row of a table with this text in one of its cells.
func (h *harness) line(t *table, text string) line {
	h.t.Helper()
	var found line
	h.until("row with "+text, func() bool {
		for i := range t.Len() {
			l := t.at(i)
			for _, c := range l.cells {
				if strings.Contains(c.text, text) {
					found = l
					return true
				}
			}
		}
		return false
	})
	return found
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

func texts(o fyne.CanvasObject) []string {
	var out []string
	walk(o, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *canvas.Text:
			out = append(out, x.Text)
		case *widgets.CutText:
			out = append(out, x.Text)
		case *widgets.Ellipsis:
			out = append(out, x.Text)
		case *widget.Label:
			out = append(out, x.Text)
		case *widget.RichText:
			out = append(out, x.String())
		case *widgets.CodeView:
			out = append(out, x.Text())
		case *widget.Entry:
			out = append(out, x.Text)
		}
	})
	return out
}
