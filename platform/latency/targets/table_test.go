package targets

import (
	"reflect"
	"strings"
	"testing"
)

// What is read from a table is written and read back unchanged.
func FuzzReadCSV(f *testing.F) {
	f.Add("Host;Port;Kind;Colour\nexample.org;443;tcp;red\nx;zzz;tcp\n;;\nh;;icmp;;more\n")
	f.Add(CSV(sample))
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadCSV(strings.NewReader(text))
		if err != nil {
			return
		}
		again, err := ReadCSV(strings.NewReader(CSV(l.Targets)))
		if err != nil || len(again.Problems) > 0 || len(l.Targets) > 0 && !reflect.DeepEqual(again.Targets, l.Targets) {
			t.Fatalf("%v %v\n%+v\n%+v", err, again.Problems, l.Targets, again.Targets)
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	if j, err := JSON(sample); err == nil {
		f.Add(string(j))
	}
	f.Add(`[{"host":"a"},{"host":1},{"kind":"icmp"}]`)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadJSON(strings.NewReader(text))
		if err != nil {
			return
		}
		j, err := JSON(l.Targets)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadJSON(strings.NewReader(string(j)))
		if err != nil || len(again.Problems) > 0 || len(l.Targets) > 0 && !reflect.DeepEqual(again.Targets, l.Targets) {
			t.Fatalf("%v %v\n%+v\n%+v", err, again.Problems, l.Targets, again.Targets)
		}
	})
}

func FuzzReadFping(f *testing.F) {
	f.Add("# hosts\n\n127.0.0.1 localhost\n  example.org # note\n::1\n999.9.9.9\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadFping(strings.NewReader(text))
		if err == nil && len(l.Targets) > 0 && len(Parse(linesOnly(Lines(l.Targets))).Targets) == 0 {
			t.Fatalf("%+v cannot be written as lines", l.Targets)
		}
	})
}

func linesOnly(text string, _ []Lost) string { return text }
