package ras

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"tacklebox/platform/l2tp/plan"
)

// fake is a phone book in memory that checks what Windows would: the sizes
// above all.
type fake struct {
	newest uint32 // the size of RASENTRYW that this Windows has
	book   map[string]entry
	refs   []Ref
	keys   map[string]string
	logins map[string][3]string

	script  []notice // what a dial tells
	dialed  dialParams
	refuses uint32 // RasDial fails at once
	late    chan struct{}
	keeps   bool // RasDial's connection is not forgotten

	mu     sync.Mutex
	up     map[uintptr]int // how often status is asked before it is gone; -1 while up
	hungUp int
	remote endpoint
	stands []connection
	code   uint32 // of RasEnumConnections
	last   uintptr
}

func newFake() *fake {
	return &fake{newest: 6724, book: map[string]entry{}, keys: map[string]string{}, logins: map[string][3]string{}, up: map[uintptr]int{}}
}

func (f *fake) system() *System {
	return &System{api: f, net: fakeNet{}, ownBook: func() (string, error) { return "own.pbk", nil },
		resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			if host == "vpn.example.com" {
				return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
			}
			return nil, errors.New("no such host")
		},
		timing: timing{limit: time.Minute, resolve: time.Second, reach: time.Second, gone: time.Second, poll: time.Millisecond}}
}

func (f *fake) key(book, name string) string { return book + "|" + name }

// add makes an entry as Windows' own window would.
func (f *fake) add(t *testing.T, book, server string, p plan.Profile, all bool) {
	t.Helper()
	e := entry{size: f.newest}
	e.begin()
	if err := e.apply(plan.Profile{Name: p.Name, Server: server, IPsec: p.IPsec, Auth: p.Auth, Encryption: p.Encryption, Split: p.Split}, "WAN Miniport (L2TP)"); err != nil {
		t.Fatal(err)
	}
	f.book[f.key(book, p.Name)] = e
	f.refs = append(f.refs, Ref{p.Name, book, all})
}

func (f *fake) entries(list []entryName, size, n *uint32) uint32 {
	if list[0].size != 1048 {
		return errInvalidSize
	}
	need := uint32(len(f.refs)) * 1048
	if *n = uint32(len(f.refs)); *size < need {
		*size = need
		return errTooSmall
	}
	for i, r := range f.refs {
		_ = put(list[i].name[:], r.Name)
		_ = put(list[i].book[:], r.Book)
		if r.AllUsers {
			list[i].flags = 1
		}
	}
	return ok
}

func (f *fake) entry(book, name string, e []entry, size *uint32) uint32 {
	is, there := f.book[f.key(book, name)]
	if name == "" {
		is, there = entry{options: optDefaultGateway | optMSCHAPv2, encryption: 1}, true
	}
	if !there {
		return errNoEntry
	}
	if e == nil || *size < f.newest {
		*size = f.newest
		return errTooSmall
	}
	if e[0].size > f.newest || !slices.Contains(entrySizes, e[0].size) {
		return errInvalidSize
	}
	v := e[0].size
	e[0] = is
	e[0].size = v
	return ok
}

func (f *fake) setEntry(book, name string, e []entry, size uint32) uint32 {
	if e[0].size > f.newest || size < e[0].size {
		return errInvalidSize
	}
	if e[0].phone[0] == 0 || e[0].deviceName[0] == 0 || e[0].deviceType[0] == 0 || e[0].framing == 0 || e[0].kind == 0 {
		return 87
	}
	if _, there := f.book[f.key(book, name)]; !there {
		f.refs = append(f.refs, Ref{name, book, false})
	}
	f.book[f.key(book, name)] = e[0]
	return ok
}

func (f *fake) validate(book, name string) uint32 {
	if _, there := f.book[f.key(book, name)]; there {
		return 183
	}
	return ok
}

func (f *fake) remove(book, name string) uint32 {
	if _, there := f.book[f.key(book, name)]; !there {
		return errNoEntry
	}
	delete(f.book, f.key(book, name))
	f.refs = slices.DeleteFunc(f.refs, func(r Ref) bool { return r.Name == name && r.Book == book })
	return ok
}

func (f *fake) credentials(book, name string, c *credentials) uint32 {
	l, there := f.logins[f.key(book, name)]
	if c.size != 1068 {
		return errInvalidSize
	}
	if c.mask = 0; there {
		c.mask = maskUser | maskPassword | maskDomain
		_ = put(c.user[:], l[0])
		_ = put(c.password[:], "****************") // a handle, as Windows gives
		_ = put(c.domain[:], l[2])
	}
	return ok
}

func (f *fake) setCredentials(book, name string, c *credentials) uint32 {
	e, there := f.book[f.key(book, name)]
	switch {
	case c.size != 1068:
		return errInvalidSize
	case !there:
		return errNoEntry
	case c.mask == maskKey:
		if e.options2&opt2PreSharedKey != 0 {
			f.keys[f.key(book, name)] = text(c.password[:])
		}
	case c.mask&maskKey != 0:
		return 87
	default:
		f.logins[f.key(book, name)] = [3]string{text(c.user[:]), text(c.password[:]), text(c.domain[:])}
	}
	return ok
}

func (f *fake) devices(list []device, size, n *uint32) uint32 {
	all := [][2]string{{"vpn", "WAN Miniport (IKEv2)"}, {"vpn", "WAN-Miniport (L2TP)"}, {"modem", "L2TP modem"}}
	if *n = uint32(len(all)); *size < uint32(len(all))*296 {
		*size = uint32(len(all)) * 296
		return errTooSmall
	}
	for i, d := range all {
		_ = put(list[i].kind[:], d[0])
		_ = put(list[i].name[:], d[1])
	}
	return ok
}

func (f *fake) connections(list []connection, size, n *uint32) uint32 {
	one := list[0].size
	if f.code != ok {
		return f.code
	}
	if *n = uint32(len(f.stands)); *size < *n*one {
		*size = *n * one
		return errTooSmall
	}
	copy(list, f.stands)
	return ok
}

func (f *fake) dial(_ string, p *dialParams, conn *uintptr, tell func(notice)) (func(), uint32) {
	if f.late != nil {
		<-f.late
	}
	if p.size > 2104+uint32(pointer) { // Windows 7 knows no more
		return func() {}, errInvalidSize
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dialed = *p
	f.last++
	*conn = f.last
	f.up[f.last] = -1
	if f.refuses != ok {
		return func() {}, f.refuses
	}
	go func() {
		for _, n := range f.script {
			tell(n)
		}
	}()
	return func() {}, ok
}

func (f *fake) hangUp(conn uintptr) uint32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, there := f.up[conn]; !there {
		return errNoConnection
	}
	f.hungUp++
	if !f.keeps {
		f.up[conn] = 3
	}
	return ok
}

func (f *fake) status(conn uintptr, s *status) uint32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, there := f.up[conn]
	if !there || n == 0 {
		delete(f.up, conn)
		return errInvalidHandle
	}
	if n > 0 {
		f.up[conn] = n - 1
	}
	_ = put(s.deviceType[:], "vpn")
	_ = put(s.phone[:], "vpn.example.com")
	s.remote = f.remote
	return ok
}

func (f *fake) projection(_ uintptr, p *projection, _ *uint32) uint32 {
	_ = put(p.address[:], "10.9.0.7")
	return ok
}

// fakeNet has one adapter of the connection and one beside it.
type fakeNet struct{}

func (fakeNet) links() ([]link, []route, error) {
	a := netip.MustParseAddr
	return []link{{3, []netip.Addr{a("192.168.1.5")}, []netip.Addr{a("192.168.1.1")}}, {9, []netip.Addr{a("10.9.0.7")}, []netip.Addr{a("10.9.0.1")}}},
		[]route{{3, netip.MustParsePrefix("192.168.1.0/24")}, {9, netip.MustParsePrefix("0.0.0.0/0")}, {9, netip.MustParsePrefix("224.0.0.0/4")}, {9, netip.MustParsePrefix("10.9.0.7/32")}}, nil
}

func (fakeNet) ping(_ context.Context, from, to netip.Addr) (time.Duration, error) {
	if from.String() != "10.9.0.7" || to.String() != "192.0.2.1" {
		return 0, errors.New("no such way")
	}
	return 12 * time.Millisecond, nil
}
