package engines

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/probe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func refuses(name string, err error) candidate {
	return candidate{name, func() (probe.Engine, error) { return nil, err }}
}

type nothing struct{ probe.Engine }

func works(name string) candidate {
	return candidate{name, func() (probe.Engine, error) { return nothing{}, nil }}
}

func TestChoose(t *testing.T) {
	denied := fmt.Errorf("open a ping socket: %w", fs.ErrPermission)
	lacks := fmt.Errorf("no stamps: %w", errors.ErrUnsupported)
	broken := errors.New("too many open files")
	for name, tc := range map[string]struct {
		ask     string
		from    []candidate
		engine  string
		refused string
		err     error
	}{
		"the best":             {Auto, []candidate{works(Kernel), works(ProBing)}, Kernel, "", nil},
		"the next":             {Auto, []candidate{refuses(Kernel, denied), works(ProBing)}, ProBing, "kernel", nil},
		"not for want of it":   {Auto, []candidate{refuses(Kernel, lacks), works(ProBing)}, ProBing, "", nil},
		"one by name":          {ProBing, []candidate{works(Kernel), works(ProBing)}, ProBing, "", nil},
		"that one or none":     {Kernel, []candidate{refuses(Kernel, denied), works(ProBing)}, "", "kernel", fs.ErrPermission},
		"lacks the named one":  {Kernel, []candidate{refuses(Kernel, lacks), works(ProBing)}, "", "kernel", errors.ErrUnsupported},
		"not on this system":   {ICMPAPI, []candidate{works(Kernel)}, "", "", errors.ErrUnsupported},
		"none":                 {Auto, []candidate{refuses(Kernel, broken), refuses(ProBing, denied)}, "", "kernel pro-bing", fs.ErrPermission},
		"no engine of anybody": {"ping", []candidate{works(Kernel)}, "", "", ErrUnknown},
	} {
		e, c := choose(tc.ask, tc.from)
		var refused []string
		for _, r := range c.Refused {
			refused = append(refused, r.Engine)
		}
		if c.Engine != tc.engine || strings.Join(refused, " ") != tc.refused || !errors.Is(c.Err, tc.err) || (e != nil) != (c.Err == nil) {
			t.Errorf("%s: %+v, engine %v", name, c, e)
		}
	}
	if _, c := choose(Auto, []candidate{refuses(Kernel, denied), works(ProBing)}); c.Fix() != permission {
		t.Errorf("the fix is %q", c.Fix())
	}
	if _, c := choose(Auto, []candidate{refuses(Kernel, broken), works(ProBing)}); c.Fix() != "" {
		t.Errorf("the fix is %q", c.Fix())
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
