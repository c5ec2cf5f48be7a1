// Package firstframe lets a benchmark see when a window showed its first frame.
package firstframe

import (
	"fmt"
	"os"
	"time"
)

// Variable names the file to write; without it Mark does nothing.
const Variable = "TACKLEBOX_BENCH_FIRST_FRAME"

// Wanted says whether anybody measures.
func Wanted() bool { return os.Getenv(Variable) != "" }

// Mark writes the time of the first frame, in nanoseconds since 1970, to the
// file that Variable names. The program calls it once, when the window's content
// was drawn for the first time.
func Mark() error {
	path := os.Getenv(Variable)
	if path == "" {
		return nil
	}
	now := time.Now().UnixNano()
	// Renamed into place, so that a reader never sees half a number.
	temporary := path + ".tmp"
	if err := os.WriteFile(temporary, []byte(fmt.Sprintln(now)), 0o600); err != nil {
		return fmt.Errorf("note the first frame: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("note the first frame: %w", err)
	}
	return nil
}
