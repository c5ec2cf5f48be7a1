package containers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
)

const (
	// oldestAPI is the oldest engine API that is spoken (Docker 1.12).
	oldestAPI = "1.24"
	// askTimeout bounds one question to a local endpoint, remoteAskTimeout to one
	// behind ssh, which connects and signs in first.
	askTimeout       = 3 * time.Second
	remoteAskTimeout = 12 * time.Second
	// callTimeout bounds a list or an inspect on a connection that stands.
	callTimeout = 30 * time.Second
)

// Connect opens a connection to ep and asks the engine who it is. The error's
// cause says why it does not answer.
func Connect(ctx context.Context, ep Endpoint, o Options) (*Engine, error) {
	o = o.withDefaults()
	e, err := open(ep, o)
	if err != nil {
		return nil, wrap("connect to", ep.Title(), err)
	}
	answer := e.ask(ctx)
	if answer.Err != nil {
		_ = e.Close()
		return nil, answer.Err
	}
	e.answer = answer
	return e, nil
}

// open makes the Engine without a word to the endpoint.
func open(ep Endpoint, o Options) (*Engine, error) {
	api, wire, err := newClient(ep, o)
	if err != nil {
		return nil, err
	}
	return &Engine{api: api, wire: wire, opts: o, ep: ep}, nil
}

// Title is the endpoint as messages name it: its address, or its context where
// there is no address.
func (ep Endpoint) Title() string {
	switch {
	case ep.Host != "":
		return ep.Host
	case ep.Context != "":
		return "context " + ep.Context
	}
	return ep.Name
}

// ask sends a ping and the question for the version, each only once.
func (e *Engine) ask(ctx context.Context) Answer {
	limit := askTimeout
	if hasScheme(e.ep.Host, "ssh") {
		limit = remoteAskTimeout
	}
	caller := ctx
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	a := Answer{Endpoint: e.ep, Pinned: e.opts.Getenv("DOCKER_API_VERSION")}
	start := time.Now()
	fail := func(err error) Answer {
		if errors.Is(err, context.DeadlineExceeded) && caller.Err() == nil {
			err = &reachError{problem: ProblemTimeout, text: fmt.Sprintf("no answer within %v", limit),
				hint: "the engine is stuck or the network is slow; try again, or choose another one", err: err}
		}
		a.Problem = problemOf(err)
		a.Err = wrap("connect to", e.ep.Title(), err)
		return a
	}

	ping, err := e.api.Ping(ctx)
	a.Latency = time.Since(start)
	if err != nil && (ping.APIVersion == "" || problemOf(err) != ProblemOther) {
		return fail(notEngine(err))
	}
	if ping.APIVersion != "" && versions.LessThan(ping.APIVersion, oldestAPI) {
		a.API = printable(ping.APIVersion, 20)
		return fail(&reachError{problem: ProblemAPI, text: fmt.Sprintf("the engine speaks API %s, too old: %s is the oldest that works", a.API, oldestAPI),
			hint: "update the engine (Docker 1.12 or later)"})
	}
	e.api.NegotiateAPIVersionPing(ping)

	start = time.Now()
	version, err := e.api.ServerVersion(ctx)
	e.setTrip(time.Since(start))
	if err != nil {
		return fail(notEngine(err))
	}
	if version.APIVersion == "" && ping.APIVersion == "" {
		return fail(&reachError{problem: ProblemNotEngine, text: "something else answered: it has no engine API", hint: hintNotEngine})
	}
	a.Product = "Docker"
	for _, c := range version.Components {
		if c.Name == "Podman Engine" {
			a.Product = "Podman"
		}
	}
	a.Version = printable(version.Version, 80)
	a.API = e.api.ClientVersion()
	a.OS, a.Arch = printable(version.Os, 40), printable(version.Arch, 40)
	a.Rootless = e.rootless(ctx)
	return a
}

// rootless asks whether the engine runs without root; an engine that does not
// tell in time counts as one that does.
func (e *Engine) rootless(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	info, err := e.api.Info(ctx)
	if err != nil {
		return false
	}
	for _, option := range info.SecurityOptions {
		if option == "name=rootless" || option == "rootless" {
			return true
		}
	}
	return false
}

const hintNotEngine = "this address belongs to another program; choose another engine"

// notEngine gives an answer that only a stranger gives its name: a status no
// engine sends for these questions, or a body that is not JSON.
func notEngine(err error) error {
	if problemOf(err) != ProblemOther || client.IsErrConnectionFailed(err) || errors.Is(err, context.Canceled) {
		return err
	}
	return &reachError{problem: ProblemNotEngine, text: "something else answered: " + printable(err.Error(), 200), hint: hintNotEngine, err: err}
}

// problemOf is the Problem that goes with an error.
func problemOf(err error) Problem {
	var reach *reachError
	switch {
	case err == nil:
		return ProblemNone
	case errors.As(err, &reach):
		return reach.problem
	case errors.Is(err, context.DeadlineExceeded):
		return ProblemTimeout
	}
	if CauseOf(err) == CauseAPI {
		return ProblemAPI
	}
	return ProblemOther
}
