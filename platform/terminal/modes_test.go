package terminal

import (
	"testing"
	"time"
)

func TestModes(t *testing.T) {
	s := New(20, 5, Options{})
	want := Modes{AltScroll: true}
	if got := s.Modes(); got != want {
		t.Errorf("at first %+v", got)
	}
	s.Write([]byte("\x1b[?1h\x1b=\x1b[20h\x1b[?2004;1004;1003;1006h\x1b[?1049h\x1b[?1007l"))
	want = Modes{AppCursor: true, AppKeypad: true, NewLine: true, BracketedPaste: true, Focus: true, Mouse: MouseMotion, MouseSGR: true, Alternate: true}
	if got := s.Modes(); got != want {
		t.Errorf("all on: %+v", got)
	}
	s.Write([]byte("\x1b[?1l\x1b>\x1b[20l\x1b[?2004;1004;1003;1006l\x1b[?1049l\x1b[?1007h"))
	if got := s.Modes(); got != (Modes{AltScroll: true}) {
		t.Errorf("all off: %+v", got)
	}
	s.Write([]byte("\x1b[?1;1002h\x1bc"))
	if got := s.Modes(); got != (Modes{AltScroll: true}) {
		t.Errorf("after a reset: %+v", got)
	}
}

func TestAttributes(t *testing.T) {
	cases := []struct {
		name, in string
		want     Cell
	}{
		{"bold", "\x1b[1m", Cell{Attr: Bold}},
		{"all", "\x1b[1;2;3;5;7;8;9;53m", Cell{Attr: Bold | Faint | Italic | Blink | Inverse | Hidden | Strike | Overline}},
		{"all off again", "\x1b[1;2;3;4;5;7;8;9;53m\x1b[22;23;24;25;27;28;29;55m", Cell{}},
		{"underline", "\x1b[4m", Cell{Attr: Attr(0).withUnderline(SingleUnderline)}},
		{"double underline", "\x1b[21m", Cell{Attr: Attr(0).withUnderline(DoubleUnderline)}},
		{"curly underline", "\x1b[4:3m", Cell{Attr: Attr(0).withUnderline(CurlyUnderline)}},
		{"no underline by colon", "\x1b[4m\x1b[4:0m", Cell{}},
		{"unknown underline", "\x1b[4:9m", Cell{}},
		{"16 colours", "\x1b[31;42m", Cell{Fg: Palette(1), Bg: Palette(2)}},
		{"bright colours", "\x1b[97;100m", Cell{Fg: Palette(15), Bg: Palette(8)}},
		{"256 colours", "\x1b[38;5;208;48;5;17m", Cell{Fg: Palette(208), Bg: Palette(17)}},
		{"256 with colons", "\x1b[38:5:208m", Cell{Fg: Palette(208)}},
		{"24 bits", "\x1b[38;2;1;2;3;48;2;4;5;6m", Cell{Fg: Direct(1, 2, 3), Bg: Direct(4, 5, 6)}},
		{"24 bits with colons", "\x1b[38:2:1:2:3m", Cell{Fg: Direct(1, 2, 3)}},
		{"24 bits with a colour space", "\x1b[38:2::1:2:3m", Cell{Fg: Direct(1, 2, 3)}},
		{"and more after it", "\x1b[38:2::1:2:3;1m", Cell{Fg: Direct(1, 2, 3), Attr: Bold}},
		{"out of range", "\x1b[38;5;256m\x1b[38;2;1;2;300m", Cell{}},
		{"cut short", "\x1b[38m\x1b[38;5m\x1b[38;2;1m", Cell{}},
		{"default colours", "\x1b[31;41m\x1b[39;49m", Cell{}},
		{"reset by nothing", "\x1b[1;31m\x1b[m", Cell{}},
		{"reset in the middle", "\x1b[1;0;3m", Cell{Attr: Italic}},
		{"not SGR", "\x1b[>4;1m\x1b[?1m", Cell{}},
		{"numbers beyond all bounds", "\x1b[99999999999999999999999;1m", Cell{Attr: Bold}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := New(20, 2, Options{})
			s.Write([]byte(c.in + "x"))
			c.want.Rune = 'x'
			if got := s.row(0).cells[0]; got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestUnderlineColourAndLinks(t *testing.T) {
	s := New(40, 2, Options{})
	s.Write([]byte("\x1b[4:3;58;5;9ma\x1b[59mb\x1b[58:2::1:2:3mc\x1b]8;id=1;https://example.org/x\x1b\\d\x1b[0me\x1b]8;;\x1b\\f\x1b]8;;file:///etc/passwd\x1b\\g"))
	var f Frame
	s.Snapshot(&f, Follow)
	cells := f.Lines[0].Cells
	for i, want := range []struct {
		colour Color
		linked bool
	}{{Palette(9), false}, {0, false}, {Direct(1, 2, 3), false}, {Direct(1, 2, 3), true}, {0, true}, {0, false}, {0, false}} {
		if got := f.UnderlineColor(cells[i]); got != want.colour {
			t.Errorf("cell %d: underline %x, want %x", i, got, want.colour)
		}
		if got := f.Linked(cells[i]); got != want.linked {
			t.Errorf("cell %d: linked %v", i, got)
		}
	}
}

func TestErasingPaintsTheBackground(t *testing.T) {
	s := New(6, 3, Options{})
	s.Write([]byte("\x1b[44mab\x1b[K\x1b[2;1H\x1b[J\x1b[3;1H\n"))
	for y := range 3 {
		if n := len(s.row(y).cells); n != 6 {
			t.Fatalf("line %d has %d cells", y, n)
		}
		for x, c := range s.row(y).cells {
			if c.Bg != Palette(4) {
				t.Errorf("cell %d,%d has background %x", x, y, c.Bg)
			}
		}
	}
}

func TestCursorStyles(t *testing.T) {
	for n, want := range map[string]Cursor{
		"0": {Style: CursorBlock}, "1": {Style: CursorBlock, Blink: true}, "2": {Style: CursorBlock},
		"3": {Style: CursorUnderline, Blink: true}, "4": {Style: CursorUnderline},
		"5": {Style: CursorBar, Blink: true}, "6": {Style: CursorBar}, "7": {Style: CursorBlock},
	} {
		s := New(10, 2, Options{})
		s.Write([]byte("\x1b[" + n + " q"))
		var f Frame
		s.Snapshot(&f, Follow)
		want.Visible = true
		if f.Cursor != want {
			t.Errorf("style %s: %+v", n, f.Cursor)
		}
	}
	s := New(10, 2, Options{})
	s.Write([]byte("\x1b[?25l\x1b[?12h"))
	var f Frame
	s.Snapshot(&f, Follow)
	if f.Cursor.Visible || !f.Cursor.Blink {
		t.Errorf("hidden and blinking: %+v", f.Cursor)
	}
}

func TestSnapshotCopiesWhatChanged(t *testing.T) {
	s := New(10, 4, Options{})
	var f Frame
	if !s.Snapshot(&f, Follow) || s.Snapshot(&f, Follow) {
		t.Error("the first snapshot differs from nothing, the second does not differ")
	}
	changed := func() (rows []int) {
		for y, r := range f.Lines {
			if r.Changed {
				rows = append(rows, y)
			}
		}
		return rows
	}
	s.Write([]byte("\x1b[3;1Hx"))
	if !s.Snapshot(&f, Follow) {
		t.Error("a written character is no change")
	}
	if rows := changed(); len(rows) != 1 || rows[0] != 2 {
		t.Errorf("rows %v changed", rows)
	}
	s.Write([]byte("\x1b[1;1H"))
	if !s.Snapshot(&f, Follow) || len(changed()) != 0 {
		t.Error("a moved cursor is a change, but of no row")
	}
	s.StartSelection(Pos{s.base() + 2, 0}, ByLine)
	if !s.Snapshot(&f, Follow) || len(changed()) != 1 {
		t.Error("a selection changes its row")
	}
	s.SetColors(Colors{Foreground: 1})
	if !s.Snapshot(&f, Follow) || len(changed()) != 4 {
		t.Error("other colours change all rows")
	}
}

func TestSynchronisedUpdates(t *testing.T) {
	now := time.Unix(0, 0)
	s := New(10, 2, Options{Now: func() time.Time { return now }})
	var f Frame
	s.Snapshot(&f, Follow)
	s.Write([]byte("\x1b[?2026hab"))
	if s.Snapshot(&f, Follow) {
		t.Error("half an update is shown")
	}
	s.Write([]byte("c\x1b[?2026l"))
	if !s.Snapshot(&f, Follow) || len(f.Lines[0].Cells) != 3 {
		t.Error("the whole update is not shown")
	}
	s.Write([]byte("\x1b[?2026hd"))
	now = now.Add(2 * syncLimit)
	if !s.Snapshot(&f, Follow) {
		t.Error("an update without end is never shown")
	}
}

func TestGraphemes(t *testing.T) {
	const family, flag = "👨\u200d👩", "🇨🇳"
	s := New(20, 1, Options{})
	s.Write([]byte(family + "x"))
	if s.x != 5 {
		t.Errorf("without mode 2027 a family takes %d cells", s.x-1)
	}
	s = New(20, 1, Options{})
	s.Write([]byte("\x1b[?2027h" + family + flag + "👍🏽x"))
	if s.x != 7 || screenText(s) != family+flag+"👍🏽x" {
		t.Errorf("with mode 2027 the cursor is at %d after %q", s.x, screenText(s))
	}
}
