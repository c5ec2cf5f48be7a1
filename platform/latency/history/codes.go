package history

import (
	"math"
	"time"

	"tacklebox/platform/latency"
)

// A row is one code of two bytes. Codes from firstRTT on are replies: the round
// trip on a logarithmic scale of step logStep from 10 ns, so that it is kept
// within 0.0245 % up to nine days. Those below are the outcomes without one.
const (
	codeJump = 1 // not a row: extras hold by how much seq and time differ from what is expected
	codeFull = 2 // extras hold the whole row (appendFull)
	codeLate = 3 // extras hold the code of its RTT
	codeDup  = 4 // the same
	codeLost = 5 // Timeout without more
	codeBad  = 6 // BadReply without more

	codeUnmeasured = 32 // + index of the reason
	codeSendError  = 64 // + index of the reason
	codeRefused    = 96 // ICMPError of the target itself, + index of the reason

	firstRTT = 256
	logStep  = 0.00049
	rttFloor = 10 // ns
)

// reasons are stored by their index, so the order never changes: new ones go to
// the end, 32 at most.
var reasons = [...]latency.Reason{
	latency.ReasonNone, latency.ReasonAsleep, latency.ReasonFrozen, latency.ReasonClock, latency.ReasonPaused,
	latency.ReasonClosed, latency.ReasonOverflow, latency.ReasonUnresolved, latency.ReasonNoRoute,
	latency.ReasonProhibited, latency.ReasonLinkDown, latency.ReasonNoBuffer, latency.ReasonPermission,
	latency.ReasonUnreachable, latency.ReasonTTL, latency.ReasonRefused, latency.ReasonProtocol,
	latency.ReasonTruncated, latency.ReasonOther,
}

// phaseNames are stored by their index plus one; others in full.
var phaseNames = [...]string{"dns", "connect", "tls", "first-byte"}

func reasonIndex(r latency.Reason) (uint16, bool) {
	for i, known := range reasons {
		if known == r {
			return uint16(i), true
		}
	}
	return 0, false
}

// rttCode is the code of a round trip; what lies outside the scale gets its end.
func rttCode(rtt time.Duration) uint16 {
	if rtt <= rttFloor {
		return firstRTT
	}
	c := math.Round(math.Log(float64(rtt)/rttFloor) / logStep)
	return uint16(min(c+firstRTT, math.MaxUint16))
}

// codeRTT is the round trip that a code stands for.
func codeRTT(code uint16) time.Duration {
	return time.Duration(math.Round(rttFloor * math.Exp(float64(code-firstRTT)*logStep)))
}

// stored is r as it will read after it was kept.
func stored(rtt time.Duration) time.Duration { return codeRTT(rttCode(rtt)) }

// codeOf is the short code of a row, and false when it needs its extras. Late
// and Duplicate have their RTT in the extras all the same.
func codeOf(r *latency.Result) (uint16, bool) {
	if len(r.Phases) > 0 || r.From.IsValid() {
		return codeFull, false
	}
	at, known := reasonIndex(r.Reason)
	if !known {
		return codeFull, false
	}
	switch r.Outcome {
	case latency.Reply:
		return rttCode(r.RTT), r.Reason == ""
	case latency.Timeout:
		return codeLost, r.Reason == ""
	case latency.BadReply:
		return codeBad, r.Reason == ""
	case latency.Late:
		return codeLate, r.Reason == ""
	case latency.Duplicate:
		return codeDup, r.Reason == ""
	case latency.ICMPError:
		return codeRefused + at, true
	case latency.SendError:
		return codeSendError + at, true
	case latency.NotMeasured:
		return codeUnmeasured + at, true
	}
	return codeFull, false
}
