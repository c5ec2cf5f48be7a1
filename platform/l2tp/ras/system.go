package ras

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"tacklebox/platform/l2tp/plan"
)

// rasapi is rasapi32.dll. Each call gives a code of Windows, 0 for success; where
// a list or size is asked for, size is in bytes and comes back as what is needed.
type rasapi interface {
	entries(list []entryName, size, n *uint32) uint32
	entry(book, name string, e []entry, size *uint32) uint32
	setEntry(book, name string, e []entry, size uint32) uint32
	validate(book, name string) uint32
	remove(book, name string) uint32
	credentials(book, name string, c *credentials) uint32
	setCredentials(book, name string, c *credentials) uint32
	devices(list []device, size, n *uint32) uint32
	connections(list []connection, size, n *uint32) uint32
	// dial begins. tell is called on other threads, also before dial returns, and
	// never after forget.
	dial(book string, p *dialParams, conn *uintptr, tell func(notice)) (forget func(), code uint32)
	hangUp(conn uintptr) uint32
	status(conn uintptr, s *status) uint32
	projection(conn uintptr, p *projection, size *uint32) uint32
}

// notice is one call of RasDial's callback.
type notice struct{ state, code uint32 }

// network is what Windows says of the addresses of a connection.
type network interface {
	links() ([]link, []route, error)
	ping(ctx context.Context, from, to netip.Addr) (time.Duration, error)
}

// System is remote access on this PC. What it does with the calls of Windows was
// tested without Windows; that Windows does as its documentation says is expected,
// not yet seen.
type System struct {
	api     rasapi
	net     network
	ownBook func() (string, error) // the path of this person's phone book
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	timing  timing
	dials   underWay
}

// Open is the remote access of this PC. Under Wine and on other systems there is
// none: the error wraps [errors.ErrUnsupported].
func Open() (*System, error) {
	s, err := open()
	if err != nil {
		return nil, err
	}
	s.resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}
	s.timing = usual
	return s, nil
}

// Ref is where an entry stands.
type Ref struct {
	Name     string
	Book     string // the path of the phone book
	AllUsers bool
}

// mostBytes bounds what a call may ask for.
const mostBytes = 16 << 20

// list calls until what it gives has room. mark writes the size of the structure
// into the first one, as each of these calls wants it.
func list[T any](one uint32, mark func(*T), call func(list []T, size, n *uint32) uint32) ([]T, uint32) {
	room := uint32(1)
	for range 5 {
		l := make([]T, room)
		mark(&l[0])
		size, n := room*one, uint32(0)
		code := call(l, &size, &n)
		if code == errTooSmall && size > room*one && size < mostBytes {
			room = size/one + 2
			continue
		}
		if code != ok {
			return nil, code
		}
		return l[:min(n, room)], ok
	}
	return nil, errTooSmall
}

// Entries are the entries of all phone books, this person's first.
func (s *System) Entries() ([]Ref, error) {
	names, code := list(1048, func(e *entryName) { e.size = 1048 }, s.api.entries)
	if code != ok {
		return nil, failed(code, "list the connections")
	}
	refs := make([]Ref, 0, len(names))
	for _, n := range names {
		refs = append(refs, Ref{Name: text(n.name[:]), Book: text(n.book[:]), AllUsers: n.flags&1 != 0})
	}
	slices.SortStableFunc(refs, func(a, b Ref) int { return rank(a) - rank(b) })
	return refs, nil
}

func rank(r Ref) int {
	if r.AllUsers {
		return 1
	}
	return 0
}

// find is the entry of this name, this person's before that of all users. Names
// of connections are not case sensitive.
func (s *System) find(name string, own bool) (Ref, error) {
	refs, err := s.Entries()
	if err != nil {
		return Ref{}, err
	}
	i := slices.IndexFunc(refs, func(r Ref) bool { return same(r.Name, name) && !(own && r.AllUsers) })
	if i < 0 {
		return Ref{}, failed(errNoEntry, "find the connection %q", name)
	}
	return refs[i], nil
}

// read reads an entry, whichever version of the structure this Windows has. An
// empty name gives what Windows begins a new entry with.
func (s *System) read(book, name string) ([]entry, uint32, error) {
	size := uint32(0)
	if code := s.api.entry(book, name, nil, &size); code != ok && code != errTooSmall {
		return nil, 0, failed(code, "read the connection %q", name)
	}
	if size < entrySizes[len(entrySizes)-1] || size > mostBytes {
		return nil, 0, failed(errInvalidSize, "read the connection %q", name)
	}
	code := uint32(errInvalidSize)
	for _, version := range entrySizes {
		if version > size {
			continue // this Windows does not know it
		}
		e, need := make([]entry, size/entrySizes[0]+1), size
		e[0].size = version
		if code = s.api.entry(book, name, e, &need); code == ok {
			return e, size, nil
		}
		if code != errInvalidSize {
			break
		}
	}
	return nil, 0, failed(code, "read the connection %q", name)
}

// Profiles are the VPN connections of all phone books. One that cannot be read is
// there by its name: nobody knows what it needs.
func (s *System) Profiles() ([]plan.Profile, error) {
	refs, err := s.Entries()
	if err != nil {
		return nil, err
	}
	var out []plan.Profile
	for _, r := range refs {
		e, _, err := s.read(r.Book, r.Name)
		if err != nil {
			out = append(out, plan.Profile{Name: r.Name, IPsec: plan.IPsecUnknown, AllUsers: r.AllUsers})
			continue
		}
		if e[0].kind == kindVPN {
			out = append(out, e[0].profile(r))
		}
	}
	return out, nil
}

// Write creates this person's connection, or changes what a profile says in the
// one that is there, and reads it back. It asks for no key and stores none.
func (s *System) Write(p plan.Profile) error {
	if err := p.Check(); err != nil {
		return err
	}
	var from, book string
	ref, err := s.find(p.Name, true)
	var gone *Error
	switch {
	case err == nil:
		from, book = ref.Name, ref.Book
	case errors.As(err, &gone) && gone.Code == errNoEntry:
		if book, err = s.ownBook(); err != nil {
			return err
		}
		if code := s.api.validate(book, p.Name); code != ok {
			return failed(code, "name a connection %q", p.Name)
		}
	default:
		return err
	}
	template := book
	if from == "" {
		template = "" // this person may have no phone book yet
	}
	e, size, err := s.read(template, from)
	if err != nil {
		return err
	}
	if from == "" {
		e[0].begin()
	}
	dev, err := s.l2tpDevice()
	if err != nil {
		return err
	}
	if err := e[0].apply(p, dev); err != nil {
		return err
	}
	name := p.Name
	if from != "" {
		name = from
	}
	if code := s.api.setEntry(book, name, e, size); code != ok {
		return failed(code, "write the connection %q", name)
	}
	return s.readBack(book, name, p)
}

// readBack says what Windows did not take.
func (s *System) readBack(book, name string, p plan.Profile) error {
	e, _, err := s.read(book, name)
	if err != nil {
		return err
	}
	if is := e[0].profile(Ref{Name: p.Name}); !alike(is, p) {
		return fmt.Errorf("the connection %q was written, and reads back otherwise: look at it in Windows' settings", name)
	}
	return nil
}

// l2tpDevice is the name of the device that dials L2TP, which is translated.
func (s *System) l2tpDevice() (string, error) {
	devices, code := list(296, func(d *device) { d.size = 296 }, s.api.devices)
	if code != ok {
		return "", failed(code, "list the devices for dialing")
	}
	for _, d := range devices {
		if name := text(d.name[:]); isL2TP(name) && same(text(d.kind[:]), deviceVPN) {
			return name, nil
		}
	}
	return "", errors.New("this PC has no WAN Miniport (L2TP): show hidden devices in the device manager and see whether it is disabled")
}

// Remove removes this person's connection. One that is not there is no error.
func (s *System) Remove(name string) error {
	ref, err := s.find(name, true)
	if err != nil {
		var gone *Error
		if errors.As(err, &gone) && gone.Code == errNoEntry {
			return nil
		}
		return err
	}
	if code := s.api.remove(ref.Book, ref.Name); code != ok && code != errNoEntry {
		return failed(code, "remove the connection %q", name)
	}
	return nil
}
