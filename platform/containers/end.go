package containers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"golang.org/x/sync/errgroup"
)

const (
	// endTimeout bounds the end of one session.
	endTimeout = 45 * time.Second
	// endsAtOnce is how many sessions EndAll ends side by side.
	endsAtOnce = 8
	// goneTimeout bounds the wait for a removal that somebody else has begun.
	goneTimeout = 15 * time.Second
)

// End stops and removes a container that Tacklebox made, with its anonymous
// volumes. It refuses every other one with CauseNotOurs; whether the session is
// this person's is for the caller to ask.
func (e *Engine) End(ctx context.Context, id string) error {
	const op = "end session"
	ctx, cancel := context.WithTimeout(ctx, endTimeout)
	defer cancel()
	in, err := e.api.ContainerInspect(ctx, id)
	if err != nil {
		return wrap(op, id, err)
	}
	if in.ContainerJSONBase == nil || in.Config == nil || e.sessionOf(in.Config.Labels) == nil {
		return &Error{Op: op, Object: id, Cause: CauseNotOurs,
			Err: errors.New("this container was not made by Tacklebox"), Hint: "remove it with the engine's own tools"}
	}
	if in.State != nil && in.State.Paused {
		// A frozen process cannot take its signal.
		_ = e.api.ContainerUnpause(ctx, in.ID)
	}
	if in.State != nil && (in.State.Running || in.State.Restarting) {
		if c := in.Config; c.Tty && posixShell(c.Entrypoint) != nil && len(c.Cmd) == 0 {
			// A shell at a prompt ignores the signal of a stop and leaves at once
			// when its terminal hangs up.
			_ = e.api.ContainerKill(ctx, in.ID, "HUP")
		}
		stop := debugStopTime
		// An error here is no reason to leave the container: the removal kills.
		_ = e.api.ContainerStop(ctx, in.ID, container.StopOptions{Timeout: &stop})
	}
	if err := e.remove(ctx, in.ID); err != nil {
		return wrap(op, id, err)
	}
	return nil
}

// remove kills and removes with anonymous volumes; gone already is fine.
func (e *Engine) remove(ctx context.Context, id string) error {
	err := e.api.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	switch {
	case err == nil, cerrdefs.IsNotFound(err):
		return nil
	case cerrdefs.IsConflict(err):
		// "removal of container ... is already in progress"
		return e.awaitGone(ctx, id, err)
	}
	return err
}

// awaitGone waits until the engine does not know the container any more.
func (e *Engine) awaitGone(ctx context.Context, id string, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, goneTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := e.api.ContainerInspect(ctx, id); cerrdefs.IsNotFound(err) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return cause
		}
	}
}

// EndAll ends the sessions of this user, host and data folder, and no others. It
// returns the names of those that ended and joins the errors of those that did
// not.
func (e *Engine) EndAll(ctx context.Context) (ended []string, err error) {
	sessions, probes, err := e.marked(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var fails []error
	var group errgroup.Group
	group.SetLimit(endsAtOnce)
	for _, c := range sessions {
		if !c.Session.Mine {
			continue
		}
		group.Go(func() error {
			err := e.End(ctx, c.ID)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && CauseOf(err) != CauseGone {
				fails = append(fails, fmt.Errorf("%s: %w", c.Name, err))
				return nil
			}
			ended = append(ended, c.Name)
			return nil
		})
	}
	_ = group.Wait()
	e.sweep(ctx, probes)
	slices.Sort(ended)
	return ended, errors.Join(fails...)
}
