package said

import (
	"encoding/json"
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

// TestKept: a sentence that was kept says the same, and what was not kept here says
// nothing.
func TestKept(t *testing.T) {
	was := New("%v; %s of %v", New("loss %s", "20%"), "1", 5)
	data, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	var got Said
	if err := json.Unmarshal(data, &got); err != nil || got.Error() != was.Error() || got.ID() != was.ID() {
		t.Errorf("%s: %q, %v", data, got.Error(), err)
	}
	if inner, ok := got.Args[0].(*Said); !ok || inner.ID() != "loss" {
		t.Errorf("%#v", got.Args[0])
	}
	for _, hostile := range []string{`{"format":"%999999999d","args":["1"]}`, `{"format":"%[9]s"}`, `{"format":"%"}`, `{"format":"%%"}`, `{"format":"%s","args":[1]}`, `{"format":"%s","args":[{"format":"%x"}]}`,
		`{"format":"a","args":["","","","","","","","","","","","","","","","",""]}`, `[]`} {
		s := New("before")
		if err := json.Unmarshal([]byte(hostile), s); err != nil || s.Format != "" || len(s.Args) > 0 {
			t.Errorf("%s is taken as %+v, %v", hostile, s, err)
		}
	}
}

// FuzzKept: what is read of a kept sentence can be said and kept again.
func FuzzKept(f *testing.F) {
	f.Add(`{"format":"%v; %s","args":[{"format":"loss %s","args":["5%"]},"x"]}`)
	f.Add(`{"format":"%999999999d","args":["1"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var s Said
		if json.Unmarshal([]byte(text), &s) != nil {
			return
		}
		says := s.Error()
		data, err := json.Marshal(&s)
		if err != nil {
			t.Fatal(err)
		}
		var again Said
		if err := json.Unmarshal(data, &again); err != nil || len(again.Args) != len(s.Args) {
			t.Fatalf("%s: %v", data, err)
		}
		if again.ID() != s.ID() || len(says) > 64*(len(text)+64) {
			t.Errorf("%q, %q", again.Error(), says)
		}
	})
}
