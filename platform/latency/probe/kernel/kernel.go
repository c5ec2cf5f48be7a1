// Package kernel sends echo requests whose round trips the kernel measures: it
// stamps each request as it leaves and each answer as it comes in, so that what
// else this process does delays no figure. One socket of each family, or a few
// where receive buffers are small, serves all targets. It needs Linux.
package kernel

import (
	"io"
	"time"

	"tacklebox/platform/latency/probe"
)

// Mode says which kind of socket to use.
type Mode uint8

const (
	// Auto takes ping sockets where the group may open them, raw ones otherwise;
	// for IPv6 raw ones are the first choice.
	Auto Mode = iota
	// Datagram takes ping sockets, which need no privilege but a group within
	// net.ipv4.ping_group_range.
	Datagram
	// Raw takes raw sockets, which need CAP_NET_RAW.
	Raw
)

// Name is what the engine's results carry.
const Name = probe.NameKernel

// Options describe an engine; the zero value is what a program wants.
type Options struct {
	Mode Mode
	// ReceiveBuffer is what each socket may keep, in bytes as SO_RCVBUF counts
	// them; 0 is as much as a stall of seconds needs, within what the system
	// allows.
	ReceiveBuffer int
	// Sockets of each family; 0 is as many as it takes to keep the answers of a
	// stall of seconds when the system allows small buffers only.
	Sockets int
	// Random makes identifiers and tokens; nil is crypto/rand.
	Random io.Reader

	shift func(wall int64) time.Duration // for tests, see clock
}

// Open opens the engine's sockets. A family that this machine lacks, or that may
// not be opened, leaves the other: its probes are SendFailed. When none can be
// opened the error says why and what to type; it is errors.ErrUnsupported where
// the system has no such sockets, and fs.ErrPermission where this user may not
// open them.
func Open(o Options) (probe.Engine, error) { return open(o) }
