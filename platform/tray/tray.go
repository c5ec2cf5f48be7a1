// Package tray says whether the desktop shows tray icons: a window must never
// be hidden where nothing would bring it back.
package tray

import "context"

// Available says whether a tray icon would be shown now. The error says why
// that could not be found out; the answer is no then.
func Available(ctx context.Context) (bool, error) { return available(ctx) }

// Watch tells on the channel whether a tray icon would be shown: once at the
// start and then each time that changes. The channel is closed when ctx ends,
// or earlier when the desktop's message bus is gone, after a last no.
func Watch(ctx context.Context) <-chan bool {
	out := make(chan bool)
	go func() {
		defer close(out)
		watch(ctx, func(shown bool) {
			select {
			case out <- shown:
			case <-ctx.Done():
			}
		})
	}()
	return out
}
