package tcp

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, o Options) *probetest.Reader {
	t.Helper()
	e, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return probetest.Read(t, e)
}

func request(target int, seq uint64, to string) probe.Request {
	return probe.Request{Target: latency.TargetID(target), Seq: seq, Addr: netip.MustParseAddrPort(to), Timeout: time.Second, Every: time.Second}
}

// server accepts and leaves the rest to the client.
func server(t *testing.T, network, addr string) string {
	t.Helper()
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

func TestConnects(t *testing.T) {
	for network, addr := range map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0"} {
		t.Run(network, func(t *testing.T) {
			to := server(t, network, addr)
			r := open(t, Options{})
			for seq := range uint64(5) {
				r.Engine.Send(request(1, seq, to))
			}
			for seq := range uint64(5) {
				got := r.Decided(1, seq)
				if got.What != probe.Answer || got.RTT <= 0 || got.RTT > time.Second {
					t.Errorf("seq %d: %+v", seq, got)
				}
				if sent := r.First(1, seq); sent.What != probe.Sent || sent.Addr.String() != netip.MustParseAddrPort(to).Addr().String() || sent.Wall.IsZero() {
					t.Errorf("seq %d was announced as %+v", seq, sent)
				}
			}
		})
	}
}

func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := l.Addr().String()
	_ = l.Close()
	r := open(t, Options{})
	r.Engine.Send(request(1, 0, to))
	if got := r.Decided(1, 0); got.What != probe.Refused || got.Reason != latency.ReasonRefused || got.From.String() != "127.0.0.1" {
		t.Errorf("a closed port: %+v", got)
	}
	if r.First(1, 0).What != probe.Sent {
		t.Error("a refused connect was not announced as sent")
	}
}

func TestNeverLeft(t *testing.T) {
	r := open(t, Options{})
	to := server(t, "tcp4", "127.0.0.1:0")
	q := request(1, 0, to)
	q.Source = "no-such-interface"
	r.Engine.Send(q)
	q.Seq, q.Source = 1, "203.0.113.7" // not on this machine
	r.Engine.Send(q)
	for seq := range uint64(2) {
		if got := r.First(1, seq); got.What != probe.SendFailed || got.Reason != latency.ReasonLinkDown {
			t.Errorf("seq %d: %+v", seq, got)
		}
	}
}

// A listener whose queue is full and that never accepts answers no SYN.
func TestBlackHole(t *testing.T) {
	to := probetest.BlackHole(t)
	r := open(t, Options{Attempts: 3})
	q := request(1, 0, to)
	q.Timeout = 50 * time.Millisecond
	for seq := range uint64(3) {
		q.Seq = seq
		r.Engine.Send(q)
	}
	for seq := range uint64(3) {
		if got := r.First(1, seq); got.What != probe.Sent {
			t.Errorf("seq %d: %+v", seq, got)
		}
	}
	// All three are over their timeout, so the oldest gives way; with a long
	// timeout none does.
	r.Until("the timeouts are over", func() bool { return r.Engine.Drained() > r.First(1, 2).At+q.Timeout })
	for seq := uint64(3); seq < 6; seq++ {
		q.Seq, q.Timeout = seq, time.Minute
		r.Engine.Send(q)
		if got := r.First(1, seq); got.What != probe.Sent {
			t.Errorf("seq %d: %+v", seq, got)
		}
	}
	q.Seq = 6
	r.Engine.Send(q)
	if got := r.First(1, 6); got.What != probe.Skipped {
		t.Errorf("above the bound: %+v", got)
	}
}

func TestMany(t *testing.T) {
	to := server(t, "tcp4", "127.0.0.1:0")
	r := open(t, Options{})
	for seq := range uint64(3) {
		for target := range 300 {
			r.Engine.Send(request(target, seq, to))
		}
	}
	for seq := range uint64(3) {
		for target := range 300 {
			if got := r.Decided(target, seq); got.What != probe.Answer {
				t.Fatalf("target %d, seq %d: %+v", target, seq, got)
			}
		}
	}
}
