package connect

import (
	"context"
	"errors"
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
		secret, err := s.o.Secrets.Get(ctx, secretName(c))
		if err != nil {
			return registry.Credential{}, &registry.Error{Op: "sign in to", Object: c.Title(), Cause: registry.CauseKeychain, Err: err}
		}
		return registry.Credential{User: c.User, Secret: registry.Secret(secret)}, nil
	case registry.SourceDocker:
		a, err := dockerconfig.Lookup(ctx, s.o.Docker, c.Host())
		cred := registry.Credential{User: a.Username, Secret: registry.Secret(a.Password), Token: registry.Secret(a.IdentityToken)}
		if cred.None() && a.RegistryToken != "" {
			err = errors.Join(err, errors.New("a bare token of docker login, which is not used here"))
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
