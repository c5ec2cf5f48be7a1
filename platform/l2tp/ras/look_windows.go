package ras

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// adapters is what Windows says of its network adapters.
type adapters struct{}

// links implements network.
func (adapters) links() ([]link, []route, error) {
	links, err := readLinks()
	if err != nil {
		return nil, nil, fmt.Errorf("read the network adapters: %w", err)
	}
	var table *windows.MibIpForwardTable2
	if err := windows.GetIpForwardTable2(windows.AF_UNSPEC, &table); err != nil {
		return links, nil, fmt.Errorf("read the routes: %w", err)
	}
	defer windows.FreeMibTable(unsafe.Pointer(table))
	var routes []route
	for _, r := range table.Rows() {
		if to := prefix(&r.DestinationPrefix); to.IsValid() {
			routes = append(routes, route{index: r.InterfaceIndex, to: to})
		}
	}
	return links, routes, nil
}

func readLinks() ([]link, error) {
	size := uint32(32 << 10)
	for range 4 {
		buf := make([]uint64, size/8+1) // aligned as the structure is
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buf[0]))
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, windows.GAA_FLAG_SKIP_ANYCAST|windows.GAA_FLAG_SKIP_MULTICAST|windows.GAA_FLAG_SKIP_FRIENDLY_NAME, 0, first, &size)
		if errors.Is(err, windows.ERROR_BUFFER_OVERFLOW) && size < mostBytes {
			continue
		}
		if err != nil {
			return nil, err
		}
		var out []link
		for a := first; a != nil; a = a.Next {
			l := link{index: a.IfIndex}
			for u := a.FirstUnicastAddress; u != nil; u = u.Next {
				if x, ok := netip.AddrFromSlice(u.Address.IP()); ok {
					l.addrs = append(l.addrs, x.Unmap())
				}
			}
			for d := a.FirstDnsServerAddress; d != nil; d = d.Next {
				if x, ok := netip.AddrFromSlice(d.Address.IP()); ok {
					l.dns = append(l.dns, x.Unmap())
				}
			}
			out = append(out, l)
		}
		return out, nil
	}
	return nil, windows.ERROR_BUFFER_OVERFLOW
}

// prefix reads IP_ADDRESS_PREFIX: an address of either family, and a length.
func prefix(p *windows.IpAddressPrefix) netip.Prefix {
	raw := (*[unsafe.Sizeof(*p)]byte)(unsafe.Pointer(p))
	bits := int(p.PrefixLength)
	switch binary.LittleEndian.Uint16(raw[:]) {
	case windows.AF_INET:
		return netip.PrefixFrom(netip.AddrFrom4([4]byte(raw[4:8])), bits)
	case windows.AF_INET6:
		return netip.PrefixFrom(netip.AddrFrom16([16]byte(raw[8:24])), bits)
	}
	return netip.Prefix{}
}

// ping implements network. IcmpSendEcho2Ex needs no elevation.
func (adapters) ping(ctx context.Context, from, to netip.Addr) (time.Duration, error) {
	if !to.Is4() {
		return 0, errors.New("only IPv4 is pinged: give host:port")
	}
	dll := windows.NewLazySystemDLL("iphlpapi.dll")
	if err := dll.Load(); err != nil {
		return 0, err
	}
	h, _, err := dll.NewProc("IcmpCreateFile").Call()
	if windows.Handle(h) == windows.InvalidHandle {
		return 0, fmt.Errorf("open ICMP: %w", err)
	}
	wait := 4 * time.Second
	if end, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(end))
	}
	type answer struct {
		took time.Duration
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() { _, _, _ = dll.NewProc("IcmpCloseHandle").Call(h) }()
		data := []byte("Tacklebox")
		reply := make([]uint64, 64)
		n, _, err := dll.NewProc("IcmpSendEcho2Ex").Call(h, 0, 0, 0, source(from), number(to), uintptr(unsafe.Pointer(&data[0])), uintptr(len(data)), 0,
			uintptr(unsafe.Pointer(&reply[0])), uintptr(len(reply)*8), uintptr(max(1, wait.Milliseconds())))
		if n == 0 {
			done <- answer{err: err}
			return
		}
		// ICMP_ECHO_REPLY begins with the address, the status and the time.
		b := (*[12]byte)(unsafe.Pointer(&reply[0]))
		if s := binary.LittleEndian.Uint32(b[4:]); s != 0 {
			done <- answer{err: fmt.Errorf("ICMP says %d", s)}
			return
		}
		done <- answer{took: time.Duration(binary.LittleEndian.Uint32(b[8:])) * time.Millisecond}
	}()
	select {
	case a := <-done:
		return a.took, a.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func source(a netip.Addr) uintptr {
	if !a.Is4() {
		return 0
	}
	return number(a)
}

// number is IPAddr: the four bytes as they go over the wire.
func number(a netip.Addr) uintptr {
	b := a.As4()
	return uintptr(binary.LittleEndian.Uint32(b[:]))
}
