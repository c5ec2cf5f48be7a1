package containers

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tacklebox/panels/containers/containerstest"
	"tacklebox/panels/containers/model"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
	"tacklebox/platform/settings"
)

// shop is an engine as a person has it.
func shop() *containerstest.Engine {
	e := containerstest.New()
	e.AddImage("debian:12", launch.Command{Cmd: []string{"bash"}}, "/bin/bash")
	e.AddImage("shop/api:2.4", launch.Command{Entrypoint: []string{"/app/start.sh"}, Cmd: []string{"--prod", "two words"}, User: "app"}, "/bin/sh")
	e.AddImage("scratch-app:1", launch.Command{Entrypoint: []string{"/app"}})
	e.All = []containers.Container{
		{ID: strings.Repeat("a", 64), Name: "api", Image: "shop/api:2.4", State: "exited", ExitCode: 127, Status: "Exited (127)", Created: time.Now().Add(-time.Hour)},
		{ID: strings.Repeat("b", 64), Name: "db", Image: "debian:12", State: "running", Status: "Up", Created: time.Now().Add(-time.Hour)},
	}
	id := strings.Repeat("a", 64)
	e.Copies[id] = launch.Spec{Image: "shop/api:2.4", Source: "api", User: "app",
		Env:      []launch.EnvVar{{Name: "DB_PASSWORD", Value: "hunter2", Secret: true}, {Name: "MODE", Value: "prod"}},
		Mounts:   []launch.Mount{{Kind: launch.MountBind, Source: "/srv/api", Target: "/data"}},
		Original: launch.Command{Entrypoint: []string{"/app/start.sh"}, Cmd: []string{"--prod"}}}
	e.Notes[id] = []containers.CloneNote{{Field: containers.ClonePort, Action: containers.CloneDropped, Value: "80/tcp", Reason: containers.CloneWouldClash},
		{Field: containers.CloneEnv, Action: containers.CloneCopied, Value: "MODE"}}
	e.Why[id] = &containers.Explanation{Code: containers.ExitCRLF, ExitCode: 127, Subject: "/app/start.sh", Detail: "/bin/bash\\r",
		Evidence: []containers.Evidence{{Name: containers.EvidenceExitCode, Value: "127"}, {Name: containers.EvidenceLog, Value: "not found"}},
		Fixes:    []containers.Fix{{Kind: containers.FixReplaceEntrypoint}}}
	e.LogText[id] = "line one\nline two\n"
	return e
}

// search types into the search field.
func (h *harness) search(text string) {
	h.Win.Canvas().Focus(h.p.master.search)
	test.Type(h.p.master.search, text)
	h.Pump()
}

func (h *harness) launched() (specs []launch.Spec) {
	h.e.Look(func(e *containerstest.Engine) { specs = append(specs, e.Launched...) })
	return specs
}

func (h *harness) shells() (s []*containerstest.Shell) {
	h.e.Look(func(e *containerstest.Engine) { s = append(s, e.Opened...) })
	return s
}

// enter searches for an image, launches it and waits for its shell.
func (h *harness) enter(image string) *containerstest.Shell {
	h.T.Helper()
	before := len(h.shells())
	h.search(image)
	h.Key(fyne.KeyReturn)
	h.Until("a shell", func() bool {
		s := h.p.detail.current
		return len(h.shells()) > before && s != nil && s.front() != nil && s.front().state == shellOpen
	})
	return h.shells()[before]
}

func TestTypePartOfAnImageAndEnter(t *testing.T) {
	h := open(t, shop())
	sh := h.enter("api:2")
	if got := h.launched(); len(got) != 1 || got[0].Image != "shop/api:2.4" {
		t.Fatalf("launched %+v", got)
	}
	if sh.Request.Cols != 100 || sh.Request.Rows != 30 || !sh.Request.TTY {
		t.Errorf("the shell was opened with %+v", sh.Request)
	}
	if got := strings.Join(sh.Request.Argv, " "); got != "/bin/sh" {
		t.Errorf("shell %q", got)
	}
	if h.Win.Canvas().Focused() != fyne.Focusable(h.terms[len(h.terms)-1]) {
		t.Error("the terminal has not got the keyboard")
	}
	sh.Print("/ # ")
	h.Until("the prompt", func() bool { return strings.Contains(h.terms[len(h.terms)-1].String(), "/ # ") })
	h.Press("Insert original command")
	h.Until("the original command", func() bool { return sh.Typed() == `/app/start.sh --prod 'two words'` })
	h.Until("the session in the list", func() bool { return h.Sees("1 shell") })
	if n := h.p.OpenSessions(); n != 1 {
		t.Errorf("%d open sessions", n)
	}
	h.Until("the image to be remembered", func() bool {
		r := h.store.Get().RecentImages
		return len(r) == 1 && r[0] == "shop/api:2.4"
	})
}

func TestKeysTypedBeforeThePromptAreKept(t *testing.T) {
	e := shop()
	h := open(t, e)
	h.search("debian")
	h.Win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	for _, r := range "ls" { // while the container starts
		h.Win.Canvas().Focused().TypedRune(r)
	}
	h.Key(fyne.KeyReturn)
	h.Until("the terminal", func() bool { return len(h.terms) > 0 && h.terms[len(h.terms)-1].stream != nil })
	h.terms[len(h.terms)-1].TypedRune('x') // while the shell is opened
	h.Until("what was typed", func() bool { s := h.shells(); return len(s) == 1 && s[0].Typed() == "ls\rx" })
	if h.p.master.search.Text != "debian" {
		t.Errorf("it went into the search: %q", h.p.master.search.Text)
	}
}

func TestListFiltersAndOffersToPull(t *testing.T) {
	h := open(t, shop())
	h.search("debian")
	if h.p.master.list.Selected() != model.ImageKey("debian:12") {
		t.Errorf("chosen: %s", h.p.master.list.Selected())
	}
	h.See("Pull and debug debian")
	h.p.master.search.SetText("")
	h.search("example.org/none:1")
	if got := h.p.master.list.Selected(); got != model.PullKey("example.org/none:1") {
		t.Errorf("chosen: %s", got)
	}
	h.p.master.search.SetText("")
	h.search("exited") // states are found too, before anything is pulled
	if got := h.p.master.list.Selected(); got != model.ContainerKey(strings.Repeat("a", 64)) {
		t.Errorf("chosen: %s", got)
	}
}

func TestRefreshMovesNeitherSelectionNorScroll(t *testing.T) {
	e := shop()
	for i := range 60 {
		e.All = append(e.All, containers.Container{ID: fmt.Sprintf("%064d", i), Name: fmt.Sprintf("c%02d", i), Image: "debian:12", State: "running"})
	}
	h := open(t, e)
	key := model.ContainerKey(fmt.Sprintf("%064d", 40))
	h.p.master.selectKey(key)
	at := func() float32 {
		for i := range h.p.master.rows.rows {
			if h.p.master.rows.rows[i].Key == key {
				return float32(i)*28 - h.p.master.list.Offset()
			}
		}
		return -1
	}
	before, rows := at(), len(h.p.master.rows.rows)
	if h.p.master.list.Offset() == 0 {
		t.Fatal("the list does not scroll")
	}
	e.Change(func(e *containerstest.Engine) {
		e.All = append([]containers.Container{{ID: "new", Name: "new", Image: "debian:12", State: "running"}}, e.All...)
	})
	h.Until("the new row", func() bool { return len(h.p.master.rows.rows) == rows+1 })
	if h.p.master.list.Selected() != key {
		t.Errorf("another row is chosen: %s", h.p.master.list.Selected())
	}
	if d := at() - before; d > 3 || d < -3 {
		t.Errorf("the chosen row moved by %v", d)
	}
}

func TestPullShowsProgressAndCanBeCancelled(t *testing.T) {
	e := shop()
	e.PullGate = make(chan struct{})
	e.PullSteps = []containers.PullProgress{{Layers: []containers.LayerProgress{{ID: "0123456789ab", Status: "Downloading", Current: 5_000_000, Total: 10_000_000}, {ID: "ffff", Done: true}}, Current: 5_000_000, Total: 10_000_000}}
	h := open(t, e)
	h.search("example.org/app:1")
	h.Key(fyne.KeyReturn)
	h.See("Pulling example.org/app:1")
	h.See("0123456789ab")
	h.See("5.00 MB / 10.0 MB")
	h.See("1 of 2 layers done")
	h.Press("Cancel")
	h.Until("the end of the pull", func() bool { return !h.Sees("Pulling example.org/app:1") })
	if len(h.launched()) != 0 {
		t.Error("a cancelled pull launched")
	}
	e.Look(func(e *containerstest.Engine) { e.PullSteps = nil })
	h.Press("Pull and debug ↵")
	h.Until("the session", func() bool { return h.p.detail.current != nil })
}

func TestPullErrorSaysWhatToDo(t *testing.T) {
	e := shop()
	e.PullErr = &containers.Error{Op: "pull image", Object: "x", Cause: containers.CauseAuth, Err: errors.New("no basic auth credentials")}
	h := open(t, e)
	h.search("example.org/private:1")
	h.Key(fyne.KeyReturn)
	h.See("Run docker login")
	h.Press("Details")
	h.See("no basic auth credentials")
	h.Press("Try again")
	h.Until("the second try", func() bool {
		n := 0
		e.Look(func(e *containerstest.Engine) { n = len(e.Pulled) })
		return n == 2
	})
}

func TestContainerThatDied(t *testing.T) {
	h := open(t, shop())
	h.p.master.selectKey(model.ContainerKey(strings.Repeat("a", 64)))
	h.See("has Windows line ends")
	h.See("1 copied, 0 changed, 1 left out")
	h.Until("the log", func() bool { return strings.Contains(h.terms[len(h.terms)-1].String(), "line one\r\nline two\r\n") })
	if h.Sees("hunter2") {
		t.Error("a secret is on the screen")
	}
	h.Press("Details")
	h.See("exit code: 127")
	h.Press("more options")
	h.See("DB_PASSWORD")
	h.p.detail.launch.tabs.Select(tabDocker)
	if text := h.p.detail.launch.preview.docker.Text(); strings.Contains(text, "hunter2") || !strings.Contains(text, "--env DB_PASSWORD ") {
		t.Errorf("the command: %s", text)
	}
	h.p.detail.launch.preview.reveals[0].SetChecked(true)
	if text := h.p.detail.launch.preview.docker.Text(); !strings.Contains(text, "hunter2") {
		t.Errorf("not revealed: %s", text)
	}
	h.Press("Debug with a shell instead")
	h.Until("the launch", func() bool { return len(h.launched()) == 1 })
	s := h.launched()[0]
	if s.User != "app" || len(s.Env) != 2 || s.Env[0].Value != "hunter2" || len(s.Mounts) != 1 || s.Source != "api" {
		t.Errorf("launched %+v", s)
	}
	e := h.e
	e.Look(func(e *containerstest.Engine) {
		if len(e.Ended) != 0 {
			t.Error("the original was touched")
		}
	})
}

func TestBadInputIsSaidAtTheField(t *testing.T) {
	h := open(t, shop())
	h.search("debian")
	h.Until("the form", func() bool { return h.p.detail.launch.d.ready })
	v := h.p.detail.launch
	h.Press("more options")
	v.form.entries[model.FieldMemory].SetText("lots")
	h.See("“lots” is not in the right form")
	v.launch()
	h.Pump()
	if len(h.launched()) != 0 {
		t.Fatal("it launched all the same")
	}
	v.form.entries[model.FieldMemory].SetText("256m")
	v.form.entries[model.FieldWorkDir].SetText("/srv")
	v.launch()
	h.Until("the launch", func() bool { return len(h.launched()) == 1 })
	if s := h.launched()[0]; s.Memory != 256<<20 || s.WorkDir != "/srv" {
		t.Errorf("launched %+v", s)
	}
}

func TestNoShellIsSaidPlainly(t *testing.T) {
	h := open(t, shop())
	h.search("scratch")
	h.Key(fyne.KeyReturn)
	h.See("There is no shell in this image")
	if n := len(h.launched()); n != 1 {
		t.Errorf("%d tries", n)
	}
}

func TestEngineIsChosenByThePersonAlone(t *testing.T) {
	e := shop()
	e.Endpoints = append(e.Endpoints, containers.Endpoint{ID: "podman", Name: "podman", Host: "unix:///run/podman.sock", Origin: containers.OriginProbed})
	e.Answers[e.Endpoints[0].ID] = containers.Answer{Problem: containers.ProblemPermission,
		Err: &containers.Error{Op: "reach engine", Object: "local", Cause: containers.CausePermission, Err: errors.New("connect: permission denied")}}
	h := build(t, e)
	h.See("local does not answer")
	h.See("Add yourself to the group")
	h.See("Use podman")
	var connects []string
	e.Look(func(e *containerstest.Engine) { connects = append(connects, e.Connects...) })
	for _, c := range connects {
		if c == "podman" {
			t.Fatal("switched without being told")
		}
	}
	h.Press("Use podman")
	h.Until("the lists", func() bool { return h.p.snap.Link == model.LinkUp && h.p.snap.ImagesLoaded })
	h.Until("the choice to be remembered", func() bool { return h.store.Get().Engine == "podman" })
	h.Until("the banner to go", func() bool { return !h.p.banner.Visible() })
}

func TestLostEngineComesBack(t *testing.T) {
	h := open(t, shop())
	h.e.Emit(containers.Event{Kind: containers.EventLost, Err: errors.New("EOF")})
	h.See("local stopped answering")
	h.See("debian:12") // the list stays
	h.e.Emit(containers.Event{Kind: containers.EventReturned})
	h.Until("the banner to go", func() bool { return !h.p.banner.Visible() })
}

func TestNothingIsRefreshedWhileHidden(t *testing.T) {
	h := open(t, shop())
	h.p.Hidden()
	rows := len(h.p.master.rows.rows)
	reads := 0
	h.e.Look(func(e *containerstest.Engine) { reads = e.ImageRead })
	h.e.AddImage("late:1", launch.Command{})
	h.e.Change(func(e *containerstest.Engine) {
		e.All = append(e.All, containers.Container{ID: "late", Name: "late", State: "running"})
	})
	h.Until("the hub to know", func() bool { return len(h.p.hub.Snapshot().Containers) == 3 })
	h.Pump()
	if len(h.p.master.rows.rows) != rows {
		t.Error("the hidden list was filled")
	}
	h.e.Look(func(e *containerstest.Engine) {
		if e.ImageRead != reads {
			t.Error("images were read while hidden")
		}
	})
	h.p.Shown()
	h.See("late:1")
}

func TestDebugFormNeverLaunches(t *testing.T) {
	h := open(t, shop())
	h.p.DebugForm("  debian:12\nrm -rf /\n")
	h.Until("the form", func() bool { return h.p.detail.launch.d != nil && h.p.detail.launch.d.ready })
	if h.p.detail.launch.d.ref != "debian:12" || len(h.launched()) != 0 {
		t.Errorf("form for %q, launched %d", h.p.detail.launch.d.ref, len(h.launched()))
	}
	h.p.DebugForm(strings.Repeat("$(reboot) ", 2000))
	h.Pump()
	if len(h.launched()) != 0 {
		t.Error("launched")
	}
}

func TestTrayItems(t *testing.T) {
	h := open(t, shop())
	if err := h.store.Update(func(s *settings.Settings) { s.RecentImages = []string{"debian:12"} }); err != nil {
		t.Fatal(err)
	}
	h.enter("debian")
	items := h.p.TrayItems()
	if len(items) != 2 || len(items[0]) != 1 || items[0][0].Text != "Debug debian:12" || len(items[1]) != 2 {
		t.Fatalf("%+v", items)
	}
	if h.trays == 0 {
		t.Error("the tray was not told")
	}
	items[1][1].Do()
	h.Until("the end", func() bool { return h.p.detail.current == nil })
}

func TestFormBeforeTheListsAreRead(t *testing.T) {
	e := shop()
	ep := e.Endpoints[0].ID
	e.Answers[ep] = containers.Answer{Err: errors.New("not yet"), Problem: containers.ProblemRefused}
	h := build(t, e)
	h.p.DebugForm("debian:12") // as "show debug debian:12" does at the start
	h.Until("the pull to be offered", func() bool { return h.p.detail.launch.d != nil })
	e.Look(func(e *containerstest.Engine) { delete(e.Answers, ep) })
	h.Until("the local image", func() bool {
		d := h.p.detail.launch.d
		return d != nil && d.kind == model.RowImage && d.ref == "debian:12" && d.ready
	})
	if h.p.master.list.Selected() != model.ImageKey("debian:12") || len(h.launched()) != 0 {
		t.Errorf("chosen %s, launched %d", h.p.master.list.Selected(), len(h.launched()))
	}
}

func TestAnotherEngineHasItsOwnSessions(t *testing.T) {
	e := shop()
	e.Endpoints = append(e.Endpoints, containers.Endpoint{ID: "other", Name: "other", Host: "unix:///other.sock"})
	h := open(t, e)
	h.enter("debian")
	session := h.p.detail.current
	h.p.chooseEngine("other")
	h.Until("the other engine", func() bool {
		return h.p.snap.Chosen.ID == "other" && h.p.snap.ContainersLoaded && h.p.detail.current == nil
	})
	e.Change(func(e *containerstest.Engine) { e.All = nil })
	h.Until("the empty list", func() bool { return len(h.p.snap.Containers) == 0 })
	if !session.there || session.live() != 1 || h.shells()[0].Closed() {
		t.Error("the session at the other engine was given up")
	}
}
