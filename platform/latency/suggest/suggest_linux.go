package suggest

import (
	"context"
	"encoding/hex"
	"io"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// resolvConfs are asked for resolvers: the first one that names any other than
// this machine itself. systemd-resolved stands in the usual one as 127.0.0.53 and
// has the real ones in its own file.
var resolvConfs = []string{"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf"}

func find(context.Context) (f found) {
	f.gateways = append(gateways4(read("/proc/net/route")), gateways6(read("/proc/net/ipv6_route"))...)
	for _, path := range resolvConfs {
		servers := nameservers(read(path))
		if f.resolvers = servers; slices.ContainsFunc(servers, func(a netip.Addr) bool { return !a.IsLoopback() }) {
			break
		}
	}
	return f
}

func read(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	content, _ := io.ReadAll(io.LimitReader(file, maxConf))
	return string(content)
}

// The flags of a route that goes through a gateway and is up.
const routeUp, routeGateway = 0x1, 0x2

// gateways4 are the gateways of the default routes in the text of
// /proc/net/route, the one with the lowest metric first.
func gateways4(text string) []netip.Addr {
	type way struct {
		addr   netip.Addr
		metric uint64
	}
	var ways []way
	for line := range strings.Lines(text) {
		// Iface Destination Gateway Flags RefCnt Use Metric Mask ...
		f := strings.Fields(line)
		if len(f) < 8 || f[1] != "00000000" || f[7] != "00000000" {
			continue
		}
		flags, ferr := strconv.ParseUint(f[3], 16, 64)
		metric, merr := strconv.ParseUint(f[6], 10, 64)
		raw, err := hex.DecodeString(f[2])
		if ferr != nil || merr != nil || err != nil || len(raw) != 4 || flags&(routeUp|routeGateway) != routeUp|routeGateway {
			continue
		}
		// In the byte order of the machine, which is little-endian on all we build for.
		slices.Reverse(raw)
		ways = append(ways, way{netip.AddrFrom4([4]byte(raw)), metric})
	}
	slices.SortStableFunc(ways, func(a, b way) int {
		switch {
		case a.metric < b.metric:
			return -1
		case a.metric > b.metric:
			return 1
		}
		return 0
	})
	var out []netip.Addr
	for _, w := range ways {
		out = append(out, w.addr)
	}
	return out
}

// gateways6 are the gateways of the default routes in the text of
// /proc/net/ipv6_route; those that are only valid on a link carry its name.
func gateways6(text string) []netip.Addr {
	var out []netip.Addr
	for line := range strings.Lines(text) {
		// destination length source length next-hop metric refcnt use flags device
		f := strings.Fields(line)
		if len(f) < 10 || strings.Trim(f[0], "0") != "" || f[1] != "00" {
			continue
		}
		flags, ferr := strconv.ParseUint(f[8], 16, 64)
		raw, err := hex.DecodeString(f[4])
		if ferr != nil || err != nil || len(raw) != 16 || flags&(routeUp|routeGateway) != routeUp|routeGateway {
			continue
		}
		a := netip.AddrFrom16([16]byte(raw))
		if a.IsLinkLocalUnicast() {
			a = a.WithZone(f[9])
		}
		out = append(out, a)
	}
	return out
}
