package socket

import (
	"net"
	"net/netip"

	"golang.org/x/sys/unix"

	"tacklebox/platform/latency"
)

// Said reads from the error queue of a socket with Errors set what an ICMP
// message said, and who sent it. It is false when there is none.
func Said(c *net.UDPConn) (latency.Reason, netip.Addr, bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return "", netip.Addr{}, false
	}
	var (
		data    [1]byte
		control [512]byte
		n       int
		failed  error
	)
	if raw.Control(func(fd uintptr) {
		_, n, _, _, failed = unix.Recvmsg(int(fd), data[:], control[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
	}) != nil || failed != nil {
		return "", netip.Addr{}, false
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		return "", netip.Addr{}, false
	}
	for _, m := range messages {
		four := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR
		six := m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if four || six {
			return extended(m.Data)
		}
	}
	return "", netip.Addr{}, false
}
