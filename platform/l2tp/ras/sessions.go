package ras

import (
	"errors"
	"net/netip"
	"slices"
	"unsafe"
)

// standing are the connections that are up or on their way.
func (s *System) standing() ([]connection, error) {
	one := uint32(unsafe.Sizeof(connection{}))
	l, code := list(one, func(c *connection) { c.size = one }, s.api.connections)
	if code != ok {
		return nil, failed(code, "list what is connected")
	}
	return l, nil
}

// SessionUp says that this PC has a connection to this server. Where that cannot
// be told it says so too, since a check of a key could end it.
func (s *System) SessionUp(server netip.Addr) bool {
	up, err := s.standing()
	if err != nil {
		var e *Error
		return !(errors.As(err, &e) && slices.Contains(down, e.Code))
	}
	for _, c := range up {
		if s.leadsTo(c.handle.value(), server.Unmap()) {
			return true
		}
	}
	return false
}

func (s *System) leadsTo(conn uintptr, server netip.Addr) bool {
	st := &status{}
	code := uint32(errInvalidSize)
	for _, size := range statusSizes {
		*st = status{size: size}
		if code = s.api.status(conn, st); code != errInvalidSize {
			break
		}
	}
	if code == errInvalidHandle {
		return false // it ended meanwhile
	}
	if code != ok {
		return true
	}
	if !same(text(st.deviceType[:]), deviceVPN) {
		return false
	}
	if a := st.remote.address(); a.IsValid() {
		return a == server
	}
	if a, err := netip.ParseAddr(text(st.phone[:])); err == nil {
		return a.Unmap() == server
	}
	return true
}

func (e endpoint) address() netip.Addr {
	switch e.kind {
	case 1:
		if a := netip.AddrFrom4([4]byte(e.addr[:4])); !a.IsUnspecified() {
			return a
		}
	case 2:
		if a := netip.AddrFrom16(e.addr); !a.IsUnspecified() {
			return a.Unmap()
		}
	}
	return netip.Addr{}
}
