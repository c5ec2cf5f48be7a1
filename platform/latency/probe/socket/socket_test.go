package socket

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

func TestExtended(t *testing.T) {
	for name, c := range map[string]struct {
		bytes string
		why   latency.Reason
		from  string
		said  bool
	}{
		"port unreachable":  {"6f000000" + "02030300" + "0000000000000000" + "02000000" + "7f000001" + "0000000000000000", latency.ReasonRefused, "127.0.0.1", true},
		"host unreachable":  {"71000000" + "02030100" + "0000000000000000" + "02000000" + "0a090001" + "0000000000000000", latency.ReasonUnreachable, "10.9.0.1", true},
		"time exceeded":     {"71000000" + "020b0000" + "0000000000000000" + "02000000" + "0a090002" + "0000000000000000", latency.ReasonTTL, "10.9.0.2", true},
		"port, version 6":   {"6f000000" + "03010400" + "0000000000000000" + "0a000000" + "00000000" + "fd000000000000000000000000000001" + "00000000", latency.ReasonRefused, "fd00::1", true},
		"hops, version 6":   {"71000000" + "03030000" + "0000000000000000" + "0a000000" + "00000000" + "fd000000000000000000000000000002" + "00000000", latency.ReasonTTL, "fd00::2", true},
		"packet too big":    {"5a000000" + "02030400" + "dc05000000000000" + "02000000" + "0a090001", latency.ReasonUnreachable, "10.9.0.1", true},
		"of this machine":   {"5a000000" + "01000000" + "0000000000000000", "", "invalid IP", false},
		"cut off":           {"6f000000" + "0203", "", "invalid IP", false},
		"address is absent": {"6f000000" + "02030300" + "0000000000000000", latency.ReasonRefused, "invalid IP", true},
	} {
		b, err := hex.DecodeString(c.bytes)
		if err != nil {
			t.Fatal(err)
		}
		why, from, said := extended(b)
		if why != c.why || from.String() != c.from || said != c.said {
			t.Errorf("%s: %q from %v, %v", name, why, from, said)
		}
	}
}

func FuzzExtended(f *testing.F) {
	f.Add([]byte("\x6f\x00\x00\x00\x02\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x7f\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		why, from, said := extended(b)
		if said != (why != "") || !said && from.IsValid() {
			t.Errorf("%x: %q from %v, %v", b, why, from, said)
		}
	})
}

func TestReason(t *testing.T) {
	for want, err := range map[latency.Reason]error{
		"":                       nil,
		latency.ReasonUnresolved: fmt.Errorf("look up: %w", &net.DNSError{Name: "x"}),
		latency.ReasonLinkDown:   fmt.Errorf("source: %w", ErrNoSource),
		latency.ReasonProhibited: os.ErrPermission,
		latency.ReasonOther:      errors.New("something"),
	} {
		if got := Reason(err); got != want {
			t.Errorf("%v: %q", err, got)
		}
	}
}

func TestTimedOut(t *testing.T) {
	for _, err := range []error{os.ErrDeadlineExceeded, fmt.Errorf("connect: %w", syscall.ETIMEDOUT)} {
		if !TimedOut(err) {
			t.Errorf("%v is no time-out", err)
		}
	}
	if TimedOut(nil) || TimedOut(io.EOF) {
		t.Error("anything is a time-out")
	}
}

func TestFor(t *testing.T) {
	o, err := For(probe.Request{Source: "127.0.0.1", DSCP: 46, TTL: 9})
	if err != nil || o.Local != netip.MustParseAddr("127.0.0.1") || o.DSCP != 46 || o.TTL != 9 {
		t.Errorf("%+v, %v", o, err)
	}
	all, err := net.Interfaces()
	if err != nil || len(all) == 0 {
		t.Fatalf("no interfaces: %v", err)
	}
	if o, err := For(probe.Request{Source: all[0].Name}); err != nil || o.Device != all[0].Name {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := For(probe.Request{Source: "no such"}); !errors.Is(err, ErrNoSource) {
		t.Errorf("%v", err)
	}
}

func TestRouted(t *testing.T) {
	if err := (Options{DSCP: 10, TTL: 3}).Routed(netip.MustParseAddrPort("127.0.0.1:0")); err != nil {
		t.Error(err)
	}
	if err := (Options{Local: netip.MustParseAddr("203.0.113.9")}).Routed(netip.MustParseAddrPort("127.0.0.1:9")); Reason(err) != latency.ReasonLinkDown {
		t.Errorf("from an address that is not here: %v", err)
	}
}
