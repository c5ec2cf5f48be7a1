package channel

import (
	"context"
	"errors"
	"testing"

	"tacklebox/platform/notify"
	"tacklebox/platform/testbed"
)

// TestDesktopWithoutOne: where nobody shows notifications, nothing is tried again.
func TestDesktopWithoutOne(t *testing.T) {
	testbed.Bus(t)
	s := Sender{Desktop: Desktop{AppID: "org.example.Tacklebox"}}
	err := s.Send(context.Background(), Channel{ID: "d", Kind: KindDesktop}, message())
	if !errors.Is(err, notify.ErrNone) || !isPermanent(err) {
		t.Error(err)
	}
}
