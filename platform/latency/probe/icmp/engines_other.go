//go:build !linux && !windows

package icmp

import (
	"errors"

	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/kernel"
	"tacklebox/platform/latency/probe/probing"
)

// The kernel engine is asked so that it says itself why it is none here.
func engines() []Candidate {
	return []Candidate{
		{kernel.Name, func() (probe.Engine, error) { return kernel.Open(kernel.Options{}) }},
		{"pro-bing", func() (probe.Engine, error) { return probing.Open(probing.Options{}) }},
	}
}

func denied(err error) bool { return errors.Is(err, probing.ErrPermission) }

func advice() (string, []string) { return "", nil }
