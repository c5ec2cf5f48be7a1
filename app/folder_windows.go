package app

const folderExitMeansNothing = true

func folderCommand(path string) (string, []string) { return "explorer.exe", []string{path} }
