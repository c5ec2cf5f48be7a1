package engines

import (
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/kernel"
)

// permission lets everybody open ping sockets, until the next start.
const permission = "sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'"

func candidates() []candidate {
	return []candidate{{Kernel, func() (probe.Engine, error) { return kernel.Open(kernel.Options{}) }}, proBing}
}
