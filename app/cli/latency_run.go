package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/metrics"
	"tacklebox/platform/latency/service"
)

const runHelp = `Measures all targets into the history of the data folder, without a window, until Ctrl-C or until it
is terminated, which both end it with exit code 0. The window then shows what this process measures.
One process measures into a data folder: where the window does, this refuses.

With --metrics it serves Prometheus the metrics of smokeping_prober under http://ADDR/metrics, on
this machine alone (127.0.0.1:9374, [::1]:9374, or only :9374) unless --metrics-public is given too.

--print-unit prints a unit for systemd's user instance that runs this verb as it was called:

  tacklebox-cli latency run --print-unit > ~/.config/systemd/user/tacklebox-latency.service
  systemctl --user enable --now tacklebox-latency
  loginctl enable-linger          # to measure while nobody is logged in, too`

// runFlags are those of run.
type runFlags struct {
	engine    choiceFlag
	metrics   string
	public    bool
	printUnit bool
}

// runCommand measures headless.
func (p *program) runCommand() *cobra.Command {
	f := &runFlags{}
	c := &cobra.Command{
		Use:   "run",
		Short: "Measure all targets into the history, without a window",
		Long:  runHelp,
		Args:  nothingMore,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.public && f.metrics == "" {
				return misusing(c, "--metrics-public goes with --metrics")
			}
			if f.printUnit {
				return p.printUnit(f)
			}
			return p.measure(c.Context(), f)
		},
	}
	choice(c, &f.engine, "engine", "how to send echo requests", engines.Auto, engines.Kernel, engines.ProBing, engines.ICMPAPI)
	c.Flags().StringVar(&f.metrics, "metrics", "", "serve metrics to Prometheus at this `ADDR`, such as 127.0.0.1:9374")
	c.Flags().BoolVar(&f.public, "metrics-public", false, "let other machines read the metrics, with the names and addresses of all targets")
	c.Flags().BoolVar(&f.printUnit, "print-unit", false, "print a unit for systemd instead")
	return c
}

// errMeasured is a data folder that another process measures into.
var errMeasured = errors.New("another process measures into it already: quit Tacklebox's window or end its latency run first, or choose another folder with --data-dir")

// lookEvery is how often a headless process looks at how it is doing.
const lookEvery = 10 * time.Second

// measure is run.
func (p *program) measure(ctx context.Context, f *runFlags) (err error) {
	dir, err := p.services.dataDir(p.dataDir)
	if err != nil {
		return err
	}
	set := p.services.latency.engines(engines.Options{ICMP: f.engine.value})
	sender := p.services.latency.sender
	if sender.Secrets == nil {
		sender.Secrets = service.Secrets(service.Keychain(dir))
	}
	s, err := service.Open(service.Options{Dir: service.Folder(dir), Open: set.Open, Now: p.services.latency.now, Resolve: p.services.latency.resolve,
		Sender: sender})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if !s.Writer() {
		return fmt.Errorf("measure into %q: %w", dir, errMeasured)
	}
	end, err := p.serveMetrics(ctx, s, f)
	if err != nil {
		return err
	}
	defer end()
	p.say("measuring %s into %s", counted(len(s.Targets()), "target"), plainText(dir))
	if len(s.Targets()) == 0 {
		p.say("there is no target yet: end this, and name some with latency add or latency import")
	}
	p.tellSystem("READY=1")
	p.look(ctx, set, s)
	p.tellSystem("STOPPING=1")
	p.say("measuring has ended; the history is in %s", plainText(dir))
	return nil
}

// serveMetrics answers Prometheus until end is called.
func (p *program) serveMetrics(ctx context.Context, s *service.Service, f *runFlags) (end func(), err error) {
	if f.metrics == "" {
		return func() {}, nil
	}
	l, err := metrics.Listen(ctx, f.metrics, f.public)
	if err != nil {
		return nil, err
	}
	m := metrics.New()
	m.SetTargets(s.Targets(), p.services.latency.now())
	forget := s.Subscribe(m.Observe)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := m.Serve(ctx, l); err != nil {
			p.say("%s: %s: measuring goes on", p.name, plainText(err.Error()))
		}
	}()
	p.say("metrics: http://%s%s", l.Addr(), metrics.Path)
	return func() {
		cancel()
		<-done
		forget()
	}, nil
}

// counted is "1 target" or "2 targets".
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// look says what changes about how measuring goes, until the context ends.
func (p *program) look(ctx context.Context, set engineSet, s *service.Service) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	said := map[string]string{}
	tell := func(what, text string) {
		if said[what] != text {
			said[what] = text
			if text != "" {
				p.say("%s", plainText(text))
			}
		}
	}
	for {
		now := s.Snapshot()
		for _, e := range now.Engines {
			switch {
			case e.Kind == latency.KindICMP && e.Err != nil:
				tell("engine", noEcho(set.ICMP(), e.Err).Error())
			case e.Kind == latency.KindICMP && e.Name != "":
				tell("engine", echoText(set.ICMP()))
			case e.Err != nil:
				tell(string(e.Kind), oneLine(e.Err).Error())
			default:
				tell(string(e.Kind), "")
			}
		}
		stretch, store := "", ""
		if now.Stretch > 1.01 {
			stretch = fmt.Sprintf("the targets ask for more probes a second than are sent in all: every interval is %.1f times as long", now.Stretch)
		}
		tell("stretch", stretch)
		switch {
		case now.StoreErr != nil:
			store = "nothing can be written, measuring goes on: " + oneLine(now.StoreErr).Error()
		case said["store"] != "":
			store = "writing works again"
		}
		tell("store", store)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
