package registry

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/paneltest"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/doctor"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/registry/watch"
	"tacklebox/platform/settings"
)

// harness is the tab in a test window.
type harness struct {
	*paneltest.Bench
	p       *Panel
	dir     string
	store   *connect.Store
	secrets *registrytest.Secrets
	set     *settings.Store

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

func (h *harness) Window() fyne.Window       { return h.Win }
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

// start makes the tab without showing it.
func start(t *testing.T, language string) *harness {
	t.Helper()
	h := &harness{Bench: paneltest.New(t, paneltest.Look{Language: language}), dir: t.TempDir(), secrets: &registrytest.Secrets{}}
	set, err := settings.Open(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	h.set = set
	h.store = registrytest.Store(t, h.dir, h.secrets)
	t.Cleanup(func() {
		if h.p != nil {
			h.p.Close()
		}
		h.Pump()
		h.store.Close()
		if err := set.Flush(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// show shows the tab.
func (h *harness) show() {
	h.T.Helper()
	fast := 20 * time.Millisecond
	h.p = New(Deps{Store: h.store, Watch: h, Debugger: h, Do: h.Do, OpenURL: func(u *url.URL) error { h.Do(func() { h.opened = append(h.opened, u.String()) }); return nil },
		Pace: Pace{Health: fast, Work: fast, Room: fast, Scan: fast, Type: fast}})
	content, err := h.p.Build(h)
	if err != nil {
		h.T.Fatal(err)
	}
	h.Win.SetContent(content)
	h.Win.Resize(fyne.NewSize(1200, 760))
	h.p.Shown()
	h.Pump()
}

// add keeps a connection before the tab is shown.
func (h *harness) add(c registry.Connection, password string) registry.Connection {
	h.T.Helper()
	c, _, err := h.store.Add(context.Background(), c, registry.Secret(password))
	if err != nil {
		h.T.Fatal(err)
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

// place goes to a place of the right side.
func (h *harness) place(id string) {
	h.T.Helper()
	h.p.detail.goTo(id)
	h.Pump()
}

// open opens a project of the tree.
func (h *harness) open(project string) {
	h.T.Helper()
	h.See(project)
	h.p.master.toggle(project)
	h.Pump()
}

// choose shows a repository, as a click does.
func (h *harness) choose(full string) {
	h.T.Helper()
	key := "r:" + full
	h.Until("repository "+full, func() bool { _, ok := h.p.master.row(key); return ok })
	h.p.master.list.Select(key, true)
	h.p.master.selected(key)
	h.Pump()
}

// line waits for a row of a table with this text in one of its cells.
func (h *harness) line(t *table, text string) line {
	h.T.Helper()
	var found line
	h.Until("row with "+text, func() bool {
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
