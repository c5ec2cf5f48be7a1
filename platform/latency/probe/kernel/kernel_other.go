//go:build !linux

package kernel

import (
	"errors"
	"fmt"

	"tacklebox/platform/latency/probe"
)

func open(Options) (probe.Engine, error) {
	return nil, fmt.Errorf("the kernel-stamped engine needs Linux's send and receive stamps: choose another engine: %w", errors.ErrUnsupported)
}
