package registrytest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/keychain"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/settings"
)

// Secrets is a keychain in memory.
type Secrets struct {
	// Broken has it refuse everything, as where there is none.
	Broken bool

	mu   sync.Mutex
	kept map[string]string
}

// Set keeps one.
func (s *Secrets) Set(_ context.Context, name, secret string) (bool, error, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]string{}
	}
	s.kept[name] = secret
	if s.Broken {
		return false, errors.New("there is no keychain here"), nil
	}
	return true, nil, nil
}

// Get gives one.
func (s *Secrets) Get(_ context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.kept[name]; ok {
		return v, nil
	}
	return "", fmt.Errorf("secret %q: %w", name, keychain.ErrNotFound)
}

// Delete forgets one.
func (s *Secrets) Delete(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, name)
	return nil
}

// Names are the names of all that is kept.
func (s *Secrets) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for n := range s.kept {
		out = append(out, n)
	}
	return out
}

// Store opens the connections of a folder, with a keychain in memory, no proxy
// and Docker's files in an empty home.
func Store(t testing.TB, dir string, secrets connect.Secrets) *connect.Store {
	t.Helper()
	set, err := settings.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	none := func(string) string { return "" }
	s := connect.New(connect.Options{Settings: set, Secrets: secrets, Docker: dockerconfig.Options{Home: t.TempDir(), Getenv: none}, Getenv: none})
	t.Cleanup(s.Close)
	return s
}

// Open keeps a connection with a password ("" for none) and opens it.
func Open(t testing.TB, s *connect.Store, c registry.Connection, password string) *connect.Session {
	t.Helper()
	c, _, err := s.Add(t.Context(), c, registry.Secret(password))
	if err != nil {
		t.Fatal(err)
	}
	x, err := s.Open(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// WantCause ends the test unless err has this cause.
func WantCause(t testing.TB, err error, want registry.Cause) {
	t.Helper()
	if got := registry.CauseOf(err); got != want {
		t.Fatalf("cause %q, want %q: %v", got, want, err)
	}
}
