package service

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"tacklebox/platform/latency/alert/channel"
)

// A channel finds what was kept under its name, in its own data folder's
// keychain only, and no error has it.
func TestSecrets(t *testing.T) {
	// The keychain is a made-up one, which asks no bus; on this one nobody listens.
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "bus"))
	keyring.MockInit()
	k := Keychain(t.TempDir())
	const canary = "https://hooks.example/T0/canary-552"
	if lasting, why, err := k.Set(t.Context(), "latency-channel-a", canary); err != nil || !lasting {
		t.Fatal(lasting, why, err)
	}
	s, err := Secrets(k).Secret(t.Context(), "latency-channel-a")
	if err != nil || s != channel.Secret(canary) || strings.Contains(s.String(), "canary") {
		t.Errorf("%v, %v", s, err)
	}
	if _, err := Secrets(Keychain(t.TempDir())).Secret(context.Background(), "latency-channel-a"); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("another folder's keychain has it, or says it: %v", err)
	}
}
