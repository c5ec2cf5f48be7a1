package terminal

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// session is a recorded byte stream of a real program with what another
// terminal emulator (tmux) showed after parts of it.
type session struct {
	Cols, Rows int
	// Stops are the places in the stream where the screens were compared.
	Stops []stop
}

type stop struct {
	Offset int
	// Screen is what `tmux capture-pane -peN` printed.
	Screen []string
	// X and Y are tmux's cursor.
	X, Y int
	// Text is set where tmux fails the test of vttest's that is on the screen: then
	// it is our own screen, looked at by a person, who did what vttest asks for.
	Text []string `json:",omitempty"`
}

// TestSessions plays what vim, less, top, htop, mc, tmux and bash wrote, and
// compares every cell and the cursor with what tmux made of the same bytes.
// Record anew with: go test ./platform/terminal -run TestRecordSessions -record
func TestSessions(t *testing.T) {
	files, err := filepath.Glob("testdata/sessions/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded sessions: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var rec session
			if err := json.Unmarshal(content, &rec); err != nil {
				t.Fatal(err)
			}
			stream, err := os.ReadFile(strings.TrimSuffix(file, ".json") + ".bytes")
			if err != nil {
				t.Fatal(err)
			}
			s := New(rec.Cols, rec.Rows, Options{})
			at := 0
			for i, stop := range rec.Stops {
				s.Write(stream[at:stop.Offset])
				at = stop.Offset
				if stop.Text != nil {
					if got := strings.Split(strings.TrimSuffix(s.Text(), "\n"), "\n"); !slices.Equal(got, stop.Text) {
						t.Errorf("stop %d: the screen is\n%s\nwant\n%s", i, strings.Join(got, "\n"), strings.Join(stop.Text, "\n"))
					}
					continue
				}
				compareScreens(t, fmt.Sprintf("stop %d at byte %d", i, at), s, stop)
			}
		})
	}
}

// compareScreens reads tmux's screen back through another Screen, and compares.
func compareScreens(t *testing.T, where string, s *Screen, want stop) {
	t.Helper()
	other := New(s.cols, s.rows, Options{})
	other.Write([]byte("\x1b[?7l"))
	for y, l := range want.Screen {
		fmt.Fprintf(other, "\x1b[%d;1H%s", y+1, l)
	}
	var f, g Frame
	s.Snapshot(&f, Follow)
	other.Snapshot(&g, Follow)
	bad := 0
	for y := range s.rows {
		for x := range s.cols {
			a, b := frameCell(&f, x, y), frameCell(&g, x, y)
			// tmux does not print the cells at a line's end that were only erased,
			// so that their background is not known.
			if a == b || x >= len(g.Lines[y].Cells) && strings.HasPrefix(a, `" "`) {
				continue
			}
			if bad++; bad < 6 {
				t.Errorf("%s: cell %d,%d is %s, tmux has %s", where, x, y, a, b)
			}
		}
	}
	if bad > 0 {
		t.Errorf("%s: %d cells differ; ours:\n%s\ntmux:\n%s", where, bad, s.Text(), other.Text())
	}
	if s.x != min(want.X, s.cols-1) || s.y != want.Y {
		t.Errorf("%s: cursor at %d,%d, tmux has %d,%d", where, s.x, s.y, want.X, want.Y)
	}
}

// frameCell describes what a cell looks like.
func frameCell(f *Frame, x, y int) string {
	var c Cell
	if cells := f.Lines[y].Cells; x < len(cells) {
		c = cells[x]
	}
	text := " "
	if c.Rune != 0 {
		text = f.Text(c)
	}
	attr := c.Attr
	if strings.TrimSpace(text) == "" {
		attr &^= Bold | Italic | Faint | Blink | Hidden // not to be seen in a blank
		if attr&Inverse == 0 {
			c.Fg = 0
		}
	}
	return fmt.Sprintf("%q fg %06x bg %06x attr %x", text, uint32(c.Fg), uint32(c.Bg), uint16(attr&^(Protected|WideTail|Wide)))
}
