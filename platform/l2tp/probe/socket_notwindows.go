//go:build !windows

package probe

import (
	"errors"
	"net"
	"syscall"
)

// hearRefusals: other systems tell connected sockets by themselves.
func hearRefusals(net.Conn) {}

// refused says that the machine answered that nothing listens on the port.
func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
