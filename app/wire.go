package app

import (
	"context"
	"os"

	"tacklebox/panels"
	"tacklebox/panels/containers"
	"tacklebox/panels/latency"
	"tacklebox/panels/latency/alerts"
	"tacklebox/panels/latency/transfer"
	"tacklebox/panels/registry"
	engines "tacklebox/platform/containers"
	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/latency/suggest"
	"tacklebox/platform/loginenv"
	"tacklebox/platform/settings"
)

// makePanels gives the function that makes every tab there is, in the rail's
// order, and the one that ends what outlives them. This is the only place that
// knows them all.
func makePanels(ctx context.Context, o Options, set *settings.Store) (tabs func() []panels.Panel, end func()) {
	// A program started from a launcher has a short PATH; the login shell is asked
	// once, when an engine first needs it.
	login := loginenv.New()
	measuring := newLatencyJob(o.DataDir)
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // then no file is offered to be written anywhere
	}
	path := func() string { return login.Path(ctx) }
	registries := newRegistryJob(ctx, o.DataDir, set, dockerconfig.Options{LoginPath: path})
	engine := engines.Options{DataDir: o.DataDir, AppVersion: o.Version, LoginPath: path, Credential: registries.store.PullCredential}
	asked := &engineDoctor{options: func() engines.Options {
		chosen := engine
		chosen.Explicit = set.Get().Engine
		return chosen
	}}
	endVPN := func() {}
	return func() []panels.Panel {
		images := containers.New(containers.Deps{Finder: containers.NewFinder(engine)})
		tabs := []panels.Panel{
			images,
			latency.New(latency.Deps{
				Source:  measuring,
				ICMP:    measuring.engines.ICMP,
				Suggest: suggest.Find,
				Tools: append(transfer.Tools(transfer.Deps{Secrets: measuring.keys, By: Name + " " + o.Version, Home: home}),
					alerts.Tool(alerts.Deps{Secrets: measuring.keys})),
			}),
			registry.New(registry.Deps{Store: registries.store, Watch: registries, Debugger: debugger{tab: images, engine: asked}}),
		}
		vpn, end := l2tpPanels(o)
		endVPN = end
		return append(tabs, vpn...)
	}, func() { registries.close(); measuring.close(); endVPN() }
}
