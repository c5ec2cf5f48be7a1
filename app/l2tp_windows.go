package app

import "tacklebox/platform/l2tp/pc"

// thisPC is this Windows PC; nil while it cannot be had.
func thisPC(Options) pc.Machine { return nil }
