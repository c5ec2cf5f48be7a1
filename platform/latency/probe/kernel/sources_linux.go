package kernel

import (
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"tacklebox/platform/latency"
)

// sources finds interfaces by name, and remembers them for a while: asking the
// kernel for each probe would cost more than the probe.
type sources struct {
	mu     sync.Mutex
	known  map[string]uint32
	expire time.Duration
}

const (
	sourceAge  = 2 * time.Second
	maxSources = 1024
)

// find is what a probe to addr with this source is sent from: the source, and
// the scope of a link-local addr. A reason says why there is no such source.
func (s *sources) find(now time.Duration, addr netip.Addr, name string) (source, uint32, latency.Reason) {
	var scope uint32
	if zone := addr.Zone(); zone != "" {
		if scope = s.index(now, zone); scope == 0 {
			return source{}, 0, latency.ReasonLinkDown
		}
	}
	if name == "" {
		return source{}, scope, latency.ReasonNone
	}
	if from, err := netip.ParseAddr(name); err == nil {
		from = from.Unmap()
		if from.Is6() != addr.Is6() {
			return source{}, 0, latency.ReasonNoRoute
		}
		var index uint32
		if zone := from.Zone(); zone != "" {
			if index = s.index(now, zone); index == 0 {
				return source{}, 0, latency.ReasonLinkDown
			}
		}
		return source{addr: from.WithZone(""), index: index}, scope, latency.ReasonNone
	}
	index := s.index(now, name)
	if index == 0 {
		return source{}, 0, latency.ReasonLinkDown
	}
	return source{index: index}, scope, latency.ReasonNone
}

// index is the number of an interface, 0 when there is none of that name.
func (s *sources) index(now time.Duration, name string) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now >= s.expire || len(s.known) >= maxSources {
		s.known, s.expire = map[string]uint32{}, now+sourceAge
	}
	if n, ok := s.known[name]; ok {
		return n
	}
	var n uint32
	if i, err := net.InterfaceByName(name); err == nil {
		n = uint32(i.Index)
	} else if number, err := strconv.ParseUint(name, 10, 31); err == nil {
		n = uint32(number)
	}
	s.known[name] = n
	return n
}
