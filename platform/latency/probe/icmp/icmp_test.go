package icmp

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency/probe"
)

// fake is an engine that does nothing.
type fake struct{ name string }

func (f fake) Name() string                       { return f.name }
func (fake) Send(probe.Request)                   {}
func (fake) Happenings() <-chan []probe.Happening { return nil }
func (fake) Drained() time.Duration               { return 0 }
func (fake) Dropped() uint64                      { return 0 }
func (fake) Now() time.Duration                   { return 0 }
func (fake) Close() error                         { return nil }
func works(name string) Candidate {
	return Candidate{name, func() (probe.Engine, error) { return fake{name}, nil }}
}
func breaks(name string, err error) Candidate {
	return Candidate{name, func() (probe.Engine, error) { return nil, err }}
}
func wraps(err error) error { return fmt.Errorf("open a ping socket: %w", err) }

func TestOpen(t *testing.T) {
	broken := errors.New("it is broken")
	for name, c := range map[string]struct {
		engine     string
		candidates []Candidate
		want       string // the engine, or "" for an error
		others     map[string]error
	}{
		"the best":         {Auto, []Candidate{works("a"), works("b")}, "a", map[string]error{"b": ErrNotNeeded}},
		"empty is auto":    {"", []Candidate{works("a"), works("b")}, "a", map[string]error{"b": ErrNotNeeded}},
		"the second":       {Auto, []Candidate{breaks("a", wraps(fs.ErrPermission)), works("b")}, "b", map[string]error{"a": ErrPermission}},
		"another system's": {Auto, []Candidate{breaks("a", wraps(errors.ErrUnsupported)), works("b")}, "b", map[string]error{"a": ErrUnsupported}},
		"broken":           {Auto, []Candidate{breaks("a", broken), works("b"), works("c")}, "b", map[string]error{"a": broken, "c": ErrNotNeeded}},
		"by name":          {"b", []Candidate{works("a"), works("b")}, "b", nil},
		"by name, broken":  {"a", []Candidate{breaks("a", broken), works("b")}, "", map[string]error{"a": broken}},
		"none":             {Auto, []Candidate{breaks("a", fs.ErrPermission), breaks("b", broken)}, "", map[string]error{"a": ErrPermission, "b": broken}},
		"unknown":          {"z", []Candidate{works("a"), works("b")}, "", map[string]error{"z": ErrUnknown}},
	} {
		t.Run(name, func(t *testing.T) {
			choice, err := Open(Options{Engine: c.engine, Candidates: c.candidates})
			var others []*Refusal
			switch {
			case c.want == "" && err == nil:
				t.Fatalf("%s was opened, want an error", choice.Engine.Name())
			case c.want == "":
				others = Refusals(fmt.Errorf("measure: %w", err))
			case err != nil:
				t.Fatal(err)
			case choice.Engine.Name() != c.want:
				t.Fatalf("%s was opened, want %s", choice.Engine.Name(), c.want)
			default:
				others = choice.Others
			}
			if len(others) != len(c.others) {
				t.Errorf("refusals %v, want %d", others, len(c.others))
			}
			for _, r := range others {
				if want := c.others[r.Engine]; want == nil || !errors.Is(r, want) || r.Error() == "" {
					t.Errorf("%s: %v, want %v", r.Engine, r, want)
				}
				if (r.Fix != "") && !errors.Is(r, ErrPermission) {
					t.Errorf("%s: %q does not fix %v", r.Engine, r.Fix, r)
				}
			}
		})
	}
}

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		setting string
		groups  []int
		want    bool
	}{
		{"1\t0\n", []int{0, 1}, false},
		{"0\t2147483647\n", []int{1000}, true},
		{"0 4294967294", []int{1000}, true},
		{"100 200", []int{99, 201}, false},
		{"100 200", []int{1000, 200}, true},
		{"", []int{0}, false},
		{"a b", []int{0}, false},
		{"0", []int{0}, false},
		{"0 1 2", []int{0}, false},
		{"99999999999999999999 1", []int{0}, false},
	} {
		if got := allowed(c.setting, c.groups); got != c.want {
			t.Errorf("%q for %v: %v, want %v", c.setting, c.groups, got, c.want)
		}
	}
}

func TestCommands(t *testing.T) {
	fix, others := commands(false, "/usr/bin/tacklebox")
	if fix != "sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'" || len(others) != 2 || others[1] != "sudo setcap cap_net_raw+ep /usr/bin/tacklebox" {
		t.Errorf("%q, %q", fix, others)
	}
	if fix, others := commands(true, "/home/o'brien/my tools/tacklebox"); fix != `sudo setcap cap_net_raw+ep '/home/o'\''brien/my tools/tacklebox'` || others != nil {
		t.Errorf("%q, %q", fix, others)
	}
}

func FuzzAllowed(f *testing.F) {
	f.Add("0 2147483647", 1)
	f.Add("1\t0", 0)
	f.Fuzz(func(t *testing.T, setting string, group int) {
		if allowed(setting, []int{group}) && len(strings.Fields(setting)) != 2 {
			t.Errorf("%q allows %d", setting, group)
		}
	})
}
