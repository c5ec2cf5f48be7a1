package containers

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/registry"

	"tacklebox/platform/dockerconfig"
)

// docker says where Docker's own files are looked for.
func (o Options) docker() dockerconfig.Options {
	return dockerconfig.Options{Home: o.Home, Getenv: o.Getenv, LoginPath: o.LoginPath}
}

// credentialsFor finds the credentials for the registry of ref, encoded for the
// engine; "" when there are none. An error does not mean that the pull cannot
// work: the image may be public.
func (e *Engine) credentialsFor(ctx context.Context, ref string) (string, error) {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", err
	}
	host := reference.Domain(named)
	auth, err := lookUpAuth(ctx, e.opts, host)
	if err != nil || auth == (registry.AuthConfig{}) {
		return "", err
	}
	return registry.EncodeAuthConfig(auth)
}

// lookUpAuth gives the credential for a host: that of a connection of our own, or
// what Docker knows.
func lookUpAuth(ctx context.Context, o Options, host string) (registry.AuthConfig, error) {
	var a dockerconfig.Auth
	var found bool
	var err error
	if o.Credential != nil {
		a, found, err = o.Credential(ctx, host)
		if a.ServerAddress == "" {
			a.ServerAddress = dockerconfig.Key(host)
		}
	}
	if !found {
		var lookErr error
		a, lookErr = dockerconfig.Lookup(ctx, o.docker(), host)
		err = errors.Join(err, lookErr)
	}
	return registry.AuthConfig{
		Username: a.Username, Password: a.Password, ServerAddress: a.ServerAddress,
		IdentityToken: a.IdentityToken, RegistryToken: a.RegistryToken,
	}, ownProblem(err)
}

// ownProblem gives a problem with Docker's files or helpers a cause.
func ownProblem(err error) error {
	var p *dockerconfig.Problem
	if !errors.As(err, &p) {
		return err
	}
	cause := CauseConfig
	if p.Kind == dockerconfig.KindHelper {
		cause = CauseHelper
	}
	var all []error
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			all = append(all, ownProblem(one))
		}
		return errors.Join(all...)
	}
	return &Error{Op: p.Op, Object: p.Object, Cause: cause, Err: p.Err, Hint: p.Hint}
}
