package terminal

import (
	"strings"
	"testing"
)

// screenText is the visible text with trailing blank lines cut.
func screenText(s *Screen) string { return strings.TrimRight(s.Text(), "\n") }

func TestWhatIsPainted(t *testing.T) {
	cases := []struct {
		name       string
		cols, rows int
		in         string
		want       string
		x, y       int
	}{
		{"plain", 10, 3, "hello\r\nworld", "hello\nworld", 5, 1},
		{"wraps only with the next character", 5, 3, "abcde", "abcde", 4, 0},
		{"wraps", 5, 3, "abcdef", "abcde\nf", 1, 1},
		{"scrolls", 5, 2, "a\r\nb\r\nc", "b\nc", 1, 1},
		{"no autowrap", 5, 2, "\x1b[?7labcdefgh", "abcdh", 4, 0},
		{"wide", 6, 2, "中文ab", "中文ab", 5, 0},
		{"wide wraps whole", 5, 2, "abcd中", "abcd\n中", 2, 1},
		{"overwriting half a wide character blanks it", 6, 1, "中文\x1b[2Gx", " x文", 2, 0},
		{"overwriting the first half", 6, 1, "中文\x1b[1Gx", "x 文", 1, 0},
		{"combining mark", 6, 1, "e\u0301x", "e\u0301x", 2, 0},
		{"UTF-8 cut by a control", 6, 1, "a\xe4\xb8\x1b[1mb", "a\ufffdb", 3, 0},
		{"bad bytes", 9, 1, "a\xffb\x80c\x9bd", "a\ufffdb\ufffdc\ufffdd", 7, 0},
		{"carriage return and backspace", 9, 1, "abc\rX\b\bY", "Ybc", 1, 0},
		{"tab", 20, 1, "a\tb", "a       b", 9, 0},
		{"back tab", 20, 1, "a\tb\x1b[2Zc", "c       b", 1, 0},
		{"tab stop set and cleared", 20, 1, "\x1b[3g\x1b[5G\x1bH\ra\tb\tc", "a   b              c", 19, 0},
		{"cursor position", 10, 4, "\x1b[2;3Hx\x1b[Hy\x1b[99;99Hz", "y\n  x\n\n         z", 9, 3},
		{"erase to end", 10, 2, "abcdef\x1b[3G\x1b[K", "ab", 2, 0},
		{"erase to start", 10, 2, "abcdef\x1b[3G\x1b[1K", "   def", 2, 0},
		{"erase display", 10, 2, "abc\r\ndef\x1b[2J", "", 3, 1},
		{"insert characters", 6, 1, "abcdef\x1b[2G\x1b[2@", "a  bcd", 1, 0},
		{"delete characters", 6, 1, "abcdef\x1b[2G\x1b[2P", "adef", 1, 0},
		{"erase characters", 6, 1, "abcdef\x1b[2G\x1b[2X", "a  def", 1, 0},
		{"insert mode", 6, 1, "abc\x1b[4h\x1b[1Gxy", "xyabc", 2, 0},
		{"insert lines", 5, 4, "a\r\nb\r\nc\x1b[2H\x1b[L", "a\n\nb\nc", 0, 1},
		{"delete lines", 5, 4, "a\r\nb\r\nc\x1b[1H\x1b[M", "b\nc", 0, 0},
		{"scroll region", 5, 4, "1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3H\n\nx", "1\n\nx\n4", 1, 2},
		{"region from the top", 5, 4, "1\r\n2\r\n3\r\n4\x1b[1;2r\x1b[2H\nx", "2\nx\n3\n4", 1, 1},
		{"reverse index", 5, 3, "a\r\nb\x1b[H\x1bMx", "x\na\nb", 1, 0},
		{"scroll up and down", 5, 3, "a\r\nb\r\nc\x1b[S\x1b[2T", "\n\nb", 1, 2},
		{"origin mode", 9, 5, "\x1b[2;4r\x1b[?6h\x1b[1;1Hx\x1b[9;1Hy", "\nx\n\ny", 1, 3},
		{"save and restore", 9, 3, "ab\x1b7\x1b[3;3Hc\x1b8d", "abd\n\n  c", 3, 0},
		{"graphics charset", 9, 1, "\x1b(0lqk\x1b(Bx", "┌─┐x", 4, 0},
		{"shift out", 9, 1, "\x1b)0a\x0eq\x0fq", "a─q", 3, 0},
		{"single shift", 9, 1, "\x1b*0\x1bNqq", "─q", 2, 0},
		{"repeat", 9, 1, "a\x1b[3b", "aaaa", 4, 0},
		{"repeat nothing", 9, 1, "\x1b[3b", "", 0, 0},
		{"alignment", 3, 2, "\x1b#8", "EEE\nEEE", 0, 0},
		{"alternate screen", 9, 2, "abc\x1b[?1049hxyz\x1b[?1049l!", "abc!", 4, 0},
		{"alternate screen is empty again", 9, 2, "\x1b[?1049hxyz\x1b[?1049l\x1b[?1049h", "", 0, 0},
		{"soft reset", 9, 3, "\x1b[2;3r\x1b[4h\x1b[!pab\rc", "cb", 1, 0},
		{"full reset", 9, 3, "ab\x1bcx", "x", 1, 0},
		{"horizontal absolute and vertical absolute", 9, 3, "\x1b[4Ga\x1b[2db\x1b[`c", "   a\nc   b", 1, 1},
		{"next and previous line", 9, 4, "a\x1b[2Eb\x1b[Fc", "a\nc\nb", 1, 1},
		{"cancelled sequence", 9, 1, "a\x1b[3\x18b", "ab", 2, 0},
		{"control inside a sequence", 9, 2, "a\x1b[\r\n1Cb", "a\n b", 2, 1},
		{"unknown sequences are not shown", 9, 1, "a\x1b[>4;2m\x1b[?9999h\x1b[=5u\x1bkno\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\b", "anob", 4, 0},
		{"reverse wrap", 3, 2, "\x1b[?45habcd\b\b\bx", "axc\nd", 2, 0},
		{"new line mode", 5, 2, "\x1b[20ha\nb", "a\nb", 1, 1},
		{"selective erase", 9, 1, "a\x1b[1\"qb\x1b[0\"qc\x1b[?2K", " b", 3, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, step := range []int{len(c.in), 1} { // whole, and byte by byte
				s := New(c.cols, c.rows, Options{})
				for i := 0; i < len(c.in); i += step {
					s.Write([]byte(c.in[i : i+step]))
				}
				if got := screenText(s); got != c.want {
					t.Errorf("writes of %d: got\n%q\nwant\n%q", step, got, c.want)
				}
				if s.x != c.x && !(s.wrap && s.x == c.x) || s.y != c.y {
					t.Errorf("writes of %d: cursor at %d,%d, want %d,%d", step, s.x, s.y, c.x, c.y)
				}
			}
		})
	}
}
