package containers

import (
	"context"

	"github.com/docker/docker/api/types/registry"

	"tacklebox/platform/dockerconfig"
)

// AskRegistry has the engine itself reach a registry ("host[:port]"), with a
// credential or none. The engine is another program, maybe on another machine:
// what it trusts and how it gets there need not be what is so here. nil says that
// it reaches it and, when there is a credential, that this is taken.
func (e *Engine) AskRegistry(ctx context.Context, host string, auth dockerconfig.Auth) error {
	_, err := e.api.RegistryLogin(ctx, registry.AuthConfig{Username: auth.Username, Password: auth.Password, IdentityToken: auth.IdentityToken, ServerAddress: host})
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return wrap("reach registry", host, err)
}
