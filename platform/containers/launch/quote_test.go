package launch

import (
	"hash/crc32"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// oddArgs are arguments that quoting has got wrong somewhere, sometime.
var oddArgs = []string{
	"", " ", "'", `"`, `\`, "''", `'"'"'`, "$HOME", "$(id)", "`id`", "!!", "a b", "a\nb", "\n", "a\n", "\t", "\r\n", "~", "~root",
	"*", "?", "[a]", "{a,b}", "#c", "a#", "a;b", "a|b", "a&b", "<a", ">a", "(a)", "=ls", "A=b", "-x", "--", "%s", `a\`, `\n`, `\'`,
	"中文", "é", "\x1b[31m", "\x03", "\x7f", "\u0085", "\u202eabc", "\ufeff", "\xff\xfe", "a\xffb", "if", "time", "x=$(printf '\\033')",
	`"$(printf '\033')"`, strings.Repeat("a'", 100),
}

func TestQuoteArgvForm(t *testing.T) {
	for _, tc := range []struct {
		argv []string
		want string
	}{
		{nil, ""},
		{[]string{"/bin/sh", "-c", "echo hi"}, "/bin/sh -c 'echo hi'"},
		{[]string{"echo", "it's"}, `echo 'it'\''s'`},
		{[]string{"echo", ""}, "echo ''"},
		{[]string{"echo", "a\x1bb"}, `echo 'a'"$(printf '\033')"'b'`},
		{[]string{"echo", "a\nb"}, "echo 'a\nb'"},
		{[]string{"A=b", "A=b"}, "'A=b' A=b"},
		{[]string{"if", "if"}, "'if' if"},
		{[]string{"a\x00b"}, "'ab'"},
	} {
		if got := QuoteArgv(tc.argv); got != tc.want {
			t.Errorf("QuoteArgv(%q) = %s, want %s", tc.argv, got, tc.want)
		}
	}
}

// Nothing that is typed at a prompt may act upon the line editor.
func TestQuoteArgvIsTypable(t *testing.T) {
	for c := rune(1); c < 0x3000; c++ {
		line := QuoteArgv([]string{"a", "x" + string(c)})
		for _, r := range line {
			if r != '\n' && (r < 0x20 || r >= 0x7f && r < 0xa0) {
				t.Errorf("%q is quoted as %q", c, line)
			}
		}
	}
}

func TestSplitArgv(t *testing.T) {
	for _, tc := range []struct {
		line string
		want []string
	}{
		{"", nil},
		{"  \t\n ", nil},
		{"a b", []string{"a", "b"}},
		{`a "b c" 'd e' f\ g`, []string{"a", "b c", "d e", "f g"}},
		{`"a\"b\\c\$d\e"`, []string{`a"b\c$d\e`}},
		{`a''b ""`, []string{"ab", ""}},
		{"a \\\n b", []string{"a", "b"}},
		{"\"a\\\nb\"", []string{"ab"}},
		{`$HOME * | ; &`, []string{"$HOME", "*", "|", ";", "&"}},
		{`"$(id)"`, []string{"$(id)"}},
		{`"$(printf '\033')"`, []string{"\x1b"}},
		{`"$(printf '\33')"`, []string{`$(printf '\33')`}},
	} {
		got, err := SplitArgv(tc.line)
		if err != nil || !slices.Equal(got, tc.want) {
			t.Errorf("SplitArgv(%q) = %q, %v, want %q", tc.line, got, err, tc.want)
		}
	}
	for _, line := range []string{"'a", `"a`, `a\`, `"a\`, "a\x00", "\"\x00\"", strings.Repeat("a ", maxText)} {
		if got, err := SplitArgv(line); err == nil {
			t.Errorf("SplitArgv(%q) = %q, want an error", shorten(line), got)
		}
	}
}

func TestQuoteArgvBySplitArgv(t *testing.T) {
	if got, err := SplitArgv(QuoteArgv(oddArgs)); err != nil || !slices.Equal(got, oddArgs) {
		t.Errorf("got %q, %v", got, err)
	}
}

// shells are those of this machine that QuoteArgv writes for.
func shells(t testing.TB) [][]string {
	var found [][]string
	for _, argv := range [][]string{{"sh"}, {"bash"}, {"dash"}, {"busybox", "sh"}, {"zsh"}} {
		if path, err := exec.LookPath(argv[0]); err == nil {
			found = append(found, append([]string{path}, argv[1:]...))
		}
	}
	if len(found) == 0 && runtime.GOOS != "windows" {
		t.Fatal("there is no shell")
	}
	return found
}

// throughShell gives what a real shell makes of a line.
func throughShell(t testing.TB, shell []string, argv []string) []string {
	t.Helper()
	line := QuoteArgv(append([]string{"printf", `%s\0`}, argv...))
	out, err := exec.Command(shell[0], append(shell[1:], "-c", line)...).Output()
	if err != nil {
		t.Fatalf("%s: %v: %q", shell, err, line)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func TestQuoteArgvByShells(t *testing.T) {
	for _, shell := range shells(t) {
		if got := throughShell(t, shell, oddArgs); !slices.Equal(got, oddArgs) {
			t.Errorf("%s makes %q", shell, got)
		}
	}
}

func FuzzQuoteArgv(f *testing.F) {
	f.Add("", "a")
	for i, arg := range oddArgs {
		f.Add(arg, oddArgs[(i*7+1)%len(oddArgs)])
	}
	available := shells(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 1<<16 {
			return
		}
		argv := []string{strings.ReplaceAll(a, "\x00", ""), strings.ReplaceAll(b, "\x00", "")}
		line := QuoteArgv(argv)
		if got, err := SplitArgv(line); err != nil || !slices.Equal(got, argv) {
			t.Fatalf("%q became %q, %v through %q", argv, got, err, line)
		}
		// A process for each input would leave nothing for the fuzzing; chosen by
		// the input, so that the same one always runs the same code.
		if sum := crc32.ChecksumIEEE([]byte(line)); sum%256 == 0 && len(available) > 0 {
			shell := available[int(sum>>8)%len(available)]
			if got := throughShell(t, shell, argv); !slices.Equal(got, argv) {
				t.Fatalf("%s made %q of %q", shell, got, argv)
			}
		}
	})
}

func FuzzSplitArgv(f *testing.F) {
	for _, line := range []string{"", "a b", `"a`, `'`, `\`, `"$(printf '\033')"`, `"$(printf '`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		argv, err := SplitArgv(line)
		if err != nil {
			return
		}
		if again, err := SplitArgv(QuoteArgv(argv)); err != nil || !slices.Equal(again, argv) {
			t.Fatalf("%q gave %q, then %q, %v", line, argv, again, err)
		}
	})
}

func TestOriginalCommandLine(t *testing.T) {
	c := Command{Entrypoint: []string{"/bin/sh", "-c"}, Cmd: []string{"exec app \"$@\""}}
	if got, want := OriginalCommandLine(c), `/bin/sh -c 'exec app "$@"'`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := OriginalCommandLine(Command{}); got != "" {
		t.Errorf("%q for nothing", got)
	}
}

func TestQuotePowerShell(t *testing.T) {
	for arg, want := range map[string]string{
		"": "''", "a": "a", "a b": "'a b'", "it's": "'it''s'", "$x": "'$x'", "@a": "'@a'", "a,b": "'a,b'", "‘": "'‘‘'", `a"b`: `'a"b'`,
	} {
		if got := quotePowerShell(arg); got != want {
			t.Errorf("%q is %s, want %s", arg, got, want)
		}
	}
}
