package probe

import (
	"errors"
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// sioUDPConnReset makes a socket report that a port was unreachable.
const sioUDPConnReset = 0x9800000c

// hearRefusals switches the report on again: Go turns it off, so that one peer
// that is gone does not end a server's socket, and with it "refused". Where the
// call is not had, silence is what is left.
func hearRefusals(c net.Conn) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		on, n := uint32(1), uint32(0)
		_ = windows.WSAIoctl(windows.Handle(fd), sioUDPConnReset, (*byte)(unsafe.Pointer(&on)), 4, nil, 0, &n, nil, 0)
	})
}

// refused says that the machine answered that nothing listens on the port.
func refused(err error) bool {
	return errors.Is(err, windows.WSAECONNRESET) || errors.Is(err, windows.WSAECONNREFUSED)
}
