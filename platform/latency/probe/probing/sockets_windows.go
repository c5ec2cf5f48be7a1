package probing

const advice = "run as administrator, or choose the engine icmpapi, which needs none"

// Datagram ping sockets do not exist there.
var systemSockets = [...]sockets{{true, []string{"ip4:icmp", "ip6:ipv6-icmp"}}}
