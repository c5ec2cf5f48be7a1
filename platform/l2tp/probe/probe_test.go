package probe

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/ike"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hurry is a timing for servers on this machine.
var hurry = Timing{Again: 60 * time.Millisecond, Answers: 200 * time.Millisecond, Silent: 600 * time.Millisecond, Key: 150 * time.Millisecond}

// local stands for a server: a socket of this machine for each port.
type local struct {
	mu    sync.Mutex
	count int
	socks map[uint16]*net.UDPConn
}

// newLocal answers each datagram to a port with what answer gives.
func newLocal(t *testing.T, answer func(port uint16, b []byte) [][]byte) *local {
	t.Helper()
	l := &local{socks: map[uint16]*net.UDPConn{}}
	var wg sync.WaitGroup
	for _, port := range []uint16{500, 4500, 1701} {
		s, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		l.socks[port] = s
		wg.Go(func() {
			buf := make([]byte, 4096)
			for {
				n, from, err := s.ReadFromUDPAddrPort(buf)
				if err != nil {
					return
				}
				l.mu.Lock()
				l.count++
				l.mu.Unlock()
				for _, a := range answer(port, buf[:n]) {
					_, _ = s.WriteToUDPAddrPort(a, from)
				}
			}
		})
	}
	t.Cleanup(func() {
		for _, s := range l.socks {
			_ = s.Close()
		}
		wg.Wait()
	})
	return l
}

func (l *local) dial(ctx context.Context, to netip.AddrPort) (Conn, error) {
	return dial(ctx, l.socks[to.Port()].LocalAddr().(*net.UDPAddr).AddrPort())
}

func silence(uint16, []byte) [][]byte { return nil }

func TestSilent(t *testing.T) {
	for _, psk := range []string{"", "a key"} {
		l := newLocal(t, silence)
		o := Options{Dial: l.dial, Timing: hurry}
		if psk != "" {
			o.PSK = []byte(psk)
		}
		r, err := Run(t.Context(), "127.0.0.1", o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Class != l2tp.ClassUnknown || r.NAT.Server != nil || r.IKEv2 || r.Packets > MaxPackets {
			t.Errorf("%+v", r)
		}
		l.mu.Lock()
		if l.count != r.Packets {
			t.Errorf("reports %d packets, %d came", r.Packets, l.count)
		}
		l.mu.Unlock()
	}
}

// TestFlood: a server that sends nonsense without end tells nothing and costs
// little.
func TestFlood(t *testing.T) {
	l := newLocal(t, func(_ uint16, b []byte) [][]byte {
		var out [][]byte
		for i := range 200 {
			out = append(out, append([]byte{byte(i)}, b...), b[:i%len(b)])
		}
		return out
	})
	r, err := Run(t.Context(), "127.0.0.1", Options{Dial: l.dial, Timing: hurry, PSK: []byte("k")})
	if err != nil || r.Class != l2tp.ClassUnknown || r.Packets > MaxPackets {
		t.Errorf("%+v %v", r, err)
	}
}

func TestRefused(t *testing.T) {
	l := newLocal(t, silence)
	for _, s := range l.socks {
		_ = s.Close()
	}
	r, err := Run(t.Context(), "127.0.0.1", Options{Dial: l.dial, Timing: hurry})
	if err != nil || r.Class != l2tp.ClassRefused || r.IKE != l2tp.ReplyICMP {
		t.Errorf("%+v %v", r, err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l := newLocal(t, func(uint16, []byte) [][]byte { cancel(); return nil })
	start := time.Now()
	_, err := Run(ctx, "127.0.0.1", Options{Dial: l.dial, PSK: []byte("k")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v to stop", took)
	}
}

func TestNames(t *testing.T) {
	l := newLocal(t, silence)
	fail := func(context.Context, string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: "no such host", Server: "192.0.2.53:53"}
	}
	r, err := Run(t.Context(), "vpn.example.com", Options{Dial: l.dial, Timing: hurry, Resolve: fail})
	if err != nil || r.Class != l2tp.ClassUnknown || r.Packets != 0 || !strings.Contains(r.Evidence[0], "868") || strings.Contains(r.Evidence[0], "192.0.2.53") {
		t.Errorf("%+v %v", r, err)
	}
	both := func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("::ffff:192.0.2.9")}, nil
	}
	r, err = Run(t.Context(), "vpn.example.com", Options{Dial: l.dial, Timing: hurry, Resolve: both})
	if err != nil || r.Address != "192.0.2.9" || r.Evidence[0] != "DNS: 2001:db8::1, 192.0.2.9" {
		t.Errorf("%+v %v", r, err)
	}
	for _, bad := range []string{"", "a b", "http://x", "a..b", "-x", "fe80::1%eth0"} {
		if _, err := Run(t.Context(), bad, Options{Dial: l.dial, Timing: hurry}); err == nil {
			t.Errorf("%q was asked", bad)
		}
	}
}

// TestSessionUp: no key is checked beside a session, which it might end.
func TestSessionUp(t *testing.T) {
	l := newLocal(t, silence)
	var asked netip.Addr
	r, err := Run(t.Context(), "127.0.0.1", Options{Dial: l.dial, Timing: hurry, PSK: []byte("k"),
		SessionUp: func(a netip.Addr) bool { asked = a; return true }})
	if err != nil || r.PSK != l2tp.PSKUnknown || asked.String() != "127.0.0.1" || !strings.HasPrefix(r.Evidence[1], "key: not checked") {
		t.Errorf("%+v %v, asked for %v", r, err, asked)
	}
}

// broken is a source of random numbers that ends.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("no more numbers") }

// TestCanary: the key is in no report and no error.
func TestCanary(t *testing.T) {
	const canary = "canary-7f3a"
	l := newLocal(t, silence)
	for _, o := range []Options{{Dial: l.dial}, {Dial: l.dial, Random: broken{}},
		{Dial: func(context.Context, netip.AddrPort) (Conn, error) { return nil, errors.New("no route") }}} {
		o.PSK, o.Timing = []byte(canary), hurry
		r, err := Run(t.Context(), "127.0.0.1", o)
		text, _ := json.Marshal(r)
		if err != nil || strings.Contains(string(text), canary) || r.Class != l2tp.ClassUnknown {
			t.Errorf("%s %v", text, err)
		}
	}
}

func TestClassOf(t *testing.T) {
	for _, c := range []struct {
		ike, plain l2tp.Reply
		want       l2tp.Class
	}{
		{l2tp.ReplyAccepted, l2tp.ReplyAccepted, l2tp.ClassIPsec},
		{l2tp.ReplyWeak, l2tp.ReplySilent, l2tp.ClassWeak},
		{l2tp.ReplyRefuses, l2tp.ReplyAccepted, l2tp.ClassRefuses},
		{l2tp.ReplyICMP, l2tp.ReplyAccepted, l2tp.ClassPlain},
		{l2tp.ReplyICMP, l2tp.ReplySilent, l2tp.ClassRefused},
		{l2tp.ReplySilent, l2tp.ReplyAccepted, l2tp.ClassUnknown},
		{l2tp.ReplySilent, l2tp.ReplySilent, l2tp.ClassUnknown},
		{l2tp.ReplyNotAsked, l2tp.ReplyNotAsked, l2tp.ClassUnknown},
	} {
		if got := l2tp.ClassOf(c.ike, c.plain); got != c.want {
			t.Errorf("%s, %s: %s, want %s", c.ike, c.plain, got, c.want)
		}
	}
}

// TestDropsRepeats: a server that refuses the first offer and drops the second is
// classified without waiting out the time of a silent one.
func TestDropsRepeats(t *testing.T) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	hole, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	go func() {
		b, asked := make([]byte, 4096), 0
		for {
			n, from, err := server.ReadFrom(b)
			if err != nil {
				return
			}
			m, err := ike.Decode(b[:n])
			if err != nil || m.Version>>4 != 1 {
				continue
			}
			if asked++; asked > 1 {
				continue
			}
			// An informational message: NO-PROPOSAL-CHOSEN (14), RFC 2408 section 3.14.1.
			out := append(append([]byte{}, m.Initiator[:]...), 1, 2, 3, 4, 5, 6, 7, 8, 11, 0x10, 5, 0, 0, 0, 0, 1, 0, 0, 0, 40, 0, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0, 14)
			_, _ = server.WriteTo(out, from)
		}
	}()
	timing := hurry
	timing.Silent = time.Hour
	begun := time.Now()
	r, err := Run(t.Context(), "127.0.0.1", Options{Timing: timing, Dial: func(_ context.Context, to netip.AddrPort) (Conn, error) {
		at := hole.LocalAddr().String()
		if to.Port() == ike.Port {
			at = server.LocalAddr().String()
		}
		return net.Dial("udp", at)
	}})
	if err != nil || r.Class != l2tp.ClassRefuses {
		t.Errorf("%+v, %v", r, err)
	}
	t.Logf("after %v", time.Since(begun))
}
