package dns

import (
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/probetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T) *probetest.Reader {
	t.Helper()
	e, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return probetest.Read(t, e)
}

func request(target int, seq uint64, to, query string) probe.Request {
	return probe.Request{Target: latency.TargetID(target), Seq: seq, Addr: netip.MustParseAddrPort(to), Query: query, Timeout: time.Second, Every: time.Second}
}

// server answers by a function, over UDP on loopback.
func server(t *testing.T, addr string, answer dns.HandlerFunc) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s := &dns.Server{PacketConn: conn, Handler: answer}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.ActivateAndServe() }()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().String()
}

func rcode(code int) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) { _ = w.WriteMsg(new(dns.Msg).SetRcode(q, code)) }
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer dns.HandlerFunc
		what   probe.What
		reason latency.Reason
	}{
		"no error":  {rcode(dns.RcodeSuccess), probe.Answer, ""},
		"no domain": {rcode(dns.RcodeNameError), probe.Answer, ""},
		"servfail":  {rcode(dns.RcodeServerFailure), probe.Bad, latency.ReasonRefused},
		"refused":   {rcode(dns.RcodeRefused), probe.Bad, latency.ReasonRefused},
		"formerr":   {rcode(dns.RcodeFormatError), probe.Bad, latency.ReasonProtocol},
		"cut off": {func(w dns.ResponseWriter, q *dns.Msg) {
			m := new(dns.Msg).SetReply(q)
			m.Truncated = true
			_ = w.WriteMsg(m)
		}, probe.Answer, ""},
		"malformed": {func(w dns.ResponseWriter, q *dns.Msg) {
			_, _ = w.Write([]byte{byte(q.Id >> 8), byte(q.Id), 0x80})
		}, probe.Bad, latency.ReasonProtocol},
		"foreign first": {func(w dns.ResponseWriter, q *dns.Msg) {
			foreign := new(dns.Msg).SetRcode(q, dns.RcodeServerFailure)
			foreign.Id++
			_ = w.WriteMsg(foreign)
			foreign.Id = q.Id
			foreign.Question[0].Name = "other.example."
			_ = w.WriteMsg(foreign)
			_ = w.WriteMsg(new(dns.Msg).SetReply(q))
		}, probe.Answer, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			r.Engine.Send(request(1, 0, server(t, "127.0.0.1:0", c.answer), "Example.org AAAA"))
			got := r.Decided(1, 0)
			if got.What != c.what || got.Reason != c.reason {
				t.Errorf("%+v", got)
			}
			if c.what == probe.Answer && got.RTT <= 0 {
				t.Errorf("an answer without a round trip: %+v", got)
			}
		})
	}
}

func TestIPv6(t *testing.T) {
	r := open(t)
	r.Engine.Send(request(1, 0, server(t, "[::1]:0", rcode(dns.RcodeSuccess)), ""))
	if got := r.Decided(1, 0); got.What != probe.Answer {
		t.Errorf("%+v", got)
	}
}

// A lost query is never repeated: the silent server sees each once.
func TestAskedOnce(t *testing.T) {
	var seen atomic.Int64
	to := server(t, "127.0.0.1:0", func(dns.ResponseWriter, *dns.Msg) { seen.Add(1) })
	r := open(t)
	for seq := range uint64(3) {
		q := request(1, seq, to, "example.org A")
		q.Timeout = 10 * time.Millisecond
		r.Engine.Send(q)
	}
	r.Until("three queries", func() bool { return seen.Load() == 3 })
	r.Until("half a second more", func() bool { return r.Engine.Drained() > r.First(1, 2).At+500*time.Millisecond })
	if n := seen.Load(); n != 3 {
		t.Errorf("%d queries for three probes", n)
	}
	for seq := range uint64(3) {
		if all := r.All(1, seq); len(all) != 1 || all[0].What != probe.Sent {
			t.Errorf("a query without an answer: %+v", all)
		}
	}
}

func TestClosedPort(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := conn.LocalAddr().String()
	_ = conn.Close()
	r := open(t)
	r.Engine.Send(request(1, 0, to, ". NS"))
	got := r.Decided(1, 0)
	if got.What != probe.Refused || got.Reason != latency.ReasonRefused || got.From.String() != "127.0.0.1" {
		t.Errorf("%+v", got)
	}
}

func TestNeverLeft(t *testing.T) {
	r := open(t)
	q := request(1, 0, "127.0.0.1:9", "a b c")
	r.Engine.Send(q)
	if got := r.First(1, 0); got.What != probe.SendFailed || got.Reason != latency.ReasonUnresolved {
		t.Errorf("a query that is none: %+v", got)
	}
	q.Seq, q.Query, q.Source = 1, ". NS", "no-such-interface"
	r.Engine.Send(q)
	if got := r.First(1, 1); got.What != probe.SendFailed || got.Reason != latency.ReasonLinkDown {
		t.Errorf("a source that is not there: %+v", got)
	}
}

func TestMany(t *testing.T) {
	// One server's socket has no room for 300 queries at once.
	var to [10]string
	for i := range to {
		to[i] = server(t, "127.0.0.1:0", rcode(dns.RcodeSuccess))
	}
	r := open(t)
	for target := range 300 {
		r.Engine.Send(request(target, 7, to[target%len(to)], "example.org A"))
	}
	for target := range 300 {
		if got := r.Decided(target, 7); got.What != probe.Answer {
			t.Fatalf("target %d: %+v", target, got)
		}
	}
}

func TestQuery(t *testing.T) {
	for text, want := range map[string]string{
		"": ". NS", ".": ". A", "example.org": "example.org. A", " example.org.  aaaa ": "example.org. AAAA",
	} {
		name, kind, err := Query(text)
		if got := name + " " + dns.TypeToString[kind]; err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"a b c", "example.org NOTYPE", "a..b", "A example.org"} {
		if _, _, err := Query(text); err == nil {
			t.Errorf("%q is a query", text)
		}
	}
}

func FuzzQuery(f *testing.F) {
	f.Add("example.org A")
	f.Add(". NS")
	f.Add("\\065.example TYPE65280")
	f.Add("My\\032Printer._ipp._tcp.local PTR")
	f.Add("\\8006\x01\x00e\x00\x80\x00\x00Ie5.\x00PE6528P")
	f.Fuzz(func(t *testing.T, text string) {
		name, kind, err := Query(text)
		if err != nil {
			return
		}
		again, same, err := Query(name + " " + dns.TypeToString[kind])
		if err != nil || again != name || same != kind {
			t.Errorf("%q reads as %q %d, and that as %q %d, %v", text, name, kind, again, same, err)
		}
	})
}

// Whatever comes, it is nobody's answer without identifier and question.
func FuzzJudge(f *testing.F) {
	q := dns.Question{Name: "example.org.", Qtype: dns.TypeA, Qclass: dns.ClassINET}
	var m dns.Msg
	m.SetQuestion(q.Name, q.Qtype)
	m.Id = 0x1234
	m.Response = true
	for _, code := range []int{0, 2, 3, 5} {
		m.Rcode = code
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)-3])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		verdict := Judge(b, m.Id, q)
		if len(b) < 2 || b[0] != 0x12 || b[1] != 0x34 {
			if verdict != Foreign {
				t.Errorf("%x has another identifier and is %d", b, verdict)
			}
			return
		}
		if verdict == Reply && (len(b) < header+17 || b[2]&0x80 == 0) {
			t.Errorf("%x is too short for the question, or no response, and is a reply", b)
		}
		if Judge(b, m.Id+1, q) != Foreign {
			t.Errorf("%x answers another identifier", b)
		}
	})
}
