package codes

import (
	"slices"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	if len(table) < 45 {
		t.Errorf("only %d codes", len(table))
	}
	used := map[string]bool{}
	for i, e := range table {
		if i > 0 && e.code <= table[i-1].code {
			t.Errorf("%d stands after %d", e.code, table[i-1].code)
		}
		c, ok := Find(e.code)
		if !ok || c.Meaning == "" || c.Stage == "" || c.Fix == "" {
			t.Errorf("%d: %+v", e.code, c)
		}
		names := strings.Fields(e.causes)
		if len(c.Causes) == 0 || len(c.Causes) != len(names) {
			t.Errorf("%d has causes %q, of which %d are known", e.code, names, len(c.Causes))
		}
		for _, n := range names {
			used[n] = true
		}
	}
	for _, c := range causes {
		if !used[c.ID] || c.Text == "" || c.Check == "" || strings.HasSuffix(c.Text, ".") {
			t.Errorf("cause %+v: used %v", c, used[c.ID])
		}
	}
	keys := Keys()
	if len(keys) != len(table)+len(causes) || len(slices.Compact(slices.Sorted(slices.Values(keys)))) != len(keys) {
		t.Errorf("%d keys", len(keys))
	}
}

func TestFind(t *testing.T) {
	for text, want := range map[string]int64{"789": 789, "error 809": 809, " 0x800B0101 ": 0x800B0101, "-2146762495": 0x800B0101, "-2147023838": 1058, "0x80070422": 1058, "0789": 789} {
		n, err := Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if c, ok := Find(n); !ok || c.Code != want {
			t.Errorf("%q: found %d %v, want %d", text, c.Code, ok, want)
		}
	}
	for _, text := range []string{"", "abc", "789x", "99999999999", "0x123456789", "-9999999999", "7 8 9"} {
		if n, err := Parse(text); err == nil {
			t.Errorf("%q is %d", text, n)
		}
	}
	for _, n := range []int64{0, 1, 999, -1, 1 << 40} {
		if c, ok := Find(n); ok {
			t.Errorf("%d is %+v", n, c)
		}
	}
}

// TestKnown pins what the reports of users are clearest about.
func TestKnown(t *testing.T) {
	for code, first := range map[int64]string{789: "psk", 809: "nat", 691: "password", 728: "prohibit", 741: "encryption", 827: "service", 868: "dns", 800: "type"} {
		if c, _ := Find(code); c.Causes[0].ID != first {
			t.Errorf("%d: %s comes first, want %s", code, c.Causes[0].ID, first)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("789")
	f.Add("0x800B0101")
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := Parse(text); err == nil {
			Find(n)
		}
	})
}
