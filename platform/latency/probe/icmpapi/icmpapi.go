// Package icmpapi sends echo requests through Windows' ICMP API
// (IcmpSendEcho2Ex, Icmp6SendEcho2), which is documented to need no
// administrator, answers on loopback and says which router refused.
//
// Round trips are timed with the performance counter, from the call to the wake
// of the thread that waits: the API's own figure is in whole milliseconds.
// Windows sends what DSCP asks for only where a policy allows it.
package icmpapi

import (
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/outbox"
)

// Options of the engine; the zero value works.
type Options struct {
	// Attempts is how many requests are in flight at most, 0 for 4,096. With more,
	// those that only wait for a late answer give way, then probes are skipped.
	Attempts int
	// DontFragment has routers refuse what is too big instead of cutting it up.
	DontFragment bool
	// Clock is the time to measure with, the system's when empty.
	Clock outbox.Clock
}

// Open starts the engine. Elsewhere than on Windows it returns an error that
// wraps errors.ErrUnsupported. An answer is waited for during max(10 s,
// 3 x timeout).
func Open(o Options) (probe.Engine, error) {
	if o.Clock.Now == nil {
		o.Clock = outbox.SystemClock()
	}
	return open(o)
}
