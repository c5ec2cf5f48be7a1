// Package tuntest is a network for tests, in a namespace of its own: a TUN device
// whose other end answers echo requests by a script, exactly and per sequence
// number. It needs root, Linux and /dev/net/tun.
//
//	func TestLoss(t *testing.T) {
//		tuntest.Run(t, tuntest.Options{Script: func(r tuntest.Request) []tuntest.Answer {
//			if r.N%4 == 3 {
//				return nil // every fourth is lost
//			}
//			return []tuntest.Answer{{After: 20 * time.Millisecond}}
//		}}, func(env *tuntest.Env) {
//			// everything in 10.9.0.0/24 and fd09::/64 answers like that here
//		})
//	}
//
// The device is 10.9.0.1 and fd09::1 itself; more can be routed to it by
// [Env.IP]. Loopback is up.
package tuntest

import (
	"net/netip"
	"time"
)

// Device is the name of the TUN device.
const Device = "tun9"

// Addresses of the network: ours, and the router that ICMP errors come from.
var (
	Local4  = netip.MustParseAddr("10.9.0.1")
	Local6  = netip.MustParseAddr("fd09::1")
	Router4 = netip.MustParseAddr("10.9.0.254")
	Router6 = netip.MustParseAddr("fd09::fe")
)

// Kind is the kind of an Answer.
type Kind uint8

const (
	// Echo is an echo reply with what was sent.
	Echo Kind = iota
	// Truncated is an echo reply with the first Keep bytes of the payload.
	Truncated
	// Foreign is an echo reply with another payload of the same length.
	Foreign
	// WrongID is an echo reply with another identifier.
	WrongID
	// Unreachable is the error "host unreachable" (for IPv6 "address").
	Unreachable
	// Prohibited is the error "administratively prohibited".
	Prohibited
	// TTLExceeded is the error "time exceeded".
	TTLExceeded
	// Redirect is an ICMP redirect, which ends no probe; IPv4 only.
	Redirect
)

// Answer is one packet that answers an echo request.
type Answer struct {
	After time.Duration
	Kind  Kind
	// From is who answers. The zero address is the one that was asked, and for
	// errors the router.
	From netip.Addr
	// TTL is the answer's on arrival, for IPv6 its hop limit; 0 is 64.
	TTL uint8
	// Keep is for Truncated, in bytes.
	Keep int
	// Quote is how much of the request's IP payload an error quotes; 0 is the eight
	// bytes that every error has at least.
	Quote int
}

// Request is an echo request that the other end has got.
type Request struct {
	Addr netip.Addr // the address that was asked
	From netip.Addr
	N    int // how many were for Addr before
	At   time.Time
	Size int // payload in bytes
	TTL  int
	DSCP int
}

// Script says what answers a request, from the other end's one goroutine. Without
// an answer it is lost; several are duplicates.
type Script func(Request) []Answer

// Table is the script that answers the n-th request to an address by the n-th
// row of that address, and everything else at once.
func Table(rows map[netip.Addr][][]Answer) Script {
	return func(r Request) []Answer {
		if row := rows[r.Addr]; r.N < len(row) {
			return row[r.N]
		}
		return []Answer{{}}
	}
}

// Options describe a test's network.
type Options struct {
	// Script answers; nil answers everything at once.
	Script Script
	// PingGroups lets every group open ping sockets: net.ipv4.ping_group_range.
	PingGroups bool
	// Setup is called as root, before Unprivileged takes hold.
	Setup func(*Env)
	// Unprivileged runs the test as user and group 65534 without capabilities.
	Unprivileged bool
}
