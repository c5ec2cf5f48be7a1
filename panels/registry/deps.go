// Package registry is the Registries tab: where images come from, what they would
// run before they are pulled, and how the Harbor that has them is.
package registry

import (
	"context"
	"net/url"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/doctor"
	"tacklebox/platform/registry/watch"
)

// ID is the tab's name in settings and on the command line.
const ID = "registry"

// Store keeps the connections, as connect.Store. All but Connections may block.
type Store interface {
	Connections() ([]registry.Connection, error)
	Add(context.Context, registry.Connection, registry.Secret) (registry.Connection, connect.Kept, error)
	Change(id string, change func(*registry.Connection)) (registry.Connection, error)
	Save(ctx context.Context, id string, secret registry.Secret, change func(*registry.Connection)) (registry.Connection, connect.Kept, error)
	Prefer(id string)
	Retry(id string) error
	Remove(ctx context.Context, id string) error
	RememberRepository(id, name string) error
	Open(ctx context.Context, id string) (*connect.Session, error)
	Try(registry.Connection, registry.Credential) (*connect.Session, error)
	MakeRobot(ctx context.Context, id string, by registry.Credential, pull []string) (connect.Robot, error)
}

// Watch goes round the connections while the program runs; it outlives the tab.
type Watch interface {
	Statuses() []watch.Status
	// Subscribe calls changed from another goroutine after each round, and notice
	// with what is to be told once.
	Subscribe(changed func([]watch.Status), notice func(watch.Notice)) (cancel func())
	// Look has a round made now.
	Look()
}

// Debugger is the part of the window that starts images: the Containers tab.
type Debugger interface {
	// Debug shows the form filled with a reference by digest, and with what was read
	// of it; it launches nothing.
	Debug(reference string, d browse.Detail)
	// Platform is the chosen engine's, such as "linux/amd64", "" while none answers.
	Platform() string
	// Engine asks the chosen engine itself; nil while there is none.
	Engine() doctor.Engine
}

// Deps is what the tab stands on.
type Deps struct {
	Store Store
	// Watch and Debugger may be nil: then there is no state beside a connection, or
	// nothing to launch with.
	Watch    Watch
	Debugger Debugger
	// OpenURL opens a page in the browser; Fyne's way when nil.
	OpenURL func(*url.URL) error
	Now     func() time.Time
	// Do runs a function on Fyne's goroutine; fyne.Do when nil.
	Do func(func())
	// Pace is DefaultPace when zero.
	Pace Pace
}

// Pace is how often what is in front is read anew.
type Pace struct {
	Health time.Duration // Harbor itself looks every 10 s
	Work   time.Duration
	Room   time.Duration
	Scan   time.Duration
	// Type is how long typing rests before it is searched for.
	Type time.Duration
}

// DefaultPace is polite.
var DefaultPace = Pace{Health: 10 * time.Second, Work: 10 * time.Second, Room: 60 * time.Second, Scan: 3 * time.Second, Type: 250 * time.Millisecond}
