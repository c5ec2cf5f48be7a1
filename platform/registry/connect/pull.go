package connect

import (
	"context"
	"slices"

	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/transport"
)

// Prefer has PullCredential take this connection where several are of one host: it
// is the one from which the person launches.
func (s *Store) Prefer(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.preferred = id
}

// PullCredential is what an engine that pulls from a host ("docker.io" for Docker
// Hub) gets: the secret of the preferred connection, else of the first that has one of
// its own. false is for hosts without such a connection. One that was refused is not
// used again: an error says so where there is no other.
func (s *Store) PullCredential(ctx context.Context, host string) (dockerconfig.Auth, bool, error) {
	all, err := s.Connections()
	if err != nil {
		return dockerconfig.Auth{}, false, err
	}
	s.mu.Lock()
	preferred := s.preferred
	s.mu.Unlock()
	if i := slices.IndexFunc(all, func(c registry.Connection) bool { return c.ID == preferred }); i > 0 {
		all = slices.Insert(slices.Delete(slices.Clone(all), i, i+1), 0, all[i])
	}
	var refused error
	for _, c := range all {
		if c.Host() != host {
			continue
		}
		if c.Source != registry.SourceOwn {
			if c.ID == preferred {
				break // the person launches as nobody, or as Docker's own
			}
			continue
		}
		if c.Refused != nil {
			if refused == nil {
				refused = registry.Explain("sign in to", c.Title(), transport.Stopped(c.Refused))
			}
			continue
		}
		cred, err := s.credential(ctx, c)
		if err != nil {
			return dockerconfig.Auth{}, false, err
		}
		return dockerconfig.Auth{Username: cred.User, Password: string(cred.Secret), ServerAddress: dockerconfig.Key(host)}, true, nil
	}
	return dockerconfig.Auth{}, false, refused
}
