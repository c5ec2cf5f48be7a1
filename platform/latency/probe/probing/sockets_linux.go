package probing

const advice = `run sysctl -w net.ipv4.ping_group_range="0 2147483647" as root, or measure by TCP, DNS or HTTP`

var systemSockets = [...]sockets{{false, []string{"udp4", "udp6"}}, {true, []string{"ip4:icmp", "ip6:ipv6-icmp"}}}
