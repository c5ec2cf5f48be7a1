package histogram

import "tacklebox/platform/latency"

// Count adds an outcome: the round trip of a reply to its bucket, all others to the
// count of their kind. Late and duplicate ones decide nothing.
func (h *Histogram) Count(r *latency.Result) {
	switch {
	case r.Outcome == latency.Reply:
		h.Observe(r.RTT)
	case r.Outcome.Lost():
		h.Lost++
	case r.Outcome == latency.SendError:
		h.SendErrors++
	case r.Outcome == latency.NotMeasured:
		h.Unmeasured++
	case r.Outcome == latency.Late:
		h.Late++
	case r.Outcome == latency.Duplicate:
		h.Duplicates++
	}
}
