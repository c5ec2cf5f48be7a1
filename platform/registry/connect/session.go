package connect

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/dist"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/transport"
)

var noTime time.Time

// Session is an open connection. All parts of the program use the same one, so
// that a credential that was refused is used by none of them.
type Session struct {
	// Connection is as it was opened.
	Connection registry.Connection
	// CredentialProblem is why Docker's files or the keychain gave no credential;
	// the session goes on as nobody.
	CredentialProblem error

	t    *transport.Transport
	dist *dist.Client
	save func(registry.Facts)

	mu     sync.Mutex
	seen   registry.Facts // what it was the last time
	facts  registry.Facts
	stage  stage
	harbor *harbor.Client
	busy   chan struct{}
}

// stage is how much is known of a registry.
type stage int

const (
	stageNothing stage = iota
	stageIn            // what it is, and that it takes the credential
	stageAll           // whose the credential is, and the version
)

// Open gives the session of a connection; it sends nothing yet.
func (s *Store) Open(ctx context.Context, id string) (*Session, error) {
	s.mu.Lock()
	if x := s.sessions[id]; x != nil {
		s.mu.Unlock()
		return x, nil
	}
	s.mu.Unlock()
	c, ok, err := s.byID(id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, unknown(id)
	}
	cred, problem := s.credential(ctx, c)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	x, err := s.session(c, cred, func(r registry.Refusal) {
		// It is refused in memory already; the disk only tells later runs.
		_ = s.quietly(c.ID, func(c *registry.Connection) { c.Refused = &r })
	})
	if err != nil {
		return nil, err
	}
	x.CredentialProblem = problem
	x.save = func(f registry.Facts) {
		if f != c.Seen {
			_ = s.quietly(c.ID, func(c *registry.Connection) { c.Seen = f })
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.sessions[id]; other != nil {
		x.close()
		return other, nil
	}
	if s.closed {
		x.close()
		return nil, errors.New("the connections are closed")
	}
	s.sessions[id] = x
	return x, nil
}

func (s *Store) byID(id string) (registry.Connection, bool, error) {
	all, err := s.Connections()
	for _, c := range all {
		if c.ID == id {
			return c, true, nil
		}
	}
	return registry.Connection{}, false, err
}

// OpenHost gives a session for a host as references name it: the connection
// there is, or one as Docker would make it, with Docker's credentials.
func (s *Store) OpenHost(ctx context.Context, host string) (*Session, error) {
	if c, ok, err := s.Find(host); err != nil {
		return nil, err
	} else if ok {
		return s.Open(ctx, c.ID)
	}
	address := host
	if h := hostOnly(host); registry.Loopback(h) {
		// As Docker does: a registry on this machine needs no TLS.
		address = "http://" + host
	}
	c, err := Check(registry.Connection{ID: "reference " + host, URL: address, Source: registry.SourceDocker})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	x := s.sessions[c.ID]
	s.mu.Unlock()
	if x != nil {
		return x, nil
	}
	cred, problem := s.credential(ctx, c)
	if x, err = s.session(c, cred, nil); err != nil {
		return nil, err
	}
	x.CredentialProblem = problem
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.sessions[c.ID]; other != nil {
		x.close()
		return other, nil
	}
	s.sessions[c.ID] = x
	return x, nil
}

func hostOnly(hostport string) string {
	u, err := url.Parse("//" + hostport)
	if err != nil {
		return hostport
	}
	return u.Hostname()
}

// credential reads what is sent. A problem leaves the connection anonymous.
func (s *Store) credential(ctx context.Context, c registry.Connection) (registry.Credential, error) {
	switch c.Source {
	case registry.SourceOwn:
		secret, err := s.o.Secrets.Get(ctx, secretName(c.ID))
		if err != nil {
			return registry.Credential{}, &registry.Error{Op: "sign in to", Object: c.Title(), Cause: registry.CauseKeychain, Err: err}
		}
		return registry.Credential{User: c.User, Secret: registry.Secret(secret)}, nil
	case registry.SourceDocker:
		a, err := dockerconfig.Lookup(ctx, s.o.Docker, c.Host())
		cred := registry.Credential{User: a.Username, Secret: registry.Secret(a.Password), Token: registry.Secret(a.IdentityToken)}
		if cred.None() && a.RegistryToken != "" {
			err = errors.Join(err, errors.New("Docker has a bare token for it, which is not used here"))
		}
		if err != nil {
			err = &registry.Error{Op: "read Docker's credentials for", Object: c.Host(), Cause: registry.CauseHelper, Err: err}
		}
		return cred, err
	}
	return registry.Credential{}, nil
}

// session makes one.
func (s *Store) session(c registry.Connection, cred registry.Credential, refused func(registry.Refusal)) (*Session, error) {
	base, err := url.Parse(c.URL)
	if err != nil {
		return nil, err
	}
	x := &Session{Connection: c, facts: c.Seen, seen: c.Seen, save: func(registry.Facts) {}}
	var login *transport.Login
	if !cred.None() {
		login = transport.NewLogin(cred, c.Refused, refused)
		login.OnCheck(x.check)
	}
	x.t, err = transport.New(transport.Options{Base: base, CA: c.CA, Fingerprint: c.Fingerprint, Plain: c.Plain, Proxy: c.Proxy, Realms: c.Realms, Login: login, Getenv: s.o.Getenv})
	if err != nil {
		return nil, err
	}
	x.dist = dist.New(x.t)
	return x, nil
}

// Try makes a session for a connection that is not kept yet, with a credential
// typed just now. Close it with Discard.
func (s *Store) Try(c registry.Connection, cred registry.Credential) (*Session, error) {
	c, err := Check(c)
	if err != nil {
		return nil, err
	}
	c.Refused = nil
	return s.session(c, cred, nil)
}

// Discard ends a session that Try made.
func (x *Session) Discard() { x.close() }

func (x *Session) close() { x.t.Close() }

// Transport is how the registry is reached.
func (x *Session) Transport() *transport.Transport { return x.t }

// Dist reads through the distribution API.
func (x *Session) Dist() *dist.Client { return x.dist }

// Refusal is set once the credential was refused.
func (x *Session) Refusal() *registry.Refusal { return x.t.Login().Refusal() }

// Anonymous is true when nothing is sent.
func (x *Session) Anonymous() bool { return x.t.Login().Credential().None() }

// Credential is what is sent, for the engine that pulls.
func (x *Session) Credential() registry.Credential { return x.t.Login().Credential() }

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

// Web is the address of a page about a project, a repository of it (without the
// project) or an artifact in a browser, "" where the registry has none. Harbor's
// pages of projects are known by number.
func (x *Session) Web(project int64, repo, digest string) string {
	x.mu.Lock()
	kind := x.facts.Kind
	x.mu.Unlock()
	if kind != registry.KindHarbor {
		return ""
	}
	page := x.Connection.URL + "/harbor/projects"
	if project <= 0 {
		return page
	}
	page += "/" + strconv.FormatInt(project, 10) + "/repositories"
	if repo == "" {
		return page
	}
	page += "/" + url.PathEscape(repo) + "/artifacts-tab"
	if digest == "" {
		return page
	}
	return page + "/artifacts/" + url.PathEscape(digest)
}
