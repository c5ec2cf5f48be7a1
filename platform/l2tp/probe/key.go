package probe

import (
	"context"
	"sync"
	"time"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/ike"
)

// heard is what came on one of the two sockets.
type heard struct {
	port    uint16
	data    []byte
	refused bool
}

// key shows that we know the key, and takes what comes on both ports: a server
// may answer a wrong key on the first one.
func (r *run) key(ctx context.Context, x *exchange) {
	defer x.main.Forget()
	b, err := x.main.Fifth(r.o.PSK, x.local.Addr())
	if err != nil {
		r.say("key: %v", err)
		return
	}
	conns := map[uint16]Conn{ike.Port: x.conn}
	ports := []uint16{ike.Port}
	if x.main.Traverses() {
		if c, done, err := r.open(ctx, ike.PortNAT); err == nil {
			defer done()
			conns[ike.PortNAT] = c
			ports = []uint16{ike.PortNAT, ike.Port}
		} else {
			r.say("key: %v", err)
		}
	}
	came := make(chan heard)
	listen, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for port, c := range conns {
		_ = c.SetReadDeadline(time.Time{})
		stop := context.AfterFunc(listen, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
		defer stop()
		wg.Go(func() { hear(listen, port, c, came) })
	}
	defer wg.Wait()
	defer cancel()

	for i, port := range ports {
		r.budget.took()
		if _, err := conns[port].Write(marked(port, b)); err != nil && !refused(err) {
			r.say("key: UDP %d: %v", port, err)
			continue
		}
		if r.judged(listen, x, came, conns, port, i > 0) {
			return
		}
		r.say("key: no answer to it on UDP %d", port)
	}
	r.say("key: it is wrong, or the server does not take this address for its owner, or drops the answer")
}

// judged waits for an answer to the key that was sent to a port.
func (r *run) judged(ctx context.Context, x *exchange, came <-chan heard, conns map[uint16]Conn, sent uint16, again bool) bool {
	t := time.NewTimer(r.o.Timing.Key)
	defer t.Stop()
	for n := 0; n < most; n++ {
		select {
		case <-ctx.Done():
			return true
		case <-t.C:
			return false
		case h := <-came:
			if h.refused {
				if h.port == sent {
					r.say("key: the machine says that nothing listens on UDP %d (ICMP)", h.port)
					return false
				}
				continue
			}
			if h.port == ike.PortNAT {
				if len(h.data) < 4 || [4]byte(h.data) != [4]byte{} {
					continue
				}
				h.data = h.data[4:]
			}
			m, err := ike.Decode(h.data)
			if err != nil {
				continue
			}
			verdict, why := x.main.Judge(m)
			if verdict == ike.KeyNothing {
				continue
			}
			r.settle(x, conns, h.port, again, verdict, why)
			return true
		}
	}
	return false
}

// settle notes the verdict and, where an association came of it, ends that.
func (r *run) settle(x *exchange, conns map[uint16]Conn, port uint16, again bool, verdict ike.Verdict, why string) {
	psk := l2tp.PSKWrong
	if verdict == ike.KeyRight {
		psk = l2tp.PSKRight
	}
	r.say("key: %s: %s", psk, why)
	r.note(func(p *l2tp.Report) {
		p.PSK = psk
		switch {
		case port == ike.PortNAT:
			p.Port4500 = "open"
		case again && verdict == ike.KeyRight:
			p.Port4500 = "blocked"
		}
	})
	if again && verdict == ike.KeyRight && port == ike.Port {
		r.say("key: accepted on UDP 500 only: UDP 4500 is blocked on the way")
	}
	if bye := x.main.Farewell(); bye != nil {
		r.budget.took()
		_, _ = conns[port].Write(marked(port, bye))
	}
}

// marked puts the four zero bytes before a message on UDP 4500.
func marked(port uint16, b []byte) []byte {
	if port != ike.PortNAT {
		return b
	}
	return append([]byte{0, 0, 0, 0}, b...)
}

// hear hands on what comes until ctx ends.
func hear(ctx context.Context, port uint16, c Conn, came chan<- heard) {
	buf := make([]byte, datagram)
	for ctx.Err() == nil {
		n, err := c.Read(buf)
		h := heard{port: port, refused: err != nil && refused(err)}
		if err == nil {
			h.data = append([]byte(nil), buf[:n]...)
		} else if !h.refused {
			return
		}
		select {
		case came <- h:
		case <-ctx.Done():
			return
		}
	}
}
