package pc

import (
	"context"
	"errors"
	"fmt"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/profile"
)

// remoteAccess is what a connection is written with besides the cmdlets.
type remoteAccess interface {
	// Write creates or repairs a connection; Complete finishes one of the cmdlets.
	Write(plan.Profile) error
	Complete(plan.Profile) error
	// Restore puts back what was read, also what would never be written.
	Restore(plan.Profile) error
	SetKey(name string, key []byte) error
	SetLogin(name, user string, password []byte) error
}

// writer writes a connection: with the VpnClient cmdlets, and where those cannot be
// used with remote access alone. Key and login go to remote access within this
// process in either case.
type writer struct {
	run    profile.Runner
	remote remoteAccess
}

// write also says which way was taken, in English.
func (w writer) write(ctx context.Context, p plan.Profile, o Order) (how string, err error) {
	if how, err = w.settings(ctx, p); err != nil {
		return how, err
	}
	if len(o.PSK) > 0 && p.IPsec == plan.IPsecPSK {
		if err := w.remote.SetKey(p.Name, o.PSK); err != nil {
			return how, err
		}
	}
	if o.User != "" || len(o.Password) > 0 {
		return how, w.remote.SetLogin(p.Name, o.User, o.Password)
	}
	return how, nil
}

// restore takes the cmdlets for what they would be asked to write, and remote access
// for any other connection that a person had.
func (w writer) restore(ctx context.Context, p plan.Profile) (how string, err error) {
	if p.Check() == nil {
		return w.settings(ctx, p)
	}
	return journal.ReasonPutBack, w.remote.Restore(p)
}

func (w writer) settings(ctx context.Context, p plan.Profile) (how string, err error) {
	_, err = profile.Write(ctx, w.run, p)
	switch {
	case err == nil:
		return journal.ReasonCmdlets, w.remote.Complete(p)
	case errors.Is(err, profile.ErrUnusable):
		return fmt.Sprintf("written with remote access alone: %v", err), w.remote.Write(p)
	}
	return "", err
}
