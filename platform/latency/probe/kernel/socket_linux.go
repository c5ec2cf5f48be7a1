package kernel

import (
	"bytes"
	"errors"
	"net/netip"
	"sync"

	"golang.org/x/sys/unix"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

// socket is one socket and what was sent through it.
type socket struct {
	fd      int
	v6, raw bool
	id      uint16 // of raw sockets
	buffer  int    // bytes, as SO_RCVBUF counts

	// mu keeps the order of sends, by which transmit stamps are matched, and
	// guards what follows.
	mu      sync.Mutex
	flights flights
	out     outbox
	scratch []byte
	wire    uint16 // the next sequence number on the wire
	// bases are the sequence numbers whose transmit stamps have the number 0: the
	// first is what counts now, the others are of stamps not yet read.
	bases   [8]uint16
	restart bool // the kernel's numbering of stamps is in doubt
	stamped bool // the latest answer was
	ttl     int  // as set on the socket; -1 is the system's
	class   int
}

// send sends one probe. What became of it is put into q before the lock is
// given up, so that no answer comes before.
func (s *socket) send(c *clock, q *queue, key uint64, r probe.Request, addr netip.Addr, scope uint32, from source) (sent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := probe.Happening{Target: r.Target, Seq: r.Seq, Addr: addr}
	at := c.read()
	h.At, h.Wall = at.mono, at.wall
	p, ok := s.flights.room(s.wire, at.mono)
	if !ok || q.full() {
		h.What, h.Reason = probe.Skipped, latency.ReasonOverflow
		q.put(h)
		return false
	}
	t := token{key: key, target: r.Target, seq: r.Seq}
	putEcho(s.out.size(headerLen+r.Size), s.v6, s.id, s.wire, t)
	if err := s.options(r); err != nil {
		h.What, h.Reason = probe.SendFailed, sendReason(err)
		q.put(h)
		return false
	}
	if s.restart {
		s.renumber()
	}
	var err unix.Errno
	for range 3 {
		// An ICMP error that an earlier probe earned would make this call fail: ask
		// for it, which clears it.
		_, _ = unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		at = c.read()
		if err = s.out.send(s.fd, addr, scope, from); err == 0 {
			break
		}
		// Whether the failed send took a number is not told.
		s.renumber()
		// One may have come in between. This probe's own error comes again.
		if !pending(err) {
			break
		}
	}
	h.At, h.Wall = at.mono, at.wall
	if err != 0 {
		h.What, h.Reason = probe.SendFailed, sendReason(err)
		q.put(h)
		return false
	}
	*p = flight{target: r.Target, seq: r.Seq, addr: addr, size: r.Size, sent: at,
		until: at.mono + remembered(r.Timeout), wire: s.wire}
	s.wire++
	h.What = probe.Sent
	q.add(h) // its stamp or its answer comes soon, else Drained is asked
	return true
}

// options sets what differs from the last probe. Sends are in order, so that
// one socket serves targets with different settings.
func (s *socket) options(r probe.Request) error {
	ttl, class := -1, r.DSCP<<2
	if r.TTL > 0 {
		ttl = r.TTL
	}
	level, ttlOption, classOption := unix.SOL_IP, unix.IP_TTL, unix.IP_TOS
	if s.v6 {
		level, ttlOption, classOption = unix.SOL_IPV6, unix.IPV6_UNICAST_HOPS, unix.IPV6_TCLASS
	}
	if ttl != s.ttl {
		if err := unix.SetsockoptInt(s.fd, level, ttlOption, ttl); err != nil {
			return err
		}
		s.ttl = ttl
	}
	if class != s.class {
		if err := unix.SetsockoptInt(s.fd, level, classOption, class); err != nil {
			return err
		}
		s.class = class
	}
	return nil
}

// renumber makes the kernel count transmit stamps from 0 again, at s.wire.
func (s *socket) renumber() {
	s.restart = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, stamps&^unix.SOF_TIMESTAMPING_OPT_ID) != nil ||
		unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, stamps) != nil
	copy(s.bases[1:], s.bases[:])
	s.bases[0] = s.wire
}

// stamp notes the kernel's send stamp with this number. Stamps from before a
// renumbering are earlier than the probe that they would name now.
func (s *socket) stamp(number uint32, at int64) {
	for _, base := range s.bases {
		p := s.flights.find(base + uint16(number))
		if p == nil || at < p.sent.offset+int64(p.sent.mono-p.sent.slack) {
			continue
		}
		if p.tx == 0 {
			p.tx = at
		}
		return
	}
}

// pending is true for errors that may be an earlier probe's.
func pending(err unix.Errno) bool {
	switch err {
	case unix.EPERM, unix.ENOBUFS, unix.ENOMEM, unix.EAGAIN, unix.EINVAL, unix.ENETDOWN, unix.ENODEV, unix.ENXIO, unix.EADDRNOTAVAIL:
		return false
	}
	return true
}

// sendReason says why a probe never left.
func sendReason(err error) latency.Reason {
	var errno unix.Errno
	if !errors.As(err, &errno) {
		return latency.ReasonOther
	}
	switch errno {
	case unix.ENETUNREACH, unix.EHOSTUNREACH, unix.EAFNOSUPPORT,
		unix.EINVAL: // a blackhole route, or a source that is none of ours
		return latency.ReasonNoRoute
	case unix.EPERM, unix.EACCES:
		return latency.ReasonProhibited
	case unix.ENETDOWN, unix.EHOSTDOWN, unix.ENODEV, unix.ENXIO, unix.EADDRNOTAVAIL:
		return latency.ReasonLinkDown
	case unix.ENOBUFS, unix.ENOMEM, unix.EAGAIN:
		return latency.ReasonNoBuffer
	}
	return latency.ReasonOther
}

// reply takes a message of the receive queue; false when it is about no probe
// that is known.
func (s *socket) reply(c *clock, m message, key uint64, read reading) (probe.Happening, bool) {
	e, ok := readReply(m.data, s.v6, s.raw && !s.v6)
	if !ok || s.raw && e.id != s.id {
		return probe.Happening{}, false
	}
	p := s.flights.find(e.wire)
	if p == nil {
		return probe.Happening{}, false
	}
	if len(s.scratch) < p.size {
		s.scratch = make([]byte, p.size)
	}
	h := probe.Happening{What: probe.Answer, Target: p.target, Seq: p.seq, Addr: p.addr}
	from := readName(m.name)
	same := from == p.addr.WithZone("")
	if !same {
		h.From = from
	}
	said := readControl(m.control)
	rx := c.stamped(said.stamp)
	s.stamped = rx != 0
	if h.RTT, ok = roundTrip(p.sent, p.tx, rx, read); !ok {
		h.What, h.Reason, h.RTT = probe.Untimed, latency.ReasonClock, 0
	}
	h.At, h.TTL = p.sent.mono+h.RTT, said.ttl
	t := token{key: key, target: p.target, seq: p.seq}
	switch verdict := judge(e.payload, t, p.size, s.scratch); {
	case verdict == right, m.cut && verdict == truncated:
	case verdict == truncated && (same || len(e.payload) >= 8):
		h.What, h.Reason, h.RTT = probe.Bad, latency.ReasonTruncated, 0
	case verdict == foreign && same:
		// From elsewhere it would be another program's, or a forgery.
		h.What, h.Reason, h.RTT = probe.Bad, latency.ReasonProtocol, 0
	default:
		return probe.Happening{}, false
	}
	return h, true
}

// mishap takes a message of the error queue: a transmit stamp, which is noted, or
// an ICMP error, which is returned.
func (s *socket) mishap(k *clock, m message, key uint64, read reading) (probe.Happening, bool) {
	c := readControl(m.control)
	c.stamp = k.stamped(c.stamp)
	if !c.extended {
		return probe.Happening{}, false
	}
	switch c.origin {
	case unix.SO_EE_ORIGIN_TIMESTAMPING:
		s.stamp(c.data, c.stamp)
		return probe.Happening{}, false
	case unix.SO_EE_ORIGIN_ICMP, unix.SO_EE_ORIGIN_ICMP6:
	default:
		return probe.Happening{}, false
	}
	why, ends := refusal(s.v6, c.kind, c.code)
	e, ok := readQuoted(m.data, s.v6)
	if !ends || !ok || s.raw && e.id != s.id {
		return probe.Happening{}, false
	}
	p := s.flights.find(e.wire)
	if p == nil || readName(m.name) != p.addr.WithZone("") {
		return probe.Happening{}, false
	}
	// Errors quote at least eight bytes, which end before the token.
	var want [tokenLen]byte
	token{key: key, target: p.target, seq: p.seq}.fill(want[:])
	n := min(len(e.payload), p.size, tokenLen)
	if !bytes.Equal(e.payload[:n], want[:n]) {
		return probe.Happening{}, false
	}
	return probe.Happening{What: probe.Refused, Target: p.target, Seq: p.seq, Addr: p.addr, From: c.offender,
		Reason: why, At: read.mono}, true
}
