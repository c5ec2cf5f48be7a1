//go:build cgo

package main

import (
	"fmt"
	"os"

	"tacklebox/app"
	"tacklebox/app/cli"
	"tacklebox/platform/paths"
)

// window opens the window, which stands behind cgo: its toolkit needs OpenGL. A
// program with a window may have to look for its console.
func window() func(cli.WindowOptions) int {
	app.AttachConsole()
	return func(o cli.WindowOptions) int {
		dir, err := paths.DataDir(o.DataDir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		options := app.Options{DataDir: dir, OwnDataDir: o.DataDir != "", Minimized: o.Minimized, Version: version}
		if o.Show {
			options.Show = &app.ShowRequest{Image: o.Image}
		}
		return app.Run(options, os.Stderr)
	}
}

// elevated is absent: the program with a window never has an administrator's rights.
func elevated([]string) (code int, ours bool) { return 0, false }
