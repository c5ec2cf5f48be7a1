//go:build !windows && !darwin

package app

const folderExitMeansNothing = false

func folderCommand(path string) (string, []string) { return "xdg-open", []string{path} }
