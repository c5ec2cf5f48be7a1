package containers

import (
	"context"

	"tacklebox/panels/containers/model"
	"tacklebox/platform/containers"
)

// finder is the real model.Finder.
type finder struct{ o containers.Options }

// NewFinder finds real engines. The engine that the person chose in the tab wins
// over o.Explicit.
func NewFinder(o containers.Options) model.Finder { return finder{o} }

func (f finder) Discover(ctx context.Context) ([]containers.Endpoint, error) {
	return containers.Discover(ctx, f.o)
}

func (f finder) Ask(ctx context.Context, ep containers.Endpoint) containers.Answer {
	return containers.Ask(ctx, ep, f.o)
}

func (f finder) Connect(ctx context.Context, ep containers.Endpoint) (model.Engine, error) {
	e, err := containers.Connect(ctx, ep, f.o)
	if err != nil {
		return nil, err
	}
	return engine{e}, nil
}

// engine gives the engine package's concrete shell the form of an interface.
type engine struct{ *containers.Engine }

// OpenShell is part of model.Engine.
func (e engine) OpenShell(ctx context.Context, r containers.ShellRequest) (model.Shell, error) {
	s, err := e.Engine.OpenShell(ctx, r)
	if err != nil {
		return nil, err
	}
	return s, nil
}
