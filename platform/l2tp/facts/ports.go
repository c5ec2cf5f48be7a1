package facts

import (
	"encoding/binary"
	"fmt"
	"slices"

	"tacklebox/platform/l2tp/plan"
)

// ofIPsec are the ports of IKE, of IKE behind NAT, and of L2TP.
var ofIPsec = []uint16{500, 4500, 1701}

// kernel is the process ID of Windows' kernel, whose L2TP driver has UDP 1701.
const kernel = 4

// bound is a UDP port and the process that has it.
type bound struct {
	port uint16
	pid  uint32
}

// Sizes of a row of the tables that GetExtendedUdpTable gives, MIB_UDPROW_OWNER_PID
// and MIB_UDP6ROW_OWNER_PID. Both end in the port, in network byte order, and the
// process ID; all members are 32 bits wide.
const (
	rowIPv4 = 12
	rowIPv6 = 28
	maxRows = 1 << 20
)

// table reads such a table.
func table(b []byte, row int) ([]bound, error) {
	if len(b) < 4 {
		return nil, fmt.Errorf("the table of UDP ports has %d bytes", len(b))
	}
	n := binary.LittleEndian.Uint32(b)
	b = b[4:]
	if n > maxRows || int(n)*row > len(b) {
		return nil, fmt.Errorf("the table of UDP ports says that it has %d rows, in %d bytes", n, len(b))
	}
	out := make([]bound, 0, n)
	for range n {
		end := b[row-8 : row]
		out = append(out, bound{port: binary.BigEndian.Uint16(end), pid: binary.LittleEndian.Uint32(end[4:])})
		b = b[row:]
	}
	return out, nil
}

// owners are those of the wanted ports, one for each port and process. The process
// of a service is known by the services that run in it; name is asked for the file
// name of its program.
func owners(all []bound, wanted []uint16, services map[uint32][]string, name func(pid uint32) string) []Port {
	var out []Port
	for _, port := range wanted {
		for _, x := range all {
			if x.port != port || slices.ContainsFunc(out, func(p Port) bool { return p.Port == port && p.PID == x.pid }) {
				continue
			}
			p := Port{Port: port, PID: x.pid, Process: name(x.pid)}
			right := rightful(port)
			for _, s := range services[x.pid] {
				if s == right {
					p.Service, p.Own = s, true
				}
			}
			switch {
			case p.Own:
			case port == 1701 && x.pid == kernel:
				p.Own = true
			case len(services[x.pid]) > 0:
				p.Service = services[x.pid][0]
			}
			out = append(out, p)
		}
	}
	return out
}

// rightful is the service that ought to have a port.
func rightful(port uint16) string {
	if port == 1701 {
		return plan.RasMan
	}
	return plan.IKEEXT
}
