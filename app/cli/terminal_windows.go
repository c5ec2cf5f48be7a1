package cli

import (
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// prepareOutput lets the console understand escape sequences.
func prepareOutput(fd int) (undo func(), err error) {
	handle := windows.Handle(fd)
	var before uint32
	if err := windows.GetConsoleMode(handle, &before); err != nil {
		return nil, err
	}
	want := before | windows.ENABLE_PROCESSED_OUTPUT | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING | windows.DISABLE_NEWLINE_AUTO_RETURN
	if err := windows.SetConsoleMode(handle, want); err != nil {
		return nil, err
	}
	return func() { _ = windows.SetConsoleMode(handle, before) }, nil
}

// escapes is true where a console understands escape sequences, from now on if
// it can.
func escapes(w any) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	handle := windows.Handle(file.Fd())
	var mode uint32
	return windows.GetConsoleMode(handle, &mode) == nil && windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}

// keys are the keys typed in a console, Ctrl+Z among them: Go takes that for the
// end of a console's input, whatever its mode.
func keys(in io.Reader) io.Reader {
	if !isTerminal(in) {
		return in
	}
	return consoleKeys{in}
}

// consoleKeys reads a console that gives every key to us. Its input has no end:
// a console that goes away gives an error.
type consoleKeys struct{ in io.Reader }

func (k consoleKeys) Read(b []byte) (int, error) {
	const ctrlZ = 0x1a
	n, err := k.in.Read(b)
	if n == 0 && len(b) > 0 && errors.Is(err, io.EOF) {
		b[0] = ctrlZ
		return 1, nil
	}
	return n, err
}

// sizeHints tells when the console's size may have changed: Windows sends no
// signal, and its resize events come through the input that is passed on.
func sizeHints() (<-chan struct{}, func()) { return pollSizes(250 * time.Millisecond) }

// pollSizes looks again and again, where the system tells nobody.
func pollSizes(every time.Duration) (<-chan struct{}, func()) {
	ticker := time.NewTicker(every)
	hints := make(chan struct{})
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
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
	return hints, func() { ticker.Stop(); close(done) }
}
