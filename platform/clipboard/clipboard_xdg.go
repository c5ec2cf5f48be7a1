//go:build unix && !darwin

package clipboard

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// read asks the X server, which under Wayland is XWayland with the same
// clipboard; where there is none, wl-clipboard's reader.
func read(ctx context.Context) ([]byte, error) {
	if display := os.Getenv("DISPLAY"); display != "" {
		return readX(ctx, display)
	}
	if os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil, fmt.Errorf("%w: neither DISPLAY nor WAYLAND_DISPLAY is set", errors.ErrUnsupported)
	}
	reader, err := exec.LookPath("wl-paste")
	if err != nil {
		return nil, fmt.Errorf("%w: wl-paste is not installed: install wl-clipboard", errors.ErrUnsupported)
	}
	return runReader(ctx, reader, "--no-newline", "--type", "text/plain;charset=utf-8")
}
