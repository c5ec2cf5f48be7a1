package model

import (
	"errors"

	"tacklebox/platform/registry/browse"
)

// TypeName says whether an error means that the registry lists no names, so that one
// has to be typed.
func TypeName(err error) bool { return errors.Is(err, browse.ErrNoCatalog) }
