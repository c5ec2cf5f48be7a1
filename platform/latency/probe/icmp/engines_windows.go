package icmp

import (
	"errors"

	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/icmpapi"
	"tacklebox/platform/latency/probe/probing"
)

// The system's own API needs no administrator, sees the errors that routers send
// and reaches this machine's own addresses; raw sockets do none of that.
func engines() []Candidate {
	return []Candidate{
		{"icmpapi", func() (probe.Engine, error) { return icmpapi.Open(icmpapi.Options{}) }},
		{"pro-bing", func() (probe.Engine, error) { return probing.Open(probing.Options{}) }},
	}
}

func denied(err error) bool { return errors.Is(err, probing.ErrPermission) }

// advice is none: raw sockets need an administrator, icmpapi does not.
func advice() (string, []string) { return "", nil }
