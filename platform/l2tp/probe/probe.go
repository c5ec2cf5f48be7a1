// Package probe asks a server, in ten packets at most and without dialing, what
// it speaks: IKE with strong or weak ciphers, plain L2TP, IKEv2, whether address
// translation is seen, and, if asked to, whether it accepts a pre-shared key.
package probe

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/wine"
)

// Consent is what a person agrees to before a key is checked.
const Consent = "the check may end the session of a PC with the same local address, and repeated wrong keys can get this address banned by the server"

// MaxPackets is the most that one run sends, farewells included.
const MaxPackets = 10

// Conn is a datagram socket to one port of the server.
type Conn interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	SetReadDeadline(time.Time) error
	LocalAddr() net.Addr
	Close() error
}

// Timing is how long a run waits; the zero value of each is the usual one.
type Timing struct {
	Again   time.Duration // before a question is repeated: 1.2 s
	Answers time.Duration // for the rest, once one has answered: 2.5 s from the start
	Silent  time.Duration // for a server that says nothing: 8 s from the start
	Key     time.Duration // for an answer to the key, on each port: 2.5 s
}

// Options are what a run is made with; the zero value checks no key.
type Options struct {
	// PSK is the key to check; nil for none. It is in no error and no report. The
	// caller has the person's [Consent], and clears it.
	PSK []byte
	// SessionUp says that this PC has a session to the server: then no key is
	// checked. Nil for a system that has none.
	SessionUp func(netip.Addr) bool
	Timing    Timing
	// The rest is for tests: nil is the system's.
	Random  io.Reader
	Now     func() time.Time
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	Dial    func(ctx context.Context, to netip.AddrPort) (Conn, error)
}

// run is one run.
type run struct {
	o       Options
	start   time.Time
	address netip.Addr
	budget  *budget
	// early is closed when IKE did answer.
	early chan struct{}

	mu     sync.Mutex
	report l2tp.Report
}

// Run asks one server, given by name or address. An error means that nothing was
// asked, or that ctx ended; what a server does not answer is in the report. Under
// Wine, whose sockets fail, it says so: that is no server's silence.
func Run(ctx context.Context, server string, o Options) (l2tp.Report, error) {
	if err := plan.CheckServer(server); err != nil {
		return l2tp.Report{}, err
	}
	if o.Dial == nil && wine.Here() {
		return l2tp.Report{}, wine.Lacks("asking a server")
	}
	o.fill()
	r := &run{o: o, start: o.Now(), early: make(chan struct{})}
	r.report = l2tp.Report{Server: server, Class: l2tp.ClassUnknown, PSK: l2tp.PSKNotAsked,
		IKE: l2tp.ReplyNotAsked, L2TP: l2tp.ReplyNotAsked, Evidence: []string{}}
	if o.PSK != nil {
		r.report.PSK = l2tp.PSKUnknown
	}
	silent, cancel := context.WithTimeout(ctx, o.Timing.Silent)
	defer cancel()
	if r.resolve(silent) {
		r.ask(ctx, silent)
	}
	if err := ctx.Err(); err != nil {
		return l2tp.Report{}, fmt.Errorf("ask %q: %w", server, err)
	}
	r.report.Class = l2tp.ClassOf(r.report.IKE, r.report.L2TP)
	if r.report.Class == l2tp.ClassUnknown && r.report.L2TP == l2tp.ReplyAccepted && !r.report.IKEv2 {
		r.say("UDP 500 gets no answer here, though plain L2TP answers: try another network")
	}
	slices.SortStableFunc(r.report.Evidence, func(a, b string) int { return rank(a) - rank(b) })
	r.report.Took(o.Now().Sub(r.start))
	return r.report, nil
}

func (o *Options) fill() {
	if o.Random == nil {
		o.Random = rand.Reader
	} else {
		o.Random = &locked{r: o.Random}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Resolve == nil {
		o.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if o.Dial == nil {
		o.Dial = dial
	}
	t := &o.Timing
	t.Again = cmp.Or(t.Again, 1200*time.Millisecond)
	t.Answers = cmp.Or(t.Answers, 2500*time.Millisecond)
	t.Silent = cmp.Or(t.Silent, 8*time.Second)
	t.Key = cmp.Or(t.Key, 2500*time.Millisecond)
}

// locked lets the probes share a source of random numbers.
type locked struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *locked) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(b)
}

// say adds a line of evidence.
func (r *run) say(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Evidence = append(r.report.Evidence, fmt.Sprintf(format, args...))
}

// rank puts evidence in the order in which a connection is made: the probes run
// side by side.
func rank(line string) int {
	for i, begin := range []string{"DNS:", "IKE:", "IKE, ", "NAT:", "key:", "L2TP ", "IKEv2:"} {
		if strings.HasPrefix(line, begin) {
			return i
		}
	}
	return 8
}

// note changes the report.
func (r *run) note(f func(*l2tp.Report)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.report)
}

// resolve finds the address to ask: Windows prefers IPv4 for L2TP.
func (r *run) resolve(ctx context.Context) bool {
	host := r.report.Server
	addrs := []netip.Addr{}
	if a, err := netip.ParseAddr(host); err == nil {
		addrs = append(addrs, a)
	} else {
		look, cancel := context.WithTimeout(ctx, r.o.Timing.Silent/2)
		defer cancel()
		addrs, err = r.o.Resolve(look, host)
		if err != nil || len(addrs) == 0 {
			if err == nil {
				err = errors.New("no addresses")
			}
			r.say("DNS: the name does not resolve (%v): Windows ends in error 868", plain(err))
			return false
		}
		var names []string
		for i, a := range addrs {
			addrs[i] = a.Unmap()
			if i < 8 {
				names = append(names, addrs[i].String())
			}
		}
		r.say("DNS: %s", strings.Join(names, ", "))
	}
	r.address = addrs[0].Unmap()
	if i := slices.IndexFunc(addrs, func(a netip.Addr) bool { return a.Unmap().Is4() }); i >= 0 {
		r.address = addrs[i].Unmap()
	}
	r.report.Address = r.address.String()
	return true
}

// plain is an error without the addresses of name servers, which are nobody's
// business in a report.
func plain(err error) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.Err
	}
	return err.Error()
}

// ask runs the probes side by side while silent lasts; the key's check follows IKE.
func (r *run) ask(ctx, silent context.Context) {
	key := r.o.PSK != nil
	if key && r.o.SessionUp != nil && r.o.SessionUp(r.address) {
		r.say("key: not checked while a session to this server is up")
		r.o.PSK, key = nil, false
	}
	r.budget = newBudget(key)
	var wg sync.WaitGroup
	wg.Go(func() {
		x := r.ike(silent)
		if r.report.IKE != l2tp.ReplySilent {
			close(r.early)
		}
		if x == nil {
			return
		}
		defer x.close()
		if r.o.PSK != nil {
			r.key(ctx, x) // it has its own limit
		}
	})
	others, stop := r.hurried(silent)
	defer stop()
	wg.Go(func() { r.l2tp(others) })
	wg.Go(func() { r.two(others) })
	wg.Wait()
	r.report.Packets = r.budget.sent()
}

// hurried is a context for what is asked beside IKE: it ends soon after the start
// once IKE has answered.
func (r *run) hurried(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	done := make(chan struct{})
	ended := make(chan struct{})
	start := time.Now()
	go func() {
		defer close(ended)
		select {
		case <-r.early:
		case <-done:
			return
		}
		t := time.NewTimer(max(r.o.Timing.Answers-time.Since(start), 300*time.Millisecond))
		defer t.Stop()
		select {
		case <-t.C:
			cancel()
		case <-done:
		}
	}()
	return ctx, func() { close(done); <-ended; cancel() }
}

// budget counts packets. Each step has its own from the start; a question is
// repeated only from what is spare.
type budget struct {
	mu    sync.Mutex
	spare int
	count int
}

// The steps' own packets.
const (
	ownFirst  = 1 // IKE's first message
	ownRest   = 2 // the weak set, the third message
	ownKey    = 3 // the fifth message on both ports, the farewell
	ownL2TP   = 2 // the request, the farewell
	ownSecond = 1 // IKEv2
)

func newBudget(key bool) *budget {
	own := ownFirst + ownRest + ownL2TP + ownSecond
	if key {
		own += ownKey
	}
	return &budget{spare: MaxPackets - own}
}

// again takes a spare packet.
func (b *budget) again() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spare == 0 {
		return false
	}
	b.spare--
	return true
}

// unused gives back what a step will not send.
func (b *budget) unused(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spare += n
}

func (b *budget) took() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count++
}

func (b *budget) sent() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count
}
