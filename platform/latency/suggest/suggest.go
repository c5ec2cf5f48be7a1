// Package suggest finds what is worth measuring first on this machine: the
// gateway, the resolvers and the machine itself. It reads what the system knows
// and sends nothing.
package suggest

import (
	"bufio"
	"context"
	"net/netip"
	"slices"
	"strings"
)

// Kind is what a suggestion is.
type Kind string

const (
	Gateway   Kind = "gateway"
	Resolver  Kind = "resolver"
	Localhost Kind = "localhost"
)

// Suggestion is an address that is worth measuring.
type Suggestion struct {
	Kind Kind
	Addr netip.Addr // with a zone where it needs one
}

// maxEach bounds how many gateways and how many resolvers are suggested.
const maxEach = 3

// Find gives the gateways, the resolvers and localhost, in this order, each
// address once. What the system does not tell is left out; with a context that
// ended it is localhost alone.
func Find(ctx context.Context) []Suggestion {
	var f found
	if ctx.Err() == nil {
		f = find(ctx)
	}
	return f.list()
}

// found is what a system tells.
type found struct {
	gateways  []netip.Addr
	resolvers []netip.Addr
}

// list makes suggestions of what was found: nothing twice, IPv4 before IPv6.
func (f found) list() []Suggestion {
	local := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	seen := map[netip.Addr]bool{local: true}
	var out []Suggestion
	take := func(kind Kind, from []netip.Addr) {
		from = slices.Clone(from)
		slices.SortStableFunc(from, func(a, b netip.Addr) int {
			switch {
			case a.Is4() == b.Is4():
				return 0
			case a.Is4():
				return -1
			}
			return 1
		})
		n := 0
		for _, a := range from {
			// A resolver of this machine says nothing about the way to one.
			if a = a.Unmap(); !a.IsValid() || a.IsUnspecified() || a.IsLoopback() || a.IsMulticast() || seen[a] || n == maxEach {
				continue
			}
			seen[a] = true
			n++
			out = append(out, Suggestion{kind, a})
		}
	}
	take(Gateway, f.gateways)
	take(Resolver, f.resolvers)
	return append(out, Suggestion{Localhost, local})
}

// maxConf bounds what is read of a file.
const maxConf = 1 << 20

// nameservers are the addresses in the text of a resolv.conf.
func nameservers(text string) []netip.Addr {
	var out []netip.Addr
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || fields[0] != "nameserver" {
			continue
		}
		if a, err := netip.ParseAddr(fields[1]); err == nil {
			out = append(out, a)
		}
	}
	return out
}
