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
		return pc.Open(pc.Options{DataDir: dir, Named: dataDir, Version: version})
	}}
}
