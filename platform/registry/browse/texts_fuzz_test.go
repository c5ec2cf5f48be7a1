package browse

import (
	"strings"
	"testing"

	"tacklebox/platform/registry"
)

func FuzzDependencies(f *testing.F) {
	f.Add(`[{"name":"a","version":"1","repository":"x"}]`)
	f.Add(`[null,{"name":"\u202e\n"}]`)
	f.Fuzz(func(t *testing.T, in string) {
		lines, ok := dependencies([]byte(in))
		if !ok {
			return
		}
		if got := registry.CleanLines(lines); strings.ContainsAny(got, "\x1b\x00\u202e") || strings.TrimSuffix(lines, "\n") != "" && !strings.HasSuffix(lines, "\n") {
			t.Errorf("%q", got)
		}
		if shown := text([]byte(in), false); strings.ContainsAny(shown.Text, "\x1b\x00\u202e") {
			t.Errorf("%q", shown.Text)
		}
	})
}
