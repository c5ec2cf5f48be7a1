package model

import (
	"math"
	"strconv"
	"time"
)

// pad stands for a missing second decimal, so that points line up in the mono
// face.
const pad = "\u00a0"

// Figure is a round trip in milliseconds as columns show it: one decimal, below a
// millisecond two; the points of both line up in a mono face. Nothing measured is
// an en dash.
func Figure(d time.Duration) string {
	if d <= 0 {
		return "–" + pad
	}
	ms := float64(d) / float64(time.Millisecond)
	if ms < 0.995 {
		return strconv.FormatFloat(ms, 'f', 2, 64)
	}
	if ms >= 9999.95 {
		return strconv.FormatFloat(ms, 'f', 0, 64) + pad + pad + pad
	}
	return strconv.FormatFloat(ms, 'f', 1, 64) + pad
}

// MS is a round trip with its unit, "20.4 ms"; the shortest ones, as of this machine
// itself, have three decimals.
func MS(d time.Duration) string {
	if d <= 0 {
		return "–"
	}
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms < 0.0995:
		return strconv.FormatFloat(ms, 'f', 3, 64) + "\u00a0ms"
	case ms < 0.995:
		return strconv.FormatFloat(ms, 'f', 2, 64) + "\u00a0ms"
	case ms >= 9999.95:
		return strconv.FormatFloat(ms/1000, 'f', 1, 64) + "\u00a0s"
	}
	return strconv.FormatFloat(ms, 'f', 1, 64) + "\u00a0ms"
}

// Percent is a share of 0 to 1, with decimals where they tell something: "12 %",
// "1.5 %", "0.02 %". NaN is an en dash. What is not nothing is never "0 %", and
// what is not all is never "100 %".
func Percent(share float64) string {
	p := share * 100
	switch {
	case math.IsNaN(p):
		return "–"
	case p <= 0:
		return "0\u00a0%"
	case p < 0.01:
		return "<\u00a00.01\u00a0%"
	case p < 0.995:
		return strconv.FormatFloat(p, 'f', 2, 64) + "\u00a0%"
	case p < 9.95:
		return strconv.FormatFloat(p, 'f', 1, 64) + "\u00a0%"
	case p > 99.5 && p < 100:
		return "99.9\u00a0%"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + "\u00a0%"
}

// Span is a length of time as a clock shows it: "00:03:10", from a day on
// "2 d 03:10:00". What is shorter than a second counts as one.
func Span(d time.Duration) string {
	s := int64((d + time.Second - 1) / time.Second)
	text := two(s/3600%24) + ":" + two(s/60%60) + ":" + two(s%60)
	if days := s / 86400; days > 0 {
		return strconv.FormatInt(days, 10) + "\u00a0d " + text
	}
	return text
}

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// Short is an interval or a timeout as people write it: "1 s", "200 ms", "5 min".
func Short(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "\u00a0h"
	case d >= time.Minute && d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "\u00a0min"
	case d >= time.Second && d%(100*time.Millisecond) == 0:
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "\u00a0s"
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "\u00a0ms"
}
