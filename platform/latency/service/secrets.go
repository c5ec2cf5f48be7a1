package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"tacklebox/platform/keychain"
	"tacklebox/platform/latency/alert/channel"
)

// Keychain is where the secrets of a data folder are: each folder has its own, so
// that a second copy never touches a person's.
func Keychain(dataDir string) *keychain.Keychain {
	if abs, err := filepath.Abs(dataDir); err == nil {
		dataDir = abs
	}
	sum := sha256.Sum256([]byte(dataDir))
	return keychain.New("tacklebox-latency-" + hex.EncodeToString(sum[:6]))
}

// Secrets gives channels what is in a keychain.
func Secrets(k *keychain.Keychain) channel.Secrets { return secrets{k} }

type secrets struct{ k *keychain.Keychain }

func (s secrets) Secret(ctx context.Context, ref string) (channel.Secret, error) {
	v, err := s.k.Get(ctx, ref)
	return channel.Secret(v), err
}
