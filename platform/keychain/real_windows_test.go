package keychain

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestCredentialManager: the system's own. Seen under Wine; expected, not yet
// seen, on a real Windows.
func TestCredentialManager(t *testing.T) {
	service := "tacklebox-test-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	k := New(service)
	for name, secret := range map[string]string{"registry harbor.example": "canary", "long": strings.Repeat("x", MaxSecret), "Ünïcode": "密码"} {
		lasting, why, err := k.Set(t.Context(), name, secret)
		if !lasting || err != nil {
			t.Fatalf("%s: %v, %v, %v", name, lasting, why, err)
		}
		// Another run of the program finds it.
		if got, err := New(service).Get(t.Context(), name); got != secret || err != nil {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if err := k.Delete(t.Context(), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := k.Get(t.Context(), name); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s, after: %v", name, err)
		}
	}
}
