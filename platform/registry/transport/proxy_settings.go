package transport

import (
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// internetSettings reads Windows' way to write proxies: "host:port" for all, or
// "http=host:port;https=host:port", and exceptions with stars.
func internetSettings(server, bypass string) *httpproxy.Config {
	c := &httpproxy.Config{}
	if len(server) > 4096 || len(bypass) > 32<<10 {
		return nil
	}
	for _, part := range strings.Split(server, ";") {
		scheme, host, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			scheme, host = "", strings.TrimSpace(part)
		}
		if host == "" {
			continue
		}
		if !strings.Contains(host, "://") {
			host = "http://" + host
		}
		switch strings.ToLower(scheme) {
		case "":
			c.HTTPProxy, c.HTTPSProxy = host, host
		case "http":
			c.HTTPProxy = host
		case "https":
			c.HTTPSProxy = host
		}
	}
	var no []string
	for _, part := range strings.Split(bypass, ";") {
		part = strings.TrimSpace(part)
		switch {
		case part == "" || part == "<local>":
		case strings.HasPrefix(part, "*."):
			no = append(no, part[1:])
		case strings.HasSuffix(part, ".*"):
			// 10.* and 192.168.* are the shapes in use.
			if n := strings.Count(part, "."); n >= 1 && n <= 3 {
				no = append(no, strings.TrimSuffix(part, ".*")+strings.Repeat(".0", 4-n)+"/"+map[int]string{1: "8", 2: "16", 3: "24"}[n])
			}
		case !strings.Contains(part, "*"):
			no = append(no, part)
		}
	}
	c.NoProxy = strings.Join(no, ",")
	return c
}
