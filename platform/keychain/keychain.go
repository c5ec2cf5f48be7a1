// Package keychain keeps secrets in the keychain of the system: Windows'
// Credential Manager, macOS' Keychain, the Secret Service of a Linux desktop.
// Where there is none they are kept in memory, for this run only.
package keychain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
)

// MaxSecret is the longest secret in bytes: Windows takes no more.
const MaxSecret = 2500

// wait bounds one question to a keychain, which may ask the person to unlock it.
const wait = time.Minute

// ErrNotFound is a secret that is not there.
var ErrNotFound = errors.New("no such secret")

// backend is what the system offers.
type backend interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// system is the system's own keychain.
type system struct{}

func (system) Get(service, user string) (string, error) {
	if err := available(); err != nil {
		return "", err
	}
	return keyring.Get(service, user)
}

func (system) Set(service, user, secret string) error {
	if err := available(); err != nil {
		return err
	}
	return keyring.Set(service, user, secret)
}

func (system) Delete(service, user string) error {
	if err := available(); err != nil {
		return err
	}
	return keyring.Delete(service, user)
}

// Keychain holds the secrets of one data folder. Its methods may be called from
// any goroutine; they may wait for a person, so none is called on Fyne's.
type Keychain struct {
	service string
	b       backend

	mu     sync.Mutex
	memory map[string]string // what the system did not take
}

// New gives the keychain for secrets that are known by a name of their own, such
// as "tacklebox" with something that tells data folders apart.
func New(service string) *Keychain {
	return &Keychain{service: service, b: system{}, memory: map[string]string{}}
}

// Set keeps a secret. lasting is false when it is kept for this run only, since
// the system has no keychain or the person did not unlock it; why says which.
func (k *Keychain) Set(ctx context.Context, name, secret string) (lasting bool, why error, err error) {
	if len(secret) > MaxSecret {
		return false, nil, fmt.Errorf("keep secret %q: it has %d bytes, and a keychain takes %d at most", name, len(secret), MaxSecret)
	}
	why = k.ask(ctx, func() error { return k.b.Set(k.service, name, secret) })
	if ctx.Err() != nil {
		return false, why, ctx.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if why == nil {
		delete(k.memory, name)
		return true, nil, nil
	}
	k.memory[name] = secret
	return false, fmt.Errorf("keep secret %q in the system's keychain: %w", name, why), nil
}

// Get gives a secret; ErrNotFound when there is none.
func (k *Keychain) Get(ctx context.Context, name string) (string, error) {
	k.mu.Lock()
	secret, there := k.memory[name]
	k.mu.Unlock()
	if there {
		return secret, nil
	}
	var found string
	var mu sync.Mutex
	err := k.ask(ctx, func() error {
		s, err := k.b.Get(k.service, name)
		mu.Lock()
		defer mu.Unlock()
		found = s
		return err
	})
	mu.Lock()
	defer mu.Unlock()
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return "", fmt.Errorf("secret %q: %w: enter it again", name, ErrNotFound)
	case err != nil:
		return "", fmt.Errorf("read secret %q from the system's keychain: %w: unlock it, or enter the secret again", name, err)
	}
	return found, nil
}

// Delete forgets a secret; one that is not there is no error.
func (k *Keychain) Delete(ctx context.Context, name string) error {
	k.mu.Lock()
	_, inMemory := k.memory[name]
	delete(k.memory, name)
	k.mu.Unlock()
	err := k.ask(ctx, func() error { return k.b.Delete(k.service, name) })
	if err == nil || errors.Is(err, keyring.ErrNotFound) || inMemory {
		return nil
	}
	return fmt.Errorf("delete secret %q from the system's keychain: %w", name, err)
}

// ask runs a question that cannot be broken off; when ctx or the time is over its
// answer is not waited for.
func (k *Keychain) ask(ctx context.Context, question func() error) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- question() }()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
