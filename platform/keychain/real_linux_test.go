package keychain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/platform/sessionbus"
	"tacklebox/platform/testbed"
)

// TestNoBus: where there is no session bus none is started, and the secret lasts
// for this run.
func TestNoBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	bin := t.TempDir()
	started := filepath.Join(bin, "started")
	if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte("#!/bin/sh\ntouch "+started+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	k := New("tacklebox-test")
	lasting, why, err := k.Set(t.Context(), "a", "canary")
	if lasting || !errors.Is(why, sessionbus.ErrNone) || err != nil {
		t.Errorf("%v, %v, %v", lasting, why, err)
	}
	if got, err := k.Get(t.Context(), "a"); got != "canary" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := k.Get(t.Context(), "b"); !errors.Is(err, sessionbus.ErrNone) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(started); err == nil {
		t.Error("a bus was started")
	}
}

// TestSecretService: the real one of GNOME, on a bus of the test's own.
func TestSecretService(t *testing.T) {
	testbed.Keyring(t)
	k := New("tacklebox-test")
	if lasting, why, err := k.Set(t.Context(), "registry harbor.example", "canary"); !lasting || err != nil {
		t.Fatalf("lasting %v (%v), %v", lasting, why, err)
	}
	// Another run of the program finds it.
	if got, err := New("tacklebox-test").Get(t.Context(), "registry harbor.example"); got != "canary" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := New("tacklebox-other").Get(t.Context(), "registry harbor.example"); !errors.Is(err, ErrNotFound) {
		t.Errorf("another data folder: %v", err)
	}
	long := strings.Repeat("x", MaxSecret)
	if lasting, _, err := k.Set(t.Context(), "long", long); !lasting || err != nil {
		t.Errorf("%v, %v", lasting, err)
	}
	if got, err := New("tacklebox-test").Get(t.Context(), "long"); got != long || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if err := errors.Join(k.Delete(t.Context(), "long"), k.Delete(t.Context(), "registry harbor.example")); err != nil {
		t.Error(err)
	}
	if _, err := k.Get(t.Context(), "long"); !errors.Is(err, ErrNotFound) {
		t.Errorf("after: %v", err)
	}
}
