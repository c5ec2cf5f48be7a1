package containers

import (
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"tacklebox/panels/containers/containerstest"
	"tacklebox/panels/containers/model"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

func TestLeavingAShellKeepsTheContainer(t *testing.T) {
	h := open(t, shop())
	sh := h.enter("debian")
	sh.Exit(0)
	h.See("Shell ended (exit 0)")
	h.Key(fyne.KeyReturn) // the button has the keyboard
	h.Until("another shell", func() bool { return len(h.shells()) == 2 && h.p.detail.current.live() == 1 })
	if n := len(h.p.detail.current.shells); n != 1 {
		t.Errorf("%d tabs", n)
	}
	h.e.Look(func(e *containerstest.Engine) {
		if len(e.Ended) != 0 {
			t.Error("the container was ended")
		}
	})
}

func TestShortcutsOfATerminal(t *testing.T) {
	h := open(t, shop())
	h.enter("debian")
	s := h.p.detail.current
	if !h.terms[len(h.terms)-1].keys(ShortcutNewShell) {
		t.Fatal("not taken")
	}
	h.Until("the second shell", func() bool { return s.live() == 2 && s.front().state == shellOpen })
	if s.front().n != 2 {
		t.Errorf("shell %d is in front", s.front().n)
	}
	s.front().term.(*fakeTerminal).keys(ShortcutPrevTab)
	if s.front().n != 1 {
		t.Errorf("shell %d is in front", s.front().n)
	}
	s.front().term.(*fakeTerminal).keys(ShortcutEndShell)
	h.Until("the first shell to end", func() bool { return h.shells()[0].Closed() && len(s.shells) == 1 })
	if h.shells()[1].Closed() {
		t.Error("the other one ended too")
	}
	h.Press("New shell as root")
	h.Until("root", func() bool { x := h.shells(); return len(x) == 3 && x[2].Request.User == "0" })
}

func TestContainerThatStopsSaysReconnect(t *testing.T) {
	h := open(t, shop())
	sh := h.enter("debian")
	id := h.p.detail.current.id
	state := func(s string) {
		h.e.Change(func(e *containerstest.Engine) {
			for i := range e.All {
				if e.All[i].ID == id {
					e.All[i].State, e.All[i].ExitCode = s, 137
				}
			}
		})
	}
	state("exited")
	sh.Exit(137)
	h.See("The container stopped, or the engine went away, at ")
	h.See("The session's container is not up")
	state("running")
	h.Until("it to be up again", func() bool { return h.p.detail.current.running() })
	h.Press("Reconnect")
	h.Until("the new shell", func() bool { return len(h.shells()) == 2 && h.p.detail.current.live() == 1 })
}

func TestEndAsksOnlyWhenFilesChanged(t *testing.T) {
	h := open(t, shop())
	h.enter("debian")
	id := h.p.detail.current.id
	h.e.Look(func(e *containerstest.Engine) {
		e.Changed[id] = []containers.Change{{Kind: containers.ChangeAdded, Path: "/etc/mine.conf"}}
	})
	h.Press("End")
	h.See("One file was changed in it")
	h.See("A /etc/mine.conf")
	h.e.Look(func(e *containerstest.Engine) {
		if len(e.Ended) != 0 {
			t.Fatal("ended before the answer")
		}
	})
	h.Key(fyne.KeyReturn) // no is what Enter says
	if h.Sees("One file was changed") || h.p.detail.current == nil {
		t.Error("the question was not answered with no")
	}
	h.Press("End")
	h.See("One file was changed in it")
	h.Key(fyne.KeyEscape)
	h.e.Look(func(e *containerstest.Engine) { delete(e.Changed, id) })
	h.Press("End")
	h.Until("the end", func() bool {
		n := 0
		h.e.Look(func(e *containerstest.Engine) { n = len(e.Ended) })
		return n == 1 && h.p.detail.current == nil
	})
}

// others is a session of somebody else.
func others(e *containerstest.Engine) string {
	id := strings.Repeat("c", 64)
	e.All = append(e.All, containers.Container{ID: id, Name: "theirs", Image: "debian:12", State: "running",
		Session: &containers.SessionInfo{User: "eve", Host: "tower", Source: "debian:12"}})
	e.Copies[id] = launch.Spec{Image: "debian:12", Original: launch.Command{Entrypoint: []string{"/bin/bash"}}}
	return id
}

func TestOthersSessionsEndOneByOneAfterAQuestion(t *testing.T) {
	e := shop()
	id := others(e)
	h := open(t, e)
	h.See("eve on tower")
	h.p.master.selectKey(model.ContainerKey(id))
	h.See("This session belongs to eve on tower.")
	if len(h.shells()) != 0 {
		t.Error("somebody else's session was entered unasked")
	}
	h.Press("End")
	h.See("This session belongs to eve on tower, not to you.")
	h.e.Look(func(e *containerstest.Engine) {
		if len(e.Ended) != 0 {
			t.Error("ended before the answer")
		}
	})
	h.Press("Cancel")
	h.p.endAll()
	h.Pump()
	h.e.Look(func(e *containerstest.Engine) {
		if len(e.Ended) != 0 {
			t.Error("end all took somebody else's")
		}
	})
}

func TestEarlyExitIsExplainedWithAFix(t *testing.T) {
	e := shop()
	e.EarlyWhy = &containers.Explanation{Code: containers.ExitNotFound, ExitCode: 127, Subject: "/bin/nope",
		Evidence: []containers.Evidence{{Name: containers.EvidenceExitCode, Value: "127"}}, Fixes: []containers.Fix{{Kind: containers.FixKeepAlive}}}
	e.OpenErr = &containers.Error{Op: "open shell in", Object: "x", Cause: containers.CauseNotRunning, Err: errors.New("the container has ended")}
	h := open(t, e)
	h.search("debian")
	h.Key("Return")
	h.See("/bin/nope is not in the image.")
	h.See("The container is not running.")
	h.Press("Keep up with sleep")
	h.Until("the second launch", func() bool { return len(h.launched()) == 2 })
	if s := h.launched()[1]; s.KeepAlive != launch.KeepSleep || s.Name != "" || s.Image != "debian:12" {
		t.Errorf("launched %+v", s)
	}
}

func TestSessionIsFoundAgainAfterARestart(t *testing.T) {
	e := shop()
	id := strings.Repeat("d", 64)
	e.All = append(e.All, containers.Container{ID: id, Name: "api-7f", Image: "shop/api:2.4", State: "running",
		Session: &containers.SessionInfo{User: "me", Host: "here", Source: "shop/api:2.4", Mine: true}})
	e.Copies[id] = launch.Spec{Image: "shop/api:2.4", Original: launch.Command{Entrypoint: []string{"/bin/sh"}}}
	h := open(t, e)
	h.p.master.selectKey(model.ContainerKey(id))
	h.Until("its command", func() bool { return h.p.detail.current.haveSpec })
	if got := launch.OriginalCommandLine(h.p.detail.current.spec.Original); got != "/app/start.sh --prod 'two words'" {
		t.Errorf("the original is the image's, not the session's own: %s", got)
	}
	if len(h.shells()) != 0 {
		t.Error("looking at a session entered it")
	}
	h.p.master.activated(model.ContainerKey(id))
	h.Until("the shell", func() bool { s := h.shells(); return len(s) == 1 && s[0].Request.Argv[0] == "/bin/sh" })
}

func TestMovingAboutLosesNothing(t *testing.T) {
	h := open(t, shop())
	sh := h.enter("debian")
	session := h.p.detail.current
	h.p.master.search.SetText("")
	h.p.master.selectKey(model.ImageKey("shop/api:2.4"))
	h.Until("the other form", func() bool { return h.p.detail.launch.d.ready })
	h.p.detail.launch.form.user.SetText("1000")
	sh.Print("still here")
	h.Until("the output", func() bool { return strings.Contains(h.terms[0].String(), "still here") })
	h.p.Hidden()
	h.p.Shown()
	h.p.master.selectKey(model.ContainerKey(session.id))
	if h.p.detail.current != session || session.live() != 1 {
		t.Error("the session was made anew")
	}
	h.p.master.selectKey(model.ImageKey("shop/api:2.4"))
	if got := h.p.detail.launch.form.user.Text; got != "1000" {
		t.Errorf("the form forgot: %q", got)
	}
}

func TestEndAllEndsOnlyMine(t *testing.T) {
	e := shop()
	theirs := others(e)
	h := open(t, e)
	h.enter("debian")
	first := h.p.detail.current.id
	h.p.master.search.SetText("")
	h.enter("api:2")
	second := h.p.detail.current.id
	h.e.Look(func(e *containerstest.Engine) {
		e.Changed[first] = []containers.Change{{Kind: containers.ChangeChanged, Path: "/etc/hosts.mine"}}
	})
	h.p.endAll()
	h.See("C /etc/hosts.mine")
	h.Press("End all my debug sessions")
	h.Until("the end", func() bool { return h.p.detail.current == nil && len(h.p.snap.MySessions()) == 0 })
	h.e.Look(func(e *containerstest.Engine) {
		for _, id := range e.Ended {
			if id == theirs || id != first && id != second {
				t.Errorf("ended %s", id)
			}
		}
		for _, s := range e.Opened {
			if !s.Closed() {
				t.Error("a shell is left")
			}
		}
	})
}
