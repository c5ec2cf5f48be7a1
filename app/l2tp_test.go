package app

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tacklebox/panels/i18n"
	panel "tacklebox/panels/l2tp"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/probe"
)

// recorded is a PC and a server of recorded facts. What comes from other goroutines
// is dropped: these tests look at what is there at once.
func recorded(system string) L2TP {
	return L2TP{System: system, Do: func(func()) {}, Machine: &pctest.Machine{Reading: pctest.Clean()},
		Probe: func(context.Context, string, probe.Options) (l2tp.Report, error) {
			return pctest.Strong(false, true), nil
		}}
}

// The tab is there on Windows and nowhere else.
func TestL2TPTab(t *testing.T) {
	for system, want := range map[string]int{"windows": 1, "linux": 0, "darwin": 0} {
		l := recorded(system)
		got, end := l2tpPanels(Options{L2TP: l})
		end()
		if closed := l.Machine.(*pctest.Machine).Closed; closed != want {
			t.Errorf("%s: dials were ended %d times", system, closed)
		}
		if len(got) != want {
			t.Errorf("%s: %d tabs, want %d", system, len(got), want)
		}
		for _, p := range got {
			p.Close()
		}
	}
	tabs, end := l2tpPanels(Options{L2TP: recorded("windows")})
	defer end()
	s := newTestShell(t, tabs...)
	t.Cleanup(func() {
		for _, x := range s.tabs {
			x.panel.Close()
		}
	})
	s.visible = true
	s.selectTab(panel.ID)
	if s.tab(panel.ID).failed {
		t.Fatal("the tab was not built")
	}
	if ids := menuIDs(s); !slices.Contains(ids, "l2tp.history") || slices.Contains(ids, "app.l2tp_probe") {
		t.Errorf("actions %q", ids)
	}
}

func menuIDs(s *testShell) (ids []string) {
	for _, a := range s.actions {
		ids = append(ids, a.ID)
	}
	return ids
}

// Elsewhere the menu has the dialogs.
func TestL2TPElsewhere(t *testing.T) {
	s := newTestShell(t, &fakePanel{id: "a"})
	s.options.L2TP = recorded("linux")
	for _, c := range []struct{ id, title string }{{"app.l2tp_probe", "l2tp.probe_title"}, {"app.l2tp_kit", "l2tp.kit_title"}} {
		text := i18n.T("action." + c.id)
		i := slices.IndexFunc(s.windowMenu(), func(l menuLine) bool { return l.text == text })
		if i < 0 {
			t.Fatalf("%q is not in the menu", text)
		}
		s.windowMenu()[i].do()
		top := s.win.Canvas().Overlays().Top()
		if top == nil {
			t.Fatalf("%q shows nothing", text)
		}
		if got := markup(top); !strings.Contains(got, i18n.T(c.title)) {
			t.Errorf("%q shows %s", text, got)
		}
		s.win.Canvas().Overlays().Remove(top)
	}
}

func markup(o fyne.CanvasObject) string { return test.RenderObjectToMarkup(o) }
