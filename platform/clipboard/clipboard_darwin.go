package clipboard

import "context"

// read has pbpaste print the clipboard, in a process that can be ended.
func read(ctx context.Context) ([]byte, error) {
	return runReader(ctx, "/usr/bin/pbpaste", "-Prefer", "txt")
}
