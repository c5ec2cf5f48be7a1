//go:build !windows

package pc

import (
	"errors"
	"fmt"
)

func here() error {
	return fmt.Errorf("this is no Windows PC: make the files for one instead: %w", errors.ErrUnsupported)
}
