// Command tacklebox is a desktop toolbox for people who run things. It only
// dispatches: a verb runs in this terminal, anything else opens the window.
package main

import "os"

func main() { os.Exit(window()) }
