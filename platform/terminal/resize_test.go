package terminal

import (
	"fmt"
	"strings"
	"testing"
)

func TestReflow(t *testing.T) {
	s := New(10, 4, Options{})
	fmt.Fprint(s, "0123456789abcdefghij\r\nshort\r\n中文中文中文\r\n$ ls")
	before := allText(t, s)
	for _, size := range [][2]int{{5, 4}, {7, 3}, {3, 9}, {40, 2}, {1, 1}, {2, 5}, {10, 4}, {80, 24}, {10, 4}} {
		s.Resize(size[0], size[1])
		if size[0] > 1 { // a wide character has no place in one column
			if got := allText(t, s); got != before {
				t.Fatalf("at %dx%d the text is\n%q, was\n%q", size[0], size[1], got, before)
			}
		}
		if s.x >= s.cols || s.y >= s.rows {
			t.Fatalf("at %dx%d the cursor is at %d,%d", size[0], size[1], s.x, s.y)
		}
		if size == [2]int{1, 1} {
			s = New(10, 4, Options{})
			fmt.Fprint(s, "0123456789abcdefghij\r\nshort\r\n中文中文中文\r\n$ ls")
		}
	}
	if s.x != 4 || s.row(s.y).cells[2].Rune != 'l' {
		t.Errorf("the cursor is at %d,%d of\n%s", s.x, s.y, s.Text())
	}
}

func allText(t *testing.T, s *Screen) string {
	t.Helper()
	var b strings.Builder
	if err := s.SaveText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestResizeKeepsTheView(t *testing.T) {
	t.Run("a cleared screen stays at its top", func(t *testing.T) {
		s := scrolled(20, 5, 50)
		s.Write([]byte("\x1b[H\x1b[2J$ "))
		s.Resize(20, 12)
		if screenText(s) != "$ " && screenText(s) != "$" || s.y != 0 {
			t.Errorf("after growing the cursor is at %d and the screen is\n%s", s.y, s.Text())
		}
		s.Resize(20, 3)
		if s.y != 0 || !strings.HasPrefix(s.Text(), "$") {
			t.Errorf("after shrinking the cursor is at %d and the screen is\n%s", s.y, s.Text())
		}
		s.Resize(15, 6)
		if s.y != 0 {
			t.Errorf("in other columns the cursor is at %d of\n%s", s.y, s.Text())
		}
	})
	t.Run("a full screen grows upwards", func(t *testing.T) {
		s := scrolled(20, 5, 50)
		s.Resize(20, 8)
		if !strings.HasPrefix(s.Text(), "line 43\n") || s.y != 7 {
			t.Errorf("the cursor is at %d of\n%s", s.y, s.Text())
		}
		s.Resize(20, 3)
		if !strings.HasPrefix(s.Text(), "line 48\n") || s.y != 2 {
			t.Errorf("the cursor is at %d of\n%s", s.y, s.Text())
		}
	})
	t.Run("the alternate screen keeps the cursor's line", func(t *testing.T) {
		s := New(20, 5, Options{})
		s.Write([]byte("shell\x1b[?1049h1\r\n2\r\n3\r\n4\r\n5"))
		s.Resize(3, 3)
		if screenText(s) != "3\n4\n5" || s.y != 2 {
			t.Errorf("the cursor is at %d of\n%s", s.y, s.Text())
		}
		s.Write([]byte("\x1b[?1049l"))
		if screenText(s) != "she\nll" {
			t.Errorf("behind it was\n%s", s.Text())
		}
	})
}

func TestResizeIsClamped(t *testing.T) {
	s := New(-5, 0, Options{})
	for _, size := range [][2]int{{0, 0}, {1 << 20, 1 << 20}, {-1, -1}, {80, 24}} {
		s.Resize(size[0], size[1])
		s.Write([]byte("中x\r\n"))
	}
	if cols, rows := s.Size(); cols != 80 || rows != 24 {
		t.Errorf("%dx%d", cols, rows)
	}
}
