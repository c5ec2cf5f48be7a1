package connect_test

import (
	"strings"
	"testing"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/registrytest"
)

// TestMakeRobot: the connection uses it from then on, and renewing leaves one.
func TestMakeRobot(t *testing.T) {
	h := fakeharbor.New(t)
	h.AddProject("mine", false)
	h.Push("mine", "app", "1", fakeharbor.Image{Config: map[string]any{"Cmd": []string{"/x"}}})
	s := store(t)
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: "admin"}, fakeharbor.Password)
	id := x.Connection.ID
	r, err := s.MakeRobot(t.Context(), id, registry.Credential{}, []string{"mine"})
	if err != nil || !r.Kept.Lasting || r.Left != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	c := r.Connection
	if !strings.HasPrefix(c.User, "robot$tacklebox-") || c.Robot == 0 || time.Until(c.Expires) < 89*24*time.Hour || c.Source != registry.SourceOwn {
		t.Errorf("%+v", c)
	}
	if x, err = s.Open(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if d, err := browse.New(x).Inspect(t.Context(), "mine/app", "1", ""); err != nil || d.Cmd[0] != "/x" {
		t.Errorf("%+v, %v", d, err)
	}
	// A robot makes no robots: the person signs in once more to renew.
	_, err = s.MakeRobot(t.Context(), id, registry.Credential{}, []string{"mine"})
	registrytest.WantCause(t, err, registry.CauseForbidden)
	r, err = s.MakeRobot(t.Context(), id, registry.Credential{User: "admin", Secret: fakeharbor.Password}, []string{"mine"})
	if err != nil || r.Left != nil || r.Connection.User == c.User {
		t.Fatalf("%+v, %v", r, err)
	}
	if len(h.Robots) != 1 || h.Robots[0].Name != r.Connection.User {
		t.Errorf("%d robots are left", len(h.Robots))
	}
	// With a wrong password nothing changes.
	_, err = s.MakeRobot(t.Context(), id, registry.Credential{User: "admin", Secret: "wrong"}, nil)
	registrytest.WantCause(t, err, registry.CauseCredential)
	if now, _, _ := s.Find(id); now.User != r.Connection.User || now.Refused != nil {
		t.Errorf("%+v", now)
	}
}

// TestAnswersToErrors: what an error offers, the store does.
func TestAnswersToErrors(t *testing.T) {
	ca := registrytest.NewCA(t)
	pair := ca.Pair(t, registrytest.Leaf{})
	h := fakeharbor.NewTLS(t, pair)
	s := store(t)
	x := registrytest.Open(t, s, registry.Connection{URL: h.URL}, "")
	_, err := x.Facts(t.Context())
	registrytest.WantCause(t, err, registry.CauseUnknownCA)
	if err := s.Accept(x.Connection.ID, registrytest.Fingerprint(pair)); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmRealm(x.Connection.ID, "auth.example"); err != nil {
		t.Fatal(err)
	}
	if x, err = s.Open(t.Context(), x.Connection.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Facts(t.Context()); err != nil || x.Connection.Realms[0] != "auth.example" {
		t.Errorf("%+v, %v", x.Connection, err)
	}
	if err := s.ConfirmRealm(x.Connection.ID, "not a host"); registry.CauseOf(err) != registry.CauseAddress {
		t.Errorf("%v", err)
	}
}
