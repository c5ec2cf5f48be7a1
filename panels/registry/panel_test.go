package registry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/registry/watch"
)

// shop is a Harbor with one image in one project.
func shop(h *fakeharbor.Harbor) {
	h.AddProject("shop", false)
	a := h.Push("shop", "team/api", "2.4", fakeharbor.Image{Config: map[string]any{
		"Entrypoint": []string{"/bin/start.sh"}, "Cmd": []string{"--prod", "two words"}, "User": "app", "WorkingDir": "/srv",
		"Env": []string{"LOG_LEVEL=info", "DB_PASSWORD=env-canary"}}, Steps: []string{"ADD rootfs /", "RUN TOKEN=env-canary ./configure"}})
	h.Lock()
	defer h.Unlock()
	a.Scan = &fakeharbor.Scan{ID: "r", Status: "Success", Vulns: []fakeharbor.Vuln{
		{ID: "CVE-2026-0001", Package: "openssl", Version: "3.0.15", Fix: "3.0.17", Severity: "Critical"},
		{ID: "CVE-2026-0002", Package: "zlib", Version: "1.2.13", Severity: "Low"}}}
}

// TestWelcome: without a connection the tab says what it is for.
func TestWelcome(t *testing.T) {
	h := start(t, i18n.English)
	h.show()
	h.See("Where images come from")
	h.Press("Add a registry")
	h.See("Address")
}

// TestAddAndDebug goes the whole way: a connection is typed in, an image found, its
// entrypoint seen, and handed to the Containers tab by its digest.
func TestAddAndDebug(t *testing.T) {
	h := start(t, i18n.English)
	fake := fakeharbor.New(t)
	shop(fake)
	h.show()
	h.Press("Add a registry")
	f := h.p.detail.form
	f.address.SetText(fake.URL)
	f.user.SetText("admin")
	f.secret.SetText(fakeharbor.Password)
	f.secret.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.See("shop")
	if f.secret.Text != "" {
		t.Error("the password stays in the field after it was used")
	}
	if got := h.secrets.Names(); len(got) != 1 {
		t.Errorf("the keychain has %v", got)
	}

	h.p.master.search.SetText("api")
	h.Until("the repository that was searched for", func() bool { return h.p.master.list.Selected() == "r:shop/team/api" })
	h.p.master.search.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.See("shop/team/api : 2.4")
	h.See("/bin/start.sh")
	h.See(`--prod "two words"`)
	h.Until("the verdict", func() bool { return h.Sees("May be pulled") })
	if h.Sees("env-canary") {
		t.Error("a secret of the image is shown")
	}

	digest := fake.Repository("shop", "team/api").Artifacts[0].Digest
	h.p.detail.images.tags.table.list.TypedRune('d')
	want := strings.TrimPrefix(fake.URL, "http://") + "/shop/team/api@" + digest
	if len(h.debugged) != 1 || h.debugged[0] != want {
		t.Errorf("debugged %q, want %q", h.debugged, want)
	}
	// What was read goes along, so that the form need not wait for the pull.
	if strings.Join(h.known.Entrypoint, " ") != "/bin/start.sh" || h.known.Digest != digest {
		t.Errorf("handed over %+v", h.known)
	}
	if len(h.selected) == 0 || h.selected[len(h.selected)-1] != "containers" {
		t.Errorf("the tab in front is %q", h.selected)
	}
	nowhere(t, h.dir, fakeharbor.Password)
}

// nowhere looks for a secret in everything that was written.
func nowhere(t *testing.T, dir, secret string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(text), secret) {
			t.Errorf("%s has the secret in it", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWrongPassword: on a public Harbor, where every list answers 200. It counts one
// failed login, nothing is kept, and the field says so.
func TestWrongPassword(t *testing.T) {
	h := start(t, i18n.English)
	fake := fakeharbor.New(t)
	h.show()
	h.Press("Add a registry")
	f := h.p.detail.form
	f.address.SetText(fake.URL)
	f.user.SetText("admin")
	f.secret.SetText("wrong")
	h.Press("Connect")
	h.See("does not take this user name")
	if n := fake.FailedLogins(); n != 1 {
		t.Errorf("%d failed logins", n)
	}
	if all, _ := h.store.Connections(); len(all) != 0 {
		t.Error("a connection that does not work is kept")
	}
}

// TestRefusedLater: a password that was changed stops the connection until the person
// acts, and what they do about it is offered.
func TestRefusedLater(t *testing.T) {
	h := start(t, i18n.English)
	fake := fakeharbor.New(t)
	h.add(registry.Connection{URL: fake.URL, User: "admin"}, "wrong")
	h.show()
	h.See("refused the credential of admin")
	for range 5 {
		h.p.reload()
		h.See("refused the credential of admin")
	}
	if n := fake.FailedLogins(); n != 1 {
		t.Errorf("%d failed logins before anybody acted", n)
	}
	h.Press("Try once more")
	h.Until("one more login, and what came of it", func() bool {
		return fake.FailedLogins() == 2 && h.p.conn != nil && h.p.conn.refusal() != nil
	})
	h.Press("Sign in again")
	f := h.p.detail.form
	f.secret.SetText(fakeharbor.Password)
	h.Press("Sign in")
	h.See("library")
	h.Gone("refused the credential")
}

// TestRefusedBefore: what was refused by an earlier run is said at the start, and
// nothing is sent, even where the keychain has lost the password.
func TestRefusedBefore(t *testing.T) {
	h := start(t, i18n.English)
	fake := fakeharbor.New(t)
	c := h.add(registry.Connection{URL: fake.URL, User: "admin"}, "wrong")
	x, err := h.store.Open(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Facts(t.Context()); err == nil {
		t.Fatal("a wrong password was taken")
	}
	h.store.Close()
	h.secrets = &registrytest.Secrets{}
	h.store = registrytest.Store(t, h.dir, h.secrets)
	h.show()
	h.See("refused the credential of admin")
	if n := fake.FailedLogins(); n != 1 {
		t.Errorf("%d failed logins", n)
	}
}

// TestUnknownCA: the certificate is shown, and trusted once the person says so.
func TestUnknownCA(t *testing.T) {
	h := start(t, i18n.English)
	pair := registrytest.NewCA(t).Pair(t, registrytest.Leaf{})
	fake := fakeharbor.NewTLS(t, pair)
	h.show()
	h.Press("Add a registry")
	f := h.p.detail.form
	f.address.SetText(fake.URL)
	f.user.SetText("admin")
	f.secret.SetText(fakeharbor.Password)
	h.Press("Connect")
	h.See("SHA-256 " + groups(registrytest.Fingerprint(pair)))
	if fake.FailedLogins() != 0 {
		t.Error("the password was sent before the certificate was trusted")
	}
	h.Press("Trust this certificate")
	h.See("library")
}

// TestPlainIsRed: plain HTTP to another machine is allowed by the person alone.
func TestPlainIsRed(t *testing.T) {
	h := start(t, i18n.English)
	h.add(registry.Connection{URL: "http://192.0.2.7:1", Plain: true}, "")
	h.show()
	h.See("http")
	h.Until("the warning or the trouble", func() bool { return h.Sees("Plain HTTP: everybody") || h.Sees("connection") || h.Sees("answer") })
}

// TestStates: what stands in the place of data says why.
func TestStates(t *testing.T) {
	t.Run("empty repository", func(t *testing.T) {
		h, _ := onHarbor(t, func(f *fakeharbor.Harbor) { f.Repository("library", "empty") })
		h.open("library")
		h.choose("library/empty")
		h.See("This repository is empty.")
	})
	t.Run("a page of a proxy", func(t *testing.T) {
		h, fake := onHarbor(t, nil)
		h.See("library")
		fake.Fail(fakeharbor.Fault{Path: "/", Kind: "html"})
		h.p.reload()
		h.See("Something else than a registry answers")
	})
	t.Run("right", func(t *testing.T) {
		h := start(t, i18n.English)
		fake := fakeharbor.New(t)
		fake.Users["dev"] = &fakeharbor.User{Password: "dev-password"}
		h.add(registry.Connection{URL: fake.URL, User: "dev"}, "dev-password")
		h.show()
		h.See("library")
		h.place(placeWork)
		h.See("lacks the right")
		h.place(placeStorage)
		h.See("lacks the right")
	})
	t.Run("version", func(t *testing.T) {
		h, _ := onHarbor(t, func(f *fakeharbor.Harbor) { f.Version = "v2.6.4-abc" })
		h.See("library")
		h.place(placeWork)
		h.See("too old: since 2.")
	})
	t.Run("hostile names", func(t *testing.T) {
		bad := "x\x1b]0;owned\a" + strings.Repeat("n", 4000) + "\u202egnp"
		h, _ := onHarbor(t, func(f *fakeharbor.Harbor) { f.Repository("library", bad) })
		h.open("library")
		h.See("nnnnnnnn")
		for _, s := range h.Texts() {
			if strings.ContainsAny(s, "\x1b\a\u202e") {
				t.Fatalf("on screen: %q", s[:min(len(s), 60)])
			}
		}
	})
	t.Run("not a harbor", func(t *testing.T) {
		h := start(t, i18n.English)
		h.add(registry.Connection{URL: registrytest.Start(t, registrytest.Options{})}, "")
		h.show()
		h.See("This registry has no repositories yet.")
		h.place(placeHealth)
		h.See("Only a Harbor tells this.")
	})
}

// TestNotices: what the watch found is told once, and the tray shows the worst.
func TestNotices(t *testing.T) {
	h, _ := onHarbor(t, nil)
	h.See("library")
	h.notice(watch.Notice{Kind: watch.NoticeUnhealthy, Title: "harbor.corp", Object: "redis", Detail: "refused"})
	h.changed([]watch.Status{{ID: h.p.conn.id, Title: "harbor.corp", State: watch.Trouble, Components: []watch.Component{{Name: "redis"}}}})
	h.Until("the notice", func() bool { return len(h.notified) == 1 })
	if h.notified[0] != "harbor.corp: redis is unhealthy. refused" {
		t.Errorf("told %q", h.notified[0])
	}
	h.Until("the tray", func() bool { return h.p.TrayLevel() == "failed" })
	if last := h.statuses[len(h.statuses)-1]; last != "harbor.corp: redis unhealthy" {
		t.Errorf("the status line says %q", last)
	}
}

// TestAnswersAgain: what was out of reach is shown when a round finds it back.
func TestAnswersAgain(t *testing.T) {
	h, fake := onHarbor(t, nil)
	h.See("library")
	fake.Fail(fakeharbor.Fault{Path: "/", Kind: "500"})
	h.p.deps.Store.(*connect.Store).Close() // the session is opened anew
	h.store = registrytest.Store(t, h.dir, h.secrets)
	h.p.deps.Store = h.store
	h.p.reload()
	h.Until("the trouble", func() bool { return h.p.conn != nil && h.p.conn.err != nil })
	h.See("The server failed inside")
	fake.Mend()
	h.changed([]watch.Status{{ID: h.p.conn.id, Title: "lab", State: watch.Good}})
	h.See("library")
	h.Gone("The server failed inside")
}

// TestFrames: 20,000 rows make no more objects than fit on the screen, however they
// are scrolled, and no more than four questions at a time. What a frame takes is
// measured by bench/registry.
func TestFrames(t *testing.T) {
	h, fake := onHarbor(t, func(f *fakeharbor.Harbor) { f.Fill(200, 20_000) })
	h.See("team-000")
	h.p.master.search.SetText("service")
	h.Until("all of them", func() bool { return h.p.master.Len() == 20_000 })
	var worst, sum time.Duration
	const steps = 200
	for i := range steps {
		began := time.Now()
		h.p.master.list.Step(95 * (i + 1) % 400)
		h.p.master.treeChanged()
		d := time.Since(began)
		worst, sum = max(worst, d), sum+d
		h.Pump()
	}
	t.Logf("a reload of 20,000 rows takes %v, at worst %v", sum/steps, worst)
	rows := 0
	h.Walk(func(o fyne.CanvasObject) {
		if _, ok := o.(*rowView); ok {
			rows++
		}
	})
	if rows == 0 || rows > 60 {
		t.Errorf("there are %d rows for what fits into 760 points", rows)
	}
	if n := fake.Most(); n > 4 {
		t.Errorf("%d questions at a time", n)
	}
}

// TestHiddenEndsRequests: a tab that nobody looks at any more asks nothing after a
// second, and goes on where it was.
func TestHiddenEndsRequests(t *testing.T) {
	h, fake := onHarbor(t, func(f *fakeharbor.Harbor) { f.Fill(5, 3000) })
	h.open("team-001")
	h.See("service-")
	fake.Lock()
	fake.Delay = time.Hour // so that nothing ends by itself
	fake.Unlock()
	h.p.reload()
	h.Until("a question", func() bool { return fake.Active() > 0 })
	left := time.Now()
	h.p.Hidden()
	h.Until("no question", func() bool { return fake.Active() == 0 })
	t.Logf("it asked for %v after it was left", time.Since(left))
	fake.Lock()
	fake.Delay = 0
	fake.Unlock()
	h.p.Shown()
	h.See("team-004")
}

// TestOpenedWhileHidden: a connection that was still being opened when the tab was
// left asks for nothing then, and for its first rows when somebody comes back.
func TestOpenedWhileHidden(t *testing.T) {
	h, fake := onHarbor(t, func(f *fakeharbor.Harbor) { f.Fill(5, 3000) })
	h.See("team-001")
	h.p.reload()
	h.p.Hidden()
	h.Until("the connection", func() bool { return h.p.conn != nil })
	before := len(fake.Asked())
	h.p.conn.open() // as when it was begun just before
	h.Until("the connection is open", func() bool { return h.p.conn.open_ })
	h.Until("no question", func() bool { return fake.Active() == 0 })
	for _, asked := range fake.Asked()[before:] {
		if strings.Contains(asked, "/projects") {
			t.Errorf("nobody looks, and it asked %s", asked)
		}
	}
	h.p.Shown()
	h.See("team-004")
	h.Until("whose credential it is", func() bool { return h.p.conn.known })
}
