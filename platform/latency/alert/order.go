package alert

import (
	"slices"
	"time"

	"tacklebox/platform/latency"
)

// maxWaiting bounds the results that wait for an older one.
const maxWaiting = 4096

// order gives a target's decided results out by their sequence numbers. A probe
// that times out is decided after younger ones that were answered; history has it
// in its place, so live rules wait for it, too.
type order struct {
	// patience is how much older than the newest a missing probe may be.
	patience time.Duration
	next     uint64
	known    bool // next is
	waiting  []latency.Result
	newest   time.Time
}

// push takes a decided result and gives those whose turn it is to do.
func (o *order) push(r latency.Result, do func(*latency.Result)) {
	if o.known && r.Seq < o.next {
		if !r.Sent.After(o.newest) {
			return // given up on, or a repetition
		}
		// The numbers began anew.
		o.flush(do)
		o.known = false
	}
	at, found := slices.BinarySearchFunc(o.waiting, r.Seq, func(w latency.Result, seq uint64) int {
		if w.Seq < seq {
			return -1
		}
		return int(min(w.Seq-seq, 1))
	})
	if found {
		return
	}
	if r.Sent.After(o.newest) {
		o.newest = r.Sent
	}
	// Nearly always it is its turn, and nothing waits.
	if len(o.waiting) == 0 && o.ready(&r) {
		o.give(&r, do)
		return
	}
	o.waiting = slices.Insert(o.waiting, at, r)
	n := 0
	for n < len(o.waiting) && (o.ready(&o.waiting[n]) || len(o.waiting)-n > maxWaiting) {
		o.give(&o.waiting[n], do)
		n++
	}
	o.waiting = slices.Delete(o.waiting, 0, n)
}

func (o *order) ready(r *latency.Result) bool {
	return o.known && r.Seq == o.next || !o.known && r.Seq == 0 || o.newest.Sub(r.Sent) > o.patience
}

func (o *order) give(r *latency.Result, do func(*latency.Result)) {
	o.next, o.known = r.Seq+1, true
	do(r)
}

// flush gives out all that waits.
func (o *order) flush(do func(*latency.Result)) {
	for i := range o.waiting {
		o.give(&o.waiting[i], do)
	}
	o.waiting = o.waiting[:0]
}
