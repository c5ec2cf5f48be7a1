package pc

import "errors"

// ErrDeclined: the person said No when Windows asked for consent (error 1223). It is
// no failure, and nothing was changed.
var ErrDeclined = errors.New("nothing was changed: Windows was told No when it asked")
