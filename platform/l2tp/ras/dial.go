package ras

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"tacklebox/platform/l2tp/codes"
)

// timing is how long a dial waits.
type timing struct {
	limit   time.Duration // for a connection: IPsec alone may take two minutes
	resolve time.Duration
	reach   time.Duration
	gone    time.Duration // for Windows to take a connection down
	poll    time.Duration
}

var usual = timing{limit: 150 * time.Second, resolve: 15 * time.Second, reach: 6 * time.Second, gone: 10 * time.Second, poll: 100 * time.Millisecond}

// mostProgress is more than a dial ever tells: it never waits for who listens.
const mostProgress = 32

// Dial connects once and tells each stage. The channel is closed after a last
// progress that says how it ended; the connection is hung up before that, unless
// it stands and Keep is set. It gives up after 150 s. noIPsec says that this PC
// makes no IPsec policy for L2TP (ProhibitIpSec is 1).
func (s *System) Dial(ctx context.Context, d Dial, noIPsec bool) (<-chan Progress, error) {
	ref, err := s.find(d.Connection, false)
	if err != nil {
		return nil, err
	}
	up, err := s.standing()
	if err != nil {
		return nil, err
	}
	for _, c := range up {
		if same(text(c.entry[:]), ref.Name) {
			return nil, fmt.Errorf("test the connection %q: %w", ref.Name, ErrConnected)
		}
	}
	e, _, err := s.read(ref.Book, ref.Name)
	if err != nil {
		return nil, err
	}
	p := &dialParams{}
	if err := s.params(p, ref, d); err != nil {
		*p = dialParams{}
		return nil, fmt.Errorf("test the connection %q: %w", ref.Name, err)
	}
	ctx, end, err := s.dials.begin(ctx)
	if err != nil {
		*p = dialParams{}
		return nil, err
	}
	out := make(chan Progress, mostProgress)
	r := &attempt{end: end, s: s, d: d, ref: ref, params: p, server: text(e[0].phone[:]), out: out, wake: make(chan struct{}, 1)}
	r.track = track{tell: func(p Progress) { out <- p }, ipsec: e[0].options2&opt2PreSharedKey != 0 && !noIPsec}
	go r.run(ctx)
	return out, nil
}

// params are what RasDial is given. Without a login of this dial it is the stored
// one: an empty name would mean the login to Windows.
func (s *System) params(p *dialParams, ref Ref, d Dial) error {
	if err := put(p.entry[:], ref.Name); err != nil {
		return err
	}
	if d.User == "" && len(d.Password) == 0 {
		return s.stored(ref, p)
	}
	if err := putUser(p.user[:], p.domain[:], d.User); err != nil {
		return err
	}
	return putSecret(p.password[:], d.Password)
}

// attempt is one dial under way.
type attempt struct {
	s      *System
	d      Dial
	ref    Ref
	params *dialParams
	server string
	out    chan Progress
	track  track

	mu      sync.Mutex
	notices []notice
	wake    chan struct{}
	end     func() // says that nothing of it is left to hang up
}

// run dials, looks, and hangs up.
func (r *attempt) run(ctx context.Context) {
	defer close(r.out)
	late := false
	defer func() {
		if !late {
			r.end()
		}
	}()
	last := Progress{Done: true}
	if last.Err = r.lookUp(ctx); last.Err != nil {
		*r.params = dialParams{}
		r.out <- last
		return
	}
	limited, cancel := context.WithTimeoutCause(ctx, r.s.timing.limit, ErrGaveUp)
	defer cancel()
	began := make(chan begun, 1)
	go func() { began <- r.begin() }()
	var b begun
	select {
	case b = <-began:
	case <-limited.Done():
		// Windows has not come back yet: whatever it makes of it is hung up then.
		late = true
		go func() {
			defer r.end()
			b := <-began
			b.forget()
			_ = r.s.hangUp(b.conn)
		}()
		last.Err = context.Cause(limited)
		r.out <- last
		return
	}
	code, err := b.code, error(nil)
	if code == ok {
		code, err = r.follow(limited)
	}
	switch {
	case err != nil:
		last.Err = err
	case code != ok:
		last.Code = int64(code)
		r.track.fail(last.Code)
	default:
		last.Connected = true
		r.look(ctx, b.conn, &last)
	}
	b.forget()
	if !last.Connected || !r.d.Keep {
		if err := r.s.hangUp(b.conn); err != nil && last.Err == nil {
			last.Err = err
		}
	}
	r.out <- last
}

// lookUp is the first stage. Windows resolves the name once more by itself, with
// the same resolver.
func (r *attempt) lookUp(ctx context.Context) error {
	r.track.begin(codes.StageDNS)
	if _, err := netip.ParseAddr(r.server); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.s.timing.resolve)
	defer cancel()
	addrs, err := r.s.resolve(ctx, r.server)
	if err == nil && len(addrs) > 0 {
		return nil
	}
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ctx.Err()
	}
	r.out <- Progress{Stage: codes.StageDNS, State: Failed}
	if err == nil {
		err = errors.New("it has no address")
	}
	return fmt.Errorf("look up %q: %w", r.server, err)
}

// begun is what RasDial came back with.
type begun struct {
	conn   uintptr
	code   uint32
	forget func()
}

func (r *attempt) begin() begun {
	defer func() { *r.params = dialParams{} }()
	var b begun
	for _, size := range dialSizes {
		r.params.size = size
		if b.forget, b.code = r.s.api.dial(r.ref.Book, r.params, &b.conn, r.notice); b.code != errInvalidSize {
			return b
		}
		b.forget()
	}
	return b
}

// notice is called by Windows, on any thread: it only keeps what came.
func (r *attempt) notice(n notice) {
	r.mu.Lock()
	r.notices = append(r.notices, n)
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// follow tells of states until it stands or failed.
func (r *attempt) follow(ctx context.Context) (uint32, error) {
	for {
		r.mu.Lock()
		batch := r.notices
		r.notices = nil
		r.mu.Unlock()
		for _, n := range batch {
			r.track.state(n.state)
			switch {
			case n.code != ok:
				return n.code, nil
			case n.state == stateConnected:
				return ok, nil
			case n.state == stateDisconnected:
				return errNoConnection, nil
			case n.state >= statePaused && n.state < stateConnected:
				return 0, errors.New("the server asks for something that only Windows' own window can answer, such as a new password: connect once from Windows' settings")
			}
		}
		select {
		case <-r.wake:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// hangUp ends a connection and waits until Windows forgot it: a handle that is
// given up sooner leaves the port busy.
func (s *System) hangUp(conn uintptr) error {
	if conn == 0 {
		return nil
	}
	code := s.api.hangUp(conn)
	if code != ok && code != errNoConnection && code != errInvalidHandle {
		return failed(code, "hang up")
	}
	end := time.NewTimer(s.timing.gone)
	defer end.Stop()
	again := time.NewTicker(s.timing.poll)
	defer again.Stop()
	for {
		st := &status{size: statusSizes[0]}
		if code := s.api.status(conn, st); code == errInvalidHandle {
			return nil
		}
		select {
		case <-again.C:
		case <-end.C:
			return errors.New("hang up: Windows still has the connection after a while: look for it in Windows' settings")
		}
	}
}
