package alert

import (
	"slices"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/pattern"
)

// cadence is how results become rounds: by time, or by number.
type cadence struct {
	step   time.Duration
	probes int
}

// maxSamples bounds the round trips that one round keeps; further ones are
// counted, but do not move the median.
const maxSamples = 20_000

// sample is a finished round.
type sample struct {
	pattern.Round
	mean    time.Duration
	counted int
	lost    int
}

// collector makes the rounds of one cadence on one target. Those by time begin at
// whole multiples of it since 1970, so that a replay finds the same ones.
type collector struct {
	cadence
	interval time.Duration // between probes
	index    int64         // of the open round
	open     bool
	partial  bool // measuring began within it
	fresh    bool // nothing was seen since the start
	first    time.Time
	rtts     []time.Duration
	sum      time.Duration
	replies  int
	lost     int
	others   int // neither replies nor lost
}

func newCollector(c cadence, interval time.Duration) *collector {
	if interval <= 0 {
		interval = latency.DefaultInterval
	}
	return &collector{cadence: c, interval: interval, fresh: true}
}

// restart forgets the open round.
func (c *collector) restart() {
	c.clear()
	c.open, c.fresh = false, true
}

func (c *collector) clear() {
	c.rtts, c.sum, c.replies, c.lost, c.others = c.rtts[:0], 0, 0, 0, 0
}

// add takes a result, in order, and gives finished rounds to done.
func (c *collector) add(r *latency.Result, done func(*sample)) {
	if c.probes > 0 {
		if !r.Outcome.Counts() {
			return
		}
		c.count(r)
		if c.replies+c.lost >= c.probes {
			c.finish(done)
		}
		return
	}
	step := int64(c.step)
	index := r.Sent.UnixNano() / step
	if !c.open || index > c.index {
		if c.open {
			c.finish(done)
		}
		c.partial = c.fresh && time.Duration(r.Sent.UnixNano()-index*step) > c.interval+c.step/10
		c.open, c.fresh, c.index = true, false, index
	}
	c.count(r)
	// A round that the next probe will not be in is over now: with one probe an
	// hour nobody waits an hour for its verdict.
	if time.Duration((c.index+1)*step-r.Sent.UnixNano()) <= c.interval {
		c.finish(done)
		c.index++
	}
}

func (c *collector) count(r *latency.Result) {
	if c.replies+c.lost+c.others == 0 {
		c.first = r.Sent
	}
	switch {
	case r.Outcome == latency.Reply:
		c.replies++
		c.sum += r.RTT
		if len(c.rtts) < maxSamples {
			c.rtts = append(c.rtts, r.RTT)
		}
	case r.Outcome.Lost():
		c.lost++
	default:
		c.others++
	}
}

// finish ends the round. One that measuring began in, or of which more than half
// could not be measured, says nothing.
func (c *collector) finish(done func(*sample)) {
	n := c.replies + c.lost
	if n > 0 && n >= c.others && !c.partial {
		s := sample{counted: n, lost: c.lost, Round: pattern.Round{At: c.first, Loss: float64(c.lost) * 100 / float64(n)}}
		if c.replies > 0 {
			slices.Sort(c.rtts)
			s.Answered, s.RTT = true, c.rtts[len(c.rtts)/2]
			s.mean = c.sum / time.Duration(c.replies)
		}
		done(&s)
	}
	c.partial = false
	c.clear()
}
