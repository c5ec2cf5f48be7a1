package suggest

import (
	"context"
	"io"
	"net"
	"net/netip"
	"os"

	"golang.org/x/net/route"
	"golang.org/x/sys/unix"
)

// find reads the routing table and the resolv.conf that macOS keeps for programs
// that look for one.
func find(context.Context) (f found) {
	f.gateways = gateways()
	if file, err := os.Open("/etc/resolv.conf"); err == nil {
		content, _ := io.ReadAll(io.LimitReader(file, maxConf))
		_ = file.Close()
		f.resolvers = nameservers(string(content))
	}
	return f
}

func gateways() []netip.Addr {
	raw, err := route.FetchRIB(unix.AF_UNSPEC, route.RIBTypeRoute, 0)
	if err != nil {
		return nil
	}
	messages, err := route.ParseRIB(route.RIBTypeRoute, raw)
	if err != nil {
		return nil
	}
	var out []netip.Addr
	for _, m := range messages {
		r, ok := m.(*route.RouteMessage)
		if !ok || r.Flags&(unix.RTF_UP|unix.RTF_GATEWAY) != unix.RTF_UP|unix.RTF_GATEWAY || len(r.Addrs) <= unix.RTAX_GATEWAY {
			continue
		}
		if to := address(r.Addrs[unix.RTAX_DST], 0); !to.IsUnspecified() {
			continue
		}
		out = append(out, address(r.Addrs[unix.RTAX_GATEWAY], r.Index))
	}
	return out
}

// address is an address of the routing table, invalid when it is none.
func address(a route.Addr, index int) netip.Addr {
	switch a := a.(type) {
	case *route.Inet4Addr:
		return netip.AddrFrom4(a.IP)
	case *route.Inet6Addr:
		ip := netip.AddrFrom16(a.IP)
		if ip.IsLinkLocalUnicast() {
			if link, err := net.InterfaceByIndex(index); err == nil {
				ip = ip.WithZone(link.Name)
			}
		}
		return ip
	}
	return netip.Addr{}
}
