package metrics

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tacklebox/platform/latency"
)

// hostLabel names a target: its host, for ICMP as smokeping_prober does, with the
// port or the question for others. Of a URL neither credentials, nor query, nor
// fragment, nor what looks like a token in its path is seen.
func hostLabel(t *latency.Target) string {
	switch t.Kind {
	case latency.KindTCP:
		return clip(net.JoinHostPort(t.Host, strconv.Itoa(int(t.Port))))
	case latency.KindDNS:
		name, _, _ := strings.Cut(t.Query, " ")
		return clip("dns:" + t.Host + "/" + name)
	case latency.KindHTTP:
		u, err := url.Parse(t.URL)
		if err != nil || u.Host == "" {
			return clip(t.Host)
		}
		parts := strings.Split(u.Path, "/")
		for i, p := range parts {
			if token(p) {
				parts[i] = "…"
			}
		}
		return clip(u.Scheme + "://" + u.Host + strings.Join(parts, "/"))
	}
	return clip(t.Host)
}

// token is true for a part of a path that nobody would have typed: long, with
// digits in it.
func token(p string) bool {
	return len(p) >= 20 && strings.ContainsFunc(p, unicode.IsDigit) || len(p) > 64
}

// clip makes a label of what a person typed.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if utf8.RuneCountInString(s) > maxLabel {
		return string([]rune(s)[:maxLabel-1]) + "…"
	}
	return s
}
