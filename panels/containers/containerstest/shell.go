package containerstest

import (
	"bytes"
	"context"
	"io"
	"sync"

	"tacklebox/panels/containers/model"
	"tacklebox/platform/containers"
)

// Shell is a fake shell: what is typed is kept, what is printed is read.
type Shell struct {
	Request containers.ShellRequest

	r     *io.PipeReader
	w     *io.PipeWriter
	mu    sync.Mutex
	typed bytes.Buffer
	code  int
	done  chan struct{}
	once  sync.Once
}

// OpenShell is part of model.Engine.
func (c *Conn) OpenShell(_ context.Context, r containers.ShellRequest) (model.Shell, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.e.Requests = append(c.e.Requests, r)
	if c.e.OpenErr != nil {
		return nil, c.e.OpenErr
	}
	s := &Shell{Request: r, done: make(chan struct{})}
	s.r, s.w = io.Pipe()
	c.e.Opened = append(c.e.Opened, s)
	return s, nil
}

// Print writes to the terminal as a program does.
func (s *Shell) Print(text string) { _, _ = io.WriteString(s.w, text) }

// Exit ends the shell from inside.
func (s *Shell) Exit(code int) {
	s.once.Do(func() {
		s.code = code
		close(s.done)
	})
	_ = s.w.Close()
}

// Typed is what the terminal sent.
func (s *Shell) Typed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.typed.String()
}

// Closed tells whether the shell has ended.
func (s *Shell) Closed() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// Read is part of model.Shell.
func (s *Shell) Read(p []byte) (int, error) { return s.r.Read(p) }

// Write is part of model.Shell.
func (s *Shell) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.typed.Write(p)
}

// Close is part of model.Shell.
func (s *Shell) Close() error {
	s.Exit(137)
	return nil
}

// Resize is part of model.Shell.
func (s *Shell) Resize(context.Context, int, int) error { return nil }

// ID is part of model.Shell.
func (s *Shell) ID() string { return "fake" }

// Wait is part of model.Shell.
func (s *Shell) Wait(ctx context.Context) (int, error) {
	select {
	case <-s.done:
		return s.code, nil
	case <-ctx.Done():
		return -1, ctx.Err()
	}
}
