package ras

import (
	"errors"
	"testing"

	"tacklebox/platform/l2tp/wine"
)

// TestOpenHere: under Wine, whose calls report success and do nothing, remote
// access is not available.
func TestOpenHere(t *testing.T) {
	_, err := Open()
	if wine.Here() != errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Wine %v: %v", wine.Here(), err)
	}
}

// TestLinks reads the adapters and routes of this machine.
func TestLinks(t *testing.T) {
	links, _, err := adapters{}.links()
	if err != nil && !wine.Here() {
		t.Fatal(err)
	}
	t.Logf("%d adapters, %v", len(links), err)
}
