package transfer

import (
	"strings"
	"testing"
)

// FuzzRead: whatever a text holds, reading it ends with targets or a sentence.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"8.8.8.8\n", "name,host\na,b\n", `{"targets":[]}`, "targets:\n- hosts: [a]\n", "*** Targets ***\n", "\x00"} {
		f.Add("list", []byte(text))
		f.Add("a.json", []byte(text))
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		s, err := Read(name, Any, strings.NewReader(string(text)))
		if err != nil && (err.Error() == "" || s.Targets != nil) {
			t.Errorf("%v with %d targets", err, len(s.Targets))
		}
	})
}
