package containers

import (
	"context"
	"time"

	"github.com/docker/docker/api/types/container"
)

const (
	// earlyWindow is how long after its start an exit counts as "at once".
	earlyWindow = 3 * time.Second
	// registerTimeout bounds the wait for the engine's word that it watches.
	registerTimeout = 2 * time.Second
)

// exitWatch waits for the exit of a container from before its start, so that
// one that ends at once is not missed. It gives up a little after earlyWindow.
type exitWatch struct {
	cancel context.CancelFunc
	ready  chan struct{} // closed when the engine has answered that it watches
	exited chan struct{} // closed when the container has ended
	done   chan struct{} // closed when nothing is awaited any more
	since  time.Time
}

// watchExit begins to wait for the next exit of a container not yet started.
func (e *Engine) watchExit(ctx context.Context, id string) *exitWatch {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), registerTimeout+earlyWindow+2*time.Second)
	w := &exitWatch{cancel: cancel, ready: make(chan struct{}), exited: make(chan struct{}), done: make(chan struct{}), since: time.Now()}
	if e.podman() {
		// Podman sends not even headers before the container has ended
		// (containers/podman#25479): waiting for its word would never end.
		close(w.ready)
	}
	go func() {
		defer close(w.done)
		defer cancel()
		exit, fail := e.api.ContainerWait(ctx, id, container.WaitConditionNextExit)
		if !e.podman() {
			close(w.ready)
		}
		select {
		case <-exit:
			close(w.exited)
		case <-fail:
			// Early asks the engine then.
		case <-ctx.Done():
			// The client's goroutine hands over exactly one of both, and stays until
			// somebody takes it.
			select {
			case <-exit:
			case <-fail:
			}
		}
	}()
	return w
}

// registered returns when the engine watches. An engine that does not say so in
// time is not waited for: the exit is then found by asking.
func (w *exitWatch) registered(ctx context.Context) error {
	timer := time.NewTimer(registerTimeout)
	defer timer.Stop()
	select {
	case <-w.ready:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop ends the waiting; it is fine on nil and more than once.
func (w *exitWatch) stop() {
	if w != nil {
		w.cancel()
		<-w.done
	}
}

// Early tells when the session's container exits within three seconds of its
// start, and why. The channel is closed with nothing when it stays up or ctx ends.
func (e *Engine) Early(ctx context.Context, s *Session) <-chan *Explanation {
	out := make(chan *Explanation, 1)
	go func() {
		defer close(out)
		if !s.endedEarly(ctx) {
			return
		}
		if why, err := e.Explain(ctx, s.ContainerID); err == nil && why.Code != ExitRunning {
			out <- why
		}
	}()
	return out
}

// endedEarly is true when the container has ended, or may have.
func (s *Session) endedEarly(ctx context.Context) bool {
	w := s.watch
	if w == nil {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(time.Until(w.since.Add(earlyWindow)))
	defer timer.Stop()
	select {
	case <-w.exited:
		return true
	case <-timer.C:
	case <-ctx.Done():
		w.cancel()
		return false
	}
	w.stop()
	select {
	case <-w.exited:
		return true
	default:
	}
	// The wait may have failed: ask instead of trusting it.
	return true
}
