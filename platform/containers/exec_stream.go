package containers

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
)

// maxFailure bounds the engine's message about a process that did not start.
const maxFailure = 8 << 10

// failurePrefixes begin the text that an engine writes into the stream in place
// of the process's output, and the wrapper's message when the program is missing.
func failurePrefixes() []string {
	return []string{"OCI runtime exec failed", "OCI runtime error", "rpc error:", "oci runtime error", "runc exec failed",
		"Error: runc:", "Error: crun:", "Error: OCI runtime", "Error: exec", "unable to start container process", "exec failed", "cannot exec in a ", "ttrpc: closed", "unable to find user", "unable to find group", "no matching entries in", holdName + ": "}
}

// looksFailed is true when the first output may be the engine's message.
func looksFailed(data []byte) bool {
	for _, prefix := range failurePrefixes() {
		if n := min(len(prefix), len(data)); n > 0 && string(data[:n]) == prefix[:n] {
			return true
		}
	}
	return false
}

// Read gives the process's output. When the process did not start, the engine's
// message about it is returned as an error in place of output.
func (s *Shell) Read(p []byte) (int, error) {
	s.readMu.Lock()
	defer s.readMu.Unlock()
	if !s.opened {
		if err := s.judgeLocked(); err != nil {
			s.pending, s.readErr = nil, err
		}
	}
	if len(s.pending) > 0 {
		n := copy(p, s.pending)
		s.pending = s.pending[n:]
		return n, nil
	}
	if s.readErr != nil {
		s.end()
		return 0, s.readErr
	}
	n, err := s.out.Read(p)
	if err != nil {
		s.readErr = s.streamError(err)
		s.end()
		if n > 0 {
			return n, nil
		}
		return 0, s.readErr
	}
	return n, nil
}

// streamError makes one end of what the kinds of connections report.
func (s *Shell) streamError(err error) error {
	select {
	case <-s.closing:
		return io.EOF
	default:
	}
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return wrap("read from shell in", s.object, err)
}

func (s *Shell) end() { s.endOnce.Do(func() { close(s.ended) }) }

func (s *Shell) judge() error {
	s.readMu.Lock()
	defer s.readMu.Unlock()
	err := s.judgeLocked()
	if err != nil {
		s.pending, s.readErr = nil, err
		s.end()
	}
	return err
}

// judgeLocked takes the first output and decides whether it is the process's own
// or the engine's message that there is no process.
func (s *Shell) judgeLocked() error {
	if s.opened {
		return s.failed()
	}
	s.opened = true
	got := <-s.first
	s.pending = got.data
	if got.err != nil {
		s.readErr = s.streamError(got.err)
	}
	if len(got.data) > 0 && !looksFailed(got.data) {
		return nil
	}
	// A real message is short and the end follows at once; a program that happens
	// to begin in the same way is let through after a moment.
	buf := make([]byte, maxFailure)
	_ = s.conn.Conn.SetReadDeadline(time.Now().Add(time.Second))
	for s.readErr == nil && len(s.pending) < maxFailure && looksFailed(s.pending) {
		n, err := s.out.Read(buf)
		s.pending = append(s.pending, buf[:n]...)
		var late interface{ Timeout() bool }
		if errors.As(err, &late) && late.Timeout() {
			break
		}
		if err != nil {
			s.readErr = s.streamError(err)
		}
	}
	_ = s.conn.Conn.SetReadDeadline(time.Time{})
	if !errors.Is(s.readErr, io.EOF) {
		return nil
	}
	return s.failed()
}

// failed asks for the exit code after an early end and makes the typed error.
func (s *Shell) failed() error {
	var own *Error
	if errors.As(s.readErr, &own) {
		return own
	}
	text := strings.TrimSpace(string(s.pending))
	if text != "" && !looksFailed([]byte(text)) || !errors.Is(s.readErr, io.EOF) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), exitTimeout)
	defer cancel()
	code, err := s.exitCode(ctx)
	if err != nil || code < 125 || code > 128 && code != 255 {
		return nil
	}
	if text == "" && code != 126 && code != 127 {
		return nil
	}
	return startError(s.object, code, text)
}

// startError is the error of a process that the engine could not start.
func startError(object string, code int, text string) error {
	own := &Error{Op: "open shell in", Object: object, Cause: CauseNoShell, Hint: "choose a program that the image has"}
	// Podman goes on about its own connections.
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	text = printable(text, maxErrorText)
	if text == "" {
		text = fmt.Sprintf("the program ended at once with exit code %d", code)
	}
	own.Err = errors.New(text)
	switch cause, hint := causeFromText(text); cause {
	case CauseNoUser, CauseNoShell, CauseNotRunning:
		own.Cause, own.Hint = cause, hint
	}
	if code == 126 && strings.Contains(strings.ToLower(text), "permission denied") {
		own.Cause, own.Hint = CauseNoShell, "the file is not executable for this user: choose another program, or open the shell as root"
	}
	return own
}

// Write sends input to the process.
func (s *Shell) Write(p []byte) (int, error) {
	n, err := s.conn.Conn.Write(p)
	if err != nil {
		err = wrap("write to shell in", s.object, err)
	}
	return n, err
}

// Wait returns the process's exit code after its output has been read to the
// end. The error says why there is none: the engine or the container went away.
func (s *Shell) Wait(ctx context.Context) (int, error) {
	select {
	case <-s.ended:
	case <-ctx.Done():
		return -1, wrap("wait for shell in", s.object, ctx.Err())
	}
	s.readMu.Lock()
	err := s.readErr
	s.readMu.Unlock()
	var own *Error
	if errors.As(err, &own) && own.Op == "open shell in" {
		return 127, own
	}
	ctx, cancel := context.WithTimeout(ctx, exitTimeout)
	defer cancel()
	code, err := s.exitCode(ctx)
	if err != nil {
		return -1, wrap("wait for shell in", s.object, err)
	}
	return code, nil
}

var errStillRunning = errors.New("the process still runs")

// exitCode waits until the process is not running any more: before that, the
// engine's code is 0 and means nothing.
func (s *Shell) exitCode(ctx context.Context) (int, error) {
	for wait := 2 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		in, err := s.engine.api.ContainerExecInspect(ctx, s.exec)
		if err != nil {
			return -1, err
		}
		if !in.Running {
			return in.ExitCode, nil
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return -1, errStillRunning
		}
	}
}

// running is false only when the engine says so.
func (s *Shell) running(ctx context.Context) bool {
	in, err := s.engine.api.ContainerExecInspect(ctx, s.exec)
	if err != nil {
		return !cerrdefs.IsNotFound(err)
	}
	return in.Running
}

// merged joins the two streams of a process without a TTY. What kind of stream it
// is, only we know: engines before API 1.42 call every one raw.
type merged struct {
	r    io.Reader
	left uint32
}

func (d *merged) Read(p []byte) (int, error) {
	for d.left == 0 {
		var header [8]byte
		if _, err := io.ReadFull(d.r, header[:]); err != nil {
			return 0, err
		}
		if header[0] > 3 || !bytes.Equal(header[1:4], []byte{0, 0, 0}) {
			return 0, errors.New("the engine's stream is garbled")
		}
		d.left = binary.BigEndian.Uint32(header[4:])
	}
	if uint64(len(p)) > uint64(d.left) {
		p = p[:d.left]
	}
	n, err := d.r.Read(p)
	d.left -= uint32(n)
	return n, err
}
