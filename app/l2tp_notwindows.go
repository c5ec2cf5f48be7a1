//go:build !windows

package app

import "tacklebox/platform/l2tp/pc"

// thisPC is no Windows PC.
func thisPC(Options) pc.Machine { return nil }
