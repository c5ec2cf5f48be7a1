package suggest

import (
	"context"
	"net/netip"
	"reflect"
	"testing"
)

func addrs(text ...string) (out []netip.Addr) {
	for _, a := range text {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}

func TestNameservers(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []netip.Addr
	}{
		"usual":    {"# made by hand\nsearch corp.example\nnameserver 10.0.0.2\nnameserver 2001:db8::53\noptions edns0\n", addrs("10.0.0.2", "2001:db8::53")},
		"a zone":   {"nameserver fe80::1%eth0\n", addrs("fe80::1%eth0")},
		"no end":   {"nameserver 10.0.0.2", addrs("10.0.0.2")},
		"nonsense": {"nameserver\nnameserver example.org\nNAMESERVER 10.0.0.2\n;nameserver 10.0.0.3\n", nil},
		"empty":    {"", nil},
	} {
		if got := nameservers(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestList: nothing twice, nothing of this machine but localhost, IPv4 first.
func TestList(t *testing.T) {
	f := found{
		gateways:  addrs("fe80::1%eth0", "10.0.0.1", "::ffff:10.0.0.1", "0.0.0.0"),
		resolvers: addrs("127.0.0.53", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"),
	}
	want := []Suggestion{
		{Gateway, netip.MustParseAddr("10.0.0.1")}, {Gateway, netip.MustParseAddr("fe80::1%eth0")},
		{Resolver, netip.MustParseAddr("10.0.0.2")}, {Resolver, netip.MustParseAddr("10.0.0.3")}, {Resolver, netip.MustParseAddr("10.0.0.4")},
		{Localhost, netip.MustParseAddr("127.0.0.1")},
	}
	if got := f.list(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestFindHere: whatever this machine has, localhost comes last and every
// address is one that can be asked.
func TestFindHere(t *testing.T) {
	got := Find(t.Context())
	if len(got) == 0 || got[len(got)-1].Kind != Localhost {
		t.Fatalf("%v", got)
	}
	for _, s := range got[:len(got)-1] {
		if !s.Addr.IsValid() || s.Addr.IsLoopback() || s.Addr.IsUnspecified() {
			t.Errorf("%v", s)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := Find(ended); len(got) != 1 {
		t.Errorf("after the end: %v", got)
	}
}

func FuzzNameservers(f *testing.F) {
	f.Add("nameserver 10.0.0.2\n")
	f.Add("nameserver fe80::1%eth0\n\x00")
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range nameservers(text) {
			if !a.IsValid() {
				t.Errorf("%q gave an invalid address", text)
			}
		}
	})
}
