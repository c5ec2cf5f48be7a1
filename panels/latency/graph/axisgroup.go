package graph

import (
	"sync"

	"tacklebox/platform/latency/smoke"
)

// AxisGroup gives several graphs one vertical axis, so that they can be compared.
// It may be used from any goroutine.
type AxisGroup struct {
	mu    sync.Mutex
	wants map[*core]smoke.Scale
	scale smoke.Scale
}

// NewAxisGroup makes a group; pass it to its graphs in their Options.
func NewAxisGroup() *AxisGroup { return &AxisGroup{wants: map[*core]smoke.Scale{}} }

// want notes the scale that a graph needs and gives the one that all share.
// others is true when it has changed, so that the other graphs have to be painted.
func (a *AxisGroup) want(c *core, own smoke.Scale) (shared smoke.Scale, others bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wants[c] = own
	all := smoke.Scale{Log: own.Log}
	for k, s := range a.wants {
		if s.Log != own.Log || s.Max <= 0 {
			continue
		}
		if k == c || s.Max > 0 {
			all.Max = max(all.Max, s.Max)
			if all.Min == 0 || s.Min > 0 && s.Min < all.Min {
				all.Min = s.Min
			}
		}
	}
	// As in smoke.Fit: what still fits is kept.
	kept := a.scale.Log == all.Log && a.scale.Max >= all.Max && a.scale.Max <= 2*all.Max && (!all.Log || a.scale.Min <= all.Min)
	if !kept {
		others = a.scale != all
		a.scale = all
	}
	return a.scale, others && len(a.wants) > 1
}

func (a *AxisGroup) leave(c *core) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.wants, c)
}
