package icmpapi

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const base = 0x7ffe00001000

// fixture4 is a reply buffer of a 64-bit Windows: header, then payload.
func fixture4(status uint32, data string) []byte {
	b := []byte{10, 9, 0, 1}
	b = binary.LittleEndian.AppendUint32(b, status)
	b = binary.LittleEndian.AppendUint32(b, 17)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	b = append(b, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, base+reply4Wide)
	b = append(b, 57, 0, 0, 0, 0, 0, 0, 0) // TTL, TOS, flags, size of options, padding
	b = append(b, make([]byte, 8)...)
	return append(b, data...)
}

func TestDecode4(t *testing.T) {
	b := fixture4(ipTTLTransit, "abcdef")
	r, ok := decode4(b, base, true)
	if !ok || r.from != netip.MustParseAddr("10.9.0.1") || r.status != ipTTLTransit || r.took != 17*time.Millisecond || string(r.data) != "abcdef" || r.ttl != 57 {
		t.Errorf("%+v, %v", r, ok)
	}
	for cut := range len(b) {
		if r, ok := decode4(b[:cut], base, true); ok {
			t.Errorf("%d of %d bytes read as %+v", cut, len(b), r)
		}
	}
	if _, ok := decode4(b, base+1<<20, true); ok {
		t.Error("a pointer before the buffer is followed")
	}
	if _, ok := decode4(b, 0, true); ok {
		t.Error("a pointer behind the buffer is followed")
	}
	// A 32-bit Windows.
	n := append([]byte{127, 0, 0, 1}, make([]byte, 8)...)
	n = append(n, 2, 0, 0, 0, 0x1c, 0x10, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 'h', 'i')
	if r, ok := decode4(n, 0x1000, false); !ok || r.from.String() != "127.0.0.1" || string(r.data) != "hi" || r.ttl != 128 {
		t.Errorf("%+v, %v", r, ok)
	}
	nobody := fixture4(ipNetUnreachable, "")
	copy(nobody, make([]byte, 4))
	if r, ok := decode4(nobody, base, true); !ok || r.from.IsValid() {
		t.Errorf("%+v, %v", r, ok)
	}
}

func fixture6(addr string, scope, status uint32, data string) []byte {
	b := []byte{0, 0, 0, 0, 0, 0}
	a := netip.MustParseAddr(addr).As16()
	b = append(b, a[:]...)
	b = binary.LittleEndian.AppendUint32(b, scope)
	b = append(b, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, status)
	b = binary.LittleEndian.AppendUint32(b, 3)
	return append(b, data...)
}

func TestDecode6(t *testing.T) {
	b := fixture6("fd09::1", 0, ipSuccess, "abcdef")
	r, ok := decode6(b, 6)
	if !ok || r.from.String() != "fd09::1" || r.status != ipSuccess || r.took != 3*time.Millisecond || string(r.data) != "abcdef" {
		t.Errorf("%+v, %v", r, ok)
	}
	if r, _ := decode6(b, 60); string(r.data) != "abcdef" {
		t.Errorf("%q", r.data)
	}
	if r, _ := decode6(fixture6("fe80::1", 12, ipSuccess, ""), 0); r.from.String() != "fe80::1%12" {
		t.Errorf("%v", r.from)
	}
	if r, _ := decode6(fixture6("::", 0, ipUnreachable6, ""), 0); r.from.IsValid() {
		t.Errorf("%v", r.from)
	}
	for cut := range reply6 {
		if _, ok := decode6(b[:cut], 6); ok {
			t.Errorf("%d bytes are a reply", cut)
		}
	}
}

func TestJudge(t *testing.T) {
	router := netip.MustParseAddr("10.9.0.254")
	for _, c := range []struct {
		status uint32
		from   netip.Addr
		what   probe.What
		why    latency.Reason
	}{
		{ipSuccess, router, probe.Answer, ""},
		{ipTTLTransit, router, probe.Refused, latency.ReasonTTL},
		{ipTimeExceeded6, router, probe.Refused, latency.ReasonTTL},
		{ipHostUnreachable, router, probe.Refused, latency.ReasonUnreachable},
		{ipHostUnreachable, netip.Addr{}, probe.SendFailed, latency.ReasonNoRoute},
		{ipPortUnreachable, router, probe.Refused, latency.ReasonUnreachable},
		{ipTooBig, router, probe.Refused, latency.ReasonOther},
		{ipNoResources, netip.Addr{}, probe.SendFailed, latency.ReasonNoBuffer},
		{ipGeneralFailure, netip.Addr{}, probe.SendFailed, latency.ReasonProhibited},
		{ipHWError, netip.Addr{}, probe.SendFailed, latency.ReasonLinkDown},
		{4711, netip.Addr{}, probe.SendFailed, latency.ReasonOther},
	} {
		what, why, known := judge(c.status, c.from)
		if !known || what != c.what || why != c.why {
			t.Errorf("status %d from %v: %d, %q", c.status, c.from, what, why)
		}
	}
	if _, _, known := judge(ipTimedOut, netip.Addr{}); known {
		t.Error("a time-out decides")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(fixture4(ipSuccess, "abcdef"), uint64(base), 6)
	f.Add(fixture4(ipTTLTransit, ""), uint64(base), 0)
	f.Add(fixture6("fd09::1", 0, ipSuccess, "abcdef"), uint64(0), 6)
	f.Fuzz(func(t *testing.T, b []byte, at uint64, n int) {
		for _, wide := range []bool{false, true} {
			if r, ok := decode4(b, at, wide); ok && !bytes.Contains(b, r.data) {
				t.Errorf("%x: %+v", b, r)
			}
		}
		if r, ok := decode6(b, n); ok && (len(r.data) > n || !bytes.Contains(b, r.data)) {
			t.Errorf("%x: %+v", b, r)
		}
	})
}

func TestElsewhere(t *testing.T) {
	e, err := Open(Options{})
	if runtime.GOOS == "windows" {
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		return
	}
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v, %v", e, err)
	}
}
