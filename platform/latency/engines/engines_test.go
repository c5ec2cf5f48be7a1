package engines

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/icmp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func refuses(name string, err error) icmp.Candidate {
	return icmp.Candidate{Name: name, Open: func() (probe.Engine, error) { return nil, err }}
}

type named struct {
	probe.Engine
	name string
}

func (n named) Name() string { return n.name }

func works(name string) icmp.Candidate {
	return icmp.Candidate{Name: name, Open: func() (probe.Engine, error) { return named{name: name}, nil }}
}

func TestChoose(t *testing.T) {
	denied := fmt.Errorf("open a ping socket: %w", fs.ErrPermission)
	lacks := fmt.Errorf("no stamps: %w", errors.ErrUnsupported)
	broken := errors.New("too many open files")
	for name, tc := range map[string]struct {
		ask     string
		from    []icmp.Candidate
		engine  string
		refused string
		err     error
	}{
		"the best":             {Auto, []icmp.Candidate{works(Kernel), works(ProBing)}, Kernel, "", nil},
		"the next":             {Auto, []icmp.Candidate{refuses(Kernel, denied), works(ProBing)}, ProBing, "kernel", nil},
		"not for want of it":   {Auto, []icmp.Candidate{refuses(Kernel, lacks), works(ProBing)}, ProBing, "", nil},
		"one by name":          {ProBing, []icmp.Candidate{works(Kernel), works(ProBing)}, ProBing, "", nil},
		"that one or none":     {Kernel, []icmp.Candidate{refuses(Kernel, denied), works(ProBing)}, "", "kernel", fs.ErrPermission},
		"lacks the named one":  {Kernel, []icmp.Candidate{refuses(Kernel, lacks), works(ProBing)}, "", "", errors.ErrUnsupported},
		"not on this system":   {ICMPAPI, []icmp.Candidate{works(Kernel)}, "", "icmpapi", ErrUnknown},
		"none":                 {Auto, []icmp.Candidate{refuses(Kernel, broken), refuses(ProBing, denied)}, "", "kernel pro-bing", fs.ErrPermission},
		"no engine of anybody": {"ping", []icmp.Candidate{works(Kernel)}, "", "ping", ErrUnknown},
	} {
		e, c := choose(Options{ICMP: tc.ask, Candidates: tc.from})
		var refused []string
		for _, r := range c.Refused {
			refused = append(refused, r.Engine)
		}
		if c.Engine != tc.engine || strings.Join(refused, " ") != tc.refused || !errors.Is(c.Err, tc.err) || (e != nil) != (c.Err == nil) {
			t.Errorf("%s: %+v, engine %v", name, c, e)
		}
	}
	_, c := choose(Options{Candidates: []icmp.Candidate{refuses(Kernel, denied), works(ProBing)}})
	if r := c.Refused[0]; !errors.Is(r.Kind, icmp.ErrPermission) || r.Fix != c.Fix() || runtime.GOOS == "linux" && !strings.HasPrefix(c.Fix(), "sudo ") {
		t.Errorf("the fix is %q, %+v", c.Fix(), r)
	}
	if _, c := choose(Options{Candidates: []icmp.Candidate{refuses(Kernel, broken), works(ProBing)}}); c.Fix() != "" {
		t.Errorf("the fix is %q", c.Fix())
	}
	for name, good := range map[string]bool{"": true, Auto: true, Kernel: true, ProBing: true, ICMPAPI: true, "ping": false} {
		if err := Check(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestOpen opens what this machine has. Echo requests may not be allowed here;
// the others always are.
func TestOpen(t *testing.T) {
	s := New(Options{})
	if c := s.ICMP(); c.Engine != "" || c.Err != nil || c.Refused != nil {
		t.Errorf("before the first opening: %+v", c)
	}
	for _, kind := range []latency.Kind{latency.KindICMP, latency.KindTCP, latency.KindDNS, latency.KindHTTP} {
		e, err := s.Open(kind)
		if err != nil {
			if kind != latency.KindICMP || s.ICMP().Err == nil {
				t.Errorf("%s: %v", kind, err)
			}
			continue
		}
		if kind != latency.KindICMP && e.Name() != string(kind) || kind == latency.KindICMP && e.Name() != s.ICMP().Engine {
			t.Errorf("%s is opened for %s, %+v", e.Name(), kind, s.ICMP())
		}
		if err := e.Close(); err != nil {
			t.Errorf("close %s: %v", kind, err)
		}
	}
	if _, err := s.Open("fax"); err == nil {
		t.Error("an engine for nothing")
	}
}
