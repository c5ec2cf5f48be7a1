package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/monitor"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/icmp"
	"tacklebox/platform/latency/targets"
)

// The exit codes of watch; the program's own stand for what kept it from
// measuring at all.
const (
	watchLost = 1 // some probes got no answer
	watchNone = 2 // none got one
)

const watchHelp = `Asks each HOST again and again and prints what became of each probe, until Ctrl-C or until --count
probes are decided. A HOST is a name or an address, host:port for TCP connects, a URL, or
dns:server/name.

Every probe is decided once: reply, timeout, icmp-error, send-error (it never left this machine: that
is not loss), bad-reply or not-measured. late (an answer after the timeout, which leaves the probe
lost) and duplicate are lines of their own with the same seq.

With --format json each line is one object: target, address, seq, sent, outcome, rtt_ms (not without
an answer), engine, and where there are any reason, from and phases; the last line is {"summary": ...}.

Exit codes: 0 every probe was answered; 1 some were not; 2 none was; 64 the command line cannot be
understood; 125 nothing could be measured at all. What Ctrl-C finds in flight counts for nothing.`

// watchFlags are those of watch.
type watchFlags struct {
	interval, timeout      period
	count                  uint64
	size, dscp, ttl        int
	source, file           string
	family, engine, format choiceFlag
}

// watchCommand measures in this terminal and keeps nothing.
func (p *program) watchCommand() *cobra.Command {
	f := &watchFlags{interval: period{low: latency.MinInterval, high: latency.MaxInterval}, timeout: period{low: time.Millisecond, high: latency.MaxInterval}}
	c := &cobra.Command{
		Use:   "watch HOST...",
		Short: "Ask hosts again and again and print each answer",
		Long:  watchHelp,
		Example: "  tacklebox latency watch 192.168.1.1 example.org:443 dns:9.9.9.9/example.org\n" +
			"  tacklebox latency watch --count 5 --format json 127.0.0.1",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && f.file == "" {
				return misusing(c, "no host to watch")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			p.json = f.format.value == "json"
			list, err := p.watched(c, f, args)
			if err != nil {
				return err
			}
			return p.watch(c.Context(), f, list)
		},
	}
	flags := c.Flags()
	flags.VarP(&f.interval, "interval", "i", "ask every `TIME`, 200ms to 1h (1s)")
	flags.VarP(&f.timeout, "timeout", "W", "wait this `TIME` for an answer (2s; 5s for TCP and DNS, 10s for HTTP)")
	flags.Uint64VarP(&f.count, "count", "c", 0, "end after `N` probes to each host; 0 goes on until Ctrl-C")
	flags.IntVarP(&f.size, "size", "s", latency.DefaultSize, "send so many `BYTES` in an echo request")
	flags.IntVar(&f.dscp, "dscp", 0, "mark the packets with this `DSCP`, 0 to 63")
	flags.IntVarP(&f.ttl, "ttl", "t", 0, "let packets pass `N` routers; 0 is the system's")
	flags.StringVarP(&f.source, "source", "I", "", "send from this `ADDRESS` or interface")
	flags.StringVar(&f.file, "targets", "", "also watch what is listed in this `FILE` (- is stdin), as latency import reads it")
	choice(c, &f.family, "family", "look names up to IPv4 or IPv6 only", "any", "ip4", "ip6")
	choice(c, &f.engine, "engine", "how to send echo requests", engines.Auto, engines.Kernel, engines.ProBing, engines.ICMPAPI)
	choice(c, &f.format, "format", "what to print", "text", "json")
	return c
}

// watched are the targets of a command line.
func (p *program) watched(c *cobra.Command, f *watchFlags, args []string) ([]latency.Target, error) {
	switch {
	case f.size < 1 || f.size > latency.MaxSize:
		return nil, misusing(c, "--size %d: from 1 to %d", f.size, latency.MaxSize)
	case f.dscp < 0 || f.dscp > 63:
		return nil, misusing(c, "--dscp %d: from 0 to 63", f.dscp)
	case f.ttl < 0 || f.ttl > 255:
		return nil, misusing(c, "--ttl %d: from 0 to 255", f.ttl)
	}
	if f.source != "" {
		source, err := targets.CleanSource(f.source)
		if err != nil {
			return nil, misusing(c, "--source: %w", err)
		}
		f.source = source
	}
	var list []latency.Target
	for _, arg := range args {
		t, err := targets.ParseSpec(arg)
		if err != nil {
			return nil, misusing(c, "%q: %w", targets.Quotable(arg, 100), err)
		}
		list = append(list, t)
	}
	if f.file != "" {
		more, err := p.targetFile(c.Context(), f.file)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	if len(list) == 0 {
		return nil, misusing(c, "%s: no target in it", plainText(f.file))
	}
	for i := range list {
		f.apply(c, &list[i])
		list[i].ID = latency.TargetID(i + 1)
	}
	return list, nil
}

// apply puts what the command line says over what a file says.
func (f *watchFlags) apply(c *cobra.Command, t *latency.Target) {
	changed := c.Flags().Changed
	if changed("interval") {
		t.Interval = f.interval.Duration
	}
	if changed("timeout") {
		t.Timeout = f.timeout.Duration
	}
	if changed("size") {
		t.Size = f.size
	}
	if changed("dscp") {
		t.DSCP = f.dscp
	}
	if changed("ttl") {
		t.TTL = f.ttl
	}
	if changed("source") {
		t.Source = f.source
	}
	if changed("family") {
		t.Family = latency.FamilyAny
		if f.family.value != "any" {
			t.Family = latency.Family(f.family.value)
		}
	}
	t.Paused = false
}

// watch measures until the count is reached or the context ends, and gives the
// exit code.
func (p *program) watch(ctx context.Context, f *watchFlags, list []latency.Target) error {
	set := &opened{engineSet: p.services.latency.engines(engines.Options{ICMP: f.engine.value})}
	defer set.close()
	if err := p.echoEngine(set, list); err != nil {
		return err
	}
	w := newWatch(list, p.services.latency.now)
	m := monitor.New(monitor.Options{Open: set.Open, Sink: w.sink, Notice: w.notice, Resolve: p.services.latency.resolve})
	w.status = m.Status
	specs := make([]monitor.Spec, len(list))
	for i, t := range list {
		specs[i] = monitor.Spec{Target: t, Count: f.count}
	}
	write := p.textLines(w, list)
	if p.json {
		write = p.jsonLines(w)
	}
	written := make(chan error, 1)
	go func() { written <- w.write(write) }()
	err := m.Set(specs)
	if stretch := m.Status().Stretch; stretch > 1.01 {
		p.say("this is more than %d probes a second in all: every interval is %.1f times as long", monitor.DefaultMaxRate, stretch)
	}
	failed := false
	if err == nil {
		select {
		case <-ctx.Done():
		case <-m.Counted():
		case err = <-written:
			failed = true
		}
	}
	w.ending()
	err = errors.Join(err, m.Close())
	w.end()
	if !failed {
		err = errors.Join(err, <-written)
	}
	if err != nil {
		return err
	}
	if n := w.leftOut(); n > 0 {
		p.say("%d lines were left out, because this output was not read fast enough: the summary counts them", n)
	}
	if err := p.summary(w); err != nil {
		return err
	}
	if code := w.code(); code != exitOK {
		return &exit{code: code}
	}
	return nil
}

// opened hands the engine that was opened to see whether it works to whoever
// opens one first.
type opened struct {
	engineSet

	mu    sync.Mutex
	ready probe.Engine
}

// Open is that of engines.Set.
func (o *opened) Open(kind latency.Kind) (probe.Engine, error) {
	if kind == latency.KindICMP {
		o.mu.Lock()
		e := o.ready
		o.ready = nil
		o.mu.Unlock()
		if e != nil {
			return e, nil
		}
	}
	return o.engineSet.Open(kind)
}

// close closes an engine that nobody took.
func (o *opened) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ready != nil {
		_ = o.ready.Close() // nothing was sent
	}
}

// echoEngine opens the engine for echo requests if any target needs one, and says
// which it is. It is an error when nothing can be measured without.
func (p *program) echoEngine(set *opened, list []latency.Target) error {
	echoes := 0
	for _, t := range list {
		if t.Kind == latency.KindICMP {
			echoes++
		}
	}
	if echoes == 0 {
		return nil
	}
	var err error
	set.ready, err = set.engineSet.Open(latency.KindICMP)
	c := set.ICMP()
	switch {
	case err != nil && echoes == len(list):
		return noEcho(c, err)
	case err != nil:
		p.say("%s: %s", p.name, plainText(noEcho(c, err).Error()))
	case !p.json:
		p.say("%s", plainText(echoText(c)))
	}
	return nil
}

// noEcho says what a person may do where echo requests cannot be sent.
func noEcho(c engines.Choice, err error) error {
	does := "TCP (host:port), DNS and HTTP targets work without"
	if fix := c.Fix(); fix != "" {
		does = "run " + fix + "; " + does
		// Every engine says the same in its own words.
		err = &denial{why: icmp.ErrPermission, err: err}
	}
	return fmt.Errorf("echo requests cannot be sent here: %w: %s", oneLine(err), does)
}

// denial says why in a few words and keeps the whole error.
type denial struct{ why, err error }

func (d *denial) Error() string { return d.why.Error() }
func (d *denial) Unwrap() error { return d.err }

// echoText says which engine sends echo requests, and why not a better one.
func echoText(c engines.Choice) string {
	text := "echo requests: engine " + c.Engine
	if c.Engine == engines.Kernel {
		text += ", stamped by the kernel as they leave and come back"
	}
	for _, r := range c.Refused {
		why := oneLine(r.Err).Error()
		if r.Fix != "" {
			why = fmt.Sprintf("%v: run %s", r.Kind, r.Fix)
		}
		text += fmt.Sprintf("; %s would be more exact, but: %s", r.Engine, why)
	}
	return text
}

// oneLine is an error whose parts stand on one line.
func oneLine(err error) error { return &flat{err} }

type flat struct{ error }

func (f *flat) Error() string { return strings.ReplaceAll(f.error.Error(), "\n", "; ") }
func (f *flat) Unwrap() error { return f.error }
