package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzScreen writes anything, in two pieces and with a resize between, and checks
// that the screen stays one: the cursor on it, wide characters whole, bounds kept,
// answers free of line ends.
func FuzzScreen(f *testing.F) {
	for _, seed := range []string{
		"hello\r\n", "\x1b[2J\x1b[1;1H", "\x1b[?1049h中文\x1b[?1049l", "\x1b]0;title\x07", "\x1bP$qm\x1b\\", "\x1b[4h\x1b[3;5r\x1b[?6h\x1b[L\x1b[M\x1b[@\x1b[P\x1b[X",
		"\x1b(0lqk\x1b)B\x0e\x0f", "e\u0301👨\u200d👩\x1b[?2027h🇨🇳", "\x1b]8;;https://x/\x07y\x1b]8;;\x07", "\x1b[99999999b\x1b[65535S\x1b[65535T\x1b#8\x1bM\x1bD\x1bE",
		"\x1b]4;1;?\x07\x1b]10;?\x07\x1b[c\x1b[6n\x1b[?1$p", "中\x1b[2G\x1b[1P中\x1b[1@\x1b[1X\x1b[3g\t\x1b[Z",
	} {
		f.Add([]byte(seed), uint8(20), uint8(5), uint8(7))
	}
	files, _ := filepath.Glob("testdata/sessions/*.bytes")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b[:min(len(b), 2000)], uint8(80), uint8(24), uint8(40))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, cols, rows, cols2 uint8) {
		var replies bytes.Buffer
		s := New(int(cols), int(rows%60), Options{Scrollback: 30, Reply: func(b []byte) { replies.Write(b) }})
		keep := append([]byte(nil), in...)
		s.Write(in[:len(in)/2])
		checkScreen(t, s)
		s.Resize(int(cols2), int(rows)/2)
		checkScreen(t, s)
		s.Search("l", false)
		s.SelectAll()
		_ = s.SelectedText()
		s.Write(in[len(in)/2:])
		checkScreen(t, s)
		s.Resize(int(cols), int(rows))
		checkScreen(t, s)
		if !bytes.Equal(in, keep) {
			t.Fatal("Write changed its input")
		}
		if bytes.ContainsAny(replies.Bytes(), "\r\n") {
			t.Fatalf("an answer would press Enter: %q", replies.Bytes())
		}
		var frame Frame
		s.Snapshot(&frame, Follow)
		for y := range frame.Lines {
			for x, c := range frame.Lines[y].Cells {
				_ = frame.Text(c)
				s.LinkAt(Pos{frame.Top + y, x})
			}
		}
	})
}

// checkScreen fails when the screen contradicts itself.
func checkScreen(t *testing.T, s *Screen) {
	t.Helper()
	if s.x < 0 || s.x >= s.cols || s.y < 0 || s.y >= s.rows {
		t.Fatalf("the cursor is at %d,%d of %dx%d", s.x, s.y, s.cols, s.rows)
	}
	if s.top < 0 || s.bottom >= s.rows || s.top > s.bottom {
		t.Fatalf("the region is %d to %d of %d", s.top, s.bottom, s.rows)
	}
	for _, r := range []*ring{&s.main, &s.alt} {
		if r.n < s.rows || r.n > r.max {
			t.Fatalf("there are %d lines for %d rows, at most %d", r.n, s.rows, r.max)
		}
		for i := range r.n {
			cells := r.at(i).cells
			if len(cells) > s.cols {
				t.Fatalf("line %d has %d cells of %d", i, len(cells), s.cols)
			}
			for x, c := range cells {
				wide, tail := c.Attr&Wide != 0, c.Attr&WideTail != 0
				switch {
				case wide && (x+1 >= len(cells) || cells[x+1].Attr&WideTail == 0):
					t.Fatalf("line %d: the wide character at %d has no second half", i, x)
				case tail && (x == 0 || cells[x-1].Attr&Wide == 0):
					t.Fatalf("line %d: the half at %d has no first one", i, x)
				case c.Rune >= clusterBase && int(c.Rune-clusterBase) >= len(s.clusters.texts):
					t.Fatalf("line %d: no text for the cluster at %d", i, x)
				case int(c.ext) >= max(1, len(s.extras.list)):
					t.Fatalf("line %d: no extra for the cell at %d", i, x)
				}
			}
		}
	}
}
