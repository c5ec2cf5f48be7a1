package transport

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"tacklebox/platform/registry"
)

// fresh is for how long a credential that was good is used without another look.
// A password changed meanwhile is then noticed by one request, not by all.
const fresh = time.Minute

// checkTimeout bounds a check, which goes on when the one who asked gives up:
// broken off, it might count as a failed login and be tried again.
const checkTimeout = 15 * time.Second

// Login is a credential in use. One request checks it before others follow, and
// after the first 401 it is not used again.
type Login struct {
	cred registry.Credential
	// check asks the registry whether it takes the credential.
	check func(context.Context) error
	// refused is told once.
	refused func(registry.Refusal)
	now     func() time.Time

	mu      sync.Mutex
	good    time.Time
	busy    *checkRun // the check that runs now
	held    error     // what the last check said, with the time until which it holds
	until   time.Time
	refusal *registry.Refusal
	limited bool
}

// Stopped is what is said instead of asking with a refused credential.
func Stopped(r *registry.Refusal) error { return stopped(r) }

// NewLogin makes one that has not been checked. before is a refusal of an earlier
// run that the person has not acted on; refused may be nil.
func NewLogin(cred registry.Credential, before *registry.Refusal, refused func(registry.Refusal)) *Login {
	return &Login{cred: cred, refusal: before, refused: refused, now: time.Now}
}

// OnCheck sets how a credential is checked. It must be set before the first
// request.
func (l *Login) OnCheck(check func(context.Context) error) { l.check = check }

// Credential is what is sent.
func (l *Login) Credential() registry.Credential {
	if l == nil {
		return registry.Credential{}
	}
	return l.cred
}

// Refusal is set once the credential was refused.
func (l *Login) Refusal() *registry.Refusal {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refusal
}

// Limit says whether Harbor answers 401 to this good credential in most places, as
// it does to the CLI secret of an OIDC user.
func (l *Login) Limit(on bool) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limited = on
}

// Limited is what Limit said.
func (l *Login) Limited() bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.limited
}

// checkRun is one check, and what came of it once done is closed.
type checkRun struct {
	done chan struct{}
	err  error
}

type checkingKey struct{}

// checking marks the requests of a check, which wait for none.
func checking(ctx context.Context) bool { return ctx.Value(checkingKey{}) != nil }

// Ready checks the credential, unless that was done a moment ago. It gives an
// error with CauseStopped when it was refused before, without asking again.
func (l *Login) Ready(ctx context.Context) error {
	if l == nil || l.cred.None() {
		return nil
	}
	return l.ready(ctx)
}

func (l *Login) ready(ctx context.Context) error {
	if l == nil || checking(ctx) {
		return nil
	}
	run, err := l.checkNow(ctx)
	if run == nil {
		return err
	}
	select {
	case <-run.done:
		return run.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// checkNow gives the check that runs or begins one; nil when none is needed.
func (l *Login) checkNow(ctx context.Context) (*checkRun, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.refusal != nil:
		return nil, stopped(l.refusal)
	case l.check == nil || !l.good.IsZero() && l.now().Sub(l.good) < fresh:
		return nil, nil
	case l.busy != nil:
		return l.busy, nil
	case l.now().Before(l.until):
		return nil, l.held // the server asked to be left alone for a while
	}
	run := &checkRun{done: make(chan struct{})}
	l.busy = run
	go func() {
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTimeout)
		defer cancel()
		err := l.check(context.WithValue(own, checkingKey{}, true))
		l.mu.Lock()
		defer l.mu.Unlock()
		var said *registry.Error
		if err == nil && l.refusal == nil {
			l.good = l.now()
		} else if errors.As(err, &said) && said.RetryAfter > 0 {
			l.held, l.until = err, l.now().Add(said.RetryAfter)
		}
		run.err, l.busy = err, nil
		close(run.done)
	}()
	return run, nil
}

// answered looks at the answer to a request that carried the credential.
func (l *Login) answered(r *http.Request, resp *http.Response) {
	if l == nil || resp.StatusCode != http.StatusUnauthorized || strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		// A token that ran out is fetched anew.
		return
	}
	if checking(r.Context()) {
		return // the check itself decides: it may have a second way
	}
	if l.Limited() && strings.HasPrefix(r.URL.Path, "/api/") {
		return
	}
	if LooksHTML(resp.Header, nil) && !asksToSignIn(resp) {
		return // a portal's page about its own sign-in
	}
	if strings.HasSuffix(r.URL.Path, "/v2/_catalog") {
		// Harbor answers so to every good credential that is no admin's.
		return
	}
	l.Refuse("")
}

// Refuse stops the use of the credential.
func (l *Login) Refuse(message string) {
	l.mu.Lock()
	if l.refusal != nil {
		l.mu.Unlock()
		return
	}
	r := registry.Refusal{At: l.now(), Message: registry.Clean(message, 200)}
	l.refusal = &r
	l.mu.Unlock()
	if l.refused != nil {
		l.refused(r)
	}
}

// stopped is what is said instead of asking with a refused credential.
func stopped(r *registry.Refusal) error {
	return &registry.Error{
		Cause: registry.CauseStopped,
		Err:   errors.New("the credential was refused at " + r.At.Format("2006-01-02 15:04:05") + " and is not used since"),
		Hint:  "enter it again, so that a changed password does not lock the account",
	}
}
