package suggest

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/windows"
)

// find asks for the gateways and resolvers of the adapters that are up.
func find(context.Context) (f found) {
	for a := adapters(); a != nil; a = a.Next {
		if a.OperStatus != windows.IfOperStatusUp || a.IfType == windows.IF_TYPE_SOFTWARE_LOOPBACK {
			continue
		}
		for g := a.FirstGatewayAddress; g != nil; g = g.Next {
			f.gateways = append(f.gateways, address(g.Address, a.Ipv6IfIndex))
		}
		for d := a.FirstDnsServerAddress; d != nil; d = d.Next {
			f.resolvers = append(f.resolvers, address(d.Address, a.Ipv6IfIndex))
		}
	}
	return f
}

func adapters() *windows.IpAdapterAddresses {
	size := uint32(16 << 10)
	// The list may grow between two calls; a machine has not that many adapters.
	for size <= maxConf {
		buffer := make([]byte, size)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buffer[0]))
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, windows.GAA_FLAG_INCLUDE_GATEWAYS|windows.GAA_FLAG_SKIP_MULTICAST, 0, first, &size)
		if err == nil {
			return first
		}
		if !errors.Is(err, windows.ERROR_BUFFER_OVERFLOW) {
			return nil
		}
	}
	return nil
}

func address(s windows.SocketAddress, index uint32) netip.Addr {
	a, _ := netip.AddrFromSlice(s.IP())
	if a = a.Unmap(); a.IsLinkLocalUnicast() && a.Is6() {
		a = a.WithZone(strconv.FormatUint(uint64(index), 10))
	}
	return a
}
