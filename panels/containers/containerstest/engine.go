// Package containerstest has an engine that exists only in memory, for tests of
// the Containers tab.
package containerstest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"tacklebox/panels/containers/model"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// Engine is a fake engine and the finder that finds it. Its exported fields are
// set before it is used or under Change.
type Engine struct {
	mu sync.Mutex

	Endpoints []containers.Endpoint
	Answers   map[string]containers.Answer // by endpoint ID; absent ones work
	ListErr   error
	Details   map[string]containers.ImageDetail
	List      []containers.Image
	All       []containers.Container
	Shells    map[string][]containers.ShellFound // by image; absent ones have none
	Why       map[string]*containers.Explanation
	EarlyWhy  *containers.Explanation
	Copies    map[string]launch.Spec
	Notes     map[string][]containers.CloneNote
	Changed   map[string][]containers.Change
	LogText   map[string]string
	Inspects  map[string]containers.Inspection
	PullErr   error
	LaunchErr error
	OpenErr   error
	// PullSteps are reported one after the other; each waits for PullGate when
	// that is not nil.
	PullSteps []containers.PullProgress
	PullGate  chan struct{}

	// What was asked for.
	Launched  []launch.Spec
	Pulled    []string
	Ended     []string
	Requests  []containers.ShellRequest
	Opened    []*Shell
	Connects  []string
	ImageRead int

	watchers []chan containers.Event
	serial   int
}

var (
	_ model.Finder = (*Engine)(nil)
	_ model.Engine = (*Conn)(nil)
)

// New makes an engine with one endpoint.
func New() *Engine {
	return &Engine{
		Endpoints: []containers.Endpoint{{ID: "unix:///run/fake.sock", Name: "local", Host: "unix:///run/fake.sock", Origin: containers.OriginDefault}},
		Answers:   map[string]containers.Answer{}, Details: map[string]containers.ImageDetail{},
		Shells: map[string][]containers.ShellFound{}, Why: map[string]*containers.Explanation{},
		Copies: map[string]launch.Spec{}, Notes: map[string][]containers.CloneNote{}, Changed: map[string][]containers.Change{},
		LogText: map[string]string{}, Inspects: map[string]containers.Inspection{},
	}
}

// AddImage puts an image with a shell into the engine.
func (e *Engine) AddImage(ref string, cmd launch.Command, shells ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	img := containers.Image{ID: fmt.Sprintf("sha256:%064d", len(e.List)+1), Tags: []string{ref}, Size: 117_000_000, Created: time.Unix(1_700_000_000, 0), Platform: "linux/amd64"}
	e.List = append(e.List, img)
	e.Details[ref] = containers.ImageDetail{Image: img, Command: cmd, OS: "linux", Arch: "amd64"}
	for _, s := range shells {
		e.Shells[ref] = append(e.Shells[ref], containers.ShellFound{Name: s, Argv: []string{s}})
	}
}

// Change changes the engine under its lock and tells watchers that both lists changed.
func (e *Engine) Change(f func(*Engine)) {
	e.mu.Lock()
	f(e)
	e.mu.Unlock()
	e.Emit(containers.Event{Kind: containers.EventContainers})
	e.Emit(containers.Event{Kind: containers.EventImages})
}

// Look reads the engine under its lock.
func (e *Engine) Look(f func(*Engine)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f(e)
}

// Emit tells all watchers.
func (e *Engine) Emit(ev containers.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, w := range e.watchers {
		select {
		case w <- ev:
		default:
		}
	}
}

// Discover is part of model.Finder.
func (e *Engine) Discover(context.Context) ([]containers.Endpoint, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.Endpoints), nil
}

// Ask is part of model.Finder.
func (e *Engine) Ask(_ context.Context, ep containers.Endpoint) containers.Answer {
	e.mu.Lock()
	defer e.mu.Unlock()
	if a, ok := e.Answers[ep.ID]; ok {
		a.Endpoint = ep
		return a
	}
	return containers.Answer{Endpoint: ep, Product: "Docker", Version: "20.10.24", API: "1.41", Latency: 2 * time.Millisecond}
}

// Connect is part of model.Finder.
func (e *Engine) Connect(ctx context.Context, ep containers.Endpoint) (model.Engine, error) {
	a := e.Ask(ctx, ep)
	e.mu.Lock()
	e.Connects = append(e.Connects, ep.ID)
	e.mu.Unlock()
	if a.Err != nil {
		return nil, a.Err
	}
	return &Conn{e: e, answer: a}, nil
}

// Conn is a connection to the fake engine.
type Conn struct {
	e      *Engine
	answer containers.Answer
}

// Answer is part of model.Engine.
func (c *Conn) Answer() containers.Answer { return c.answer }

// Close is part of model.Engine.
func (c *Conn) Close() error { return nil }

// Watch is part of model.Engine.
func (c *Conn) Watch(ctx context.Context) <-chan containers.Event {
	in, out := make(chan containers.Event, 64), make(chan containers.Event)
	c.e.mu.Lock()
	c.e.watchers = append(c.e.watchers, in)
	c.e.mu.Unlock()
	go func() {
		defer close(out)
		for {
			select {
			case <-ctx.Done():
				return
			case ev := <-in:
				select {
				case out <- ev:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}

// Images is part of model.Engine.
func (c *Conn) Images(context.Context) ([]containers.Image, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.e.ImageRead++
	return slices.Clone(c.e.List), c.e.ListErr
}

// Containers is part of model.Engine.
func (c *Conn) Containers(context.Context) ([]containers.Container, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	return slices.Clone(c.e.All), c.e.ListErr
}

// Image is part of model.Engine.
func (c *Conn) Image(_ context.Context, ref string) (containers.ImageDetail, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if d, ok := c.e.Details[ref]; ok {
		return d, nil
	}
	return containers.ImageDetail{}, &containers.Error{Op: "inspect image", Object: ref, Cause: containers.CauseNoImage, Err: errors.New("no such image")}
}

// Pull is part of model.Engine.
func (c *Conn) Pull(ctx context.Context, ref, _ string, progress func(containers.PullProgress)) error {
	c.e.mu.Lock()
	steps, gate, err := c.e.PullSteps, c.e.PullGate, c.e.PullErr
	c.e.Pulled = append(c.e.Pulled, ref)
	c.e.mu.Unlock()
	for _, s := range steps {
		progress(s)
		if gate == nil {
			continue
		}
		select {
		case <-gate:
		case <-ctx.Done():
			return &containers.Error{Op: "pull image", Object: ref, Cause: containers.CauseCancelled, Err: ctx.Err()}
		}
	}
	if err == nil {
		c.e.AddImage(ref, launch.Command{Cmd: []string{"/app"}}, "/bin/sh")
	}
	return err
}

// Logs is part of model.Engine.
func (c *Conn) Logs(ctx context.Context, id string, o containers.LogOptions) (io.ReadCloser, error) {
	c.e.mu.Lock()
	text := c.e.LogText[id]
	c.e.mu.Unlock()
	if !o.Follow {
		return io.NopCloser(strings.NewReader(text)), nil
	}
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, text)
		<-ctx.Done()
		_ = w.Close()
	}()
	return r, nil
}

// Inspect is part of model.Engine.
func (c *Conn) Inspect(_ context.Context, id string) (containers.Inspection, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	return c.e.Inspects[id], nil
}

// ProbeShells is part of model.Engine.
func (c *Conn) ProbeShells(_ context.Context, image, _ string) ([]containers.ShellFound, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if s := c.e.Shells[image]; len(s) > 0 {
		return s, nil
	}
	return nil, &containers.Error{Op: "find shell in", Object: image, Cause: containers.CauseNoShell, Err: errors.New("no shell")}
}

// Launch is part of model.Engine.
func (c *Conn) Launch(ctx context.Context, spec launch.Spec) (*containers.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, &containers.Error{Op: "launch", Object: spec.Image, Cause: containers.CauseCancelled, Err: err}
	}
	c.e.mu.Lock()
	c.e.Launched = append(c.e.Launched, spec.Clone())
	err := c.e.LaunchErr
	c.e.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if len(spec.Shell) == 0 {
		found, err := c.ProbeShells(ctx, spec.Image, "")
		if err != nil {
			return nil, err
		}
		spec.Shell = found[0].Argv
	}
	c.e.mu.Lock()
	c.e.serial++
	if len(spec.Original.Argv()) == 0 {
		spec.Original = c.e.Details[spec.Image].Command
	}
	id := fmt.Sprintf("session%057d", c.e.serial)
	name := fmt.Sprintf("debug-%d", c.e.serial)
	if spec.Name != "" {
		name = spec.Name
	}
	info := containers.SessionInfo{Session: id[:16], User: "me", Host: "here", Source: spec.Source, Created: time.Now(), Mine: true}
	c.e.Copies[id] = spec
	c.e.mu.Unlock()
	c.e.Change(func(e *Engine) {
		e.All = append([]containers.Container{{ID: id, Name: name, Image: spec.Image, State: "running", Created: time.Now(), Session: &info}}, e.All...)
	})
	return &containers.Session{ContainerID: id, Name: name, Spec: spec, Info: info}, nil
}

// Early is part of model.Engine.
func (c *Conn) Early(context.Context, *containers.Session) <-chan *containers.Explanation {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	out := make(chan *containers.Explanation, 1)
	if c.e.EarlyWhy != nil {
		out <- c.e.EarlyWhy
	}
	close(out)
	return out
}

// End is part of model.Engine.
func (c *Conn) End(_ context.Context, id string) error {
	c.e.Change(func(e *Engine) {
		e.Ended = append(e.Ended, id)
		e.All = slices.DeleteFunc(e.All, func(x containers.Container) bool { return x.ID == id })
	})
	return nil
}

// EndAll is part of model.Engine.
func (c *Conn) EndAll(ctx context.Context) ([]string, error) {
	var mine []string
	c.e.Look(func(e *Engine) {
		for _, x := range e.All {
			if x.Session != nil && x.Session.Mine {
				mine = append(mine, x.ID)
			}
		}
	})
	for _, id := range mine {
		_ = c.End(ctx, id)
	}
	return mine, nil
}

// Explain is part of model.Engine.
func (c *Conn) Explain(_ context.Context, id string) (*containers.Explanation, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if w := c.e.Why[id]; w != nil {
		return w, nil
	}
	return &containers.Explanation{Code: containers.ExitFailed, ExitCode: 1, Subject: "app"}, nil
}

// Clone is part of model.Engine.
func (c *Conn) Clone(_ context.Context, id string) (launch.Spec, []containers.CloneNote, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	s, ok := c.e.Copies[id]
	if !ok {
		return s, nil, &containers.Error{Op: "copy container", Object: id, Cause: containers.CauseGone, Err: errors.New("no such container")}
	}
	return s.Clone(), c.e.Notes[id], nil
}

// Changes is part of model.Engine.
func (c *Conn) Changes(_ context.Context, id string) ([]containers.Change, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	return c.e.Changed[id], nil
}
