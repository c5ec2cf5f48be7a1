package registry

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"tacklebox/panels/paneltest"
	"tacklebox/platform/registry/fakeharbor"
)

// The first rows wait for no more than they need: whose the credential is, and the
// version, come beside them.
func TestFirstRowsDoNotWaitForTheAccount(t *testing.T) {
	h, fake := onHarbor(t, func(f *fakeharbor.Harbor) {
		f.Push("library", "team/app", "1", fakeharbor.Image{})
		f.Fail(fakeharbor.Fault{Path: "/users/current", Kind: "hang"})
	})
	h.open("library")
	h.See("team/app")
	if h.p.conn.known {
		t.Fatal("the account was known before")
	}
	for _, asked := range fake.Asked() {
		if strings.Contains(asked, "_catalog") {
			t.Errorf("asked %s", asked)
		}
	}
	h.p.Close() // before the server, which waits for what hangs
}

// What did not come the first time is asked for again with the next round of the watch.
func TestAccountIsAskedForAgain(t *testing.T) {
	h, fake := onHarbor(t, func(f *fakeharbor.Harbor) { f.Fail(fakeharbor.Fault{Path: "/users/current", Kind: "500"}) })
	h.See("library")
	h.Until("the failure", func() bool { return !h.p.conn.learning })
	if h.p.conn.known || accountWord(h.p.conn) != "Reading …" {
		t.Errorf("known %v: %q", h.p.conn.known, accountWord(h.p.conn))
	}
	fake.Mend()
	h.changed(nil)
	h.Until("the account", func() bool { return h.p.conn.known })
	if got := accountWord(h.p.conn); !strings.Contains(got, "admin") {
		t.Errorf("%q", got)
	}
}

// The first that a search found is chosen already; a press on it shows it all the same.
func TestPressOnWhatWasFound(t *testing.T) {
	h, _ := onHarbor(t, func(f *fakeharbor.Harbor) { f.Push("library", "team/app", "1", fakeharbor.Image{}) })
	h.See("library")
	h.p.master.search.SetText("app")
	h.Until("the repository that was searched for", func() bool { return h.p.master.list.Selected() == "r:library/team/app" })
	pressed := false
	paneltest.Walk(h.p.master.list, func(o fyne.CanvasObject) {
		if row, ok := o.(fyne.SecondaryTappable); ok && !pressed {
			if tapped, ok := row.(fyne.Tappable); ok {
				pressed = true
				tapped.Tapped(&fyne.PointEvent{})
			}
		}
	})
	if !pressed {
		t.Fatal("there is no row")
	}
	h.See("library/team/app : 1")
}
