package containers

import (
	"context"
	"time"
)

// probeAge is how old a probe container is when its process has surely died: a
// probe lives for some hundred milliseconds.
const probeAge = time.Minute

// sweep removes probe containers of ours that a killed process left behind. What
// cannot be removed now is found again the next time.
func (e *Engine) sweep(ctx context.Context, probes []Container) {
	for _, c := range probes {
		if c.Session.Mine && c.State == "created" && time.Since(c.Session.Created) > probeAge {
			e.discard(ctx, c.ID)
		}
	}
}
