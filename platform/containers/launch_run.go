package containers

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/docker/docker/api/types/container"

	"tacklebox/platform/containers/launch"
)

const (
	// createTimeout bounds a create; an engine copies the image's files into new
	// volumes before it answers.
	createTimeout = 2 * time.Minute
	// createGrace is how long a cancelled launch waits for a create under way, to
	// be able to remove what it made.
	createGrace = 15 * time.Second
	// cleanupTimeout bounds the removal after a failure or a cancellation.
	cleanupTimeout = 20 * time.Second
)

// Launch creates and starts a debug container and returns at once after the
// start. When it fails, nothing is left behind, not even when ctx was cancelled.
func (e *Engine) Launch(ctx context.Context, spec launch.Spec) (*Session, error) {
	defer e.launching.removals.Wait()
	spec, detail, err := e.resolve(ctx, spec)
	if err != nil {
		return nil, err
	}
	if err := e.checkSources(spec); err != nil {
		return nil, err
	}
	now := time.Now()
	session := newID(8)
	labels := e.labels(KindDebug, session, spec.Source, now)
	to := e.target(detail)
	p, err := newPlan(spec, to, e.proxyEnv(), labels)
	if err != nil {
		return nil, err
	}
	s := &Session{Name: spec.Name, Spec: withLabels(spec, labels), Info: *e.sessionOf(labels)}
	err = e.run(ctx, p, s)
	if err != nil && p.host.Init != nil && missesInit(err) {
		e.launching.noInit.Store(true)
		p.host.Init = nil
		if err = e.run(ctx, p, s); err == nil {
			s.Warnings = append(s.Warnings, "the engine has no init program: orphaned processes stay as zombies")
		}
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// checkSources looks for the sources of bind mounts itself where the engine
// would make a missing one, as Podman does behind Docker's API, and its files are
// the ones we see.
func (e *Engine) checkSources(spec launch.Spec) error {
	if !e.podman() || !hasScheme(e.ep.Host, "unix") || e.Answer().OS != runtime.GOOS {
		return nil
	}
	for _, m := range spec.Mounts {
		if m.Kind != launch.MountBind {
			continue
		}
		if _, err := os.Stat(m.Source); errors.Is(err, fs.ErrNotExist) {
			return &Error{Op: "mount", Object: m.Source, Cause: CauseMountMissing,
				Err: errors.New("it does not exist"), Hint: "create it, or choose another source"}
		}
	}
	return nil
}

// run creates, watches and starts; on an error the container is gone again.
func (e *Engine) run(ctx context.Context, p *plan, s *Session) (err error) {
	created, err := e.create(ctx, p, s.Info.Session)
	if err != nil {
		return err
	}
	s.ContainerID, s.Warnings = created.ID, created.Warnings
	defer func() {
		if err != nil {
			s.watch.stop()
			e.discard(ctx, created.ID)
		}
	}()
	for _, name := range p.later {
		if err := e.api.NetworkConnect(ctx, name, created.ID, nil); err != nil {
			return wrapLaunch("join network", name, CauseNoNetworkFor, err)
		}
	}
	s.watch = e.watchExit(ctx, created.ID)
	if err := s.watch.registered(ctx); err != nil {
		return wrap("watch container", p.object, err)
	}
	if err := e.api.ContainerStart(ctx, created.ID, container.StartOptions{}); err != nil {
		return wrapLaunch("start container", p.object, CauseNoNetworkFor, err)
	}
	return nil
}

// create makes the container. The call itself is not cancelled with ctx: an
// engine goes on with a create whose caller has left, and the container would
// stay.
func (e *Engine) create(ctx context.Context, p *plan, session string) (container.CreateResponse, error) {
	if err := ctx.Err(); err != nil {
		return container.CreateResponse{}, wrap("create container", p.object, err)
	}
	type result struct {
		created container.CreateResponse
		err     error
	}
	done := make(chan result, 1)
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), createTimeout)
	go func() {
		defer cancel()
		created, err := e.api.ContainerCreate(own, p.config, p.host, p.networks, p.platform, p.name)
		done <- result{created, err}
	}()
	select {
	case r := <-done:
		return r.created, wrapLaunch("create container", p.object, CauseNoImage, r.err)
	case <-ctx.Done():
	}
	grace := time.NewTimer(createGrace)
	defer grace.Stop()
	select {
	case r := <-done:
		if r.err == nil {
			e.discard(ctx, r.created.ID)
		}
	case <-grace.C:
		cancel()
		e.discardSession(ctx, session)
	}
	return container.CreateResponse{}, wrap("create container", p.object, ctx.Err())
}

// discard removes a container that came to nothing, also after ctx has ended.
func (e *Engine) discard(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	_ = e.remove(ctx, id)
}

// discardSession removes what a create made whose answer never came.
func (e *Engine) discardSession(ctx context.Context, session string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	sessions, probes, err := e.marked(ctx)
	if err != nil {
		return
	}
	for _, c := range append(sessions, probes...) {
		if c.Session.Session == session {
			_ = e.remove(ctx, c.ID)
		}
	}
}

// target tells a plan what it has to know of this engine.
func (e *Engine) target(detail ImageDetail) target {
	return target{
		api:      e.api.ClientVersion(),
		imageOS:  detail.OS,
		platform: detail.Platform,
		init:     !e.launching.noInit.Load(),
	}
}

// launchState is what an Engine remembers between launches.
type launchState struct {
	noInit atomic.Bool // the engine's machine has no init program
	probes probeCache
	// removals are the probe containers on their way out.
	removals sync.WaitGroup
}

// missesInit recognises an engine whose init program is not installed: it says
// so only when it is used.
func missesInit(err error) bool {
	text := err.Error()
	for _, word := range []string{"docker-init", "container-init", "catatonit", "tini"} {
		if strings.Contains(text, word) && !strings.Contains(text, "exec format error") {
			return true
		}
	}
	return false
}

// podman is true for Podman's answers to Docker's API.
func (e *Engine) podman() bool { return e.Answer().Product == "Podman" }
