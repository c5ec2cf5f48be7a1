package probe

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tacklebox/platform/l2tp"
)

// same is a source of random numbers that gives what it gave when strongSwan's
// answers were recorded, whichever probe asks first.
type same struct{}

func (same) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 0x42
	}
	return len(b), nil
}

// replayed is a server that says what strongSwan 5.9.8 said to the address
// 192.0.2.1, with the ports changed by a scenario.
type replayed struct {
	said map[string][]byte
	// proof is where the fifth message is answered, by the port that it came to;
	// none where it is not heard.
	proof map[uint16]uint16
	// answer is the recorded answer to it.
	answer string

	wg    sync.WaitGroup
	mu    sync.Mutex
	ends  map[uint16]net.Conn // the server's
	fifth int
}

type piped struct{ net.Conn }

func (piped) LocalAddr() net.Addr { return &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 40000} }

// dial gives a pipe: it keeps the bounds of messages, as datagrams do.
func (s *replayed) dial(_ context.Context, to netip.AddrPort) (Conn, error) {
	ours, theirs := net.Pipe()
	s.wg.Go(func() { s.serve(to.Port(), theirs) })
	return piped{ours}, nil
}

func (s *replayed) serve(port uint16, c net.Conn) {
	defer c.Close()
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		b := buf[:n]
		if port == 4500 {
			b = b[4:]
		}
		switch {
		case port == 1701:
		case b[17] == 0x20:
			_, _ = c.Write(s.said["two"])
		case b[18] == 2 && b[19] == 0 && b[16] == 1:
			s.keep(port, c)
			_, _ = c.Write(s.said["second"])
		case b[18] == 2 && b[19] == 0:
			_, _ = c.Write(s.said["fourth"])
		case b[18] == 2:
			s.keep(port, c)
			s.prove(port)
		}
	}
}

// keep remembers the socket that main mode is spoken on.
func (s *replayed) keep(port uint16, c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ends == nil {
		s.ends = map[uint16]net.Conn{}
	}
	s.ends[port] = c
}

func (s *replayed) prove(port uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fifth++
	if at, ok := s.proof[port]; ok {
		_, _ = s.ends[at].Write(marked(at, s.said[s.answer]))
	}
}

// TestReplayed plays strongSwan's recorded answers on any system, on the ports
// that a server or a firewall may leave open.
func TestReplayed(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "strongswan-5.9.8.json"))
	if err != nil {
		t.Fatal(err)
	}
	var recorded map[string]map[string]string
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatal(err)
	}
	const right, wrong = "a shared key, 20 long", "another key altogether"
	for _, c := range []struct {
		name, said, answer, psk string
		proof                   map[uint16]uint16
		want                    l2tp.PSK
		port4500                string
		fifth                   int
	}{
		{"right", "right", "sixth", right, map[uint16]uint16{4500: 4500}, l2tp.PSKRight, "open", 1},
		{"right, 4500 blocked", "right", "sixth", right, map[uint16]uint16{500: 500}, l2tp.PSKRight, "blocked", 2},
		{"right, answered on the first socket", "right", "sixth", right, map[uint16]uint16{4500: 500}, l2tp.PSKRight, "", 1},
		{"wrong, answered on the first socket", "wrong", "inform", wrong, map[uint16]uint16{4500: 500}, l2tp.PSKWrong, "", 1},
		{"wrong, 4500 blocked", "wrong", "inform", wrong, map[uint16]uint16{500: 500}, l2tp.PSKWrong, "", 2},
		{"wrong, silent", "wrong", "inform", wrong, nil, l2tp.PSKUnknown, "", 2},
		{"not the key that was proven", "right", "sixth", wrong, map[uint16]uint16{4500: 4500}, l2tp.PSKUnknown, "", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &replayed{said: map[string][]byte{}, proof: c.proof, answer: c.answer}
			for what, digits := range recorded[c.said] {
				if s.said[what], err = hex.DecodeString(digits); err != nil {
					t.Fatal(err)
				}
			}
			r, err := Run(t.Context(), "10.9.0.1", Options{Random: same{}, PSK: []byte(c.psk), Timing: hurry, Dial: s.dial})
			if err != nil {
				t.Fatal(err)
			}
			s.wg.Wait()
			if r.Class != l2tp.ClassIPsec || r.PSK != c.want || r.Port4500 != c.port4500 || s.fifth != c.fifth {
				t.Errorf("class %s, key %s, UDP 4500 %q after %d proofs; want %s, %q, %d: %q", r.Class, r.PSK, r.Port4500, s.fifth, c.want, c.port4500, c.fifth, r.Evidence)
			}
			if r.Packets > MaxPackets || r.NAT.Server == nil || *r.NAT.Server {
				t.Errorf("%+v", r)
			}
		})
	}
}
