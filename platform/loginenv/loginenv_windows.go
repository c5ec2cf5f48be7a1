package loginenv

import "context"

// shellPath is empty: Windows gives every program the person's whole PATH.
func shellPath(context.Context) string { return "" }
