package ras

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"time"
	"unsafe"
)

// link is a network adapter, as far as a connection is told by it.
type link struct {
	index uint32
	addrs []netip.Addr
	dns   []netip.Addr
}

// route is one of the routes of Windows.
type route struct {
	index uint32
	to    netip.Prefix
}

// most bounds what is shown of a connection.
const most = 64

// look fills in what a connection that stands gave this PC.
func (r *attempt) look(ctx context.Context, conn uintptr, p *Progress) {
	p.Address = r.s.address(conn)
	if p.Address.IsValid() {
		links, routes, err := r.s.net.links()
		if err == nil {
			p.DNS, p.Routes = of(p.Address, links, routes)
		}
	}
	if r.d.Reach != "" {
		ctx, cancel := context.WithTimeout(ctx, r.s.timing.reach)
		defer cancel()
		p.Reached = &Reached{Target: r.d.Reach}
		p.Reached.Took, p.Reached.Err = r.s.reach(ctx, p.Address, r.d.Reach)
	}
}

// address is this PC's in the connection.
func (s *System) address(conn uintptr) netip.Addr {
	size := uint32(unsafe.Sizeof(projection{}))
	p := &projection{size: size}
	if code := s.api.projection(conn, p, &size); code != ok || p.err != ok {
		return netip.Addr{}
	}
	a, _ := netip.ParseAddr(text(p.address[:]))
	return a
}

// of picks what belongs to the link that has an address.
func of(address netip.Addr, links []link, routes []route) (dns []netip.Addr, to []netip.Prefix) {
	i := slices.IndexFunc(links, func(l link) bool { return slices.Contains(l.addrs, address) })
	if i < 0 {
		return nil, nil
	}
	for _, r := range routes {
		if r.index == links[i].index && len(to) < most && !r.to.Addr().IsMulticast() {
			to = append(to, r.to)
		}
	}
	return links[i].dns[:min(most, len(links[i].dns))], to
}

// reach says what a host behind the server answered. What is asked leaves from the
// connection's own address, so that an answer from elsewhere does not count.
func (s *System) reach(ctx context.Context, from netip.Addr, target string) (time.Duration, error) {
	if host, port, err := net.SplitHostPort(target); err == nil {
		to := net.JoinHostPort(host, port)
		d := net.Dialer{}
		if from.IsValid() {
			d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
		}
		begin := time.Now()
		c, err := d.DialContext(ctx, "tcp", to)
		if err != nil {
			return 0, cause(err)
		}
		_ = c.Close()
		return time.Since(begin), nil
	}
	to, err := s.host(ctx, target)
	if err == nil {
		var took time.Duration
		if took, err = s.net.ping(ctx, from, to); err == nil {
			return took, nil
		}
	}
	return 0, cause(err)
}

// host is an address to ping, of the family that a connection carries.
func (s *System) host(ctx context.Context, name string) (netip.Addr, error) {
	addrs := []netip.Addr{}
	if a, err := netip.ParseAddr(name); err == nil {
		addrs = append(addrs, a)
	} else if addrs, err = s.resolve(ctx, name); err != nil {
		return netip.Addr{}, err
	}
	for _, a := range addrs {
		if a.Unmap().Is4() {
			return a.Unmap(), nil
		}
	}
	return netip.Addr{}, errors.New("it has no IPv4 address, which is what is pinged: give host:port")
}

// cause is the last of a chain: who and where was said already.
func cause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
