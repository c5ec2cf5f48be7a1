package targets

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// queryTypes are the DNS record types that may be asked for.
var queryTypes = map[string]bool{"A": true, "AAAA": true, "CNAME": true, "MX": true, "NS": true, "PTR": true, "SOA": true,
	"SRV": true, "TXT": true, "CAA": true, "HTTPS": true}

// ParseSpec reads one target as it is typed: a host, host:port, a URL or
// dns:server/name, with a name of its own. The error says what is wrong with it.
func ParseSpec(text string) (latency.Target, error) {
	text = strings.TrimSpace(text)
	scheme, rest, ok := strings.Cut(text, ":")
	if ok {
		switch strings.ToLower(scheme) {
		case "http", "https":
			return parseURL(text)
		case "dns":
			return parseDNS(text, strings.TrimPrefix(rest, "//"))
		case "tcp":
			t, err := parseHostPort(strings.TrimSuffix(strings.TrimPrefix(rest, "//"), "/"))
			if err == nil && t.Kind != latency.KindTCP {
				err = said.New("no port: write tcp:host:443")
			}
			return t, err
		case "icmp", "ping":
			rest = strings.TrimPrefix(rest, "//")
			host, err := CleanHost(unbracket(rest))
			return latency.Target{Kind: latency.KindICMP, Name: rest, Host: host}, err
		}
		if strings.HasPrefix(rest, "//") {
			return latency.Target{}, said.New("no probe for %s: http, https, tcp, dns and icmp are known", Printable(scheme, 20))
		}
	}
	return parseHostPort(text)
}

// schemes are what ParseSpec takes for one before a colon, also where a host is called so.
var schemes = map[string]bool{"http": true, "https": true, "dns": true, "tcp": true, "icmp": true, "ping": true}

func unbracket(host string) string {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		return host[1 : len(host)-1]
	}
	return host
}

// parseHostPort reads a host or address with or without a port.
func parseHostPort(text string) (latency.Target, error) {
	t := latency.Target{Kind: latency.KindICMP, Name: text}
	host, port := text, ""
	if at := strings.LastIndexByte(text, '@'); strings.Contains(text[:max(at, 0)], ":") {
		return t, ErrLogin
	}
	switch {
	case strings.HasPrefix(text, "["):
		end := strings.IndexByte(text, ']')
		if end < 0 {
			return t, said.New("a [ without its ]")
		}
		var found bool
		host = text[1:end]
		if !strings.Contains(host, ":") {
			return t, said.New("only IPv6 addresses stand in brackets")
		}
		if rest := text[end+1:]; rest != "" {
			if port, found = strings.CutPrefix(rest, ":"); !found || port == "" {
				return t, said.New("after ] only a port such as :443 may follow")
			}
		} else {
			t.Name = host
		}
	case strings.Count(text, ":") == 1:
		host, port, _ = strings.Cut(text, ":")
		if port == "" {
			return t, said.Because(ErrPort, "no port after the colon")
		}
	}
	if port != "" {
		n, err := parsePort(port)
		if err != nil {
			return t, err
		}
		t.Kind, t.Port = latency.KindTCP, n
	}
	var err error
	t.Host, err = CleanHost(host)
	return t, err
}

func parsePort(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 || text[0] == '+' {
		return 0, said.Because(ErrPort, "%q is no port: 1 to 65535", Printable(text, 20))
	}
	return uint16(n), nil
}

func parseURL(text string) (latency.Target, error) {
	t := latency.Target{Kind: latency.KindHTTP}
	u, err := url.Parse(text)
	switch {
	case err == nil && u.User == nil && hasLogin(text):
		return t, said.Because(ErrLogin, "what stands before the @ may be a user name and a password, which would be kept readable: leave them out, or write an @ of the path as %s", "%40")
	case hasLogin(text), err != nil && strings.Contains(text, "@"): // a password may have a slash in it
		return t, ErrLogin
	case err != nil: // the error repeats parts of the URL
		return t, said.New("no URL such as https://host/path")
	case u.User != nil:
		return t, ErrLogin
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Opaque != "" || u.Host == "" {
		return t, said.New("a URL without a host")
	}
	if strings.ContainsFunc(text, hostile) {
		return t, said.New("a URL with invisible or control characters")
	}
	if t.Host, err = CleanHost(u.Hostname()); err != nil {
		return t, err
	}
	if port := u.Port(); port != "" {
		if _, err := parsePort(port); err != nil {
			return t, err
		}
	} else if strings.HasSuffix(u.Host, ":") {
		return t, said.Because(ErrPort, "no port after the colon")
	}
	u.Fragment, u.RawFragment = "", ""
	t.URL = u.String()
	t.Name = strings.TrimSuffix(u.String(), "/")
	return t, nil
}

// parseDNS reads server[:port]/name[/TYPE].
func parseDNS(text, rest string) (latency.Target, error) {
	t := latency.Target{Kind: latency.KindDNS, Name: text}
	server, query, ok := strings.Cut(rest, "/")
	if !ok || query == "" {
		return t, said.New("no name to ask for: write dns:server/name")
	}
	s, err := parseHostPort(server)
	if err != nil {
		return t, said.New("the DNS server: %v", err)
	}
	t.Host, t.Port = s.Host, s.Port
	t.Query, err = CleanQuery(strings.Replace(query, "/", " ", 1))
	return t, err
}

// CleanQuery is a DNS question as targets keep it, "example.org A"; without a
// type it is A.
func CleanQuery(text string) (string, error) {
	fields := strings.Fields(text)
	if len(fields) == 0 || len(fields) > 2 {
		return "", said.New("%q is no DNS question: write example.org or example.org AAAA", Printable(text, 80))
	}
	kind := "A"
	if len(fields) == 2 {
		kind = strings.ToUpper(fields[1])
	}
	if !queryTypes[kind] {
		return "", said.New("%q is no DNS record type that is known here", Printable(kind, 20))
	}
	name := fields[0]
	if name != "." {
		host, err := CleanHost(strings.TrimSuffix(name, "."))
		if err != nil {
			return "", said.New("the name to ask for: %v", err)
		}
		if _, err := netip.ParseAddr(host); err == nil {
			return "", said.New("the name to ask for is an address")
		}
		name = host
	}
	return name + " " + kind, nil
}

// CleanHost is a host as targets keep it: an address in its usual form, or a name
// in lower case, in its ASCII form when it is an international one. The error says
// what is wrong with it.
func CleanHost(host string) (string, error) {
	host = strings.TrimSpace(host)
	if host == "" {
		return "", said.New("no host")
	}
	if len(host) > 512 || strings.ContainsFunc(host, hostile) {
		return "", said.New("a host with invisible characters, or far too long")
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		if zone := addr.Zone(); strings.ContainsAny(zone, "/;,%[] \"'\\#") {
			return "", said.New("%q is no interface", Printable(zone, 40))
		}
		return addr.String(), nil
	}
	if strings.Contains(host, ":") {
		return "", said.New("no IPv6 address, and more than one colon: write [address]:port")
	}
	if ip, _, err := net.ParseCIDR(host); err == nil && ip != nil {
		return "", said.Because(ErrNetwork, "a whole network: list its addresses")
	}
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	if !ascii(name) {
		to, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return "", said.Because(ErrHost, "%q is no host name", Printable(host, 80))
		}
		name = to
	}
	return name, cleanLabels(name)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func cleanLabels(name string) error {
	if len(name) > 253 {
		return said.Because(ErrHost, "a host name of more than 253 characters")
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return said.Because(ErrHost, "%q is no host name: its parts have 1 to 63 characters", Printable(name, 80))
		}
		if label[0] == '-' || label[len(label)-1] == '-' {
			return said.Because(ErrHost, "%q is no host name: a part begins or ends with -", Printable(name, 80))
		}
		for i := range len(label) {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return said.Because(ErrHost, "%q is no host name or address", Printable(name, 80))
			}
		}
	}
	// No top-level domain is a number: this was to be an address.
	if _, err := strconv.ParseUint(labels[len(labels)-1], 0, 64); err == nil {
		return said.Because(ErrHost, "%q is no address", Printable(name, 80))
	}
	return nil
}

// Spec is how a target is typed, the opposite of ParseSpec.
func Spec(t latency.Target) string {
	host := t.Host
	switch t.Kind {
	case latency.KindTCP:
		spec := net.JoinHostPort(host, strconv.Itoa(int(t.Port)))
		if schemes[strings.ToLower(host)] {
			spec = "tcp:" + spec
		}
		return spec
	case latency.KindHTTP:
		return t.URL
	case latency.KindDNS:
		if t.Port != 0 {
			host = net.JoinHostPort(host, strconv.Itoa(int(t.Port)))
		}
		name, kind, _ := strings.Cut(t.Query, " ")
		if kind != "" && kind != "A" {
			name += "/" + kind
		}
		return "dns:" + host + "/" + name
	}
	// A host called "http" is typed as it is; only a colon would be misread.
	return host
}
