// Package icmp chooses the engine that sends echo requests: the best one that
// works here, and says which it is and why it is not another.
package icmp

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"tacklebox/platform/latency/probe"
)

// Auto asks Open for the best engine that works.
const Auto = "auto"

// Causes of a Refusal. Where none fits, the system's own error says more.
var (
	// ErrPermission: this user may not open the sockets; Fix says what to type.
	ErrPermission = errors.New("this user may not open ping sockets")
	// ErrUnsupported: the engine needs another system.
	ErrUnsupported = errors.ErrUnsupported
	// ErrNotNeeded: a better engine works.
	ErrNotNeeded = errors.New("a more exact engine works")
	// ErrUnknown: there is no engine of that name on this system.
	ErrUnknown = errors.New("no such engine")
)

// Candidate is an engine that may work.
type Candidate struct {
	Name string // as in [probe.Engine]
	Open func() (probe.Engine, error)
}

// Options say which engine is wanted; the zero value is Auto.
type Options struct {
	// Engine is Auto, "" for the same, or the name of one engine.
	Engine string
	// Candidates are the engines to choose from, best first; nil is this system's.
	Candidates []Candidate
}

// Choice is the engine that was opened. The caller closes it.
type Choice struct {
	Engine probe.Engine
	// Others says of each other engine of this system why it is not this one.
	Others []*Refusal
}

// String says in one line which engine it is and why not the others.
func (c *Choice) String() string {
	var b strings.Builder
	b.WriteString(c.Engine.Name())
	for _, o := range c.Others {
		fmt.Fprintf(&b, "; not %s: %v", o.Engine, o)
	}
	return b.String()
}

// Refusal says why an engine is not used: [errors.Is] finds ErrPermission,
// ErrUnsupported, ErrNotNeeded and ErrUnknown in it.
type Refusal struct {
	Engine string
	// Kind is one of this package's causes, or nil.
	Kind error
	// Err is what the engine said, or nil.
	Err error
	// Fix is the one command that makes the engine work, empty where there is none.
	// Others are further ones, each enough by itself.
	Fix    string
	Others []string
}

func (r *Refusal) Error() string {
	switch {
	case r.Kind == nil && r.Err == nil:
		return "it does not work here"
	case r.Kind == nil, r.Kind == ErrUnsupported && r.Err != nil:
		return r.Err.Error()
	case r.Kind == ErrUnknown && r.Err != nil:
		return fmt.Sprintf("%v: %v", r.Kind, r.Err)
	case r.Fix != "":
		return fmt.Sprintf("%v: %s", r.Kind, r.Fix)
	case r.Kind == ErrPermission && r.Err != nil:
		return fmt.Sprintf("%v: %v", r.Kind, r.Err)
	}
	return r.Kind.Error()
}

// Unwrap gives the kind and what the engine said.
func (r *Refusal) Unwrap() []error {
	return slices.DeleteFunc([]error{r.Kind, r.Err}, func(err error) bool { return err == nil })
}

// Open opens the engine that the options ask for. When none works the error
// joins a [Refusal] of each; [Refusals] takes them out.
func Open(o Options) (*Choice, error) {
	all := o.Candidates
	if all == nil {
		all = engines()
	}
	wanted := all
	if o.Engine != Auto && o.Engine != "" {
		i := slices.IndexFunc(all, func(c Candidate) bool { return c.Name == o.Engine })
		if i < 0 {
			return nil, &Refusal{Engine: o.Engine, Kind: ErrUnknown, Err: fmt.Errorf("%q is none on this system: choose %s or %s", o.Engine, Auto, names(all))}
		}
		wanted = all[i : i+1]
	}
	var refused []*Refusal
	for _, c := range wanted {
		engine, err := c.Open()
		if err != nil {
			refused = append(refused, refusal(c.Name, err))
			continue
		}
		for _, other := range all {
			if other.Name != c.Name && !slices.ContainsFunc(refused, func(r *Refusal) bool { return r.Engine == other.Name }) {
				refused = append(refused, &Refusal{Engine: other.Name, Kind: ErrNotNeeded})
			}
		}
		if len(wanted) < len(all) {
			refused = nil // the person chose
		}
		return &Choice{Engine: engine, Others: refused}, nil
	}
	var errs []error
	for _, r := range refused {
		errs = append(errs, fmt.Errorf("%s: %w", r.Engine, r))
	}
	return nil, errors.Join(errs...)
}

// Refusals are those within an error of Open.
func Refusals(err error) []*Refusal {
	var found []*Refusal
	var walk func(error)
	walk = func(err error) {
		switch x := err.(type) {
		case nil:
		case *Refusal:
			found = append(found, x)
		case interface{ Unwrap() []error }:
			for _, err := range x.Unwrap() {
				walk(err)
			}
		default:
			walk(errors.Unwrap(err))
		}
	}
	walk(err)
	return found
}

func names(all []Candidate) string {
	var list []string
	for _, c := range all {
		list = append(list, c.Name)
	}
	return strings.Join(list, " or ")
}

func refusal(name string, err error) *Refusal {
	r := &Refusal{Engine: name, Err: err}
	switch {
	case errors.Is(err, fs.ErrPermission), denied(err):
		r.Kind = ErrPermission
		r.Fix, r.Others = advice()
	case errors.Is(err, errors.ErrUnsupported):
		r.Kind = ErrUnsupported
	}
	return r
}
