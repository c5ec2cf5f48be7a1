// Package pattern is SmokePing's language for alerts: patterns over the last
// rounds of a target, and its matchers.
//
// SmokePing's manual and SmokePing differ, mostly in what *N* skips. AsDocumented
// does what the manual says, AsSmokePing what SmokePing 2.7.3 does, by vectors
// that its own functions made.
package pattern

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of a pattern. A match takes at most MaxLength x MaxLength steps,
// whatever the pattern and the values.
const (
	MaxText     = 4096 // bytes
	MaxElements = 256
	MaxSkips    = 64
	MaxLength   = 2048 // rounds that a pattern may look back
)

// Mode is whose rules a pattern follows.
type Mode string

const (
	// AsDocumented is SmokePing's manual: *N* skips up to N values.
	AsDocumented Mode = "documented"
	// AsSmokePing is what SmokePing does, for what was imported from it.
	AsSmokePing Mode = "smokeping"
)

// Metric is what a pattern looks at.
type Metric string

const (
	RTT  Metric = "rtt"  // the median round trip of a round; numbers are ms
	Loss Metric = "loss" // the lost part of a round; numbers are %
)

// Round is what one round of probes gave.
type Round struct {
	// Start marks that measuring began here; it stands in place of a round.
	Start bool `json:"start,omitempty"`
	// At is when the round's first probe was sent; it decides nothing.
	At time.Time `json:"at,omitzero"`
	// Answered is false when no probe was answered: the round trip is unknown.
	Answered bool          `json:"answered,omitempty"`
	RTT      time.Duration `json:"rtt,omitempty"`  // the median
	Loss     float64       `json:"loss,omitempty"` // percent
}

// Matcher decides over the last rounds, oldest first.
type Matcher interface {
	// Match says whether the rounds match. Before is what it said of the round
	// before; patterns do without it.
	Match(rounds []Round, before bool) bool
	// Length is how many rounds it looks back at.
	Length() int
}

// Error says what is wrong with a pattern, and where.
type Error struct {
	Pattern string
	// Position counts characters from 1.
	Position int
	Why      error
}

func (e *Error) Error() string {
	return fmt.Sprintf("pattern %q, position %d: %s", shorten(e.Pattern), e.Position, e.Why)
}

// Unwrap is what is wrong, without the place.
func (e *Error) Unwrap() error { return e.Why }

func shorten(s string) string {
	const limit = 80
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}

// condition compares with a number: seconds for RTT, percent for Loss.
type condition struct {
	op     string
	number float64
}

func (c condition) holds(v float64) bool {
	switch c.op {
	case "==":
		return v == c.number
	case "!=":
		return v != c.number
	case "<":
		return v < c.number
	case ">":
		return v > c.number
	case "<=":
		return v <= c.number
	}
	return v >= c.number
}

type kind uint8

const (
	number  kind = iota // compares
	any_                // ==*
	unknown             // ==U
	known               // !=U
	start               // ==S
	skip                // *N*
)

type element struct {
	kind       kind
	conditions []condition
	skip       int
}

// Pattern is a pattern that was understood. It may be used concurrently.
type Pattern struct {
	text     string
	metric   Metric
	mode     Mode
	elements []element
	values   int // elements that are no skips
	length   int
	// segments are the elements between the skips, one more than skips.
	segments [][]element
	skips    []int
}

// String is the pattern's text.
func (p *Pattern) String() string { return p.text }

// Length is how many rounds the pattern looks back at: its elements and all that
// may be skipped.
func (p *Pattern) Length() int { return p.length }

// value is the number that conditions compare, when there is one.
func (p *Pattern) value(r *Round) (float64, bool) {
	if r.Start {
		return 0, false
	}
	if p.metric == Loss {
		return r.Loss, true
	}
	return r.RTT.Seconds(), r.Answered
}

// holds is true when the round, nil beyond the oldest, fits the element.
func (p *Pattern) holds(e *element, r *Round) bool {
	if e.kind == any_ {
		return true
	}
	if r == nil {
		return e.kind == unknown
	}
	v, ok := p.value(r)
	switch e.kind {
	case start:
		return r.Start
	case unknown:
		return !ok && !r.Start
	case known:
		return ok || r.Start
	}
	if !ok {
		return false
	}
	for _, c := range e.conditions {
		if !c.holds(v) {
			return false
		}
	}
	return true
}

// Match says whether the rounds, oldest first, end in what the pattern describes.
func (p *Pattern) Match(rounds []Round, _ bool) bool {
	if p.mode == AsSmokePing {
		return p.exact(rounds)
	}
	return p.documented(rounds)
}

// documented walks from the newest round back and keeps every place where the
// part of the pattern behind it may begin.
func (p *Pattern) documented(rounds []Round) bool {
	if len(rounds) < p.values {
		return false
	}
	if len(rounds) > p.length {
		rounds = rounds[len(rounds)-p.length:]
	}
	begins := make([]bool, len(rounds)+1)
	begins[len(rounds)] = true
	for i := len(p.elements) - 1; i >= 0; i-- {
		e := &p.elements[i]
		found := false
		if e.kind == skip {
			// From each place up to skip rounds may be left out.
			left := -1
			for at := len(rounds); at >= 0; at-- {
				if begins[at] {
					left = e.skip
				} else {
					left--
				}
				begins[at] = left >= 0
				found = found || begins[at]
			}
		} else {
			for at := 0; at < len(rounds); at++ {
				begins[at] = begins[at+1] && p.holds(e, &rounds[at])
				found = found || begins[at]
			}
			begins[len(rounds)] = false
		}
		if !found {
			return false
		}
	}
	return true
}

// values of exactly's table.
const (
	untried int8 = iota
	fits
	ends
)

// exact does what SmokePing's function does, with its peculiarities: a skip is
// less than N and less than what the history has beyond the pattern's values;
// once a skip that stands further left finds no place, all is over, even where a
// skip further right could still be wider; and beyond the oldest round all is
// unknown.
func (p *Pattern) exact(rounds []Round) bool {
	if len(rounds) < p.values {
		return false
	}
	x := exact{p: p, rounds: rounds}
	if len(p.skips) > 1 {
		x.tried = make([]int8, len(p.skips)*p.length)
	}
	x.first = make([]int, len(p.segments))
	for i, at := 0, len(rounds)-p.values; i < len(p.segments); i++ {
		x.first[i] = at
		at += len(p.segments[i])
	}
	last := len(p.skips)
	if last > 0 && !x.place(last-1, 0) {
		return false
	}
	return x.segment(last, 0)
}

type exact struct {
	p      *Pattern
	rounds []Round
	first  []int // where each segment begins when nothing is skipped
	// tried remembers place's answers: without it, each skip multiplies the work.
	tried []int8
}

// segment is true when the segment's elements hold, moved back by so many rounds.
func (x *exact) segment(i, back int) bool {
	for k := range x.p.segments[i] {
		var r *Round
		if at := x.first[i] + k - back; at >= 0 {
			r = &x.rounds[at]
		}
		if !x.p.holds(&x.p.segments[i][k], r) {
			return false
		}
	}
	return true
}

// place finds the width of a skip, and of those left of it, when those right of
// it leave out so many rounds.
func (x *exact) place(i, right int) bool {
	if x.tried == nil {
		return x.find(i, right)
	}
	known := &x.tried[i*x.p.length+right]
	if *known == untried {
		*known = ends
		if x.find(i, right) {
			*known = fits
		}
	}
	return *known == fits
}

func (x *exact) find(i, right int) bool {
	most := min(len(x.rounds)-x.p.values, x.p.skips[i])
	width := 0
	for ; width < min(x.p.length-right, most); width++ {
		if i > 0 && !x.place(i-1, right+width) {
			return false
		}
		if x.segment(i, right+width) {
			break
		}
	}
	return width < min(x.p.length-right-width, most)
}

// Describe is the round in a few characters, such as "12.3 ms" or "20%".
func (r Round) Describe(m Metric) string {
	switch {
	case r.Start:
		return "start"
	case m == Loss:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", r.Loss), ".0") + "%"
	case !r.Answered:
		return "no answer"
	}
	return fmt.Sprintf("%.4g ms", float64(r.RTT)/float64(time.Millisecond))
}
