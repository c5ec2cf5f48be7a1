package terminal

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// scrolled is a screen with numbered lines above it.
func scrolled(cols, rows, lines int) *Screen {
	s := New(cols, rows, Options{})
	for i := range lines {
		fmt.Fprintf(s, "line %d\r\n", i)
	}
	return s
}

func TestScrollback(t *testing.T) {
	s := scrolled(20, 5, 100)
	var f Frame
	s.Snapshot(&f, 10)
	if f.Top != 10 || f.First != 0 || f.Base != 96 || string(f.Text(f.Lines[0].Cells[5])) != "1" {
		t.Errorf("top %d first %d base %d", f.Top, f.First, f.Base)
	}
	s.Write([]byte("more\r\nand more\r\n"))
	s.Snapshot(&f, 10)
	if f.Top != 10 || f.Base != 98 {
		t.Errorf("the view moved to %d, base %d", f.Top, f.Base)
	}
	if s.Snapshot(&f, 5000); f.Top != f.Base {
		t.Errorf("beyond the end the view is at %d", f.Top)
	}
	s.Clear()
	if s.Snapshot(&f, 0); f.Top != f.Base || f.First != f.Base || screenText(s) != "line 98\nline 99\nmore\nand more" {
		t.Errorf("after clearing: top %d first %d base %d\n%s", f.Top, f.First, f.Base, s.Text())
	}
}

func TestScrollbackIsBounded(t *testing.T) {
	s := New(20, 5, Options{Scrollback: 50})
	for i := range 1000 {
		fmt.Fprintf(s, "%d\r\n", i)
	}
	var text strings.Builder
	if err := s.SaveText(&text); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	if len(lines) != 54 || lines[0] != "946" || lines[53] != "999" {
		t.Errorf("%d lines from %s to %s", len(lines), lines[0], lines[len(lines)-1])
	}
	none := New(20, 5, Options{Scrollback: -1})
	for range 100 {
		fmt.Fprint(none, "x\r\n")
	}
	var f Frame
	if none.Snapshot(&f, 0); f.First != f.Base {
		t.Error("a screen without scrollback has some")
	}
}

func TestSaveText(t *testing.T) {
	s := New(5, 3, Options{})
	fmt.Fprint(s, "abcdefgh\r\n\r\n\r\n中文字  \r\nend\r\n\r\n")
	var b strings.Builder
	if err := s.SaveText(&b); err != nil {
		t.Fatal(err)
	}
	if want := "abcdefgh\n\n\n中文字\nend\n"; b.String() != want {
		t.Errorf("saved %q, want %q", b.String(), want)
	}
	long := New(80, 24, Options{})
	long.Write([]byte(strings.Repeat("0123456789", 30_000)))
	b.Reset()
	if err := long.SaveText(&b); err != nil || strings.Count(b.String(), "\n") != 1 || b.Len() != 300_001 {
		t.Errorf("one long line is saved as %d bytes, %d lines: %v", b.Len(), strings.Count(b.String(), "\n"), err)
	}
	full := errors.New("disk full")
	if err := s.SaveText(failing{full}); !errors.Is(err, full) {
		t.Errorf("saving to a full disk says %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

var _ io.Writer = failing{}

func TestSelection(t *testing.T) {
	s := New(12, 6, Options{})
	fmt.Fprint(s, "hello wörld-1.2/x (中文ab)\r\nsecond line   \r\nlast")
	cases := []struct {
		name     string
		by       SelectBy
		from, to Pos
		want     string
	}{
		{"cells", ByCell, Pos{0, 1}, Pos{0, 4}, "ell"},
		{"backwards", ByCell, Pos{0, 4}, Pos{0, 1}, "ell"},
		{"over a wrap", ByCell, Pos{0, 6}, Pos{1, 5}, "wörld-1.2/x"},
		{"half a wide character is all of it", ByCell, Pos{1, 8}, Pos{1, 9}, "中"},
		{"over a line end", ByCell, Pos{3, 7}, Pos{5, 2}, "line\nla"},
		{"beyond the text", ByCell, Pos{5, 2}, Pos{99, 3}, "st"},
		{"nothing", ByCell, Pos{0, 3}, Pos{0, 3}, ""},
		{"word", ByWord, Pos{0, 8}, Pos{0, 8}, "wörld-1.2/x"},
		{"word in brackets", ByWord, Pos{1, 9}, Pos{1, 9}, "中文ab"},
		{"bracket alone", ByWord, Pos{1, 6}, Pos{1, 6}, "("},
		{"words", ByWord, Pos{0, 2}, Pos{0, 7}, "hello wörld-1.2/x"},
		{"line", ByLine, Pos{1, 3}, Pos{1, 3}, "hello wörld-1.2/x (中文ab)"},
		{"block", ByBlock, Pos{0, 1}, Pos{3, 3}, "el\n.2\n)\nec"},
	}
	// Lines: 0 "hello wörld-" 1 "1.2/x (中文a" 2 "b)" 3 "second line " 4 "  " 5 "last"
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s.StartSelection(c.from, c.by)
			s.ExtendSelection(c.to)
			if got := s.SelectedText(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	s.SelectAll()
	if got := s.SelectedText(); got != "hello wörld-1.2/x (中文ab)\nsecond line\nlast" {
		t.Errorf("all is %q", got)
	}
	s.ClearSelection()
	if s.HasSelection() || s.SelectedText() != "" {
		t.Error("nothing is selected any more")
	}
}

func TestSelectionGoesWhenItsTextDoes(t *testing.T) {
	s := scrolled(20, 5, 3)
	s.StartSelection(Pos{1, 0}, ByLine)
	s.Write([]byte("somewhere else"))
	if s.SelectedText() != "line 1" {
		t.Error("writing elsewhere ended the selection")
	}
	for range 10 {
		fmt.Fprint(s, "\r\n")
	}
	if s.SelectedText() != "line 1" {
		t.Error("scrolling ended the selection")
	}
	s = scrolled(20, 5, 3)
	s.StartSelection(Pos{1, 0}, ByLine)
	s.Write([]byte("\x1b[2;1Hx"))
	if s.HasSelection() {
		t.Error("overwritten text is still selected")
	}
}

func TestSearch(t *testing.T) {
	s := scrolled(12, 5, 100)
	fmt.Fprint(s, "0123456789Line 7777 中文")
	found, ok := s.Search("line 7", false)
	if !ok || found.Index != 12 || found.Count != 12 || found.From != (Pos{100, 10}) || found.To != (Pos{101, 4}) {
		t.Errorf("the newest match over a wrap: %+v", found)
	}
	if found, _ = s.SearchNext(true); found.From != (Pos{79, 0}) || found.Index != 11 {
		t.Errorf("the one before: %+v", found)
	}
	fmt.Fprint(s, "\r\nline 70\r\n")
	if found, _ = s.SearchNext(true); found.From != (Pos{78, 0}) || found.Count != 13 {
		t.Errorf("after more output, before that: %+v", found)
	}
	if found, _ = s.SearchNext(false); found.From != (Pos{79, 0}) {
		t.Errorf("forward again: %+v", found)
	}
	if found, ok = s.Search("Line", true); !ok || found.Count != 1 {
		t.Errorf("exactly: %+v", found)
	}
	if found, _ = s.SearchNext(false); found.Index != 1 {
		t.Errorf("round the end: %+v", found)
	}
	if found, ok = s.Search("中文", false); !ok || found.To.Col-found.From.Col != 4 {
		t.Errorf("wide: %+v", found)
	}
	var f Frame
	s.Snapshot(&f, found.From.Line)
	row := f.Lines[found.From.Line-f.Top]
	if row.Current != (Range{found.From.Col, found.To.Col}) || len(row.Found) != 1 {
		t.Errorf("it is marked %+v", row.Current)
	}
	if _, ok = s.Search("nowhere", false); ok {
		t.Error("found what is not there")
	}
	if _, ok = s.Search("", false); ok {
		t.Error("found nothing")
	}
}

func TestLinks(t *testing.T) {
	s := New(30, 6, Options{})
	fmt.Fprint(s, "see https://example.org/a_(b)?x=1. or (http://h/x), ftp://no http:// \x1b]8;;https://evil.test/\x1b\\https://good.test\x1b]8;;\x1b\\ end")
	at := func(text string) Pos {
		flat := ""
		for y := range 4 {
			flat += fmt.Sprintf("%-30s", strings.Split(s.Text(), "\n")[y])
		}
		i := strings.Index(flat, text)
		if i < 0 {
			t.Fatalf("%q is not on the screen", text)
		}
		return Pos{i / 30, i % 30}
	}
	for text, want := range map[string]string{
		"https://example.org": "https://example.org/a_(b)?x=1", "x=1": "https://example.org/a_(b)?x=1", "http://h/x": "http://h/x", "ftp://no": "",
		"see": "", ". or": "", "http:// ": "", "https://good.test": "https://evil.test/", "good": "https://evil.test/", "end": "",
	} {
		link, ok := s.LinkAt(at(text))
		if ok != (want != "") || link.URL != want {
			t.Errorf("at %q: %q", text, link.URL)
		}
	}
	link, _ := s.LinkAt(at("good"))
	if !link.Explicit || link.Text == link.URL {
		t.Errorf("a link that hides its address reads %+v", link)
	}
	if _, ok := s.LinkAt(Pos{-5, 0}); ok {
		t.Error("a link above everything")
	}
	if _, ok := s.LinkAt(Pos{0, 4000}); ok {
		t.Error("a link beside everything")
	}
}

func TestSafeURL(t *testing.T) {
	for uri, want := range map[string]bool{
		"https://example.org": true, "http://h:80/x?y#z": true, "https://例子.测试/": false, "file:///etc/passwd": false,
		"javascript:alert(1)": false, "https://": false, "https:///x": false, "http://a b": false, "https://a\x07": false, "HTTP://x": true,
		"https://" + strings.Repeat("x", 3000): false, "ssh://h": false, "": false,
	} {
		if SafeURL(uri) != want {
			t.Errorf("%.40q is safe: %v", uri, !want)
		}
	}
}
