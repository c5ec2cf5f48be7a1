// Command tacklebox is a desktop toolbox for people who run things. It only
// dispatches: a verb runs in this terminal, anything else opens the window.
package main

import (
	"context"
	"os"

	"tacklebox/app/cli"
)

// version and commit are set by the linker.
var version, commit = "dev", ""

func main() {
	if code, ours := elevated(os.Args[1:]); ours {
		os.Exit(code)
	}
	open := window() // before the streams are taken: it may have to find them
	os.Exit(cli.Main(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, cli.Config{
		Version: version,
		Commit:  commit,
		Window:  open,
	}))
}
