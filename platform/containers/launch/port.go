package launch

import (
	"net"
	"strconv"
	"strings"

	"github.com/docker/go-connections/nat"
)

// ParsePublish reads one --publish value as the Docker CLI does:
// [[IP:][HOSTPORT]:]PORT[/PROTO], or with ranges on both sides.
func ParsePublish(text string) ([]Port, error) {
	if len(text) > maxReference {
		return nil, tooLong("port", text, maxReference)
	}
	if strings.TrimSpace(text) == "" {
		return nil, wrong("port", text, ReasonEmpty, "no port is named", "ports look like 8080:80")
	}
	mappings, err := nat.ParsePortSpec(strings.TrimSpace(text))
	if err != nil {
		return nil, wrong("port", text, ReasonMalformed, err.Error(), "ports look like 8080:80, 127.0.0.1:8080:80 or 53:53/udp")
	}
	ports := make([]Port, 0, len(mappings))
	for _, m := range mappings {
		inside := m.Port.Int()
		outside := 0
		if m.Binding.HostPort != "" {
			outside, err = strconv.Atoi(m.Binding.HostPort)
			if err != nil {
				return nil, wrong("port", text, ReasonMalformed, "a range of host ports for one container port is not supported", "name one host port, or none")
			}
		}
		if inside < 1 || inside > 65535 || outside < 0 || outside > 65535 {
			return nil, wrong("port", text, ReasonRange, "ports go from 1 to 65535", "")
		}
		ports = append(ports, Port{HostIP: m.Binding.HostIP, HostPort: uint16(outside), Container: uint16(inside), Proto: m.Port.Proto()})
	}
	return ports, nil
}

// String writes p as --publish takes it.
func (p Port) String() string {
	var b strings.Builder
	if p.HostIP != "" {
		if ip := net.ParseIP(p.HostIP); ip != nil && strings.Contains(p.HostIP, ":") {
			b.WriteString("[" + p.HostIP + "]")
		} else {
			b.WriteString(p.HostIP)
		}
		b.WriteByte(':')
	}
	if p.HostPort != 0 {
		b.WriteString(strconv.Itoa(int(p.HostPort)))
	}
	if p.HostIP != "" || p.HostPort != 0 {
		b.WriteByte(':')
	}
	b.WriteString(strconv.Itoa(int(p.Container)))
	if p.Proto != "" && p.Proto != "tcp" {
		b.WriteString("/" + p.Proto)
	}
	return b.String()
}
