// Package connect keeps the connections of one data folder and opens them: the
// settings have all but the secrets, which are in the system's keychain.
package connect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/keychain"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/transport"
	"tacklebox/platform/settings"
)

// settingsKey is where the connections stand in the settings file.
const settingsKey = "registry.connections"

// The bounds of what is kept.
const (
	MaxConnections  = 50
	maxRepositories = 100
	maxName         = 100
)

// Secrets is what the store uses of a keychain.
type Secrets interface {
	Set(ctx context.Context, name, secret string) (lasting bool, why error, err error)
	Get(ctx context.Context, name string) (string, error)
	Delete(ctx context.Context, name string) error
}

// Keychain is where the secrets of a data folder are: each folder has its own, so
// that a second copy never touches a person's.
func Keychain(dataDir string) *keychain.Keychain {
	if abs, err := filepath.Abs(dataDir); err == nil {
		dataDir = abs
	}
	sum := sha256.Sum256([]byte(dataDir))
	return keychain.New("tacklebox-registry-" + hex.EncodeToString(sum[:6]))
}

// Options of a store.
type Options struct {
	Settings *settings.Store
	Secrets  Secrets
	// Docker says where Docker's files and helpers are.
	Docker dockerconfig.Options
	// Getenv is this process's when nil; it says which proxy the system has.
	Getenv func(string) string
}

// Store is the connections of one data folder. Its methods may be called from any
// goroutine; all but Connections and Find may wait for the disk or the keychain.
type Store struct {
	o Options

	mu       sync.Mutex
	sessions map[string]*Session
	closed   bool
	// preferred is the connection that was launched from last.
	preferred string
}

// New makes a store.
func New(o Options) *Store {
	if o.Settings == nil || o.Secrets == nil {
		panic("connect: no settings or no keychain")
	}
	return &Store{o: o, sessions: map[string]*Session{}}
}

// Close ends all sessions.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for id, x := range s.sessions {
		x.close()
		delete(s.sessions, id)
	}
}

// document is what stands in the settings.
type document struct {
	Connections []registry.Connection `json:"connections"`
}

// decode reads the connections. Ones that cannot be used are left out by their
// reader and kept by their writer, which refuses to write what it cannot read.
func decode(raw json.RawMessage) ([]registry.Connection, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, &registry.Error{Op: "read", Object: "the connections in the settings", Cause: registry.CauseOther, Err: errors.New("they are not what Tacklebox writes"), Hint: "mend or remove " + settingsKey + " in settings.json"}
	}
	seen := map[string]bool{}
	for _, c := range d.Connections {
		if base, err := registry.ParseURL(c.URL); err != nil || base != c.URL || c.ID == "" || seen[c.ID] {
			return nil, &registry.Error{Op: "read", Object: "the connections in the settings", Cause: registry.CauseOther, Err: fmt.Errorf("one has no address or no name of its own: %q", registry.Clean(c.ID, 100)), Hint: "mend or remove it in settings.json"}
		}
		seen[c.ID] = true
	}
	return d.Connections, nil
}

// Connections are all, in their order, as this process knows them.
func (s *Store) Connections() ([]registry.Connection, error) {
	return decode(s.o.Settings.Get().Panel[settingsKey])
}

// Find is the connection that a person means by an ID, a name, a host or a URL;
// false when there is none.
func (s *Store) Find(text string) (registry.Connection, bool, error) {
	all, err := s.Connections()
	if err != nil {
		return registry.Connection{}, false, err
	}
	base, _ := registry.ParseURL(text)
	for _, is := range []func(registry.Connection) bool{
		func(c registry.Connection) bool { return c.ID == text },
		func(c registry.Connection) bool { return c.Name != "" && c.Name == text },
		// Of several of one host, one whose credential was not refused.
		func(c registry.Connection) bool {
			return (c.Host() == text || c.URL == text || c.URL == base) && c.Refused == nil
		},
		func(c registry.Connection) bool { return c.Host() == text || c.URL == text || c.URL == base },
	} {
		if i := slices.IndexFunc(all, is); i >= 0 {
			return all[i], true, nil
		}
	}
	return registry.Connection{}, false, nil
}

// unknown is a name that no connection has.
func unknown(text string) error {
	return &registry.Error{Op: "use registry", Object: registry.Clean(text, 100), Cause: registry.CauseUnknown, Err: errors.New("there is no such connection"), Hint: "registry list shows which there are, registry add adds one"}
}

// update changes the connections on disk.
func (s *Store) update(change func([]registry.Connection) ([]registry.Connection, error)) error {
	var failed error
	err := s.o.Settings.Update(func(set *settings.Settings) {
		failed = nil
		all, err := decode(set.Panel[settingsKey])
		if err == nil {
			all, err = change(all)
		}
		var raw []byte
		if err == nil {
			raw, err = json.Marshal(document{Connections: all})
		}
		if err != nil {
			failed = err
			return
		}
		if set.Panel == nil {
			set.Panel = map[string]json.RawMessage{}
		}
		set.Panel[settingsKey] = raw
	})
	return errors.Join(failed, err)
}

// Check makes what a person typed into what is kept, or says what is wrong.
func Check(c registry.Connection) (registry.Connection, error) {
	bad := func(err error) (registry.Connection, error) {
		return c, &registry.Error{Op: "connect to", Object: registry.Clean(c.URL, 200), Cause: registry.CauseAddress, Err: err}
	}
	base, err := registry.ParseURL(c.URL)
	if err != nil {
		return bad(err)
	}
	c.URL = base
	c.Name = registry.Clean(c.Name, maxName)
	if c.User != registry.Clean(c.User, 256) || strings.Contains(c.User, ":") {
		return bad(errors.New("the user name has characters that none has"))
	}
	if c.Fingerprint != "" {
		if c.Fingerprint, err = transport.ParseFingerprint(c.Fingerprint); err != nil {
			return bad(err)
		}
	}
	if c.CA != "" {
		if c.CA, err = transport.ParseCA([]byte(c.CA)); err != nil {
			return bad(err)
		}
	}
	if c.Proxy, err = transport.ParseProxy(c.Proxy); err != nil {
		return bad(err)
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return bad(err)
	}
	if u.Scheme == "http" && !registry.Loopback(u.Hostname()) && !c.Plain {
		return c, &registry.Error{Op: "connect to", Object: u.Host, Cause: registry.CausePlain, Err: errors.New("it would be spoken to without TLS"), Hint: "use https, or mark this host for plain HTTP: everybody on the way can then read the password"}
	}
	for i, realm := range c.Realms {
		if c.Realms[i], err = parseRealm(realm); err != nil {
			return bad(err)
		}
	}
	c.Repositories = c.Repositories[max(0, len(c.Repositories)-maxRepositories):]
	return c, nil
}

// parseRealm reads "host[:port]".
func parseRealm(text string) (string, error) {
	base, err := registry.ParseURL(text)
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(base, "https://"), nil
}

// Kept says where a secret is.
type Kept struct {
	// Lasting is false for this run only; Why says so.
	Lasting bool
	Why     error
}

// Add keeps a new connection and, when it is not empty, its secret. The ID of
// the connection it gives back is its host, with a number where it needs one.
func (s *Store) Add(ctx context.Context, c registry.Connection, secret registry.Secret) (registry.Connection, Kept, error) {
	c, err := Check(c)
	if err != nil {
		return c, Kept{}, err
	}
	if secret != "" {
		c.Source = registry.SourceOwn
	}
	c.Refused = nil
	err = s.update(func(all []registry.Connection) ([]registry.Connection, error) {
		if len(all) >= MaxConnections {
			return nil, fmt.Errorf("there are %d connections already: remove one first", len(all))
		}
		c.ID = freeID(all, c.Host())
		return append(all, c), nil
	})
	if err != nil || secret == "" {
		return c, Kept{}, err
	}
	kept, err := s.keep(ctx, c, secret)
	if err != nil {
		err = errors.Join(err, s.Remove(context.WithoutCancel(ctx), c.ID))
	}
	return c, kept, err
}

func freeID(all []registry.Connection, host string) string {
	taken := func(id string) bool {
		return slices.ContainsFunc(all, func(c registry.Connection) bool { return c.ID == id })
	}
	id := host
	for n := 2; taken(id); n++ {
		id = host + "-" + strconv.Itoa(n)
	}
	return id
}

// Remove forgets a connection with its secret.
func (s *Store) Remove(ctx context.Context, id string) error {
	var gone registry.Connection
	err := s.update(func(all []registry.Connection) ([]registry.Connection, error) {
		i := slices.IndexFunc(all, func(c registry.Connection) bool { return c.ID == id })
		if i < 0 {
			return nil, unknown(id)
		}
		gone = all[i]
		return slices.Delete(all, i, i+1), nil
	})
	if err != nil {
		return err
	}
	s.forget(id)
	return s.o.Secrets.Delete(ctx, secretName(gone))
}

// Arrange puts the connections into the order of ids.
func (s *Store) Arrange(ids []string) error {
	return s.update(func(all []registry.Connection) ([]registry.Connection, error) {
		slices.SortStableFunc(all, func(a, b registry.Connection) int {
			return slices.Index(ids, a.ID) - slices.Index(ids, b.ID)
		})
		return all, nil
	})
}

// RememberRepository keeps a name that the person typed, where a registry lists
// none; the newest is the last.
func (s *Store) RememberRepository(id, name string) error {
	return s.quietly(id, func(c *registry.Connection) {
		c.Repositories = append(slices.DeleteFunc(c.Repositories, func(r string) bool { return r == name }), name)
		c.Repositories = c.Repositories[max(0, len(c.Repositories)-maxRepositories):]
	})
}

// quietly changes what is no setting of the person's: the session goes on.
func (s *Store) quietly(id string, change func(*registry.Connection)) error {
	return s.update(func(all []registry.Connection) ([]registry.Connection, error) {
		if i := slices.IndexFunc(all, func(c registry.Connection) bool { return c.ID == id }); i >= 0 {
			change(&all[i])
		}
		return all, nil
	})
}

// forget closes the session of a connection that changed.
func (s *Store) forget(id string) {
	s.mu.Lock()
	x := s.sessions[id]
	delete(s.sessions, id)
	s.mu.Unlock()
	if x != nil {
		x.close()
	}
}
