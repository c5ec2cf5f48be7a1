package monitor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"tacklebox/platform/latency"
)

const (
	// DefaultResolve is how often a name is looked up again.
	DefaultResolve = time.Minute
	resolveTimeout = 5 * time.Second
	// A name without an address is tried again after a second, then after twice as
	// long each time.
	resolveAgain  = time.Second
	resolveAtMost = 30 * time.Second
	// resolving bounds the lookups that run at the same time: each may hold a
	// thread where the system's own resolver is used.
	resolving = 8
)

// SystemResolve looks a name up with the system's resolver, which sorts the
// addresses so that the one to be tried first comes first.
func SystemResolve(ctx context.Context, host string, family latency.Family) ([]netip.Addr, error) {
	network := "ip"
	if family != latency.FamilyAny {
		network = string(family)
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, network, host)
	if err != nil {
		var dns *net.DNSError
		if errors.As(err, &dns) && dns.IsNotFound {
			return nil, fmt.Errorf("look up %q: no such name: check how it is written", host)
		}
		return nil, fmt.Errorf("look up %q: %w", host, err)
	}
	for i, a := range addrs {
		addrs[i] = a.Unmap()
	}
	return addrs, nil
}

// answer is what a lookup came to.
type answer struct {
	e     *entry
	addrs []netip.Addr
	err   error
}

// lookups runs the lookups of a core.
type lookups struct {
	ctx     context.Context
	cancel  context.CancelFunc
	resolve func(context.Context, string, latency.Family) ([]netip.Addr, error)
	slots   chan struct{}
	answers chan answer
	wg      sync.WaitGroup
}

func newLookups(resolve func(context.Context, string, latency.Family) ([]netip.Addr, error)) *lookups {
	l := &lookups{resolve: resolve, slots: make(chan struct{}, resolving), answers: make(chan answer, 64)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

func (l *lookups) start(e *entry) {
	host, family := e.spec.Host, e.spec.Family
	l.wg.Go(func() {
		select {
		case l.slots <- struct{}{}:
		case <-l.ctx.Done():
			return
		}
		defer func() { <-l.slots }()
		ctx, cancel := context.WithTimeout(l.ctx, resolveTimeout)
		addrs, err := l.resolve(ctx, host, family)
		cancel()
		if err == nil && len(addrs) == 0 {
			err = fmt.Errorf("look up %q: it has no address", host)
		}
		select {
		case l.answers <- answer{e, addrs, err}:
		case <-l.ctx.Done():
		}
	})
}

func (l *lookups) close() {
	l.cancel()
	l.wg.Wait()
}

// literal is the address that a host is, if it is one.
func literal(host string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(host)
	return a.Unmap(), err == nil
}

// needsLookup: an HTTP engine looks its host up itself, since that is a phase of
// the request.
func (e *entry) needsLookup() bool {
	if e.spec.Kind == latency.KindHTTP {
		return false
	}
	_, is := literal(e.spec.Host)
	return !is
}

// lookUp starts a lookup when one is due.
func (c *core) lookUp(e *entry, now time.Duration) {
	if e.looking || !e.needsLookup() || now < e.lookAt {
		return
	}
	e.looking = true
	c.names.start(e)
}

// looked takes in what a lookup came to. An address stays while the name still
// has it, so that names with many addresses do not wander; and it stays when the
// name cannot be looked up for a while.
func (c *core) looked(a answer) {
	e := a.e
	e.looking = false
	if e.gone {
		return
	}
	now := c.now.Boot
	if a.err != nil {
		e.lookWait = min(max(2*e.lookWait, resolveAgain), resolveAtMost)
		e.lookAt = now + e.lookWait
		e.err = a.err
		if !e.addr.IsValid() {
			// Looked up again by and by, however rarely it is asked; that it has no
			// address is told now.
			c.unresolved[e] = true
			if e.waiting {
				e.waiting, e.due = false, now
				c.order()
			}
		}
		return
	}
	delete(c.unresolved, e)
	every := e.spec.Resolve
	if every <= 0 {
		every = DefaultResolve
	}
	e.err, e.lookWait, e.lookAt = nil, 0, now+every
	if e.addr.IsValid() && slices.Contains(a.addrs, e.addr) {
		return
	}
	before := e.addr
	e.addr = a.addrs[0]
	if before.IsValid() {
		c.tell(Notice{Kind: NoticeAddress, Target: e.spec.ID, At: c.now.Wall, Before: before.String(), Text: e.addr.String()})
	} else {
		// The first address: ask it at once.
		e.waiting = false
		e.due = min(e.due, now)
		c.order()
	}
}

// mostWent is how many addresses of a name are remembered.
const mostWent = 32

// wentTo notes where a request went whose engine looks the name up itself. A name
// with several addresses is answered in turns: only one not seen before is a change.
func (c *core) wentTo(e *entry, to netip.Addr) {
	if e.spec.Kind != latency.KindHTTP || !to.IsValid() {
		return
	}
	n := len(e.went)
	if n > 0 && e.went[n-1] == to {
		return
	}
	if i := slices.Index(e.went, to); i >= 0 {
		e.went = append(slices.Delete(e.went, i, i+1), to)
		return
	}
	if n > 0 {
		c.tell(Notice{Kind: NoticeAddress, Target: e.spec.ID, At: c.now.Wall, Before: e.went[n-1].String(), Text: to.String()})
	}
	e.went = append(e.went, to)
	e.went = e.went[max(0, len(e.went)-mostWent):]
}
