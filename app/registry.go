package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"tacklebox/panels/containers"
	panel "tacklebox/panels/registry"
	engines "tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/doctor"
	"tacklebox/platform/registry/watch"
	"tacklebox/platform/settings"
)

// registryJob goes round the connections for as long as the program runs: the
// Registries tab comes and goes with the language, the watch does not.
type registryJob struct {
	store *connect.Store
	watch *watch.Watch

	ctx    context.Context
	cancel context.CancelFunc
	once   sync.Once
	jobs   sync.WaitGroup
	kick   chan struct{}

	mu      sync.Mutex
	next    int
	changed map[int]func([]watch.Status)
	notices map[int]func(watch.Notice)
}

// newRegistryJob makes the connections of a data folder; nothing is asked yet.
func newRegistryJob(ctx context.Context, dataDir string, set *settings.Store, docker dockerconfig.Options) *registryJob {
	j := &registryJob{kick: make(chan struct{}, 1), changed: map[int]func([]watch.Status){}, notices: map[int]func(watch.Notice){}}
	j.ctx, j.cancel = context.WithCancel(ctx)
	j.store = connect.New(connect.Options{Settings: set, Secrets: connect.Keychain(dataDir), Docker: docker})
	j.watch = watch.New(watch.Options{Store: j.store, Changed: j.tell, Notify: j.notify})
	return j
}

// Statuses is part of the tab's Watch.
func (j *registryJob) Statuses() []watch.Status { return j.watch.Statuses() }

// Subscribe is part of the tab's Watch; with the first one the rounds begin.
func (j *registryJob) Subscribe(changed func([]watch.Status), notice func(watch.Notice)) func() {
	j.mu.Lock()
	j.next++
	n := j.next
	j.changed[n], j.notices[n] = changed, notice
	j.mu.Unlock()
	j.once.Do(func() { j.jobs.Go(j.run) })
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.changed, n)
		delete(j.notices, n)
	}
}

// Look is part of the tab's Watch.
func (j *registryJob) Look() {
	select {
	case j.kick <- struct{}{}:
	default:
	}
}

// run makes one round after the other: two at a time would tell things twice.
func (j *registryJob) run() {
	for {
		j.watch.Round(j.ctx)
		pause := time.NewTimer(watch.Every)
		select {
		case <-j.ctx.Done():
			pause.Stop()
			return
		case <-j.kick:
			pause.Stop()
		case <-pause.C:
		}
	}
}

func (j *registryJob) tell(all []watch.Status) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, f := range j.changed {
		f(all)
	}
}

func (j *registryJob) notify(n watch.Notice) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, f := range j.notices {
		f(n)
	}
}

// close ends the rounds and every connection.
func (j *registryJob) close() {
	j.cancel()
	j.jobs.Wait()
	j.store.Close()
}

// debugger is the Containers tab as the Registries tab sees it.
type debugger struct {
	tab    *containers.Panel
	engine doctor.Engine
}

// Debug shows the form; the shell brings the tab to the front, which makes it.
func (d debugger) Debug(reference string, known browse.Detail) {
	d.tab.DebugKnown(reference, knownOf(known))
}

// knownOf is what the Containers tab can use of what a registry told, cleaned of what
// would hide in a line.
func knownOf(d browse.Detail) containers.Known {
	line := func(s string) string { return registry.Clean(s, 4000) }
	words := func(in []string) []string {
		out := make([]string, len(in))
		for i, w := range in {
			out[i] = line(w)
		}
		return out
	}
	return containers.Known{
		Command:  launch.Command{Entrypoint: words(d.Entrypoint), Cmd: words(d.Cmd), User: line(d.User), WorkDir: line(d.WorkDir)},
		Platform: line(d.Platform), Size: d.Size, Env: len(d.Env), Ports: words(d.Ports),
	}
}

// Platform is that of the engine in use.
func (d debugger) Platform() string { return d.tab.EnginePlatform() }

// Engine asks the engine itself.
func (d debugger) Engine() doctor.Engine { return d.engine }

var (
	_ panel.Debugger = debugger{}
	_ panel.Watch    = (*registryJob)(nil)
)

// engineDoctor connects to the engine that the person chose, and asks it.
type engineDoctor struct {
	options func() engines.Options

	mu   sync.Mutex
	name string
}

// Name is what the engine is called, "" until it was asked.
func (d *engineDoctor) Name() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.name
}

// AskRegistry has the engine reach the registry.
func (d *engineDoctor) AskRegistry(ctx context.Context, host string, cred registry.Credential) doctor.EngineAnswer {
	unknown := func(err error) doctor.EngineAnswer {
		return doctor.EngineAnswer{Kind: doctor.EngineUnknown, Text: err.Error()}
	}
	o := d.options()
	found, err := engines.Discover(ctx, o)
	if err != nil {
		return unknown(err)
	}
	if len(found) == 0 {
		return unknown(errors.New("no container engine was found"))
	}
	e, err := engines.Connect(ctx, found[0], o)
	if err != nil {
		return unknown(err)
	}
	defer e.Close()
	d.mu.Lock()
	if d.name = found[0].Name; d.name == "" {
		d.name = found[0].Title()
	}
	d.mu.Unlock()
	err = e.AskRegistry(ctx, host, dockerconfig.Auth{Username: cred.User, Password: string(cred.Secret), IdentityToken: string(cred.Token)})
	if err == nil {
		return doctor.EngineAnswer{Kind: doctor.EngineTrusts}
	}
	a := unknown(err)
	switch engines.CauseOf(err) {
	case engines.CauseTLS:
		a.Kind = doctor.EngineUntrusted
	case engines.CausePlainHTTP:
		a.Kind = doctor.EnginePlain
	case engines.CauseAuth, engines.CauseDenied:
		a.Kind = doctor.EngineRefused
	case engines.CauseDNS, engines.CauseNoNetwork, engines.CauseProxy, engines.CauseTimeout:
		a.Kind = doctor.EngineCannot
	}
	return a
}
