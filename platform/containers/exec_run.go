package containers

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/docker/docker/pkg/stdcopy"
)

// ExecStreams are the streams of a process without a terminal. A nil Stdin is an
// empty one.
type ExecStreams struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Exec runs one process without a terminal in a running container, passes its
// streams through and returns its exit code. The end of Stdin ends the process's
// input only. When ctx ends first, the process is ended too.
func (e *Engine) Exec(ctx context.Context, r ShellRequest, streams ExecStreams) (int, error) {
	const op = "run in"
	r.TTY = false
	in, err := e.enterable(ctx, op, r)
	if err != nil {
		return -1, err
	}
	s := &Shell{
		engine: e, container: in.ID, object: nameOf(in, r.Container), marker: newID(8), user: r.User,
		first: make(chan firstRead, 1), ended: make(chan struct{}), closing: make(chan struct{}),
		posix: posixShell(r.Argv),
	}
	if err := s.connect(ctx, r, false, streams.Stdin != nil); err != nil {
		return -1, wrap(op, s.object, err)
	}
	defer s.conn.Close()
	if streams.Stdin != nil {
		// Not waited for: a read of a terminal cannot be broken off, and the
		// process need not read its input to the end.
		go func() {
			_, _ = io.Copy(s.conn.Conn, streams.Stdin)
			_ = s.conn.CloseWrite()
		}()
	}
	// Docker writes its message to the one, Podman to the other.
	stdout, stderr := &failureFilter{to: orDiscard(streams.Stdout)}, &failureFilter{to: orDiscard(streams.Stderr)}
	copied := make(chan error, 1)
	go func() {
		_, err := stdcopy.StdCopy(stdout, stderr, s.conn.Reader)
		copied <- err
	}()
	select {
	case err = <-copied:
	case <-ctx.Done():
		_ = s.Close()
		<-copied
		return -1, wrap(op, s.object, ctx.Err())
	}
	s.end()
	waiting, cancel := context.WithTimeout(ctx, exitTimeout)
	defer cancel()
	code, codeErr := s.exitCode(waiting)
	if codeErr != nil {
		return -1, wrap(op, s.object, errors.Join(err, codeErr))
	}
	if text := cmp.Or(stdout.text(), stderr.text()); text != "" && code >= 125 && code <= 128 {
		return code, startError(s.object, code, text)
	}
	if err = errors.Join(err, stdout.flush(), stderr.flush()); err != nil {
		return code, wrap(op, s.object, err)
	}
	return code, nil
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

func drain(r io.Reader) { _, _ = io.Copy(io.Discard, r) }

// failureFilter holds output back for as long as it may be the engine's message
// that the process did not start.
type failureFilter struct {
	to   io.Writer
	held []byte
	open bool
}

func (f *failureFilter) Write(p []byte) (int, error) {
	if f.open {
		return f.to.Write(p)
	}
	f.held = append(f.held, p...)
	if len(f.held) < maxFailure && looksFailed(f.held) {
		return len(p), nil
	}
	if err := f.flush(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// flush passes on what was held back.
func (f *failureFilter) flush() error {
	f.open = true
	if len(f.held) == 0 {
		return nil
	}
	_, err := f.to.Write(f.held)
	f.held = nil
	return err
}

// text is what was held back.
func (f *failureFilter) text() string { return string(f.held) }
