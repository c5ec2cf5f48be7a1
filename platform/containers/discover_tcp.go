package containers

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// hasScheme is true when host begins with one of the schemes.
func hasScheme(host string, schemes ...string) bool {
	scheme, _, ok := strings.Cut(host, "://")
	return ok && slices.Contains(schemes, scheme)
}

var hostName = regexp.MustCompile(`^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*)$`)

// tcpAddress completes host:port/path with the engine's own host and port.
func tcpAddress(addr string, overTLS bool) (string, error) {
	u, err := url.Parse("tcp://" + addr)
	if err != nil {
		return "", errors.New("it is malformed")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("it has parts that an engine's address does not have")
	}
	host, port := u.Hostname(), u.Port()
	if host == "" {
		host = "localhost"
	}
	if _, err := netip.ParseAddr(host); err != nil && !hostName.MatchString(host) {
		return "", errors.New("its host is neither a name nor an IP address")
	}
	if port == "" {
		port = "2375"
		if overTLS {
			port = "2376"
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", errors.New("its port is not a number from 1 to 65535")
	}
	return net.JoinHostPort(host, port) + u.EscapedPath(), nil
}
