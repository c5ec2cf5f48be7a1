package app

import (
	"context"
	"os"

	"tacklebox/panels"
	"tacklebox/panels/containers"
	"tacklebox/panels/latency"
	"tacklebox/panels/latency/alerts"
	"tacklebox/panels/latency/transfer"
	engines "tacklebox/platform/containers"
	"tacklebox/platform/latency/suggest"
	"tacklebox/platform/loginenv"
)

// makePanels gives the function that makes every tab there is, in the rail's
// order, and the one that ends what outlives them. This is the only place that
// knows them all.
func makePanels(ctx context.Context, o Options) (tabs func() []panels.Panel, end func()) {
	// A program started from a launcher has a short PATH; the login shell is asked
	// once, when an engine first needs it.
	login := loginenv.New()
	measuring := newLatencyJob(o.DataDir)
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // then no file is offered to be written anywhere
	}
	return func() []panels.Panel {
		tabs := []panels.Panel{
			containers.New(containers.Deps{Finder: containers.NewFinder(engines.Options{
				DataDir:    o.DataDir,
				AppVersion: o.Version,
				LoginPath:  func() string { return login.Path(ctx) },
			})}),
			latency.New(latency.Deps{
				Source:  measuring,
				ICMP:    measuring.engines.ICMP,
				Suggest: suggest.Find,
				Tools: append(transfer.Tools(transfer.Deps{Secrets: measuring.keys, By: Name + " " + o.Version, Home: home}),
					alerts.Tool(alerts.Deps{Secrets: measuring.keys})),
			}),
		}
		return append(tabs, l2tpPanels(o)...)
	}, measuring.close
}
