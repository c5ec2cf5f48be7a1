package report

import (
	"iter"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
)

// sum counts samples as the history does.
func sum(rows iter.Seq2[Sample, error]) (*histogram.Histogram, error) {
	h := &histogram.Histogram{}
	for s, err := range rows {
		if err != nil {
			return h, err
		}
		count(h, &s.Result)
	}
	return h, nil
}

func count(h *histogram.Histogram, r *latency.Result) {
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
