// Package engines opens the engines of each kind of probe, and says which one
// sends echo requests here and why a better one does not.
package engines

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/dns"
	"tacklebox/platform/latency/probe/http"
	"tacklebox/platform/latency/probe/icmp"
	"tacklebox/platform/latency/probe/tcp"
)

// The engines for echo requests, as they are chosen and as results name them.
const (
	Auto    = icmp.Auto        // the best one that works
	Kernel  = probe.NameKernel // stamped by the kernel on both ends; Linux
	ProBing = "pro-bing"       // everywhere
	ICMPAPI = "icmpapi"        // Windows' own
)

// Options choose the engines; the zero value is what a program wants.
type Options struct {
	// ICMP is one of the names above; empty is Auto.
	ICMP string
	// Candidates are the engines for echo requests to choose from, the best first;
	// nil is what this system has.
	Candidates []icmp.Candidate
}

// Refusal is an engine that does not send echo requests here.
type Refusal struct {
	Engine string
	// Kind is icmp.ErrPermission, icmp.ErrUnknown or nil.
	Kind error
	// Err is what went wrong.
	Err error
	// Fix is the one command that lets this user use it, empty when none does;
	// Others are further ones, each enough by itself.
	Fix    string
	Others []string
}

// Choice is how echo requests are sent.
type Choice struct {
	// Engine is empty while none could be opened.
	Engine string
	// Refused are the engines that would be better but do not work, the best first;
	// those that this system never has are not among them.
	Refused []Refusal
	// Err is why there is none.
	Err error
}

// Fix is the one command that makes the choice better, empty when none does.
func (c Choice) Fix() string {
	for _, r := range c.Refused {
		if r.Fix != "" {
			return r.Fix
		}
	}
	return ""
}

// ErrUnknown is an engine that is none of ours.
var ErrUnknown = icmp.ErrUnknown

// Check says whether an engine for echo requests can be chosen by this name, on
// this system or another one.
func Check(name string) error {
	switch name {
	case "", Auto, Kernel, ProBing, ICMPAPI:
		return nil
	}
	return fmt.Errorf("%q: %w: %s", name, ErrUnknown, strings.Join([]string{Auto, Kernel, ProBing, ICMPAPI}, ", "))
}

// Set opens engines. Its methods may be called from any goroutine.
type Set struct {
	o Options

	mu   sync.Mutex
	icmp Choice
}

// New makes a set; nothing is opened yet.
func New(o Options) *Set { return &Set{o: o} }

// Open opens a new engine for a kind of probe, which the caller closes. It is the
// Open of a monitor or a service.
func (s *Set) Open(kind latency.Kind) (probe.Engine, error) {
	switch kind {
	case latency.KindICMP:
		e, c := choose(s.o)
		s.mu.Lock()
		s.icmp = c
		s.mu.Unlock()
		return e, c.Err
	case latency.KindTCP:
		return tcp.Open(tcp.Options{})
	case latency.KindDNS:
		return dns.Open(dns.Options{})
	case latency.KindHTTP:
		return http.Open(http.Options{})
	}
	return nil, fmt.Errorf("no engine for %q probes: icmp, tcp, dns and http are known", string(kind))
}

// ICMP is what the last opening of an engine for echo requests came to; the zero
// Choice before the first.
func (s *Set) ICMP() Choice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.icmp
}

// choose opens the best engine, or the one that is named.
func choose(o Options) (probe.Engine, Choice) {
	opened, err := icmp.Open(icmp.Options{Engine: o.ICMP, Candidates: o.Candidates})
	if err != nil {
		return nil, Choice{Refused: refusals(icmp.Refusals(err)), Err: err}
	}
	return opened.Engine, Choice{Engine: opened.Engine.Name(), Refused: refusals(opened.Others)}
}

// refusals are those that a person may want to know about.
func refusals(all []*icmp.Refusal) []Refusal {
	var out []Refusal
	for _, r := range all {
		if errors.Is(r.Kind, icmp.ErrNotNeeded) || errors.Is(r.Kind, icmp.ErrUnsupported) {
			continue
		}
		out = append(out, Refusal{Engine: r.Engine, Kind: r.Kind, Err: cmp.Or(r.Err, r.Kind), Fix: r.Fix, Others: r.Others})
	}
	return out
}
