//go:build !windows

package icmpapi

import (
	"errors"
	"fmt"

	"tacklebox/platform/latency/probe"
)

func open(Options) (probe.Engine, error) {
	return nil, fmt.Errorf("ping by the ICMP API: %w on this system, it is part of Windows: choose another engine", errors.ErrUnsupported)
}
