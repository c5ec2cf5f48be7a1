package app

import (
	"context"

	"tacklebox/panels"
	"tacklebox/panels/containers"
	engines "tacklebox/platform/containers"
	"tacklebox/platform/loginenv"
)

// makePanels gives the function that makes every tab there is, in the rail's
// order. This is the only place that knows them all.
func makePanels(ctx context.Context, o Options) func() []panels.Panel {
	// A program started from a launcher has a short PATH; the login shell is asked
	// once, when an engine first needs it.
	login := loginenv.New()
	return func() []panels.Panel {
		return []panels.Panel{
			containers.New(containers.Deps{Finder: containers.NewFinder(engines.Options{
				DataDir:    o.DataDir,
				AppVersion: o.Version,
				LoginPath:  func() string { return login.Path(ctx) },
			})}),
		}
	}
}
