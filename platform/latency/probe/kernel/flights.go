package kernel

import (
	"net/netip"
	"time"

	"tacklebox/platform/latency"
)

// flight is a probe that was sent and may still be answered.
type flight struct {
	target latency.TargetID
	seq    uint64
	addr   netip.Addr
	size   int
	sent   reading
	until  time.Duration // when it may be forgotten; 0 marks a free place
	tx     int64         // the kernel's send stamp in ns of the wall clock, 0 for none
	wire   uint16
}

// flights keeps the flights of one socket by their 16-bit sequence number on the
// wire. It has room for what is in flight and doubles when that is not enough.
type flights struct {
	ring []flight // a power of two long, by wire modulo its length
}

const (
	minFlights = 256
	maxFlights = 1 << 16 // all that a sequence number can tell apart
)

// room finds the place for wire, and false when even the largest ring still has
// a probe there that may be answered.
func (f *flights) room(wire uint16, now time.Duration) (*flight, bool) {
	if f.ring == nil {
		f.ring = make([]flight, minFlights)
	}
	for {
		p := &f.ring[int(wire)&(len(f.ring)-1)]
		if p.until <= now {
			return p, true
		}
		if len(f.ring) == maxFlights {
			return nil, false
		}
		old := f.ring
		f.ring = make([]flight, 2*len(old))
		for i := range old {
			if old[i].until > now {
				f.ring[int(old[i].wire)&(len(f.ring)-1)] = old[i]
			}
		}
	}
}

// find is the flight with this sequence number on the wire, or nil.
func (f *flights) find(wire uint16) *flight {
	if f.ring == nil {
		return nil
	}
	if p := &f.ring[int(wire)&(len(f.ring)-1)]; p.until != 0 && p.wire == wire {
		return p
	}
	return nil
}

// remembered is how long answers to a probe are still taken note of, as the
// ledger does, and a little longer: it decides, not we.
func remembered(timeout time.Duration) time.Duration {
	return max(10*time.Second, 3*timeout) + time.Second
}
