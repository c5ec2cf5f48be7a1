package connect

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"tacklebox/platform/registry"
)

// secretName is where the keychain has a connection's secret. An ID has no spaces.
func secretName(c registry.Connection) string {
	name := "registry " + c.ID
	if c.SecretNo > 0 {
		name += " " + strconv.Itoa(c.SecretNo)
	}
	return name
}

func (s *Store) keep(ctx context.Context, c registry.Connection, secret registry.Secret) (Kept, error) {
	lasting, why, err := s.o.Secrets.Set(ctx, secretName(c), string(secret))
	if err != nil {
		return Kept{}, &registry.Error{Op: "keep the secret of", Object: c.ID, Cause: registry.CauseKeychain, Err: err}
	}
	return Kept{Lasting: lasting, Why: why}, nil
}

// Change keeps another form of a connection, as Save without a secret.
func (s *Store) Change(id string, change func(*registry.Connection)) (registry.Connection, error) {
	c, _, err := s.Save(context.Background(), id, "", change)
	return c, err
}

// Save keeps another form of a connection and, when it is not empty, another secret
// with it: both or none. A secret that was typed for another address or user is
// deleted, and so is what was learned of another address. A credential that was
// refused stays so unless what is sent, or to whom, is another. change may be called
// more than once.
func (s *Store) Save(ctx context.Context, id string, secret registry.Secret, change func(*registry.Connection)) (registry.Connection, Kept, error) {
	before, ok, err := s.byID(id)
	if err != nil {
		return registry.Connection{}, Kept{}, err
	}
	if !ok {
		return registry.Connection{}, Kept{}, unknown(id)
	}
	if _, err := changed(before, secret, change); err != nil {
		return registry.Connection{}, Kept{}, err
	}
	// The secret first, under a name that nobody uses yet.
	next := before
	next.SecretNo++
	var kept Kept
	if secret != "" {
		if kept, err = s.keep(ctx, next, secret); err != nil {
			return registry.Connection{}, kept, err
		}
	}
	var old, c registry.Connection
	err = s.update(func(all []registry.Connection) ([]registry.Connection, error) {
		i := slices.IndexFunc(all, func(c registry.Connection) bool { return c.ID == id })
		if i < 0 {
			return nil, unknown(id)
		}
		old = all[i]
		got, err := changed(old, secret, change)
		if err != nil {
			return nil, err
		}
		if got.SecretNo != old.SecretNo {
			got.SecretNo = next.SecretNo
		}
		all[i], c = got, got
		return all, nil
	})
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		if secret != "" {
			err = errors.Join(err, s.o.Secrets.Delete(ctx, secretName(next)))
		}
		return c, Kept{}, err
	}
	s.forget(id)
	if c.SecretNo != old.SecretNo && old.Source == registry.SourceOwn {
		if err := s.o.Secrets.Delete(ctx, secretName(old)); err != nil {
			return c, kept, &registry.Error{Op: "delete the secret before of", Object: c.ID, Cause: registry.CauseKeychain, Err: err}
		}
	}
	return c, kept, nil
}

// changed is a connection after a change, with what follows from it.
func changed(old registry.Connection, secret registry.Secret, change func(*registry.Connection)) (registry.Connection, error) {
	c := old
	c.Realms, c.Repositories = slices.Clone(old.Realms), slices.Clone(old.Repositories)
	change(&c)
	if secret != "" {
		c.Source = registry.SourceOwn
	}
	c.ID, c.SecretNo, c.Refused = old.ID, old.SecretNo, old.Refused
	c, err := Check(c)
	if err != nil {
		return c, err
	}
	moved := c.URL != old.URL
	other := moved || c.User != old.User || c.Source != old.Source
	if moved {
		c.Seen = registry.Facts{}
	}
	if other {
		c.Seen.Account = registry.AccountNone
	}
	if moved || c.User != old.User {
		c.Expires, c.Robot = noTime, 0
	}
	if other || secret != "" {
		c.Refused = nil
		c.SecretNo++ // what is kept under the number before is not for this one
	}
	return c, nil
}

// SignIn gives a connection another credential: the person acted.
func (s *Store) SignIn(ctx context.Context, id, user string, secret registry.Secret) (Kept, error) {
	_, kept, err := s.Save(ctx, id, secret, func(c *registry.Connection) {
		c.User, c.Seen.Account = user, registry.AccountNone
	})
	return kept, err
}

// Retry uses a refused credential once more, because the person says so.
func (s *Store) Retry(id string) error {
	err := s.quietly(id, func(c *registry.Connection) { c.Refused = nil })
	if err == nil {
		s.forget(id)
	}
	return err
}
