package connect

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// RobotName is how the robots of Tacklebox are called on a Harbor; something that
// tells them apart follows.
const RobotName = "tacklebox-"

// Robot is what came of making one.
type Robot struct {
	Connection registry.Connection
	Kept       Kept
	// Left is why the robot before this one could not be deleted; nil when it was, or
	// when there was none.
	Left error
}

// MakeRobot makes a robot that only reads, pulls from the projects named, and ends
// after harbor.RobotDays, and has the connection use it from now on. It is made
// with the credential by, or with the connection's own when that is none. Called
// again it renews: the new one is tried before the old one is deleted.
func (s *Store) MakeRobot(ctx context.Context, id string, by registry.Credential, pull []string) (Robot, error) {
	c, ok, err := s.byID(id)
	if err != nil {
		return Robot{}, err
	}
	if !ok {
		return Robot{}, unknown(id)
	}
	var maker *Session
	if by.None() {
		if maker, err = s.Open(ctx, id); err != nil {
			return Robot{}, err
		}
	} else {
		if maker, err = s.Try(c, by); err != nil {
			return Robot{}, err
		}
		defer maker.Discard()
	}
	client, err := maker.Harbor(ctx)
	if err != nil {
		return Robot{}, err
	}
	if client == nil {
		return Robot{}, &registry.Error{Op: "make a robot at", Object: c.Title(), Cause: registry.CauseUnsupported, Err: errors.New("it is no Harbor")}
	}
	suffix := make([]byte, 4)
	if _, err := rand.Read(suffix); err != nil {
		return Robot{}, err
	}
	made, err := client.MakeRobot(ctx, RobotName+hex.EncodeToString(suffix), pull)
	if err != nil {
		return Robot{}, err
	}
	// From here on nothing is broken off: a robot that nobody knows would be left.
	ctx = context.WithoutCancel(ctx)
	kept, err := s.use(ctx, c, made)
	if err != nil {
		return Robot{}, errors.Join(err, client.DeleteRobot(ctx, made.ID))
	}
	out := Robot{Kept: kept}
	if c.Robot != 0 && strings.Contains(c.User, RobotName) {
		out.Left = client.DeleteRobot(ctx, c.Robot)
		if registry.CauseOf(out.Left) == registry.CauseNotFound {
			out.Left = nil
		}
	}
	out.Connection, _, err = s.byID(id)
	return out, err
}

// use tries a robot and has the connection use it.
func (s *Store) use(ctx context.Context, c registry.Connection, made harbor.Robot) (Kept, error) {
	cred := registry.Credential{User: made.Name, Secret: registry.Secret(made.Secret)}
	x, err := s.Try(c, cred)
	if err != nil {
		return Kept{}, err
	}
	defer x.Discard()
	if _, err := x.Facts(ctx); err != nil {
		return Kept{}, fmt.Errorf("the robot was made and does not work: %w", err)
	}
	kept, err := s.SignIn(ctx, c.ID, cred.User, cred.Secret)
	if err != nil {
		return kept, err
	}
	return kept, s.quietly(c.ID, func(c *registry.Connection) {
		c.Robot = made.ID
		if made.Expires > 0 {
			c.Expires = time.Unix(made.Expires, 0)
		}
	})
}

// Accept trusts one certificate, whose fingerprint the person compared.
func (s *Store) Accept(id, fingerprint string) error {
	_, err := s.Change(id, func(c *registry.Connection) { c.Fingerprint = fingerprint })
	return err
}

// ConfirmRealm lets another host have the password, for tokens.
func (s *Store) ConfirmRealm(id, host string) error {
	_, err := s.Change(id, func(c *registry.Connection) { c.AddRealms(host) })
	return err
}
