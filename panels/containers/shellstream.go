package containers

import (
	"context"
	"io"
	"sync"

	"tacklebox/panels/containers/model"
)

// shellStream is a shell that may not be there yet: reading and writing wait for
// it, each in the terminal's own goroutine.
type shellStream struct {
	ctx    context.Context
	cancel context.CancelFunc
	ready  chan struct{}
	once   sync.Once

	mu  sync.Mutex
	sh  model.Shell
	err error
}

func newShellStream(parent context.Context) *shellStream {
	ctx, cancel := context.WithCancel(parent)
	return &shellStream{ctx: ctx, cancel: cancel, ready: make(chan struct{})}
}

// connect gives the stream its shell, or why there is none.
func (s *shellStream) connect(sh model.Shell, err error) {
	s.mu.Lock()
	s.sh, s.err = sh, err
	s.mu.Unlock()
	s.once.Do(func() { close(s.ready) })
	if sh != nil && s.ctx.Err() != nil {
		_ = sh.Close()
	}
}

func (s *shellStream) wait() (model.Shell, error) {
	select {
	case <-s.ready:
	case <-s.ctx.Done():
		return nil, io.EOF
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sh == nil {
		return nil, io.EOF
	}
	return s.sh, nil
}

// Read is part of widgets.Stream.
func (s *shellStream) Read(p []byte) (int, error) {
	sh, err := s.wait()
	if err != nil {
		return 0, err
	}
	return sh.Read(p)
}

// Write is part of widgets.Stream.
func (s *shellStream) Write(p []byte) (int, error) {
	sh, err := s.wait()
	if err != nil {
		return 0, err
	}
	return sh.Write(p)
}

// Resize is part of widgets.Stream. Before there is a shell the size is the one
// it is opened with.
func (s *shellStream) Resize(ctx context.Context, cols, rows int) error {
	select {
	case <-s.ready:
	default:
		return nil
	}
	sh, err := s.wait()
	if err != nil {
		return nil
	}
	return sh.Resize(ctx, cols, rows)
}

// Close ends the shell, or the waiting for it.
func (s *shellStream) Close() error {
	s.cancel()
	s.mu.Lock()
	sh := s.sh
	s.mu.Unlock()
	if sh == nil {
		return nil
	}
	return sh.Close()
}
