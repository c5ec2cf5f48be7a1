package kernel

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// batchLen is how many messages one system call reads.
const batchLen = 32

// mmsghdr is recvmmsg's struct mmsghdr.
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

const (
	nameLen    = unix.SizeofSockaddrInet6
	controlLen = 256 // the error of one message, its stamps and more
)

// inbox is room for one batch of messages. It allocates once, and again when
// larger messages are to be expected.
type inbox struct {
	messages [batchLen]mmsghdr
	names    [batchLen][nameLen]byte
	controls [batchLen][controlLen]byte
	iovs     [batchLen]unix.Iovec
	data     []byte
	each     int // bytes of data for each message
}

// fit makes room for messages of n bytes.
func (in *inbox) fit(n int) {
	if n <= in.each {
		return
	}
	in.each = n
	in.data = make([]byte, batchLen*n)
}

// message is one message of an inbox, valid until the next read.
type message struct {
	data, control []byte
	name          []byte
	cut           bool // it was longer than data
}

// read reads a batch and returns how many messages there were. The calls do not
// block, so the runtime need not be told: under load that would cost us our turn.
func (in *inbox) read(fd int, flags int) (int, unix.Errno) {
	for i := range in.messages {
		m := &in.messages[i]
		in.iovs[i].Base = &in.data[i*in.each]
		in.iovs[i].SetLen(in.each)
		m.hdr = unix.Msghdr{Name: &in.names[i][0], Namelen: nameLen, Iov: &in.iovs[i], Control: &in.controls[i][0]}
		m.hdr.SetIovlen(1)
		m.hdr.SetControllen(controlLen)
	}
	n, _, err := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&in.messages)),
		batchLen, uintptr(flags|unix.MSG_DONTWAIT), 0, 0)
	if err != 0 {
		return 0, err
	}
	return int(n), 0
}

func (in *inbox) at(i int) message {
	m := &in.messages[i]
	return message{
		data:    in.data[i*in.each:][:min(int(m.n), in.each)],
		control: in.controls[i][:min(uint64(m.hdr.Controllen), controlLen)],
		name:    in.names[i][:min(m.hdr.Namelen, nameLen)],
		cut:     m.hdr.Flags&unix.MSG_TRUNC != 0,
	}
}

// outbox is room for one message to send.
type outbox struct {
	hdr     unix.Msghdr
	iov     unix.Iovec
	name    [nameLen]byte
	control [controlLen]byte
	packet  []byte
}

// size makes the packet n bytes long.
func (o *outbox) size(n int) []byte {
	if cap(o.packet) < n {
		o.packet = make([]byte, n)
	}
	o.packet = o.packet[:n]
	return o.packet
}

// send sends the packet to addr; from is what the source is to be, if anything.
func (o *outbox) send(fd int, addr netip.Addr, scope uint32, from source) unix.Errno {
	o.iov.Base = &o.packet[0]
	o.iov.SetLen(len(o.packet))
	o.hdr = unix.Msghdr{Name: &o.name[0], Iov: &o.iov}
	o.hdr.SetIovlen(1)
	o.hdr.Namelen = putName(o.name[:], addr, scope)
	if from != (source{}) {
		n := putSource(o.control[:], addr.Is6(), from)
		o.hdr.Control = &o.control[0]
		o.hdr.SetControllen(n)
	}
	_, _, err := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&o.hdr)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	return err
}

// putName writes a socket address and returns its length.
func putName(b []byte, addr netip.Addr, scope uint32) uint32 {
	clear(b)
	if addr.Is4() {
		binary.NativeEndian.PutUint16(b, unix.AF_INET)
		a := addr.As4()
		copy(b[4:], a[:])
		return unix.SizeofSockaddrInet4
	}
	binary.NativeEndian.PutUint16(b, unix.AF_INET6)
	a := addr.As16()
	copy(b[8:], a[:])
	binary.NativeEndian.PutUint32(b[24:], scope)
	return unix.SizeofSockaddrInet6
}

// readName reads a socket address, without its scope.
func readName(b []byte) netip.Addr {
	if len(b) < 2 {
		return netip.Addr{}
	}
	switch family := binary.NativeEndian.Uint16(b); {
	case family == unix.AF_INET && len(b) >= 8:
		return netip.AddrFrom4([4]byte(b[4:8]))
	case family == unix.AF_INET6 && len(b) >= 24:
		return netip.AddrFrom16([16]byte(b[8:24]))
	}
	return netip.Addr{}
}

// source is what a probe is to be sent from; the zero value is the system's
// choice.
type source struct {
	addr  netip.Addr
	index uint32 // of the interface
}

// putSource writes a packet information control message and returns its length.
func putSource(b []byte, v6 bool, from source) int {
	size := unix.SizeofInet4Pktinfo
	level, kind := unix.IPPROTO_IP, unix.IP_PKTINFO
	if v6 {
		size, level, kind = unix.SizeofInet6Pktinfo, unix.IPPROTO_IPV6, unix.IPV6_PKTINFO
	}
	n := unix.CmsgSpace(size)
	clear(b[:n])
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = int32(level), int32(kind)
	h.SetLen(unix.CmsgLen(size))
	data := b[unix.CmsgLen(0):]
	if v6 {
		if from.addr.IsValid() {
			a := from.addr.As16()
			copy(data, a[:])
		}
		binary.NativeEndian.PutUint32(data[16:], from.index)
		return n
	}
	binary.NativeEndian.PutUint32(data, from.index)
	if from.addr.IsValid() {
		a := from.addr.As4()
		copy(data[4:], a[:])
	}
	return n
}
