//go:build !linux && !windows

package probing

const advice = "run as root, or measure by TCP, DNS or HTTP"

var systemSockets = [...]sockets{{false, []string{"udp4", "udp6"}}, {true, []string{"ip4:icmp", "ip6:ipv6-icmp"}}}
