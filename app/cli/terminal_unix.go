//go:build unix

package cli

import (
	"io"
	"os"
	"os/signal"
	"syscall"
)

// prepareOutput has nothing to do: Unix terminals understand escape sequences.
func prepareOutput(int) (undo func(), err error) { return func() {}, nil }

// escapes is true where a terminal understands escape sequences.
func escapes(any) bool { return true }

// keys are the keys typed in a terminal.
func keys(in io.Reader) io.Reader { return in }

// sizeHints tells when the terminal's size may have changed.
func sizeHints() (<-chan struct{}, func()) {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	hints := make(chan struct{})
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-changed:
				select {
				case hints <- struct{}{}:
				case <-done:
					return
				}
			case <-done:
				return
			}
		}
	}()
	return hints, func() { signal.Stop(changed); close(done) }
}
