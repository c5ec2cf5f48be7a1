package notify

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		lines bool
		want  string
	}{
		{"plain 中文", 50, false, "plain 中文"},
		{"a\nb\tc", 50, false, "a b c"},
		{"a\nb\x00\x1b[31mc\r", 50, true, "a\nb[31mc"},
		{"user\u202egnp.exe", 50, false, "usergnp.exe"},
		{"\xff\xfe", 50, false, "\uFFFD"},
		{strings.Repeat("中", 60), 5, false, "中中中中…"},
		{"$(calc) `x` \"'", 50, false, "$(calc) `x` \"'"}, // text stays text
	} {
		if got := clean(c.text, c.limit, c.lines); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x00b\xff\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s, 10, false)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 10 || strings.ContainsAny(got, "\n\r\x00\x1b") {
			t.Fatalf("%q became %q", s, got)
		}
	})
}
