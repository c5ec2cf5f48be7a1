package connect_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
)

// brittle is a keychain that may refuse to keep anything.
type brittle struct {
	registrytest.Secrets
	mu     sync.Mutex
	broken bool
}

func (b *brittle) Set(ctx context.Context, name, secret string) (bool, error, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken {
		return false, nil, errors.New("locked")
	}
	return b.Secrets.Set(ctx, name, secret)
}

// other is a registry that notes what it gets.
func other(t *testing.T) (address string, got func() string) {
	var mu sync.Mutex
	var all []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, ok := r.BasicAuth(); ok {
			mu.Lock()
			all = append(all, u+":"+p)
			mu.Unlock()
		}
		w.Header().Set("Www-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(all, " ")
	}
}

// TestSaveElsewhere: a secret is sent to the address and under the name that it was
// typed for, and nowhere else, whatever the keychain does.
func TestSaveElsewhere(t *testing.T) {
	h := fakeharbor.New(t)
	to, got := other(t)
	secrets := &brittle{}
	s := registrytest.Store(t, t.TempDir(), secrets)
	id := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password).Connection.ID
	ask := func() {
		t.Helper()
		x, err := s.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = x.Facts(t.Context()) // what it sends is looked at
	}
	move := func(c *registry.Connection) { c.URL = to }
	secrets.broken = true
	if _, _, err := s.Save(t.Context(), id, "new", move); registry.CauseOf(err) != registry.CauseKeychain {
		t.Errorf("a keychain that keeps nothing: %v", err)
	}
	if c, _, _ := s.Find(id); c.URL != h.URL {
		t.Errorf("half of it was kept: %v", c.URL)
	}
	ask()
	if h.FailedLogins() != 0 || got() != "" {
		t.Errorf("%d failed logins, sent elsewhere %q", h.FailedLogins(), got())
	}
	secrets.broken = false
	if _, err := s.Change(id, move); err != nil {
		t.Fatal(err)
	}
	ask()
	if got() != "" {
		t.Errorf("moved without a password, sent %q", got())
	}
	if n := len(secrets.Names()); n != 0 {
		t.Errorf("what was typed for another address is kept: %v", secrets.Names())
	}
	if _, _, err := s.Save(t.Context(), id, "new", func(*registry.Connection) {}); err != nil {
		t.Fatal(err)
	}
	ask()
	if got() != "admin:new" {
		t.Errorf("sent %q", got())
	}
	if err := s.Remove(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if n := len(secrets.Names()); n != 0 {
		t.Errorf("left behind: %v", secrets.Names())
	}
}

// TestRefusalStays: what says nothing of the credential leaves it refused.
func TestRefusalStays(t *testing.T) {
	h := fakeharbor.New(t)
	s := store(t)
	id := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, "wrong").Connection.ID
	ask := func() {
		t.Helper()
		x, err := s.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = x.Facts(t.Context())
	}
	ask()
	for name, change := range map[string]func(*registry.Connection){
		"watch":       func(c *registry.Connection) { c.NoWatch = true },
		"name":        func(c *registry.Connection) { c.Name = "lab" },
		"proxy":       func(c *registry.Connection) { c.Proxy = "none" },
		"a new realm": func(c *registry.Connection) { c.Realms = []string{"auth.example"} },
	} {
		if _, err := s.Change(id, change); err != nil {
			t.Fatal(err)
		}
		ask()
		if n := h.FailedLogins(); n != 1 {
			t.Errorf("after a change of %s there are %d failed logins", name, n)
		}
	}
	if err := s.Retry(id); err != nil {
		t.Fatal(err)
	}
	ask()
	if n := h.FailedLogins(); n != 2 {
		t.Errorf("tried again on request: %d failed logins", n)
	}
	if _, err := s.SignIn(t.Context(), id, "admin", fakeharbor.Password); err != nil {
		t.Fatal(err)
	}
	ask()
	if c, _, _ := s.Find(id); c.Refused != nil || h.FailedLogins() != 2 {
		t.Errorf("signed in anew: %+v, %d failed logins", c.Refused, h.FailedLogins())
	}
}

// TestTwoOfOneHost: the one that is launched from gives the credential, and a refused
// one does not stand before a good one.
func TestTwoOfOneHost(t *testing.T) {
	h := fakeharbor.New(t)
	s := store(t)
	bad := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "old"}, "wrong")
	_, _ = bad.Facts(t.Context())
	first := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	second := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "dev"}, "Dev12345")
	host := first.Connection.Host()
	want := func(user string) {
		t.Helper()
		if a, ok, err := s.PullCredential(t.Context(), host); err != nil || !ok || a.Username != user {
			t.Errorf("%q, %v, %v; want %s", a.Username, ok, err, user)
		}
	}
	want("admin")
	if c, _, _ := s.Find(host); c.ID == bad.Connection.ID {
		// Its ID is the host: it is named by that.
		if c, _, _ = s.Find(h.URL); c.ID != first.Connection.ID {
			t.Errorf("of the host is taken %q", c.ID)
		}
	}
	s.Prefer(second.Connection.ID)
	want("dev")
	s.Prefer(bad.Connection.ID)
	want("admin")
}
