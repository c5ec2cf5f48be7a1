// Package clipboard reads the text on the clipboard over a connection of its
// own. The window's own way (GLFW's) waits for the clipboard's owner without an
// end, so that a stopped program freezes every program that pastes.
package clipboard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

const (
	// Timeout is how long ReadText waits for the clipboard's owner.
	Timeout = 500 * time.Millisecond
	// MaxText is the largest text that ReadText takes, in bytes.
	MaxText = 64 << 10
)

var (
	// ErrEmpty is returned when there is no text on the clipboard.
	ErrEmpty = errors.New("there is no text on it")
	// ErrTooLarge is returned for a text of more than MaxText bytes.
	ErrTooLarge = errors.New("its text is too long")
	// ErrTimeout is returned when the program that owns the clipboard does not answer.
	ErrTimeout = errors.New("the program that copied does not answer")
)

// ReadText is the text on the clipboard, in valid UTF-8. It takes half a second
// at most, so it is called from a goroutine and not on Fyne's.
func ReadText(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	type result struct {
		text []byte
		err  error
	}
	// The system's calls cannot all be ended from outside; what is left behind
	// then ends with the owner's answer, or with the owner.
	done := make(chan result, 1)
	go func() {
		text, err := read(ctx)
		done <- result{text, err}
	}()
	var r result
	select {
	case r = <-done:
	case <-ctx.Done():
		r.err = ctx.Err()
	}
	if errors.Is(r.err, context.DeadlineExceeded) {
		r.err = ErrTimeout
	}
	if r.err == nil && len(r.text) > MaxText {
		r.err = ErrTooLarge
	}
	if r.err == nil && len(r.text) == 0 {
		r.err = ErrEmpty
	}
	if r.err != nil {
		return "", fmt.Errorf("read the clipboard: %w", r.err)
	}
	return string(bytes.ToValidUTF8(r.text, []byte("\uFFFD"))), nil
}

// runReader runs a program that prints the clipboard and takes what it prints,
// bounded.
func runReader(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = 100 * time.Millisecond
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	text, readErr := io.ReadAll(io.LimitReader(out, MaxText+1))
	if len(text) > MaxText {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, ErrTooLarge
	}
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case readErr != nil:
		return nil, readErr
	case err != nil && len(text) == 0:
		return nil, ErrEmpty // both readers exit 1 when there is no text
	}
	return text, nil
}
