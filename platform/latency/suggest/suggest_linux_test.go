package suggest

import (
	"reflect"
	"testing"
)

const route4 = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	0101A8C0	0003	0	0	600	00000000	0	0	0
eth0	00000000	FE00000A	0003	0	0	100	00000000	0	0	0
eth0	0000000A	00000000	0001	0	0	100	00FFFFFF	0	0	0
tun0	00000000	00000000	0001	0	0	50	00000000	0	0	0
vpn0	00000000	0100A8C0	0003	0	0	10	00000080	0	0	0
eth1	00000000	0100A8C0	0002	0	0	1	00000000	0	0	0
`

func TestGateways4(t *testing.T) {
	// By metric; not the route without a gateway, half of the net, or one that is down.
	if got, want := gateways4(route4), addrs("10.0.0.254", "192.168.1.1"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

const route6 = `00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000001 00000400 00000001 00000000 00000003     eth1
20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`

func TestGateways6(t *testing.T) {
	if got, want := gateways6(route6), addrs("fe80::1%eth0", "2001:db8::1"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func FuzzGateways(f *testing.F) {
	f.Add(route4)
	f.Add(route6)
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range append(gateways4(text), gateways6(text)...) {
			if !a.IsValid() {
				t.Errorf("%q gave an invalid address", text)
			}
		}
	})
}
