package containers

import (
	"context"
	"fmt"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/registry"

	"tacklebox/platform/dockerconfig"
)

// nobody is a repository that no registry is expected to have.
const nobody = "tacklebox/is-anybody-there"

// AskRegistry has the engine itself reach a registry ("host[:port]"), with a
// credential or none. The engine is another program, maybe on another machine:
// what it trusts and how it gets there need not be what is so here. nil says that
// it reaches it and, when there is a credential, that this is taken.
//
// It asks with POST /auth. Where that is not to be had, as behind a proxy that lets
// through reading alone, it has the engine look for an image that is not there: the
// way to the registry and its certificate are the same.
func (e *Engine) AskRegistry(ctx context.Context, host string, auth dockerconfig.Auth) error {
	config := registry.AuthConfig{Username: auth.Username, Password: auth.Password, IdentityToken: auth.IdentityToken, ServerAddress: host}
	_, err := e.api.RegistryLogin(ctx, config)
	if cerrdefs.IsNotFound(err) || cerrdefs.IsNotImplemented(err) || cerrdefs.IsPermissionDenied(err) {
		err = e.lookFor(ctx, host+"/"+nobody, config)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return wrap("reach registry", host, err)
}

// lookFor has the engine ask a registry for an image; that there is none is an
// answer, too.
func (e *Engine) lookFor(ctx context.Context, reference string, config registry.AuthConfig) error {
	text, err := registry.EncodeAuthConfig(config)
	if err != nil {
		return err
	}
	_, err = e.api.DistributionInspect(ctx, reference, text)
	if cerrdefs.IsNotFound(err) || strings.Contains(fmt.Sprint(err), "manifest unknown") {
		return nil
	}
	return err
}
