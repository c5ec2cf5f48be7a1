//go:build !linux

package socket

import (
	"net"
	"net/netip"

	"tacklebox/platform/latency"
)

// Said reads what an ICMP message said about what a socket sent, and who sent
// it; only Linux keeps that.
func Said(*net.UDPConn) (latency.Reason, netip.Addr, bool) { return "", netip.Addr{}, false }
