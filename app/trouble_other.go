//go:build !windows

package app

import (
	"context"
	"time"
)

// showTrouble tells somebody who started the program from a launcher, where
// stderr is not seen, through the notification service where there is one.
func showTrouble(text string) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = systemServices(Options{}).notify(ctx, Name, text)
}
