package tuntest

import (
	"errors"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"tacklebox/platform/testbed"
)

// TestRun: the system's own view of the network, by fping.
func TestRun(t *testing.T) {
	a4, a6 := netip.MustParseAddr("10.9.0.2"), netip.MustParseAddr("fd09::2")
	row := [][]Answer{{{After: 20 * time.Millisecond}}, nil, {{After: 40 * time.Millisecond}}, {{}, {}}, {{Kind: WrongID}}}
	Run(t, Options{Script: Table(map[netip.Addr][][]Answer{a4: row, a6: row})}, func(env *Env) {
		testbed.Program(t, "fping", "fping")
		for _, a := range []netip.Addr{a4, a6} {
			out := env.Command("sh", "dash", "-c", "fping -q -C 6 -p 250 -t 240 "+a.String()+" 2>&1 || true")
			if !strings.Contains(out, "duplicate for [3]") {
				t.Errorf("%v: fping saw no duplicate: %q", a, out)
			}
			fields := strings.Fields(out[strings.LastIndex(out, " : ")+3:])
			if len(fields) != 6 {
				t.Fatalf("%v: fping said %q", a, out)
			}
			for i, want := range []bool{true, false, true, true, false, true} {
				if got := fields[i] != "-"; got != want {
					t.Errorf("%v: probe %d: %q", a, i, fields[i])
				}
			}
			t.Log(strings.TrimSpace(out))
		}
		if seen := env.Seen(); len(seen) != 12 || seen[11].N != 5 || seen[11].Addr != a6 || seen[11].From != Local6 {
			t.Errorf("seen %+v", seen)
		}
	})
}

// TestUnprivileged: the test's own process has lost its rights, its network not.
func TestUnprivileged(t *testing.T) {
	setUp := false
	Run(t, Options{PingGroups: true, Unprivileged: true, Setup: func(env *Env) {
		env.IP("route", "add", "prohibit", "192.0.2.1")
		setUp = true
	}}, func(env *Env) {
		if !setUp || os.Getuid() != 65534 || os.Getegid() != 65534 {
			t.Errorf("set up: %v, user %d, group %d", setUp, os.Getuid(), os.Getegid())
		}
		if fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_ICMP); !errors.Is(err, os.ErrPermission) {
			_ = syscall.Close(fd)
			t.Errorf("a raw socket: %v", err)
		}
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, syscall.IPPROTO_ICMP)
		if err != nil {
			t.Fatal(err)
		}
		_ = syscall.Close(fd)
	})
}
