//go:build windows || darwin

package tray

import "context"

// available is always true: the task bar and the menu bar show icons.
func available(context.Context) (bool, error) { return true, nil }

// watch has nothing to wait for but the end.
func watch(ctx context.Context, tell func(bool)) {
	tell(true)
	<-ctx.Done()
}
