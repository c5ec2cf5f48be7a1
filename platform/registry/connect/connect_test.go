package connect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/registrytest"
	"tacklebox/platform/settings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func store(t testing.TB) *connect.Store {
	return registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
}

// TestWrongPasswordOnAPublicHarbor: what everybody may see is no login. Many
// requests at once are one failed login, and later ones none.
func TestWrongPasswordOnAPublicHarbor(t *testing.T) {
	h := fakeharbor.New(t)
	h.Push("library", "app", "1", fakeharbor.Image{})
	s := store(t)
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, "wrong-canary")
	b := browse.New(x)
	var jobs sync.WaitGroup
	for range 8 {
		jobs.Go(func() {
			_, err := b.Projects(t.Context(), "", 1)
			if c := registry.CauseOf(err); c != registry.CauseCredential && c != registry.CauseStopped {
				t.Errorf("cause %q: %v", c, err)
			}
		})
	}
	jobs.Wait()
	for range 5 {
		_, err := b.Inspect(t.Context(), "library/app", "1", "")
		registrytest.WantCause(t, err, registry.CauseStopped)
	}
	if n := h.FailedLogins(); n != 1 {
		t.Fatalf("%d failed logins, want 1", n)
	}
	c, _, err := s.Find(h.URL)
	if err != nil || c.Refused == nil {
		t.Fatalf("%+v, %v", c, err)
	}
	// The person enters it again.
	if _, err := s.SignIn(t.Context(), c.ID, "admin", fakeharbor.Password); err != nil {
		t.Fatal(err)
	}
	x, err = s.Open(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := x.Facts(t.Context())
	if err != nil || facts != (registry.Facts{Kind: registry.KindHarbor, Version: h.Version, AuthMode: "db_auth", Account: registry.AccountUser}) {
		t.Errorf("%+v, %v", facts, err)
	}
	if c, _, _ := s.Find(h.URL); c.Refused != nil || c.Seen != facts {
		t.Errorf("%+v", c)
	}
}

// TestRefusalOutlivesTheProcess: another run does not try it either.
func TestRefusalOutlivesTheProcess(t *testing.T) {
	h := fakeharbor.New(t)
	dir, secrets := t.TempDir(), &registrytest.Secrets{}
	x := registrytest.Open(t, registrytest.Store(t, dir, secrets), registry.Connection{URL: h.URL, User: "admin"}, "wrong")
	_, err := x.Facts(t.Context())
	registrytest.WantCause(t, err, registry.CauseCredential)
	later := registrytest.Store(t, dir, secrets)
	if x, err = later.Open(t.Context(), x.Connection.ID); err != nil {
		t.Fatal(err)
	}
	_, err = x.Facts(t.Context())
	registrytest.WantCause(t, err, registry.CauseStopped)
	if n := h.FailedLogins(); n != 1 {
		t.Errorf("%d failed logins", n)
	}
	if err := later.Retry(x.Connection.ID); err != nil {
		t.Fatal(err)
	}
	if x, err = later.Open(t.Context(), x.Connection.ID); err != nil {
		t.Fatal(err)
	}
	_, err = x.Facts(t.Context())
	registrytest.WantCause(t, err, registry.CauseCredential)
	if n := h.FailedLogins(); n != 2 {
		t.Errorf("%d failed logins after the person said so", n)
	}
}

// TestRobot browses its project though the catalog is closed to it, and asks for
// the catalog never.
func TestRobot(t *testing.T) {
	h := fakeharbor.New(t)
	h.AddProject("secret", false)
	h.Push("secret", "team/app", "1", fakeharbor.Image{Config: map[string]any{"Entrypoint": []string{"/x"}}})
	h.Robots = []*fakeharbor.Robot{{ID: 9, Name: "bot+ci", Secret: "s", Rights: []string{"project secret repository:list", "project secret artifact:list", "project secret artifact:read", "project secret repository:pull"}}}
	x := registrytest.Open(t, store(t), registry.Connection{URL: h.URL, User: "bot+ci"}, "s")
	facts, err := x.Facts(t.Context())
	if err != nil || facts.Account != registry.AccountRobot {
		t.Fatalf("%+v, %v", facts, err)
	}
	b := browse.New(x)
	r, err := b.Repositories(t.Context(), "secret", "", 1)
	if err != nil || len(r.Items) != 1 || r.Items[0].Name != "secret/team/app" {
		t.Fatalf("%+v, %v", r, err)
	}
	if d, err := b.Inspect(t.Context(), "secret/team/app", "1", ""); err != nil || d.Entrypoint[0] != "/x" {
		t.Errorf("%+v, %v", d, err)
	}
	for _, asked := range h.Asked() {
		if strings.Contains(asked, "_catalog") {
			t.Error("the catalog was asked for")
		}
	}
	if n := h.FailedLogins(); n != 0 {
		t.Errorf("%d failed logins", n)
	}
}

// TestOIDCSecret: it is good, though Harbor answers 401 to it in most places.
func TestOIDCSecret(t *testing.T) {
	for _, refuses := range []bool{false, true} {
		h := fakeharbor.New(t)
		h.AuthMode, h.RefuseV2 = "oidc_auth", refuses
		h.Users["jo"] = &fakeharbor.User{Secret: "cli-secret", Projects: []string{"team"}}
		h.AddProject("team", false)
		h.Push("team", "app", "1", fakeharbor.Image{Config: map[string]any{"Cmd": []string{"/y"}}})
		x := registrytest.Open(t, store(t), registry.Connection{URL: h.URL, User: "jo"}, "cli-secret")
		facts, err := x.Facts(t.Context())
		if err != nil || facts.Account != registry.AccountOIDC {
			t.Fatalf("/v2/ refuses %v: %+v, %v", refuses, facts, err)
		}
		c, err := x.Harbor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Queues(t.Context())
		registrytest.WantCause(t, err, registry.CauseNotForOIDC)
		if x.Refusal() != nil {
			t.Fatal("a 401 by kind was taken for a wrong secret")
		}
		if p, err := browse.New(x).Artifacts(t.Context(), "team/app", 1); err != nil || len(p.Items) != 1 {
			t.Errorf("%+v, %v", p, err)
		}
		if refuses {
			continue
		}
		// What the artifact's page does not give, the distribution API does.
		if d, err := browse.New(x).Inspect(t.Context(), "team/app", "1", ""); err != nil || d.Cmd[0] != "/y" {
			t.Errorf("%+v, %v", d, err)
		}
		wrong := registrytest.Open(t, store(t), registry.Connection{URL: h.URL, User: "jo"}, "bad")
		_, err = wrong.Facts(t.Context())
		registrytest.WantCause(t, err, registry.CauseCredential)
	}
}

// TestExpiredRobot is a refused credential.
func TestExpiredRobot(t *testing.T) {
	h := fakeharbor.New(t)
	h.Robots = []*fakeharbor.Robot{{ID: 9, Name: "robot$old", Secret: "s", Expires: 1}}
	x := registrytest.Open(t, store(t), registry.Connection{URL: h.URL, User: "robot$old"}, "s")
	_, err := x.Facts(t.Context())
	registrytest.WantCause(t, err, registry.CauseCredential)
}

// TestPasswordChangedMeanwhile: the first 401 of any request stops it.
func TestPasswordChangedMeanwhile(t *testing.T) {
	h := fakeharbor.New(t)
	x := registrytest.Open(t, store(t), registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	c, err := x.Harbor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.Lock()
	h.Users["admin"].Password = "changed"
	h.Unlock()
	for i := range 5 {
		_, err := c.Queues(t.Context())
		want := registry.CauseStopped
		if i == 0 {
			want = registry.CauseCredential
		}
		registrytest.WantCause(t, err, want)
	}
	if n := h.FailedLogins(); n != 1 {
		t.Errorf("%d failed logins, want 1", n)
	}
}

// TestBareReference: a host without a connection gets what Docker knows of it.
func TestBareReference(t *testing.T) {
	h := fakeharbor.New(t)
	h.AddProject("secret", false)
	h.Push("secret", "app", "1", fakeharbor.Image{})
	host := strings.TrimPrefix(h.URL, "http://")
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".docker"), 0o700); err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(map[string]any{"auths": map[string]any{host: map[string]any{"auth": []byte("admin:" + fakeharbor.Password)}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".docker", "config.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := settings.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	none := func(string) string { return "" }
	s := connect.New(connect.Options{Settings: set, Secrets: &registrytest.Secrets{}, Docker: dockerconfig.Options{Home: home, Getenv: none}, Getenv: none})
	defer s.Close()
	x, err := s.OpenHost(t.Context(), host)
	if err != nil || x.CredentialProblem != nil {
		t.Fatal(err, x.CredentialProblem)
	}
	if d, err := browse.New(x).Inspect(t.Context(), "secret/app", "1", ""); err != nil || d.Reference != host+"/secret/app:1" {
		t.Errorf("%+v, %v", d, err)
	}
	if all, err := s.Connections(); err != nil || len(all) != 0 {
		t.Errorf("kept %v, %v", all, err)
	}
	// One that is kept comes first.
	kept, _, err := s.Add(t.Context(), registry.Connection{URL: h.URL}, "")
	if err != nil {
		t.Fatal(err)
	}
	if x, err := s.OpenHost(t.Context(), host); err != nil || x.Connection.ID != kept.ID {
		t.Errorf("%+v, %v", x.Connection, err)
	}
}

// TestStore: what is kept, changed, found and removed.
func TestStore(t *testing.T) {
	dir, secrets := t.TempDir(), &registrytest.Secrets{}
	s := registrytest.Store(t, dir, secrets)
	a, kept, err := s.Add(t.Context(), registry.Connection{URL: "Harbor.Example:443/harbor/projects", User: "jo", Name: "ours"}, "pw-canary")
	if err != nil || a.ID != "harbor.example" || a.URL != "https://harbor.example" || !kept.Lasting {
		t.Fatalf("%+v, %+v, %v", a, kept, err)
	}
	b, _, err := s.Add(t.Context(), registry.Connection{URL: "https://harbor.example"}, "")
	if err != nil || b.ID != "harbor.example-2" {
		t.Fatalf("%+v, %v", b, err)
	}
	for _, name := range []string{"harbor.example", "ours", "https://harbor.example/"} {
		if c, ok, err := registrytest.Store(t, dir, secrets).Find(name); !ok || err != nil || c.ID != a.ID {
			t.Errorf("%s: %+v, %v, %v", name, c, ok, err)
		}
	}
	if err := s.RememberRepository(b.ID, "x/y"); err != nil {
		t.Fatal(err)
	}
	if err := s.Arrange([]string{b.ID, a.ID}); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Connections(); err != nil || all[0].ID != b.ID || all[0].Repositories[0] != "x/y" {
		t.Errorf("%+v, %v", all, err)
	}
	if err := s.Remove(t.Context(), a.ID); err != nil || len(secrets.Names()) != 0 {
		t.Errorf("%v, left %v", err, secrets.Names())
	}
	registrytest.WantCause(t, s.Remove(t.Context(), a.ID), registry.CauseUnknown)
	_, err = s.Open(t.Context(), a.ID)
	registrytest.WantCause(t, err, registry.CauseUnknown)
	_, _, err = s.Add(t.Context(), registry.Connection{URL: "http://harbor.example"}, "")
	registrytest.WantCause(t, err, registry.CausePlain)
	if c, _, err := s.Add(t.Context(), registry.Connection{URL: "http://harbor.example", Plain: true}, ""); err != nil || !c.Insecure() {
		t.Errorf("%+v, %v", c, err)
	}
	for _, bad := range []registry.Connection{{}, {URL: "https://u:p@h"}, {URL: "h", Fingerprint: "zz"}, {URL: "h", CA: "no PEM"}, {URL: "h", Proxy: "x"}, {URL: "h", User: "a:b"}, {URL: "h", Realms: []string{"http://"}}} {
		_, _, err := s.Add(t.Context(), bad, "")
		registrytest.WantCause(t, err, registry.CauseAddress)
	}
}

// TestBrokenSettings: what cannot be read is not written over.
func TestBrokenSettings(t *testing.T) {
	dir := t.TempDir()
	set, err := settings.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	broken := json.RawMessage(`{"connections":[{"id":"x","url":"nonsense"}]}`)
	if err := set.Update(func(s *settings.Settings) { s.Panel["registry.connections"] = broken }); err != nil {
		t.Fatal(err)
	}
	s := registrytest.Store(t, dir, &registrytest.Secrets{})
	if _, err := s.Connections(); err == nil {
		t.Error("it was read")
	}
	if _, _, err := s.Add(t.Context(), registry.Connection{URL: "h.test"}, ""); err == nil {
		t.Error("it was written over")
	}
}

// TestNoKeychain: the secret lasts for this run, and that is said.
func TestNoKeychain(t *testing.T) {
	h := fakeharbor.New(t)
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{Broken: true})
	c, kept, err := s.Add(t.Context(), registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	if err != nil || kept.Lasting || kept.Why == nil {
		t.Fatalf("%+v, %v", kept, err)
	}
	x, err := s.Open(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := x.Facts(t.Context()); err != nil || f.Account != registry.AccountUser {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestNoSecretOnDisk: neither the password nor a robot's stands in any file.
func TestNoSecretOnDisk(t *testing.T) {
	h := fakeharbor.New(t)
	dir := t.TempDir()
	s := registrytest.Store(t, dir, &registrytest.Secrets{})
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	c, err := x.Harbor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	robot, err := c.MakeRobot(t.Context(), "tacklebox", []string{"library"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn(t.Context(), x.Connection.ID, robot.Name, registry.Secret(robot.Secret)); err != nil {
		t.Fatal(err)
	}
	if x, err = s.Open(t.Context(), x.Connection.ID); err != nil {
		t.Fatal(err)
	}
	if f, err := x.Facts(t.Context()); err != nil || f.Account != registry.AccountRobot {
		t.Fatalf("%+v, %v", f, err)
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte("canary")) {
			t.Errorf("%s has a secret in it", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestSecretsDoNotPrint in any way that a log or a crash would.
func TestSecretsDoNotPrint(t *testing.T) {
	cred := registry.Credential{User: "u", Secret: "canary", Token: "canary"}
	text, err := json.Marshal(cred)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{string(text), errors.New(cred.Secret.String()).Error(), sprint(cred), sprint(&cred), sprint(cred.Secret)} {
		if strings.Contains(s, "canary") {
			t.Errorf("%q", s)
		}
	}
}

// TestNotAHarbor: a registry with a page of its own beside /v2 is known for what
// it is; something else is none.
func TestNotAHarbor(t *testing.T) {
	h := fakeharbor.New(t)
	h.Fail(fakeharbor.Fault{Path: "/api/", Kind: "html"})
	x := registrytest.Open(t, store(t), registry.Connection{URL: h.URL}, "")
	if f, err := x.Facts(t.Context()); err != nil || f.Kind != registry.KindDistribution {
		t.Errorf("%+v, %v", f, err)
	}
	h.Fail(fakeharbor.Fault{Path: "/v2", Kind: "html"})
	x = registrytest.Open(t, store(t), registry.Connection{URL: h.URL}, "")
	_, err := x.Facts(t.Context())
	registrytest.WantCause(t, err, registry.CauseNotRegistry)
	var c *harbor.Client
	if c, err = x.Harbor(t.Context()); c != nil || err == nil {
		t.Errorf("%v, %v", c, err)
	}
}

// TestPullCredential: an engine gets what a connection has of its own, and not
// what was refused.
func TestPullCredential(t *testing.T) {
	h := fakeharbor.New(t)
	s := store(t)
	host := strings.TrimPrefix(h.URL, "http://")
	if _, ok, err := s.PullCredential(t.Context(), host); ok || err != nil {
		t.Errorf("before: %v, %v", ok, err)
	}
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, "wrong")
	if a, ok, err := s.PullCredential(t.Context(), host); !ok || err != nil || a.Username != "admin" || a.Password != "wrong" || a.ServerAddress != host {
		t.Errorf("%v, %v", ok, err)
	}
	_, err := x.Facts(t.Context())
	registrytest.WantCause(t, err, registry.CauseCredential)
	_, ok, err := s.PullCredential(t.Context(), host)
	registrytest.WantCause(t, err, registry.CauseStopped)
	if ok {
		t.Error("a refused password is given to the engine")
	}
}

// TestBecameAHarbor: what it was the last time is no more than a hint.
func TestBecameAHarbor(t *testing.T) {
	h := fakeharbor.New(t)
	s := store(t)
	for _, seen := range []registry.Facts{{Kind: registry.KindDistribution}, {Kind: registry.KindHarbor, AuthMode: "ldap_auth", Version: "v2.9.0", Account: registry.AccountRobot}} {
		x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin", Seen: seen}, fakeharbor.Password)
		facts, err := x.Facts(t.Context())
		if err != nil || facts != (registry.Facts{Kind: registry.KindHarbor, Version: h.Version, AuthMode: "db_auth", Account: registry.AccountUser}) {
			t.Errorf("seen %+v: %+v, %v", seen, facts, err)
		}
		if c, err := x.Harbor(t.Context()); c == nil || err != nil {
			t.Errorf("%v, %v", c, err)
		}
	}
}

// TestFirstRowsSoon: with what was seen the last time, a list is two answers
// away: the check of the credential, and the list.
func TestFirstRowsSoon(t *testing.T) {
	h := fakeharbor.New(t)
	s := store(t)
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin", Seen: registry.Facts{Kind: registry.KindHarbor, AuthMode: "db_auth"}}, fakeharbor.Password)
	if _, err := browse.New(x).Projects(t.Context(), "", 1); err != nil {
		t.Fatal(err)
	}
	if asked := h.Asked(); len(asked) != 2 || asked[0] != "GET /v2/" {
		t.Errorf("asked %v", asked)
	}
}

// TestHarborBecameRegistry: at the same address there is a plain registry now.
func TestHarborBecameRegistry(t *testing.T) {
	h := fakeharbor.New(t)
	gone := false
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !gone {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
		if r.URL.Path == "/v2/" {
			fmt.Fprint(w, "{}")
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	defer front.Close()
	s := store(t)
	x := registrytest.Open(t, s, registry.Connection{URL: front.URL}, "")
	if f, err := x.Facts(t.Context()); err != nil || f.Kind != registry.KindHarbor {
		t.Fatalf("%+v, %v", f, err)
	}
	gone = true
	id := x.Connection.ID
	if err := s.Retry(id); err != nil { // opened anew
		t.Fatal(err)
	}
	if x, err := s.Open(t.Context(), id); err != nil {
		t.Fatal(err)
	} else if f, err := x.Facts(t.Context()); err != nil || f.Kind != registry.KindDistribution {
		t.Errorf("%+v, %v", f, err)
	} else if c, err := x.Harbor(t.Context()); c != nil || err != nil {
		t.Errorf("a Harbor's client: %v, %v", c != nil, err)
	}
}
