package kernel

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// control is what the kernel says about a message beside it.
type control struct {
	stamp int64 // ns of the wall clock, 0 for none
	ttl   uint8 // or hop limit, 0 for none
	// extended is true for messages of the error queue: origin and the numbers of
	// struct sock_extended_err, and who sent the error.
	extended   bool
	origin     uint8
	kind, code uint8
	info, data uint32
	offender   netip.Addr
}

const (
	controlHead = unix.SizeofCmsghdr
	extendedLen = 16 // struct sock_extended_err
)

// readControl reads control messages as the kernel writes them. What it does not
// understand, or what is cut, it leaves out.
func readControl(b []byte) control {
	var c control
	for len(b) >= controlHead {
		var n uint64
		if controlHead == 16 {
			n = binary.NativeEndian.Uint64(b)
		} else {
			n = uint64(binary.NativeEndian.Uint32(b))
		}
		if n < controlHead || n > uint64(len(b)) {
			return c
		}
		level := int32(binary.NativeEndian.Uint32(b[controlHead-8:]))
		kind := int32(binary.NativeEndian.Uint32(b[controlHead-4:]))
		c.take(level, kind, b[unix.CmsgLen(0):max(n, uint64(unix.CmsgLen(0)))])
		next := unix.CmsgSpace(int(n) - unix.CmsgLen(0))
		if next > len(b) {
			return c
		}
		b = b[next:]
	}
	return c
}

func (c *control) take(level, kind int32, data []byte) {
	switch {
	case level == unix.SOL_SOCKET && kind == unix.SCM_TIMESTAMPING:
		c.stamp = readStamp(data)
	case level == unix.SOL_IP && kind == unix.IP_TTL, level == unix.SOL_IPV6 && kind == unix.IPV6_HOPLIMIT:
		if len(data) >= 4 {
			c.ttl = uint8(min(binary.NativeEndian.Uint32(data), 255))
		}
	case level == unix.SOL_IP && kind == unix.IP_RECVERR, level == unix.SOL_IPV6 && kind == unix.IPV6_RECVERR:
		if len(data) < extendedLen {
			return
		}
		c.extended = true
		c.origin, c.kind, c.code = data[4], data[5], data[6]
		c.info, c.data = binary.NativeEndian.Uint32(data[8:]), binary.NativeEndian.Uint32(data[12:])
		c.offender = readName(data[extendedLen:])
	}
}

// readStamp reads the first of struct scm_timestamping's three, the software's.
func readStamp(data []byte) int64 {
	const half = sizeofTimespec / 2
	if len(data) < sizeofTimespec {
		return 0
	}
	var sec, ns int64
	if half == 8 {
		sec, ns = int64(binary.NativeEndian.Uint64(data)), int64(binary.NativeEndian.Uint64(data[8:]))
	} else {
		sec, ns = int64(int32(binary.NativeEndian.Uint32(data))), int64(int32(binary.NativeEndian.Uint32(data[4:])))
	}
	// Within what an int64 of nanoseconds holds.
	if sec <= 0 || sec > 1<<33 || ns < 0 || ns >= 1e9 {
		return 0
	}
	return sec*1e9 + ns
}

const sizeofTimespec = int(unsafe.Sizeof(unix.Timespec{}))
