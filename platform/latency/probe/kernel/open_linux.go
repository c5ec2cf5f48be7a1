package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Receive buffers. A transmit stamp takes as much room as an answer, about 830
// bytes of the buffer each, so that a socket of the usual 208 KB keeps 128
// answers only; 8 MB are five seconds of 1,000 probes a second.
const (
	wantedBuffer = 8 << 20 // as the kernel counts, which is twice what is asked for
	maxSockets   = 8       // of each family
)

// stamps are the ones we ask for. With OPT_ID a transmit stamp comes with the
// number of the send that it belongs to, with OPT_TSONLY without the packet.
const stamps = unix.SOF_TIMESTAMPING_SOFTWARE | unix.SOF_TIMESTAMPING_RX_SOFTWARE |
	unix.SOF_TIMESTAMPING_TX_SOFTWARE | unix.SOF_TIMESTAMPING_OPT_ID | unix.SOF_TIMESTAMPING_OPT_TSONLY

// openFamily opens the sockets of one family: ping sockets, or else raw ones. For
// IPv6 it is the other way round, since IPv6 ping sockets do not report that this
// machine's firewall took a packet (ping_v6_sendmsg ignores that error, up to
// Linux 6.18 at least): such a probe would look lost.
func openFamily(o Options, v6 bool, random io.Reader) ([]*socket, error) {
	var errs []error
	for _, raw := range []bool{v6, !v6} {
		if o.Mode == Datagram && raw || o.Mode == Raw && !raw {
			continue
		}
		sockets, err := openKind(o, v6, raw, random)
		if err == nil {
			return sockets, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

func openKind(o Options, v6, raw bool, random io.Reader) ([]*socket, error) {
	first, err := openSocket(o, v6, raw, source{}, random)
	if err != nil {
		return nil, err
	}
	n := o.Sockets
	if n <= 0 {
		n = 1
		if o.ReceiveBuffer == 0 && first.buffer > 0 {
			n = min(maxSockets, (wantedBuffer+first.buffer-1)/first.buffer)
		}
	}
	sockets := []*socket{first}
	for len(sockets) < n {
		s, err := openSocket(o, v6, raw, source{}, random)
		if err != nil {
			break // one is enough to measure
		}
		sockets = append(sockets, s)
	}
	return sockets, nil
}

// openSocket opens one socket, a ping socket bound to an address where from has
// one.
func openSocket(o Options, v6, raw bool, from source, random io.Reader) (*socket, error) {
	family, protocol, name := unix.AF_INET, unix.IPPROTO_ICMP, "IPv4"
	if v6 {
		family, protocol, name = unix.AF_INET6, unix.IPPROTO_ICMPV6, "IPv6"
	}
	kind, called := unix.SOCK_DGRAM, "ping"
	if raw {
		kind, called = unix.SOCK_RAW, "raw"
	}
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return nil, fmt.Errorf("open a %s socket for %s: %w", called, name, cause(err, raw))
	}
	s := &socket{fd: fd, v6: v6, raw: raw, ttl: -1}
	if err := s.prepare(o, from, random); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("prepare a %s socket for %s: %w", called, name, err)
	}
	return s, nil
}

// cause adds to a refusal what the caller may do about it.
func cause(err error, raw bool) error {
	switch {
	case errors.Is(err, fs.ErrPermission) && raw:
		return fmt.Errorf("%w: it needs CAP_NET_RAW", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: this group is not within net.ipv4.ping_group_range", err)
	case errors.Is(err, unix.EPROTONOSUPPORT), errors.Is(err, unix.EAFNOSUPPORT), errors.Is(err, unix.ESOCKTNOSUPPORT):
		return fmt.Errorf("%w: %w", err, errors.ErrUnsupported)
	}
	return err
}

func (s *socket) prepare(o Options, from source, random io.Reader) error {
	level, option := unix.SOL_IP, unix.IP_RECVERR
	if s.v6 {
		level, option = unix.SOL_IPV6, unix.IPV6_RECVERR
	}
	if err := unix.SetsockoptInt(s.fd, level, option, 1); err != nil {
		return fmt.Errorf("ask for ICMP errors: %w", err)
	}
	option = unix.IP_RECVTTL
	if s.v6 {
		option = unix.IPV6_RECVHOPLIMIT
	}
	_ = unix.SetsockoptInt(s.fd, level, option, 1) // without it, it is not known
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPING, stamps); err != nil {
		return fmt.Errorf("ask for send and receive stamps: %w", err)
	}
	s.enlarge(o.ReceiveBuffer)
	var start [4]byte
	if _, err := io.ReadFull(random, start[:]); err != nil {
		return err
	}
	s.id, s.wire = binary.BigEndian.Uint16(start[:]), binary.BigEndian.Uint16(start[2:])
	for i := range s.bases {
		s.bases[i] = s.wire
	}
	if s.raw {
		return s.filter()
	}
	// The kernel chooses an identifier and lets nothing else through.
	var name unix.Sockaddr = &unix.SockaddrInet4{}
	if s.v6 {
		six := &unix.SockaddrInet6{ZoneId: from.index}
		if from.addr.IsValid() {
			six.Addr = from.addr.As16()
		}
		name = six
	}
	return unix.Bind(s.fd, name)
}

// enlarge gives the socket a receive buffer of this many bytes, or as many as
// the system lets us; what it gave is s.buffer.
func (s *socket) enlarge(bytes int) {
	exact := bytes > 0
	if !exact {
		bytes = wantedBuffer
	}
	ask := bytes / 2 // the kernel doubles
	if exact || unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, ask) != nil {
		_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, ask)
	}
	s.buffer, _ = unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
}

// filter lets a raw socket see the echo replies to its own identifier only, so
// that neither other programs' pings nor our other sockets wake us.
func (s *socket) filter() error {
	if s.v6 {
		var f unix.ICMPv6Filter
		for i := range f.Data {
			f.Data[i] = ^uint32(0)
		}
		f.Data[echoReply6>>5] &^= 1 << (echoReply6 & 31)
		if err := unix.SetsockoptICMPv6Filter(s.fd, unix.IPPROTO_ICMPV6, unix.ICMPV6_FILTER, &f); err != nil {
			return fmt.Errorf("restrict it to echo replies: %w", err)
		}
	} else if err := unix.SetsockoptInt(s.fd, unix.SOL_RAW, unix.ICMP_FILTER, ^(1 << echoReply4)); err != nil {
		return fmt.Errorf("restrict it to echo replies: %w", err)
	}
	// Where the ICMP message begins: after the header that raw IPv4 sockets see.
	program := []unix.SockFilter{{Code: unix.BPF_LDX | unix.BPF_B | unix.BPF_MSH, K: 0}}
	if s.v6 {
		program = []unix.SockFilter{{Code: unix.BPF_LDX | unix.BPF_IMM, K: 0}}
	}
	program = append(program,
		unix.SockFilter{Code: unix.BPF_LD | unix.BPF_H | unix.BPF_IND, K: 4},
		unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(s.id), Jt: 0, Jf: 1},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 1 << 18},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 0},
	)
	prog := &unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.SetsockoptSockFprog(s.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, prog); err != nil {
		return fmt.Errorf("restrict it to its own identifier: %w", err)
	}
	return nil
}

// drops is how many answers the socket had no room for.
func (s *socket) drops() uint64 {
	var info [unix.SK_MEMINFO_VARS]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, err := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if err != 0 {
		return 0
	}
	return uint64(info[unix.SK_MEMINFO_DROPS])
}
