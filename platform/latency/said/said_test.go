package said

import (
	"errors"
	"testing"
)

func TestSaid(t *testing.T) {
	cause := errors.New("cause")
	inner := Because(cause, "%q is no port", "x")
	outer := New("the %s: %v", "server", inner)
	if outer.Error() != `the server: "x" is no port` || !errors.Is(outer, cause) || !errors.Is(outer, inner) || New("plain").Unwrap() != nil {
		t.Errorf("%v", outer)
	}
	for format, want := range map[string]string{"%s: %v": "pair", "%q is no port: 1 to 65535": "is_no_port_1_to_65535", "A [ without its ]": "a_without_its"} {
		if got := New(format).ID(); got != want {
			t.Errorf("%q has the ID %q, want %q", format, got, want)
		}
	}
}
