package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"tacklebox/platform/latency"
)

// ErrDecode is what a damaged or foreign piece of history gives.
var ErrDecode = errors.New("not a piece of history")

// series is what the rows of a segment have in common.
type series struct {
	target   latency.TargetID
	node     latency.NodeID
	interval int64 // µs
	engine   string
	address  string // as netip writes it; empty when unknown
}

// segment is a run of rows of one series. Row by row seq goes up by one and time
// by the interval; where that is not so (by more than tolerance) a jump stands
// before the row. Segments do not change once made.
type segment struct {
	series
	t0     int64 // µs since 1970, a whole number of ms from the series' grid
	seq0   int64
	rows   int
	codes  []uint16
	extras []byte
}

// tolerance is how far a row's time may be from the one kept: 2 % of the interval
// (20 ms at one a second), at most a second. Schedulers jitter by less; what
// jitters more is kept to the millisecond at the price of some bytes.
func tolerance(interval int64) int64 {
	return min(max(interval/50, 1000), 1_000_000)
}

// encoder builds a segment. The first row decides t0 and seq0.
type encoder struct {
	g      segment
	seq, t int64 // of the last row as it will be decoded
}

func isSub(o latency.Outcome) bool { return o == latency.Late || o == latency.Duplicate }

func (e *encoder) add(r *latency.Result) {
	at, seq := r.Sent.UnixMicro(), int64(r.Seq)
	if e.g.rows == 0 {
		e.g.seq0, e.g.t0 = seq, at-floorMod(at, 1000)
		e.seq, e.t = seq-1, e.g.t0-e.g.interval
	}
	wantSeq, want := e.seq+1, e.t+e.g.interval
	if isSub(r.Outcome) {
		wantSeq, want = e.seq, e.t
	}
	skip := seq - wantSeq
	want += skip * e.g.interval
	var shift int64 // ms
	if off := at - want; off > tolerance(e.g.interval) || off < -tolerance(e.g.interval) {
		shift = floorDiv(off+500, 1000)
		want += shift * 1000
	}
	if skip != 0 || shift != 0 {
		e.g.codes = append(e.g.codes, codeJump)
		e.g.extras = binary.AppendVarint(e.g.extras, skip)
		e.g.extras = binary.AppendVarint(e.g.extras, shift)
	}
	e.seq, e.t = seq, want
	code, short := codeOf(r)
	if !short {
		code = codeFull
		e.g.extras = appendFull(e.g.extras, r)
	} else if isSub(r.Outcome) {
		e.g.extras = binary.BigEndian.AppendUint16(e.g.extras, rttCode(r.RTT))
	}
	e.g.codes = append(e.g.codes, code)
	e.g.rows++
}

const (
	fullRTT = 1 << iota
	fullFrom
	fullPhases
	fullReason // by name
)

// appendFull writes what a short code cannot say: outcome, flags, index of the
// reason, then what the flags name.
func appendFull(p []byte, r *latency.Result) []byte {
	var flags byte
	index, known := reasonIndex(r.Reason)
	if !known {
		flags |= fullReason
	}
	if r.RTT > 0 {
		flags |= fullRTT
	}
	if r.From.IsValid() {
		flags |= fullFrom
	}
	if len(r.Phases) > 0 {
		flags |= fullPhases
	}
	p = append(p, byte(r.Outcome), flags, byte(index))
	if flags&fullReason != 0 {
		p = appendText(p, string(r.Reason))
	}
	if flags&fullRTT != 0 {
		p = binary.BigEndian.AppendUint16(p, rttCode(r.RTT))
	}
	if flags&fullFrom != 0 {
		p = appendText(p, r.From.String())
	}
	if flags&fullPhases != 0 {
		n := min(len(r.Phases), 255)
		p = append(p, byte(n))
		for _, ph := range r.Phases[:n] {
			index := byte(0)
			for i, name := range phaseNames {
				if name == ph.Name {
					index = byte(i + 1)
				}
			}
			p = append(p, index)
			if index == 0 {
				p = appendText(p, ph.Name)
			}
			p = binary.AppendUvarint(p, uint64(max(ph.Took, 0)))
		}
	}
	return p
}

// maxText bounds names and addresses.
const maxText = 255

func appendText(p []byte, s string) []byte {
	s = s[:min(len(s), maxText)]
	return append(append(p, byte(len(s))), s...)
}

// cursor reads bytes; after the first mistake everything is zero.
type cursor struct {
	p      []byte
	failed bool
}

func (c *cursor) fail() { c.p, c.failed = nil, true }

func (c *cursor) bytes(n uint64) []byte {
	if n > uint64(len(c.p)) {
		c.fail()
		return nil
	}
	b := c.p[:n]
	c.p = c.p[n:]
	return b
}

func (c *cursor) byte() byte {
	if b := c.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) text() string { return string(c.bytes(uint64(c.byte()))) }

func (c *cursor) code() uint16 {
	if b := c.bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.p)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.p = c.p[n:]
	return v
}

func (c *cursor) varint() int64 {
	v, n := binary.Varint(c.p)
	if n <= 0 {
		c.fail()
		return 0
	}
	c.p = c.p[n:]
	return v
}

// each calls yield with every row until it returns false. The Result is the same
// one each time.
func (g *segment) each(yield func(*latency.Result) bool) error {
	r := latency.Result{Target: g.target, Node: g.node, Engine: g.engine}
	r.Address, _ = netip.ParseAddr(g.address)
	in := cursor{p: g.extras}
	seq, t := g.seq0-1, g.t0-g.interval
	for _, code := range g.codes {
		if code == codeJump {
			skip, shift := in.varint(), in.varint()
			seq += skip
			t += skip*g.interval + shift*1000
			continue
		}
		r.Outcome, r.Reason, r.RTT, r.From, r.Phases = latency.Pending, "", 0, netip.Addr{}, nil
		switch {
		case code >= firstRTT:
			r.Outcome, r.RTT = latency.Reply, codeRTT(code)
		case code == codeFull:
			in.full(&r)
		case code == codeLate, code == codeDup:
			r.Outcome = latency.Late
			if code == codeDup {
				r.Outcome = latency.Duplicate
			}
			r.RTT = codeRTT(max(in.code(), firstRTT))
		case code == codeLost:
			r.Outcome = latency.Timeout
		case code == codeBad:
			r.Outcome = latency.BadReply
		default:
			at := int(code) % 32
			if code < codeUnmeasured || code >= codeRefused+32 || at >= len(reasons) {
				return fmt.Errorf("%w: unknown code %d", ErrDecode, code)
			}
			r.Reason = reasons[at]
			r.Outcome = [...]latency.Outcome{latency.NotMeasured, latency.SendError, latency.ICMPError}[code/32-1]
		}
		if in.failed {
			return fmt.Errorf("%w: cut off", ErrDecode)
		}
		if !isSub(r.Outcome) {
			seq++
			t += g.interval
		}
		r.Seq, r.Sent = uint64(seq), time.UnixMicro(t)
		if !yield(&r) {
			return nil
		}
	}
	if len(in.p) != 0 {
		return fmt.Errorf("%w: too long", ErrDecode)
	}
	return nil
}

func (c *cursor) full(r *latency.Result) {
	r.Outcome = latency.Outcome(c.byte())
	flags, index := c.byte(), int(c.byte())
	if r.Outcome == latency.Pending || r.Outcome > latency.Duplicate || index >= len(reasons) {
		c.fail()
		return
	}
	r.Reason = reasons[index]
	if flags&fullReason != 0 {
		r.Reason = latency.Reason(c.text())
	}
	if flags&fullRTT != 0 {
		r.RTT = codeRTT(max(c.code(), firstRTT))
	}
	if flags&fullFrom != 0 {
		r.From, _ = netip.ParseAddr(c.text())
	}
	if flags&fullPhases != 0 {
		for range c.byte() {
			var ph latency.Phase
			if i := int(c.byte()); i == 0 {
				ph.Name = c.text()
			} else if i <= len(phaseNames) {
				ph.Name = phaseNames[i-1]
			} else {
				c.fail()
			}
			ph.Took = time.Duration(c.uvarint())
			if c.failed {
				return
			}
			r.Phases = append(r.Phases, ph)
		}
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }
