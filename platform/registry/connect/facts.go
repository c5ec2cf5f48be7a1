package connect

import (
	"context"
	"errors"
	"net/http"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// stage is how much is known of a registry.
type stage int

const (
	stageNothing stage = iota
	stageIn            // what it is, and that it takes the credential
	stageAll           // whose the credential is, and the version
)

// check is one question whether the registry takes the credential.
func (x *Session) check(ctx context.Context) error {
	x.mu.Lock()
	facts := x.facts
	x.mu.Unlock()
	cred := x.t.Login().Credential()
	err := x.t.Verify(ctx, cred, facts.Kind == registry.KindHarbor, facts.AuthMode == "oidc_auth")
	if err == nil {
		return nil
	}
	err = registry.Explain("sign in to", x.Connection.Title(), err)
	var own *registry.Error
	if errors.As(err, &own) && own.Cause == registry.CauseCredential {
		x.t.Login().Refuse(own.Message)
	}
	return err
}

// Harbor asks what the registry is, the first time, and whether it takes the
// credential; then it gives the client for Harbor's own API, nil for another
// registry. It asks as little as can be, so that first rows come soon.
func (x *Session) Harbor(ctx context.Context) (*harbor.Client, error) {
	if err := x.reach(ctx, stageIn); err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.harbor, nil
}

// Facts asks what the registry is, whether it takes the credential, whose that is
// and which version the registry has. It is asked once; an error is asked again
// the next time.
func (x *Session) Facts(ctx context.Context) (registry.Facts, error) {
	err := x.reach(ctx, stageAll)
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.facts, err
}

// Known is what Facts would give, as far as it was asked for.
func (x *Session) Known() registry.Facts {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.facts
}

// reach asks until so much is known. One asks, others wait for it.
func (x *Session) reach(ctx context.Context, want stage) error {
	for {
		x.mu.Lock()
		if x.stage >= want {
			x.mu.Unlock()
			return nil
		}
		if busy := x.busy; busy != nil {
			x.mu.Unlock()
			select {
			case <-busy:
				continue
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		busy := make(chan struct{})
		x.busy = busy
		have := x.stage
		x.mu.Unlock()
		var err error
		if have < stageIn {
			err = x.signIn(ctx)
		} else {
			err = x.details(ctx)
		}
		x.mu.Lock()
		x.busy = nil
		close(busy)
		x.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// signIn finds out what the registry is and checks the credential.
func (x *Session) signIn(ctx context.Context) error {
	x.mu.Lock()
	facts := x.seen
	x.mu.Unlock()
	if facts.Kind == registry.KindUnknown || facts.Kind == registry.KindHarbor && facts.AuthMode == "" {
		var err error
		if facts, err = x.recognise(ctx); err != nil {
			return registry.Explain("reach", x.Connection.Title(), err)
		}
	}
	x.mu.Lock()
	x.facts = facts
	x.mu.Unlock()
	login := x.t.Login()
	login.Limit(facts.Account == registry.AccountOIDC)
	if err := login.Ready(ctx); err != nil {
		if registry.CauseOf(err) == registry.CauseNotFound || registry.CauseOf(err) == registry.CauseNotRegistry {
			// It is another registry than the last time: it is asked anew.
			x.mu.Lock()
			x.seen = registry.Facts{}
			x.mu.Unlock()
		}
		return registry.Explain("sign in to", x.Connection.Title(), err)
	}
	var client *harbor.Client
	if facts.Kind == registry.KindHarbor {
		client = harbor.New(x.t)
		client.SetVersion(facts.Version)
		if facts.AuthMode == "oidc_auth" && facts.Account == registry.AccountNone && !login.Credential().None() {
			var err error
			if facts.Account, err = x.account(ctx, client, facts); err != nil {
				return err
			}
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.facts, x.harbor, x.stage = facts, client, stageIn
	return nil
}

// recognise asks what answers there, as nobody.
func (x *Session) recognise(ctx context.Context) (registry.Facts, error) {
	info, err := harbor.New(x.t).Info(ctx, true)
	switch {
	case err == nil && info.AuthMode != "":
		return registry.Facts{Kind: registry.KindHarbor, AuthMode: registry.Clean(info.AuthMode, 40)}, nil
	case err != nil && !answered(err):
		return registry.Facts{}, err
	}
	// Not a Harbor, or one whose API is hidden.
	if _, err := x.t.Ping(ctx); err != nil {
		return registry.Facts{}, err
	}
	return registry.Facts{Kind: registry.KindDistribution}, nil
}

// details asks whose the credential is, and for the version and the mode, which
// may have changed since they were seen.
func (x *Session) details(ctx context.Context) error {
	x.mu.Lock()
	facts, client, before := x.facts, x.harbor, x.seen.Kind
	x.mu.Unlock()
	if before == registry.KindDistribution {
		// It may have become a Harbor, or its API may have been hidden that time.
		if now, err := x.recognise(ctx); err == nil && now.Kind == registry.KindHarbor {
			x.mu.Lock()
			x.seen, x.stage = now, stageNothing
			x.mu.Unlock()
			return nil
		}
	}
	if client != nil && before == registry.KindHarbor && x.noHarbor(ctx, client) {
		x.mu.Lock()
		x.seen, x.stage = registry.Facts{}, stageNothing
		x.mu.Unlock()
		return nil
	}
	if x.t.Login().Credential().None() {
		facts.Account, facts.Version = registry.AccountNone, ""
	} else {
		facts.Account = registry.AccountOther
		if client != nil {
			var err error
			if facts.Account, err = x.account(ctx, client, facts); err != nil {
				return err
			}
			// Who is signed in is told the version.
			if info, err := client.Info(ctx, false); err == nil && info.AuthMode != "" {
				facts.Version, facts.AuthMode = registry.Clean(info.Version, 60), registry.Clean(info.AuthMode, 40)
				client.SetVersion(facts.Version)
			}
		}
	}
	x.mu.Lock()
	x.facts, x.stage = facts, stageAll
	x.mu.Unlock()
	x.save(facts)
	return nil
}

// noHarbor is whether what was a Harbor when it was last seen is none any more: a
// plain registry answers /v2 just as well.
func (x *Session) noHarbor(ctx context.Context, client *harbor.Client) bool {
	info, err := client.Info(ctx, true)
	cause := registry.CauseOf(err)
	return err == nil && info.AuthMode == "" || cause == registry.CauseNotFound || cause == registry.CauseNotRegistry
}

// account finds out what kind of credential a good one is.
func (x *Session) account(ctx context.Context, client *harbor.Client, facts registry.Facts) (registry.Account, error) {
	oidc := facts.AuthMode == "oidc_auth"
	login := x.t.Login()
	// A CLI secret of an OIDC user is good, and 401 here all the same.
	login.Limit(oidc)
	_, err := client.CurrentUser(ctx)
	switch cause := registry.CauseOf(err); {
	case err == nil:
		login.Limit(false)
		return registry.AccountUser, nil
	case cause == registry.CausePolicy:
		login.Limit(false)
		return registry.AccountRobot, nil
	case cause == registry.CauseNotForOIDC:
		return registry.AccountOIDC, nil
	case cause == registry.CauseNotFound:
		login.Limit(false)
		return registry.AccountOther, nil
	}
	return registry.AccountNone, err
}

// answered is whether something at the address spoke HTTP, though not as a Harbor.
func answered(err error) bool {
	var own *registry.Error
	if !errors.As(err, &own) {
		return false
	}
	switch own.Cause {
	case registry.CauseNotFound, registry.CauseAnonymous, registry.CauseForbidden, registry.CauseCredential, registry.CauseRequest, registry.CauseBroken:
		return own.Status != 0 || own.Cause == registry.CauseBroken
	case registry.CauseNotRegistry:
		// A registry may have a page of its own beside /v2.
		return own.Status == http.StatusOK || own.Status >= 400 && own.Status < 500
	}
	return false
}
