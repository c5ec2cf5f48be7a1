//go:build cgo

package main

import (
	"fmt"
	"os"

	"tacklebox/app"
	"tacklebox/app/cli"
	"tacklebox/platform/paths"
)

// window opens the window. The toolkit wants the main goroutine, which is the
// one that the command line runs on.
func window() func(cli.WindowOptions) int {
	return func(o cli.WindowOptions) int {
		dir, err := paths.DataDir(o.DataDir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		options := app.Options{DataDir: dir, Version: version, Minimized: o.Minimized}
		if o.Show {
			options.Show = &app.ShowRequest{Image: o.Image}
			if o.Image != "" {
				options.Show.Panel = "containers"
			}
		}
		return app.Run(options, os.Stderr)
	}
}
