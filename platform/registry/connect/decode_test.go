package connect

import (
	"encoding/json"
	"testing"

	"tacklebox/platform/registry"
)

// FuzzDecode: connections that are read can be checked and written again.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"connections":[{"id":"h","url":"https://h","refused":{"at":"2026-01-02T03:04:05Z"}}]}`))
	f.Add([]byte(`{"connections":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		all, err := decode(raw)
		if err != nil {
			return
		}
		for _, c := range all {
			c.Title()
			c.Insecure()
			_, _ = Check(c)
		}
		text, err := json.Marshal(document{Connections: all})
		if err != nil {
			return // such as a time in the year 10000
		}
		if again, err := decode(text); err != nil || len(again) != len(all) {
			t.Fatalf("%q became %q: %v", raw, text, err)
		}
	})
}

func TestWhere(t *testing.T) {
	if got := hostOnly("[::1]:5000"); got != "::1" || !registry.Loopback(got) {
		t.Errorf("%q", got)
	}
}
