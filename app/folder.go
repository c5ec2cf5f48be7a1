package app

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

// openFolder shows a folder in the system's file manager.
func openFolder(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	name, args := folderCommand(path)
	// The exit code says nothing on Windows: explorer.exe returns 1 when all is well.
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil && !folderExitMeansNothing {
		return fmt.Errorf("open folder %q with %s: %w: %.200s", path, name, err, out)
	}
	return nil
}
