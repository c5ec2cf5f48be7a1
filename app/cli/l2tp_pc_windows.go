package cli

import (
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/paths"
)

// realL2TP is this Windows PC.
func realL2TP() l2tpServices {
	return l2tpServices{machine: func(dataDir, version string) (pc.Machine, error) {
		dir, err := paths.DataDir(dataDir)
		if err != nil {
			return nil, err
		}
		o := pc.Options{DataDir: dir, Version: version}
		if dataDir != "" {
			o.Named = dir // in full: what runs later runs elsewhere
		}
		return pc.Open(o)
	}}
}
