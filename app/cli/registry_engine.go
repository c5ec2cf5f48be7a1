package cli

import (
	"context"
	"sync"

	"tacklebox/platform/containers"
	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/doctor"
)

// pullCredential is what the engine gets for a pull: that of a connection here,
// before Docker's own.
func (p *program) pullCredential(ctx context.Context, host string) (dockerconfig.Auth, bool, error) {
	if p.services.registry.secrets == nil {
		return dockerconfig.Auth{}, false, nil
	}
	s, err := p.registries()
	if err != nil {
		// Without a data folder there are no connections either.
		return dockerconfig.Auth{}, false, nil
	}
	defer s.Close()
	return s.PullCredential(ctx, host)
}

// engineDoctor asks the container engine for the doctor, connecting to it when it
// is asked.
type engineDoctor struct {
	p     *program
	flags engineFlags

	mu   sync.Mutex
	name string
}

// Name is what the engine is called.
func (d *engineDoctor) Name() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return or(d.name, "the container engine")
}

// AskRegistry has the engine reach the registry.
func (d *engineDoctor) AskRegistry(ctx context.Context, host string, cred registry.Credential) doctor.EngineAnswer {
	e, err := d.p.connect(ctx, d.flags)
	if err != nil {
		return doctor.EngineAnswer{Kind: doctor.EngineUnknown, Text: err.Error()}
	}
	defer e.Close()
	d.mu.Lock()
	d.name = e.Endpoint().Title()
	d.mu.Unlock()
	err = e.AskRegistry(ctx, host, dockerconfig.Auth{Username: cred.User, Password: string(cred.Secret), IdentityToken: string(cred.Token)})
	return engineAnswer(err)
}

// engineAnswer puts an engine's error into the doctor's words.
func engineAnswer(err error) doctor.EngineAnswer {
	if err == nil {
		return doctor.EngineAnswer{Kind: doctor.EngineTrusts}
	}
	a := doctor.EngineAnswer{Text: err.Error(), Kind: doctor.EngineUnknown}
	switch containers.CauseOf(err) {
	case containers.CauseTLS:
		a.Kind = doctor.EngineUntrusted
	case containers.CausePlainHTTP:
		a.Kind = doctor.EnginePlain
	case containers.CauseAuth, containers.CauseDenied:
		a.Kind = doctor.EngineRefused
	case containers.CauseDNS, containers.CauseNoNetwork, containers.CauseProxy, containers.CauseTimeout:
		a.Kind = doctor.EngineCannot
	}
	return a
}
