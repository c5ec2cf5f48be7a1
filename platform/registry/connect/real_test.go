package connect_test

import (
	"strings"
	"testing"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/registrytest"
)

// app is an image that is pushed in many tests.
var app = registrytest.Image{
	Config: map[string]any{"Entrypoint": []string{"/app", "--serve"}, "Cmd": []string{"-v"}, "Env": []string{"PATH=/bin", "DB_PASSWORD=env-canary"}, "User": "1000", "WorkingDir": "/srv",
		"ExposedPorts": map[string]any{"8080/tcp": map[string]any{}}, "Labels": map[string]string{"a": "b"}},
	Steps: []string{"COPY app /", "ENTRYPOINT [\"/app\"]"},
}

// TestRealRegistryOverTLS: push over TLS of a CA of the test, with htpasswd; then
// the image is found, and what it would run is known before any pull.
func TestRealRegistryOverTLS(t *testing.T) {
	ca := registrytest.NewCA(t)
	cert, key := ca.Certificate(t, registrytest.Leaf{})
	base := registrytest.Start(t, registrytest.Options{Basic: true, Cert: cert, Key: key})
	push := registrytest.Pusher{T: t, Base: base, CA: ca}
	amd := push.Push("team/app", "", app)
	arm := app
	arm.OS, arm.Arch = "linux", "arm64"
	index := push.Index("team/app", "1.0", amd, push.Push("team/app", "", arm))
	push.Push("a/b/c/d", "latest", app)

	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, s, registry.Connection{URL: base, User: registrytest.User, CA: ca.PEM}, registrytest.Password)
	facts, err := x.Facts(t.Context())
	if err != nil || facts.Kind != registry.KindDistribution || facts.Account != registry.AccountOther {
		t.Fatalf("facts %+v, %v", facts, err)
	}
	b := browse.New(x)
	repos, err := b.Repositories(t.Context(), "", "", 1)
	if err != nil || len(repos.Items) != 2 || repos.Items[0].Name != "a/b/c/d" || repos.Items[1].Name != "team/app" {
		t.Fatalf("repositories %+v, %v", repos, err)
	}
	if some, err := b.Repositories(t.Context(), "", "team", 1); err != nil || len(some.Items) != 1 {
		t.Errorf("searched %+v, %v", some, err)
	}
	tags, err := b.Artifacts(t.Context(), "team/app", 1)
	if err != nil || len(tags.Items) != 1 || tags.Items[0].Tags[0] != "1.0" {
		t.Fatalf("tags %+v, %v", tags, err)
	}
	row, err := b.Fill(t.Context(), "team/app", tags.Items[0])
	if err != nil || row.Digest != index.Digest || len(row.Children) != 2 || row.Children[1].Platform != "linux/arm64" {
		t.Errorf("row %+v, %v", row, err)
	}
	d, err := b.Inspect(t.Context(), "team/app", "1.0", "linux/amd64")
	if err != nil {
		t.Fatal(err)
	}
	if d.Digest != amd.Digest || d.Index != index.Digest || strings.Join(d.Entrypoint, " ") != "/app --serve" || d.User != "1000" || d.WorkDir != "/srv" || !d.Runs() ||
		d.Cmd[0] != "-v" || d.Ports[0] != "8080/tcp" || d.Labels["a"] != "b" || len(d.History) != 2 || !d.History[1].Empty {
		t.Errorf("detail %+v", d)
	}
	if masked := strings.Join(d.Masked(), " "); masked != "PATH=/bin DB_PASSWORD=***" {
		t.Errorf("masked %q", masked)
	}
	_, err = b.Inspect(t.Context(), "team/app", "1.0", "windows/amd64")
	registrytest.WantCause(t, err, registry.CauseNotFound)
	_, err = b.Inspect(t.Context(), "team/app", "absent", "")
	registrytest.WantCause(t, err, registry.CauseNotFound)
	_, err = b.Inspect(t.Context(), "Not A Name", "absent", "")
	registrytest.WantCause(t, err, registry.CauseRequest)
}

// TestRealTLS: nothing is sent to who is not trusted, and it is said why.
func TestRealTLS(t *testing.T) {
	ca := registrytest.NewCA(t)
	good := ca.Pair(t, registrytest.Leaf{})
	start := func(l registrytest.Leaf) (string, string) {
		cert, key := ca.Certificate(t, l)
		return registrytest.Start(t, registrytest.Options{Basic: true, Cert: cert, Key: key}), cert
	}
	valid, _ := start(registrytest.Leaf{})
	expired, _ := start(registrytest.Leaf{Ends: time.Now().Add(-time.Hour)})
	named, _ := start(registrytest.Leaf{Names: []string{"registry.example"}})
	plain := registrytest.Start(t, registrytest.Options{Basic: true})
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	for _, c := range []struct {
		name string
		conn registry.Connection
		want registry.Cause
	}{
		{"its CA is known", registry.Connection{URL: valid, CA: ca.PEM}, ""},
		{"its CA is not", registry.Connection{URL: valid}, registry.CauseUnknownCA},
		{"another CA is", registry.Connection{URL: valid, CA: registrytest.NewCA(t).PEM}, registry.CauseUnknownCA},
		{"it has expired", registry.Connection{URL: expired, CA: ca.PEM}, registry.CauseExpired},
		{"it is another's", registry.Connection{URL: named, CA: ca.PEM}, registry.CauseName},
		{"another one was accepted", registry.Connection{URL: valid, Fingerprint: registrytest.Fingerprint(good)}, registry.CauseFingerprint},
		{"TLS where there is none", registry.Connection{URL: strings.Replace(plain, "http:", "https:", 1)}, registry.CauseTLS},
		{"none where there is TLS", registry.Connection{URL: strings.Replace(valid, "https:", "http:", 1)}, registry.CauseRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.conn.User = registrytest.User
			x := registrytest.Open(t, s, c.conn, registrytest.Password)
			_, err := x.Facts(t.Context())
			registrytest.WantCause(t, err, c.want)
			if err != nil && !strings.Contains(err.Error(), ": ") {
				t.Errorf("says %v", err)
			}
			if strings.Contains(c.name, "CA") && err != nil {
				var shown *registry.Certificate
				if e, ok := err.(*registry.Error); ok {
					shown = e.Certificate
				}
				if shown == nil || len(shown.Fingerprint) != 64 {
					t.Fatalf("no fingerprint to compare: %+v", err)
				}
				// What was shown can be accepted.
				if _, err := s.Change(x.Connection.ID, func(n *registry.Connection) { n.Fingerprint, n.CA = strings.ToUpper(shown.Fingerprint), "" }); err != nil {
					t.Fatal(err)
				}
				x, err := s.Open(t.Context(), x.Connection.ID)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := x.Facts(t.Context()); err != nil {
					t.Errorf("accepted, and yet: %v", err)
				}
			}
		})
	}
}

// TestRealWrongPassword: it is noticed, said, and not sent again.
func TestRealWrongPassword(t *testing.T) {
	base := registrytest.Start(t, registrytest.Options{Basic: true})
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, s, registry.Connection{URL: base, User: registrytest.User}, "wrong-canary")
	_, err := x.Facts(t.Context())
	registrytest.WantCause(t, err, registry.CauseCredential)
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("the password is in %v", err)
	}
	_, _, err = x.Dist().Tags(t.Context(), "team/app", 10)
	registrytest.WantCause(t, err, registry.CauseStopped)
	if c, _, _ := s.Find(base); c.Refused == nil {
		t.Error("the refusal is not kept for later runs")
	}
}

// tokenRegistry is a real registry with a token server of the test.
func tokenRegistry(t *testing.T) (base string, tokens *registrytest.TokenServer, s *connect.Store) {
	tokens = registrytest.NewTokenServer(t)
	base = registrytest.Start(t, registrytest.Options{Tokens: tokens})
	push := registrytest.Pusher{T: t, Base: base, Tokens: tokens}
	push.Push("private/app", "1", app)
	push.Push("public/app", "1", app)
	return base, tokens, registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
}

// TestRealTokens: the token server is another host, so the person confirms it
// before it gets the password.
func TestRealTokens(t *testing.T) {
	base, tokens, s := tokenRegistry(t)
	x := registrytest.Open(t, s, registry.Connection{URL: base, User: registrytest.User}, registrytest.Password)
	_, err := x.Facts(t.Context())
	registrytest.WantCause(t, err, registry.CauseRealm)
	var own *registry.Error
	if e, ok := err.(*registry.Error); ok {
		own = e
	}
	if own == nil || "http://"+own.Host != tokens.URL {
		t.Fatalf("host to confirm: %+v", own)
	}
	if _, err := s.Change(x.Connection.ID, func(c *registry.Connection) { c.Realms = []string{own.Host} }); err != nil {
		t.Fatal(err)
	}
	if x, err = s.Open(t.Context(), x.Connection.ID); err != nil {
		t.Fatal(err)
	}
	d, err := browse.New(x).Inspect(t.Context(), "private/app", "1", "")
	if err != nil || d.Entrypoint[0] != "/app" {
		t.Fatalf("%+v, %v", d, err)
	}
	// It lists no names; one that is typed is remembered.
	b := browse.New(x)
	if _, err = b.Repositories(t.Context(), "", "", 1); registry.CauseOf(err) != registry.CauseUnsupported && err != nil {
		t.Errorf("catalog: %v", err)
	}
}

// TestRealTokensAnonymous: nobody reads what is public, and is told to sign in
// for the rest.
func TestRealTokensAnonymous(t *testing.T) {
	base, _, s := tokenRegistry(t)
	x := registrytest.Open(t, s, registry.Connection{URL: base}, "")
	if _, err := browse.New(x).Inspect(t.Context(), "public/app", "1", ""); err != nil {
		t.Error(err)
	}
	_, err := browse.New(x).Inspect(t.Context(), "private/app", "1", "")
	registrytest.WantCause(t, err, registry.CauseAnonymous)
}

// TestRealPasswordChanged: one failed login, however much is asked afterwards.
func TestRealPasswordChanged(t *testing.T) {
	base, tokens, s := tokenRegistry(t)
	host := strings.TrimPrefix(tokens.URL, "http://")
	x := registrytest.Open(t, s, registry.Connection{URL: base, User: registrytest.User, Realms: []string{host}}, registrytest.Password)
	if _, err := x.Facts(t.Context()); err != nil {
		t.Fatal(err)
	}
	tokens.SetPassword("another")
	for range 5 {
		_, _, err := x.Dist().Tags(t.Context(), "private/app", 10)
		if err == nil {
			t.Fatal("read with a password that was changed")
		}
	}
	if n := tokens.FailedLogins(); n != 1 {
		t.Errorf("%d failed logins, want 1", n)
	}
}
