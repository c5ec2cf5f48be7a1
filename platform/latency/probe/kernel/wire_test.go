package kernel

import (
	"bytes"
	"testing"

	"tacklebox/platform/latency"
)

var probeToken = token{key: 0x1234567890abcdef, target: 7, seq: 1 << 40}

func TestEcho(t *testing.T) {
	for _, size := range []int{0, 1, 7, 8, 23, 24, 25, 56, 1472, latency.MaxSize} {
		for _, v6 := range []bool{false, true} {
			p := make([]byte, headerLen+size)
			putEcho(p, v6, 0xabcd, 65535, probeToken)
			if !v6 && checksum(p) != 0 {
				t.Errorf("%d bytes: the checksum is wrong", size)
			}
			e, ok := readQuoted(p, v6)
			if !ok || e.id != 0xabcd || e.wire != 65535 || len(e.payload) != size {
				t.Fatalf("%d bytes: %+v, %v", size, e, ok)
			}
			// The reply is the request with another type.
			p[0] = echoReply4
			if v6 {
				p[0] = echoReply6
			}
			if e, ok = readReply(p, v6, false); !ok || e.wire != 65535 {
				t.Fatalf("%d bytes: the reply reads %+v, %v", size, e, ok)
			}
			if got := judge(e.payload, probeToken, size, make([]byte, size)); got != right {
				t.Errorf("%d bytes: the right payload is judged %v", size, got)
			}
		}
	}
}

func TestJudge(t *testing.T) {
	const size = 56
	payload := make([]byte, size)
	probeToken.fill(payload)
	older := make([]byte, size)
	token{key: probeToken.key, target: 7, seq: 3}.fill(older)
	strange := make([]byte, size)
	token{key: 1, target: probeToken.target, seq: probeToken.seq}.fill(strange)
	altered := bytes.Clone(payload)
	altered[size-1]++
	for name, c := range map[string]struct {
		payload []byte
		want    judgement
	}{
		"right":                                {payload, right},
		"cut":                                  {payload[:size-1], truncated},
		"cut within the token":                 {payload[:10], truncated},
		"empty":                                {nil, truncated},
		"longer":                               {append(bytes.Clone(payload), 0), foreign},
		"altered":                              {altered, foreign},
		"another program's":                    {strange, foreign},
		"of an older probe":                    {older, stale},
		"of an older probe, cut":               {older[:30], stale},
		"of an older probe, too short to tell": {older[:20], foreign},
		"zeroes":                               {make([]byte, size), foreign},
	} {
		if got := judge(c.payload, probeToken, size, make([]byte, size)); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestRefusal(t *testing.T) {
	for _, c := range []struct {
		v6         bool
		kind, code byte
		why        latency.Reason
		ends       bool
	}{
		{false, 3, 0, latency.ReasonUnreachable, true},
		{false, 3, 1, latency.ReasonUnreachable, true},
		{false, 3, 4, latency.ReasonUnreachable, true},
		{false, 3, 9, latency.ReasonProhibited, true},
		{false, 3, 10, latency.ReasonProhibited, true},
		{false, 3, 13, latency.ReasonProhibited, true},
		{false, 11, 0, latency.ReasonTTL, true},
		{false, 12, 0, latency.ReasonOther, true},
		{false, 5, 1, latency.ReasonNone, false}, // redirect
		{false, 4, 0, latency.ReasonNone, false}, // source quench
		{true, 1, 0, latency.ReasonUnreachable, true},
		{true, 1, 1, latency.ReasonProhibited, true},
		{true, 1, 3, latency.ReasonUnreachable, true},
		{true, 2, 0, latency.ReasonUnreachable, true},
		{true, 3, 0, latency.ReasonTTL, true},
		{true, 4, 1, latency.ReasonOther, true},
		{true, 137, 0, latency.ReasonNone, false},
	} {
		if why, ends := refusal(c.v6, c.kind, c.code); why != c.why || ends != c.ends {
			t.Errorf("v6 %v, type %d code %d: %q %v, want %q %v", c.v6, c.kind, c.code, why, ends, c.why, c.ends)
		}
	}
}

// FuzzRead: whatever comes from the net is read without a panic, and nothing but
// the whole payload is the answer.
func FuzzRead(f *testing.F) {
	p := make([]byte, headerLen+56)
	putEcho(p, false, 1, 2, probeToken)
	f.Add(p, false, false, 56)
	f.Add(append([]byte{0x46, 23: 0}, p...), false, true, 56)
	f.Add(append([]byte{0x60, 39: 0}, p...), true, false, 20)
	f.Add([]byte{}, true, true, 0)
	f.Fuzz(func(t *testing.T, b []byte, v6, header bool, size int) {
		if size < 0 || size > latency.MaxSize {
			return
		}
		scratch := make([]byte, size)
		if e, ok := readReply(b, v6, header); ok {
			got := judge(e.payload, probeToken, size, scratch)
			want := make([]byte, size)
			probeToken.fill(want)
			if (got == right) != bytes.Equal(e.payload, want) {
				t.Errorf("%x of %d is judged %v", e.payload, size, got)
			}
			if got == truncated && len(e.payload) >= size {
				t.Errorf("%d bytes of %d are judged truncated", len(e.payload), size)
			}
		}
		if e, ok := readQuoted(b, v6); ok && len(e.payload) > len(b)-headerLen {
			t.Errorf("%d bytes quote %d", len(b), len(e.payload))
		}
	})
}
