package keychain

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"
)

// fake is a keychain that works, is missing, or waits for ever.
type fake struct {
	secrets map[string]string
	broken  error
	hang    chan struct{}
}

func (f *fake) Get(service, user string) (string, error) {
	if f.broken != nil {
		return "", f.broken
	}
	s, ok := f.secrets[service+"/"+user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return s, nil
}

func (f *fake) Set(service, user, secret string) error {
	if f.hang != nil {
		<-f.hang
	}
	if f.broken != nil {
		return f.broken
	}
	f.secrets[service+"/"+user] = secret
	return nil
}

func (f *fake) Delete(service, user string) error {
	if f.broken != nil {
		return f.broken
	}
	if _, ok := f.secrets[service+"/"+user]; !ok {
		return keyring.ErrNotFound
	}
	delete(f.secrets, service+"/"+user)
	return nil
}

func newTest(f *fake) *Keychain {
	k := New("tacklebox-test")
	k.b = f
	return k
}

func TestKeychain(t *testing.T) {
	f := &fake{secrets: map[string]string{}}
	k := newTest(f)
	if _, err := k.Get(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	lasting, why, err := k.Set(t.Context(), "a", "s3cret")
	if !lasting || why != nil || err != nil || f.secrets["tacklebox-test/a"] != "s3cret" {
		t.Errorf("set: %v %v %v", lasting, why, err)
	}
	if got, err := k.Get(t.Context(), "a"); got != "s3cret" || err != nil {
		t.Errorf("get: %q %v", got, err)
	}
	if err := errors.Join(k.Delete(t.Context(), "a"), k.Delete(t.Context(), "a")); err != nil {
		t.Error(err)
	}
	if _, _, err := k.Set(t.Context(), "a", strings.Repeat("x", MaxSecret+1)); err == nil || strings.Contains(err.Error(), "xxx") {
		t.Errorf("too long: %v", err)
	}
}

// Where there is no keychain a secret lasts for this run, and that is said.
func TestWithoutKeychain(t *testing.T) {
	f := &fake{secrets: map[string]string{}, broken: errors.New("no such service")}
	k := newTest(f)
	lasting, why, err := k.Set(t.Context(), "a", "s3cret")
	if lasting || why == nil || err != nil || strings.Contains(why.Error(), "s3cret") {
		t.Errorf("set: %v %v %v", lasting, why, err)
	}
	if got, err := k.Get(t.Context(), "a"); got != "s3cret" || err != nil {
		t.Errorf("get: %q %v", got, err)
	}
	if err := k.Delete(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	if _, err := k.Get(t.Context(), "a"); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("after: %v", err)
	}
}

// A keychain that waits for a person holds nobody up who gave up.
func TestCancelled(t *testing.T) {
	f := &fake{secrets: map[string]string{}, hang: make(chan struct{})}
	defer close(f.hang)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := newTest(f).Set(ctx, "a", "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
