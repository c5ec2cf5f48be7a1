package pc

import "tacklebox/platform/elevate"

// ErrDeclined: the person said No when Windows asked for consent. It is no failure,
// and nothing was changed.
var ErrDeclined = elevate.ErrDeclined
