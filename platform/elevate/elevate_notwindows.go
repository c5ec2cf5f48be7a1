//go:build !windows

package elevate

import (
	"errors"
	"fmt"
	"os"
)

func run(Command) (int, error) {
	return 0, fmt.Errorf("only Windows asks for consent this way: %w", errors.ErrUnsupported)
}

func elevated() bool { return os.Geteuid() == 0 }

func systemOnly() error { return nil }
