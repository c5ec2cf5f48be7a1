package report

import (
	"iter"

	"tacklebox/platform/latency/histogram"
)

// sum counts samples as the history does.
func sum(rows iter.Seq2[Sample, error]) (*histogram.Histogram, error) {
	h := &histogram.Histogram{}
	for s, err := range rows {
		if err != nil {
			return h, err
		}
		h.Count(&s.Result)
	}
	return h, nil
}
