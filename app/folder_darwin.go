package app

const folderExitMeansNothing = false

func folderCommand(path string) (string, []string) { return "open", []string{path} }
