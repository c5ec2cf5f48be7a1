package outbox

import "time"

// ticks is how long n ticks of a counter take, without overflow: n times a
// second in nanoseconds passes 63 bits after fifteen minutes at 10 MHz.
func ticks(n, perSecond int64) time.Duration {
	if perSecond <= 0 {
		return 0
	}
	whole, rest := n/perSecond, n%perSecond
	return time.Duration(whole)*time.Second + time.Duration(rest*int64(time.Second)/perSecond)
}
