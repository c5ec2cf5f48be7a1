// Package engines opens the engines of each kind of probe, and says which one
// sends echo requests here and why a better one does not.
package engines

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/dns"
	"tacklebox/platform/latency/probe/http"
	"tacklebox/platform/latency/probe/probing"
	"tacklebox/platform/latency/probe/tcp"
)

// The engines for echo requests, as they are chosen and as results name them.
const (
	Auto    = "auto"     // the best one that works
	Kernel  = "kernel"   // stamped by the kernel on both ends; Linux
	ProBing = "pro-bing" // everywhere
	ICMPAPI = "icmpapi"  // Windows' own
)

// Options choose the engines; the zero value is what a program wants.
type Options struct {
	// ICMP is one of the names above; empty is Auto.
	ICMP string
}

// Refusal is an engine that does not send echo requests here.
type Refusal struct {
	Engine string
	// Err is errors.ErrUnsupported where this system lacks what the engine needs, and
	// fs.ErrPermission where this user may not use it.
	Err error
	// Fix is the one command that lets this user use it, empty when none does.
	Fix string
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
var ErrUnknown = errors.New("no such engine")

// Check says whether an engine for echo requests can be chosen by this name.
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
func New(o Options) *Set {
	if o.ICMP == "" {
		o.ICMP = Auto
	}
	return &Set{o: o}
}

// Open opens a new engine for a kind of probe, which the caller closes. It is the
// Open of a monitor or a service.
func (s *Set) Open(kind latency.Kind) (probe.Engine, error) {
	switch kind {
	case latency.KindICMP:
		e, c := choose(s.o.ICMP, candidates())
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

// candidate is an engine that may be chosen, the better ones first.
type candidate struct {
	name string
	open func() (probe.Engine, error)
}

var proBing = candidate{ProBing, func() (probe.Engine, error) { return probing.Open(probing.Options{}) }}

// choose opens the best engine, or the one that is named.
func choose(name string, from []candidate) (probe.Engine, Choice) {
	var c Choice
	if c.Err = Check(name); c.Err != nil {
		return nil, c
	}
	var errs []error
	for _, one := range from {
		if name != Auto && name != one.name {
			continue
		}
		e, err := one.open()
		if err == nil {
			c.Engine = one.name
			return e, c
		}
		errs = append(errs, fmt.Errorf("%s: %w", one.name, err))
		if errors.Is(err, errors.ErrUnsupported) && name == Auto {
			continue
		}
		r := Refusal{Engine: one.name, Err: err}
		if errors.Is(err, fs.ErrPermission) {
			r.Fix = permission
		}
		c.Refused = append(c.Refused, r)
	}
	if len(errs) == 0 {
		c.Err = fmt.Errorf("no engine %q on this system: choose another one, or auto: %w", name, errors.ErrUnsupported)
		return nil, c
	}
	c.Err = errors.Join(errs...)
	return nil, c
}
