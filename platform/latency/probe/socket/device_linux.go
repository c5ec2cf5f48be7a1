package socket

import "golang.org/x/sys/unix"

// bindDevice needs no privilege since Linux 5.7.
func bindDevice(s int, _ bool, name string) error {
	return unix.SetsockoptString(s, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, name)
}

func errorsOn(s int, six bool) error {
	return option(s, six, unix.IP_RECVERR, unix.IPV6_RECVERR, 1)
}
