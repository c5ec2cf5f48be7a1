package containers

import (
	"context"
	"time"

	"github.com/docker/docker/api/types/container"
)

// settle gives the terminal its size and lets the shell go. It returns the
// engine's reason when the process did not come up.
func (s *Shell) settle(ctx context.Context, r ShellRequest, sized bool) error {
	if sized {
		acknowledged := make(chan struct{})
		sizing, cancel := context.WithTimeout(ctx, sizeTimeout)
		defer cancel()
		go func() {
			defer close(acknowledged)
			s.sizeUntilTaken(sizing, r.Cols, r.Rows)
		}()
		select {
		case <-acknowledged:
		case got := <-s.first:
			// Held, it would be silent: this is an error or the end. Not held, it
			// may be the prompt.
			s.first <- got
			if s.held || len(got.data) == 0 || looksFailed(got.data) {
				if err := s.judge(); err != nil {
					return err
				}
			}
			if got.err == nil {
				select {
				case <-acknowledged:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if s.held {
		if _, err := s.conn.Conn.Write([]byte{endOfFile}); err != nil {
			return err
		}
	}
	return nil
}

// sizeUntilTaken repeats the resize until the engine takes it: before the
// process is there, engines refuse it.
func (s *Shell) sizeUntilTaken(ctx context.Context, cols, rows int) {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		if s.engine.api.ContainerExecResize(ctx, s.exec, container.ResizeOptions{Width: uint(cols), Height: uint(rows)}) == nil {
			return
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}

// Resize tells the process the terminal's new size.
func (s *Shell) Resize(ctx context.Context, cols, rows int) error {
	if cols <= 0 || rows <= 0 || !s.tty {
		return nil
	}
	select {
	case <-s.ended:
		return nil
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := s.engine.api.ContainerExecResize(ctx, s.exec, container.ResizeOptions{Width: uint(cols), Height: uint(rows)})
	return wrap("resize shell in", s.object, err)
}
