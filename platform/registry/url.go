package registry

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// HubHost is Docker Hub in references, hubAPI the host that answers for it.
const (
	HubHost = "docker.io"
	hubAPI  = "registry-1.docker.io"
)

// maxURL bounds what a person can paste.
const maxURL = 2048

// ParseURL reads what a person typed or copied from a browser's address line:
// "harbor.example", "harbor.example:8443", "https://harbor.example/harbor/projects".
// It gives scheme://host[:port]; a port is kept, what follows the host is not.
// Without a scheme it is https, on loopback too.
func ParseURL(text string) (string, error) {
	text = strings.TrimSpace(text)
	bad := func(why string) (string, error) {
		return "", fmt.Errorf("%q is no address of a registry: %s", Clean(text, 100), why)
	}
	if text == "" {
		return "", errors.New("no address of a registry: write it as harbor.example or https://harbor.example:8443")
	}
	if len(text) > maxURL || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return bad("it has characters that none has")
	}
	full := text
	if !strings.Contains(text, "://") {
		full = "https://" + text
	}
	u, err := url.Parse(full)
	if err != nil {
		return bad("write it as harbor.example or https://harbor.example:8443")
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "https" && u.Scheme != "http" {
		return bad("it begins with https://, or with http:// where there is no TLS")
	}
	if u.User != nil {
		return "", errors.New("the address has a user name in it: leave that out and give it by itself, so that the password stands nowhere")
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if err := checkHost(host); err != nil {
		return bad(err.Error())
	}
	switch host {
	case HubHost, "index.docker.io", "hub.docker.com":
		host = hubAPI
	}
	port := u.Port()
	if port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return bad("its port is not one of 1 to 65535")
		}
		port = strconv.Itoa(n)
	} else if strings.HasSuffix(u.Host, ":") {
		return bad("no port after the colon")
	}
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		port = ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" {
		host += ":" + port
	}
	return u.Scheme + "://" + host, nil
}

func checkHost(host string) error {
	if host == "" {
		return errors.New("it has no host")
	}
	if strings.Contains(host, ":") {
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() || a.Zone() != "" {
			return errors.New("its host is no IPv6 address")
		}
		return nil
	}
	if len(host) > 253 {
		return errors.New("its host is longer than 253 characters")
	}
	for _, label := range strings.Split(host, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return errors.New("its host is no host name")
		}
		for _, r := range label {
			if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
				return errors.New("its host has characters that no host name has")
			}
		}
	}
	return nil
}

// Loopback is true for a host that is this machine whatever a resolver says.
func Loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Origin is scheme, host and port of a URL with the port written out.
func Origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "443"
		if strings.EqualFold(u.Scheme, "http") {
			port = "80"
		}
	}
	return strings.ToLower(u.Scheme) + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
