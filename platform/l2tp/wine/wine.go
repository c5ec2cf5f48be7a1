// Package wine tells Wine from Windows. Wine's remote access, PowerShell, event
// log, netsh and shutdown are stubs that report success, so whatever stands on
// them has to say "not available" there.
package wine

import (
	"errors"
	"fmt"
)

// Here says that this program runs under Wine.
func Here() bool { return here() }

// Lacks is nil on Windows. Under Wine and on other systems it says that what is
// not available; it wraps [errors.ErrUnsupported].
func Lacks(what string) error {
	if why := lacks(); why != "" {
		return fmt.Errorf("%s is not available %s: %w", what, why, errors.ErrUnsupported)
	}
	return nil
}
