package kernel

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// controlMessage makes one as the kernel does.
func controlMessage(level, kind int, data []byte) []byte {
	b := make([]byte, unix.CmsgSpace(len(data)))
	if controlHead == 16 {
		binary.NativeEndian.PutUint64(b, uint64(unix.CmsgLen(len(data))))
	} else {
		binary.NativeEndian.PutUint32(b, uint32(unix.CmsgLen(len(data))))
	}
	binary.NativeEndian.PutUint32(b[controlHead-8:], uint32(level))
	binary.NativeEndian.PutUint32(b[controlHead-4:], uint32(kind))
	copy(b[unix.CmsgLen(0):], data)
	return b
}

func stampMessage(sec, ns int64) []byte {
	data := make([]byte, 3*sizeofTimespec)
	if sizeofTimespec == 16 {
		binary.NativeEndian.PutUint64(data, uint64(sec))
		binary.NativeEndian.PutUint64(data[8:], uint64(ns))
	} else {
		binary.NativeEndian.PutUint32(data, uint32(sec))
		binary.NativeEndian.PutUint32(data[4:], uint32(ns))
	}
	return controlMessage(unix.SOL_SOCKET, unix.SCM_TIMESTAMPING, data)
}

func errorMessage(level, kind int, origin, icmpType, code byte, data uint32, offender netip.Addr) []byte {
	b := make([]byte, extendedLen+nameLen)
	b[4], b[5], b[6] = origin, icmpType, code
	binary.NativeEndian.PutUint32(b[12:], data)
	putName(b[extendedLen:], offender, 0)
	return controlMessage(level, kind, b)
}

func TestReadControl(t *testing.T) {
	router := netip.MustParseAddr("10.9.0.254")
	b := append(stampMessage(1_700_000_000, 5), errorMessage(unix.SOL_IP, unix.IP_RECVERR, unix.SO_EE_ORIGIN_ICMP, 11, 0, 0, router)...)
	c := readControl(b)
	if c.stamp != 1_700_000_000_000_000_005 || !c.extended || c.origin != unix.SO_EE_ORIGIN_ICMP || c.kind != 11 || c.offender != router {
		t.Errorf("%+v", c)
	}
	six := netip.MustParseAddr("fd09::fe")
	for _, ttl := range []uint32{1, 64, 255, 300} { // the last is nothing that the kernel says
		data := binary.NativeEndian.AppendUint32(nil, ttl)
		four, six := readControl(controlMessage(unix.SOL_IP, unix.IP_TTL, data)), readControl(controlMessage(unix.SOL_IPV6, unix.IPV6_HOPLIMIT, data))
		if want := uint8(min(ttl, 255)); four.ttl != want || six.ttl != want {
			t.Errorf("TTL %d is read as %d, the hop limit as %d", ttl, four.ttl, six.ttl)
		}
	}
	if c := readControl(controlMessage(unix.SOL_IP, unix.IP_TTL, []byte{64})); c.ttl != 0 {
		t.Errorf("a cut TTL is read as %d", c.ttl)
	}
	c = readControl(append(controlMessage(unix.SOL_IP, unix.IP_TTL, []byte{64, 0, 0, 0}),
		errorMessage(unix.SOL_IPV6, unix.IPV6_RECVERR, unix.SO_EE_ORIGIN_TIMESTAMPING, 0, 0, 77, six)...))
	if c.stamp != 0 || !c.extended || c.data != 77 || c.offender != six {
		t.Errorf("%+v", c)
	}
	for n := range b {
		if c := readControl(b[:n]); c.stamp != 0 && n < len(stampMessage(0, 0))-8 {
			t.Errorf("cut after %d bytes: %+v", n, c)
		}
	}
	for _, ns := range []int64{-1, 1e9} {
		if c := readControl(stampMessage(1, ns)); c.stamp != 0 {
			t.Errorf("%d ns make the stamp %d", ns, c.stamp)
		}
	}
}

// FuzzControl: no control message panics, and no stamp is out of range.
func FuzzControl(f *testing.F) {
	f.Add(append(stampMessage(1_700_000_000, 5), errorMessage(unix.SOL_IP, unix.IP_RECVERR, 2, 3, 1, 9, netip.MustParseAddr("10.9.0.254"))...), []byte{})
	f.Add(errorMessage(unix.SOL_IPV6, unix.IPV6_RECVERR, 3, 1, 3, 9, netip.MustParseAddr("fd09::fe")), []byte{8, 0, 0, 0, 0, 0, 0, 1})
	f.Add(controlMessage(unix.SOL_SOCKET, unix.SCM_TIMESTAMPING, nil), []byte{0x45})
	f.Fuzz(func(t *testing.T, b, data []byte) {
		if c := readControl(b); c.stamp < 0 {
			t.Errorf("stamp %d", c.stamp)
		}
		// The same bytes through both paths of a socket that has a probe in flight.
		for _, s := range []*socket{{v6: false, raw: true}, {v6: true}} {
			*first(s.flights.room(1, 0)) = flight{wire: 1, until: 1, size: 56, addr: netip.MustParseAddr("10.9.0.2")}
			var k clock
			s.mishap(&k, message{data: data, control: b, name: b[:min(len(b), nameLen)]}, 1, reading{})
			s.reply(&k, message{data: data, control: b, name: b[:min(len(b), nameLen)]}, 1, reading{})
		}
	})
}

func first(p *flight, _ bool) *flight { return p }

// TestStamp: stamps find their probes although the numbering began anew in
// between, and none is taken for another probe's.
func TestStamp(t *testing.T) {
	s := &socket{wire: 65534}
	for i := range s.bases {
		s.bases[i] = s.wire
	}
	const wall = int64(1_700_000_000e9)
	at := func(i int) time.Duration { return time.Duration(i) * time.Millisecond }
	send := func(i int) {
		*first(s.flights.room(s.wire, 0)) = flight{wire: s.wire, seq: uint64(i), until: time.Hour, sent: reading{mono: at(i), offset: wall}}
		s.wire++
	}
	stampOf := func(i int) int64 { return wall + int64(at(i)) + 1000 }
	restart := func() {
		copy(s.bases[1:], s.bases[:])
		s.bases[0] = s.wire
	}
	send(0)
	send(1)
	s.stamp(0, stampOf(0))
	restart()
	send(2) // has the number 0 again
	restart()
	send(3) // and again
	send(4) // has the number 1, as 1 had
	s.stamp(0, stampOf(3))
	s.stamp(1, stampOf(4))
	s.stamp(0, stampOf(2)) // late: it must not be 3's
	s.stamp(1, stampOf(1))
	s.stamp(1, stampOf(4)+5) // a second fragment's
	s.stamp(77, stampOf(4))
	for i := range 5 {
		p := s.flights.find(uint16(65534 + i))
		if p == nil || p.seq != uint64(i) || p.tx != stampOf(i) {
			t.Errorf("probe %d: %+v, want the stamp %d", i, p, stampOf(i))
		}
	}
}
