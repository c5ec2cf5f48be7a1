//go:build cgo

package main

import (
	"fmt"
	"os"

	"tacklebox/app"
	"tacklebox/platform/paths"
)

func window() int {
	override := ""
	if len(os.Args) == 3 && os.Args[1] == "--data-dir" {
		override = os.Args[2]
	}
	dir, err := paths.DataDir(override)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return app.Run(app.Options{DataDir: dir, Version: "dev"}, os.Stderr)
}
