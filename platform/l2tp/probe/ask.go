package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"time"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/control"
	"tacklebox/platform/l2tp/ike"
)

// exchange is a main mode that came to its fourth message, with its socket.
type exchange struct {
	main   *ike.Main
	conn   Conn
	close  func()
	local  netip.AddrPort
	remote netip.AddrPort
}

// ike asks with the set of Windows, then with the weak one, and goes on to the
// fourth message where one is accepted. It returns what the key's check needs.
func (r *run) ike(ctx context.Context) *exchange {
	reply := l2tp.ReplySilent
	defer func() { r.note(func(p *l2tp.Report) { p.IKE = reply }) }()
	rest := ownRest
	if r.o.PSK != nil {
		rest += ownKey
	}
	conn, done, err := r.open(ctx, ike.Port)
	if err != nil {
		r.say("IKE: %v", err)
		r.budget.unused(rest + ownFirst)
		return nil
	}
	x := &exchange{conn: conn, close: done, local: localOf(conn), remote: netip.AddrPortFrom(r.address, ike.Port)}
	auths := []uint16{ike.AuthPSK, ike.AuthRSA}
	if r.o.PSK != nil {
		auths = auths[:1]
	}
	reply = r.offer(ctx, x, "IKE", ike.Windows(auths...))
	if reply == l2tp.ReplyRefuses {
		// It answers: a second silence, as of a server that drops repeats, must not hold
		// the verdict up.
		soon, cancel := context.WithDeadline(ctx, time.Now().Add(r.o.Timing.Answers/2))
		if r.offer(soon, x, "IKE, weak ciphers", ike.Weak(auths...)) == l2tp.ReplyAccepted {
			reply = l2tp.ReplyWeak
		}
		cancel()
	} else {
		r.budget.unused(1)
	}
	if reply != l2tp.ReplyAccepted && reply != l2tp.ReplyWeak {
		r.budget.unused(rest - 1)
		done()
		return nil
	}
	if !r.third(ctx, x) {
		r.budget.unused(rest - ownRest)
		done()
		return nil
	}
	return x
}

// offer sends a first message and reads the second.
func (r *run) offer(ctx context.Context, x *exchange, what string, set []ike.Transform) l2tp.Reply {
	main, err := ike.NewMain(set, r.o.Random)
	if err != nil {
		r.say("%s: %v", what, err)
		return l2tp.ReplySilent
	}
	reply := l2tp.ReplyAccepted
	got := r.question(ctx, x.conn, main.First(), func(b []byte) bool {
		m, err := ike.Decode(b)
		if err != nil {
			return false
		}
		t, err := main.Second(m)
		var no *ike.Refusal
		switch {
		case err == nil:
			r.say("%s: accepts %s", what, t)
		case errors.As(err, &no):
			reply = l2tp.ReplyRefuses
			r.say("%s: answers %v", what, no)
		default:
			return false
		}
		return true
	})
	switch got {
	case l2tp.ReplyICMP:
		r.say("%s: the machine says that nothing listens on UDP 500 (ICMP)", what)
		return got
	case l2tp.ReplySilent:
		r.say("%s: no answer on UDP 500", what)
		return got
	}
	x.main = main
	return reply
}

// third exchanges messages three and four, and notes what NAT-D says.
func (r *run) third(ctx context.Context, x *exchange) bool {
	if !x.main.Traverses() {
		r.say("NAT: the server does not know of it")
		if r.o.PSK == nil {
			r.budget.unused(1)
			return false
		}
	}
	// The class is known: what is left must not hold it up.
	soon, cancel := context.WithDeadline(ctx, time.Now().Add(r.o.Timing.Answers/2))
	defer cancel()
	b, err := x.main.Third(x.local, x.remote)
	if err != nil {
		r.say("NAT: %v", err)
		return false
	}
	fine := false
	got := r.question(soon, x.conn, b, func(b []byte) bool {
		m, err := ike.Decode(b)
		if err != nil {
			return false
		}
		nat, err := x.main.Fourth(m, x.local, x.remote)
		var no *ike.Refusal
		if errors.As(err, &no) {
			r.say("NAT: the server answers the key exchange with %v", no)
			return true
		}
		if err != nil {
			return false
		}
		fine = true
		r.note(func(p *l2tp.Report) { p.NAT = l2tp.NAT{Client: nat.Client, Server: nat.Server} })
		if nat.Server != nil {
			r.say("NAT: this side %s, the server %s", behind(*nat.Client), behind(*nat.Server))
		}
		return true
	})
	if got != l2tp.ReplyAccepted {
		r.say("NAT: no answer to the key exchange")
	}
	return fine
}

func behind(is bool) string {
	if is {
		return "will be treated as behind NAT"
	}
	return "has the address that it shows"
}

// l2tp asks for a tunnel without IPsec and takes leave at once.
func (r *run) l2tp(ctx context.Context) {
	reply := l2tp.ReplySilent
	defer func() { r.note(func(p *l2tp.Report) { p.L2TP = reply }) }()
	conn, done, err := r.open(ctx, control.Port)
	if err != nil {
		r.say("L2TP without IPsec: %v", err)
		r.budget.unused(ownL2TP)
		return
	}
	defer done()
	id := make([]byte, 2)
	if _, err := io.ReadFull(r.o.Random, id); err != nil {
		r.say("L2TP without IPsec: get random numbers: %v", err)
		return
	}
	tunnel := binary.BigEndian.Uint16(id) | 1 // zero means none
	var answer control.Message
	got := r.question(ctx, conn, control.Request(tunnel, "tacklebox"), func(b []byte) bool {
		m, err := control.Decode(b)
		if err != nil || m.Tunnel != tunnel || m.Type != control.StartReply && m.Type != control.Stop {
			return false
		}
		answer = m
		return true
	})
	switch {
	case got == l2tp.ReplyICMP:
		r.say("L2TP without IPsec: the machine says that nothing listens on UDP 1701 (ICMP)")
	case got == l2tp.ReplySilent:
		r.say("L2TP without IPsec: no answer on UDP 1701")
	case answer.Type == control.Stop:
		r.say("L2TP without IPsec: the server refuses a tunnel")
		got = l2tp.ReplyRefuses
	default:
		r.say("L2TP without IPsec: %q offers a tunnel", answer.Host)
		r.budget.took()
		_, _ = conn.Write(control.Farewell(tunnel, answer))
	}
	if got != l2tp.ReplyAccepted {
		r.budget.unused(1)
	}
	reply = got
}

// two asks once for IKEv2.
func (r *run) two(ctx context.Context) {
	conn, done, err := r.open(ctx, ike.Port)
	if err != nil {
		return // said by IKE
	}
	defer done()
	x, b, err := ike.NewTwo(r.o.Random)
	if err != nil {
		r.say("IKEv2: %v", err)
		return
	}
	got := r.question(ctx, conn, b, func(b []byte) bool {
		m, err := ike.Decode(b)
		if err != nil {
			return false
		}
		offered, why, err := x.Read(m)
		if err != nil {
			return false
		}
		r.say("IKEv2: the server %s", why)
		r.note(func(p *l2tp.Report) { p.IKEv2 = offered })
		return true
	})
	if got == l2tp.ReplySilent {
		r.say("IKEv2: no answer")
	}
}
