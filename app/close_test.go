package app

import (
	"errors"
	"testing"

	"tacklebox/platform/clipboard"
	"tacklebox/platform/instance"
	"tacklebox/platform/settings"
)

func TestClosingDecides(t *testing.T) {
	for name, c := range map[string]struct {
		in   closing
		want closeDecision
	}{
		"to the tray":                        {closing{keepInTray: true, tray: true}, closeHides},
		"to the tray with sessions":          {closing{keepInTray: true, tray: true, sessions: 2}, closeHides},
		"never hidden without a tray":        {closing{keepInTray: true}, closeQuits},
		"no tray, sessions open":             {closing{keepInTray: true, sessions: 1}, closeAsks},
		"the person wants to quit":           {closing{tray: true}, closeQuits},
		"the person wants to, sessions open": {closing{tray: true, sessions: 1}, closeAsks},
	} {
		if got := c.in.decide(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestClosingTheWindow(t *testing.T) {
	p := &fakePanel{id: "a"}
	s := newTestShell(t, p)
	s.raise()

	s.system.tray = true
	s.closeAsked()
	s.next()
	if s.visible || s.quitting {
		t.Fatalf("with a tray: visible %v, quitting %v", s.visible, s.quitting)
	}

	// The tray goes while the window is hidden.
	s.trayIs(true)
	s.trayIs(false)
	if !s.visible {
		t.Fatal("the window stays hidden without a tray")
	}

	s.system.tray = false
	p.sessions = 2
	s.closeAsked()
	s.next()
	if !s.visible || s.quitting || s.win.Canvas().Overlays().Top() == nil {
		t.Fatal("sessions are open and nobody asked")
	}
	s.quit() // once more while the question stands
	if n := len(s.win.Canvas().Overlays().List()); n != 1 {
		t.Errorf("%d questions", n)
	}
	s.win.Canvas().Overlays().Top().Hide()
	for o := s.win.Canvas().Overlays().Top(); o != nil; o = s.win.Canvas().Overlays().Top() {
		s.win.Canvas().Overlays().Remove(o)
	}

	p.sessions = 0
	s.closeAsked()
	s.next()
	if !s.quitting {
		t.Error("nothing is open and there is no tray, but the program stays")
	}
}

func TestAPersonWhoWantsNoTrayQuitsByClosing(t *testing.T) {
	s := newTestShell(t, &fakePanel{id: "a"})
	s.store.Later(func(set *settings.Settings) { set.CloseToTray = false })
	s.raise()
	s.system.tray = true
	s.closeAsked()
	s.next()
	if !s.quitting {
		t.Error("still there")
	}
}

func TestAStartIntoTheTrayWaitsForOne(t *testing.T) {
	s := newTestShell(t, &fakePanel{id: "a"})
	s.trayIs(false) // at login the panel comes later
	if s.visible {
		t.Error("shown at once")
	}
	s.trayIs(true)
	if s.visible || !s.trayUp {
		t.Errorf("visible %v, tray %v", s.visible, s.trayUp)
	}
}

func TestTheClipboardGoesIntoTheFormOnly(t *testing.T) {
	p := &fakePanel{id: "a"}
	s := newTestShell(t, p)
	s.system.clipboard = "\n  debian:12  \nand more\n"
	s.debugFromClipboard()
	s.next()
	if len(p.form) != 1 || p.form[0] != "debian:12" {
		t.Errorf("the form got %q", p.form)
	}
	if !s.visible {
		t.Error("the window is not shown")
	}
	for err, want := range map[error]string{
		clipboard.ErrTimeout: "does not answer",
		clipboard.ErrEmpty:   "no image name",
		errors.New("no X11"): "could not be read",
	} {
		s.system.clipErr = err
		s.debugFromClipboard()
		s.next()
		if !shows(t, s, want) {
			t.Errorf("%v: the window shows %q", err, texts(s.win.Content()))
		}
		s.notices.next()
	}
	if len(p.form) != 1 {
		t.Errorf("the form got %q", p.form)
	}
}

func TestRequestsFromOtherStarts(t *testing.T) {
	for name, c := range map[string]struct {
		in   instance.Message
		want ShowRequest
	}{
		"show":       {instance.Message{Verb: "show"}, ShowRequest{}},
		"an image":   {instance.Message{Verb: "show", Args: []string{"debug", "debian:12"}}, ShowRequest{Panel: "containers", Image: "debian:12"}},
		"unknown":    {instance.Message{Verb: "launch", Args: []string{"debug", "x"}}, ShowRequest{}},
		"wrong args": {instance.Message{Verb: "show", Args: []string{"run", "x"}}, ShowRequest{}},
	} {
		if got := request(c.in); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	r := ShowRequest{Panel: "containers", Image: "busybox"}
	if got := request(r.message()); got != r {
		t.Errorf("sent and read: %+v, want %+v", got, r)
	}
}

func TestAnImageFromOutsideIsShownInTheForm(t *testing.T) {
	p, other := &fakePanel{id: "a"}, &fakePanel{id: "b"}
	s := newTestShell(t, p, other)
	s.raise()
	s.selectTab("b")
	s.toggle(pageHelp)()
	s.show(ShowRequest{Image: "busybox"})
	if s.view != "a" || len(p.form) != 1 || p.form[0] != "busybox" {
		t.Errorf("view %q, form %q", s.view, p.form)
	}
}

func TestQuestionsKeepShortcutsAway(t *testing.T) {
	p := &fakePanel{id: "a", sessions: 1}
	s := newTestShell(t, p)
	s.raise()
	s.quit()
	s.win.Canvas().OnTypedKey()(keyEvent("F1"))
	if s.view != "a" {
		t.Error("F1 under a question opened the help sheet")
	}
}
