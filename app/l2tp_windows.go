package app

import (
	"log/slog"

	"tacklebox/platform/l2tp/pc"
)

// thisPC is this Windows PC; nil when it cannot be had.
func thisPC(o Options) pc.Machine {
	named := ""
	if o.OwnDataDir {
		named = o.DataDir
	}
	m, err := pc.Open(pc.Options{DataDir: o.DataDir, Named: named, Version: o.Version})
	if err != nil {
		slog.Error("open this PC for the L2TP tab", "error", err)
		return nil
	}
	return m
}
