package targets

import (
	"testing"

	"tacklebox/platform/latency"
)

// TestSpecOfScheme: a host that is called like a scheme is written so that it is read
// as a host.
func TestSpecOfScheme(t *testing.T) {
	for scheme := range schemes {
		for _, was := range []latency.Target{{Kind: latency.KindTCP, Host: scheme, Port: 80}, {Kind: latency.KindICMP, Host: scheme}} {
			got, err := ParseSpec(Spec(was))
			if err != nil || got.Kind != was.Kind || got.Host != was.Host || got.Port != was.Port {
				t.Errorf("%s: %+v, %v", Spec(was), got, err)
			}
		}
	}
}
