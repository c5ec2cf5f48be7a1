package smokeping

import (
	"slices"
	"time"

	"tacklebox/platform/latency/said"
)

// kind is what a probe of SmokePing is here.
type kind struct {
	to string // icmp, icmp6, tcp, dns, http, https; "" when there is nothing like it
	// vars are its settings that targets may have, and hand down.
	vars []string
}

// common are settings that every probe has; a target may set them, too.
var common = []string{"pings", "step", "offset", "timeout"}

var kinds = map[string]kind{
	"FPing":           {"icmp", fping},
	"FPingContinuous": {"icmp", fping},
	"FPing6":          {"icmp6", fping},
	"TCPPing":         {"tcp", []string{"port"}},
	"DNS":             {"dns", []string{"lookup", "server"}},
	"Curl":            {"http", []string{"urlformat", "agent", "interface", "ssl2", "insecure_ssl", "extrare", "follow_redirects", "include_redirects", "extraargs", "expect", "require_zero_status"}},
	"EchoPingHttp":    {"http-path", echoPing},
	"EchoPingHttps":   {"https-path", echoPing},
}

var (
	fping    = []string{"packetsize", "blazemode", "protocol", "usestdout", "hostinterval", "mininterval", "sourceaddress", "tos", "interface", "fwmark", "iface"}
	echoPing = []string{"url", "port", "ignore_cache", "revalidate_data", "accept_redirects", "waittime", "priority", "tos", "ipversion", "extraopts"}
)

// probe is a probe that targets may name, with its own values and those of the
// section around it.
type probe struct {
	name  string // FPing, or that of a section within
	class string
	kind  kind
	known bool
	chain []*Section // its own section first
}

// value is the probe's setting for targets that have none.
func (p *probe) value(key string) (*Value, bool) {
	for _, s := range p.chain {
		if v, ok := s.value(key); ok {
			return v, true
		}
	}
	return nil, false
}

// inherits says whether targets hand this setting down.
func (p *probe) inherits(key string) bool {
	return p != nil && (slices.Contains(common, key) || slices.Contains(p.kind.vars, key))
}

func (m *importer) probeSection(s *Section) {
	m.probes = map[string]*probe{}
	if s == nil {
		return
	}
	for _, key := range []string{"concurrentprobes", "step", "offset", "timeout", "pings", "forks"} {
		if v, ok := s.value(key); ok {
			m.add(v.Pos, NoCounterpart, v.line(), said.New("probes run side by side here, each target at its own interval"))
		}
	}
	for _, c := range s.Children {
		k, known := kinds[c.Name]
		if !known {
			m.add(c.Pos, NoCounterpart, "+ "+c.Name, said.New("a probe that has no counterpart: its targets are listed and left out"))
		}
		m.probeSettings(c)
		// With sections within, only these are probes; the outer one is their common part.
		if len(c.Children) == 0 {
			m.probes[c.Name] = &probe{name: c.Name, class: c.Name, kind: k, known: known, chain: []*Section{c}}
		}
		for _, inner := range c.Children {
			m.probeSettings(inner)
			m.probes[inner.Name] = &probe{name: inner.Name, class: c.Name, kind: k, known: known, chain: []*Section{inner, c}}
			for _, deep := range inner.Children {
				m.add(deep.Pos, Wrong, "+++ "+deep.Name, said.New("probes are nested only once"))
			}
		}
	}
}

// probeSettings lists what is not taken over from a probe's section. Programs that
// it names are never run.
func (m *importer) probeSettings(s *Section) {
	for _, key := range []string{"binary", "command", "extraargs", "extraopts", "extrare", "args", "sendmail", "perl", "rhost", "rbinary"} {
		if v, ok := s.value(key); ok {
			m.once(v, Disabled, said.New("a program or its arguments: Tacklebox measures by itself and never runs it"))
		}
	}
	for _, key := range []string{"forks", "offset", "blazemode", "usestdout", "mininterval"} {
		if v, ok := s.value(key); ok {
			m.once(v, NoCounterpart, said.New("how SmokePing's probe runs; there is nothing like it here"))
		}
	}
}

// anyProbes says whether some probe that is known here has this setting.
func anyProbes(key string) bool {
	if slices.Contains(common, key) {
		return true
	}
	for _, k := range kinds {
		if slices.Contains(k.vars, key) {
			return true
		}
	}
	return false
}

// rhythm is how often a target's probe measures.
func (m *importer) rhythm(get func(string) (*Value, bool)) (time.Duration, int) {
	step, pings := m.c.Step, m.c.Pings
	if v, ok := get("step"); ok {
		step = m.step(v, step)
	}
	if v, ok := get("pings"); ok {
		pings = m.pings(v, pings)
	}
	return step, pings
}
