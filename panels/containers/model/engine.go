// Package model is what the Containers tab knows, without a window: which
// engines there are, what they hold, what the form says, and what is going on.
package model

import (
	"context"
	"io"
	"time"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// Finder finds engines and connects to them.
type Finder interface {
	Discover(ctx context.Context) ([]containers.Endpoint, error)
	Ask(ctx context.Context, ep containers.Endpoint) containers.Answer
	Connect(ctx context.Context, ep containers.Endpoint) (Engine, error)
}

// Engine is what the tab needs of an engine.
type Engine interface {
	Answer() containers.Answer
	Close() error
	Watch(ctx context.Context) <-chan containers.Event
	Images(ctx context.Context) ([]containers.Image, error)
	Image(ctx context.Context, ref string) (containers.ImageDetail, error)
	Containers(ctx context.Context) ([]containers.Container, error)
	Pull(ctx context.Context, ref, platform string, progress func(containers.PullProgress)) error
	Logs(ctx context.Context, id string, o containers.LogOptions) (io.ReadCloser, error)
	Inspect(ctx context.Context, id string) (containers.Inspection, error)
	ProbeShells(ctx context.Context, image, platform string) ([]containers.ShellFound, error)
	Launch(ctx context.Context, spec launch.Spec) (*containers.Session, error)
	Early(ctx context.Context, s *containers.Session) <-chan *containers.Explanation
	OpenShell(ctx context.Context, r containers.ShellRequest) (Shell, error)
	End(ctx context.Context, id string) error
	EndAll(ctx context.Context) ([]string, error)
	Explain(ctx context.Context, id string) (*containers.Explanation, error)
	Clone(ctx context.Context, container string) (launch.Spec, []containers.CloneNote, error)
	Changes(ctx context.Context, id string) ([]containers.Change, error)
}

// Shell is a process inside a container.
type Shell interface {
	io.ReadWriteCloser
	Resize(ctx context.Context, cols, rows int) error
	Wait(ctx context.Context) (int, error)
	ID() string
}

// Link is the state of the connection to the chosen engine.
type Link string

const (
	LinkNone       Link = "none" // no engine was found or chosen
	LinkConnecting Link = "connecting"
	LinkUp         Link = "up"
	LinkDown       Link = "down" // it never answered
	LinkLost       Link = "lost" // it answered before
)

// EndpointState is one line of the engine picker.
type EndpointState struct {
	Endpoint containers.Endpoint
	Asking   bool
	Asked    bool
	Answer   containers.Answer
}

// Snapshot is all that the lists show, at one moment. Its slices are never
// changed after it was taken.
type Snapshot struct {
	Endpoints []EndpointState
	// DiscoverErr says what of the person's configuration could not be read.
	DiscoverErr error
	Discovered  bool
	Chosen      containers.Endpoint
	// Explicit is true when the person chose the engine.
	Explicit bool

	Link    Link
	LinkErr error
	Since   time.Time
	Answer  containers.Answer

	Images           []containers.Image
	ImagesErr        error
	ImagesLoaded     bool
	Containers       []containers.Container
	ContainersErr    error
	ContainersLoaded bool
}

// Container finds a container by ID.
func (s Snapshot) Container(id string) (containers.Container, bool) {
	for _, c := range s.Containers {
		if c.ID == id {
			return c, true
		}
	}
	return containers.Container{}, false
}

// MySessions are the debug containers of this user, host and data folder.
func (s Snapshot) MySessions() []containers.Container {
	var mine []containers.Container
	for _, c := range s.Containers {
		if c.Session != nil && c.Session.Mine {
			mine = append(mine, c)
		}
	}
	return mine
}
