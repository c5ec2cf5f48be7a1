package targets

import (
	"net/netip"
	"strconv"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// setting is one field of a target as text; an empty text is its default.
type setting struct {
	name string
	get  func(*latency.Target) string
	set  func(*latency.Target, string) error
}

// settings are all fields but group, name, kind and host, in the order of the
// columns.
var settings = []setting{
	{"port", func(t *latency.Target) string { return number(int(t.Port)) }, func(t *latency.Target, v string) (err error) {
		t.Port, err = parsePort(v)
		return err
	}},
	{"url", func(t *latency.Target) string { return t.URL }, func(t *latency.Target, v string) error {
		u, err := parseURL(v)
		t.URL, t.Host = u.URL, u.Host
		return err
	}},
	{"query", func(t *latency.Target) string { return t.Query }, func(t *latency.Target, v string) (err error) {
		t.Query, err = CleanQuery(v)
		return err
	}},
	{"interval", func(t *latency.Target) string { return duration(t.Interval) }, func(t *latency.Target, v string) error {
		return parseDuration(&t.Interval, v, latency.MinInterval, latency.MaxInterval)
	}},
	{"timeout", func(t *latency.Target) string { return duration(t.Timeout) }, func(t *latency.Target, v string) error {
		return parseDuration(&t.Timeout, v, time.Millisecond, latency.MaxInterval)
	}},
	{"size", func(t *latency.Target) string { return number(t.Size) }, func(t *latency.Target, v string) error {
		return parseNumber(&t.Size, v, 0, latency.MaxSize)
	}},
	{"dscp", func(t *latency.Target) string { return number(t.DSCP) }, func(t *latency.Target, v string) error {
		return parseNumber(&t.DSCP, v, 0, 63)
	}},
	{"ttl", func(t *latency.Target) string { return number(t.TTL) }, func(t *latency.Target, v string) error {
		return parseNumber(&t.TTL, v, 0, 255)
	}},
	{"source", func(t *latency.Target) string { return t.Source }, func(t *latency.Target, v string) (err error) {
		t.Source, err = CleanSource(v)
		return err
	}},
	{"family", func(t *latency.Target) string { return string(t.Family) }, func(t *latency.Target, v string) error {
		switch f := latency.Family(v); f {
		case latency.Family4, latency.Family6:
			t.Family = f
			return nil
		}
		return said.New("%q is no address family: ip4 or ip6", Printable(v, 20))
	}},
	{"resolve", func(t *latency.Target) string { return duration(t.Resolve) }, func(t *latency.Target, v string) error {
		return parseDuration(&t.Resolve, v, time.Second, 30*24*time.Hour)
	}},
	{"paused", func(t *latency.Target) string {
		if t.Paused {
			return "true"
		}
		return ""
	}, func(t *latency.Target, v string) (err error) {
		if t.Paused, err = strconv.ParseBool(v); err != nil {
			err = said.New("%q is neither true nor false", Printable(v, 20))
		}
		return err
	}},
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func parseNumber(to *int, v string, low, high int) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return said.New("%q is no number from %d to %d", Printable(v, 20), low, high)
	}
	*to = n
	return nil
}

// parseDuration reads "1s"; a bare number is seconds.
func parseDuration(to *time.Duration, v string, low, high time.Duration) error {
	d, err := time.ParseDuration(v)
	if err != nil {
		seconds, serr := strconv.ParseFloat(v, 64)
		if serr != nil || !(seconds >= 0 && seconds < 1e9) {
			return said.New("%q is no time such as 1s or 200ms", Printable(v, 20))
		}
		d = time.Duration(seconds * float64(time.Second))
	}
	if d != 0 && (d < low || d > high) {
		return said.New("%s is not from %s to %s", d, low, high)
	}
	*to = d
	return nil
}

// CleanSource is a source address in its usual form, or the name of an interface.
func CleanSource(v string) (string, error) {
	if addr, err := netip.ParseAddr(v); err == nil {
		return addr.String(), nil
	}
	// Windows' interfaces have names with spaces.
	if v == "" || len(v) > 64 || cleanName(v) != nil || v[0] == '-' {
		return "", said.New("%q is neither an address nor an interface", Printable(v, 40))
	}
	return v, nil
}

// complete fills in what follows from the rest and says what is missing.
func complete(t *latency.Target) error {
	var err error
	switch t.Kind {
	case "":
		t.Kind = latency.KindICMP
	case latency.KindICMP, latency.KindTCP, latency.KindDNS, latency.KindHTTP:
	default:
		return said.New("%q is no kind of probe: icmp, tcp, dns or http", Printable(string(t.Kind), 20))
	}
	if t.Host, err = CleanHost(t.Host); err != nil {
		return err
	}
	switch {
	case t.Kind == latency.KindTCP && t.Port == 0:
		return said.New("a TCP target without a port")
	case t.Kind == latency.KindHTTP && t.URL == "":
		return said.New("an HTTP target without a URL")
	case t.Kind == latency.KindDNS && t.Query == "":
		return said.New("a DNS target without a query")
	}
	if t.Name == "" {
		t.Name = t.Host
	}
	if why := cleanName(t.Name); why != nil {
		return why
	}
	if why := cleanGroup(t.Group); why != nil {
		return why
	}
	return nil
}
