package terminal

import (
	"strings"
	"testing"
)

func TestEncodeKey(t *testing.T) {
	app := Modes{AppCursor: true, AppKeypad: true}
	cases := []struct {
		name string
		key  Key
		mod  Mod
		m    Modes
		want string
	}{
		{"up", KeyUp, 0, Modes{}, "\x1b[A"},
		{"up, application", KeyUp, 0, app, "\x1bOA"},
		{"Ctrl+right", KeyRight, Ctrl, app, "\x1b[1;5C"},
		{"Shift+Alt+left", KeyLeft, Shift | Alt, Modes{}, "\x1b[1;4D"},
		{"home", KeyHome, 0, Modes{}, "\x1b[H"},
		{"end, application", KeyEnd, 0, app, "\x1bOF"},
		{"page up", KeyPageUp, 0, Modes{}, "\x1b[5~"},
		{"Ctrl+page down", KeyPageDown, Ctrl, Modes{}, "\x1b[6;5~"},
		{"insert", KeyInsert, 0, Modes{}, "\x1b[2~"},
		{"Shift+delete", KeyDelete, Shift, Modes{}, "\x1b[3;2~"},
		{"F1", KeyF1, 0, Modes{}, "\x1bOP"},
		{"F4", KeyF4, 0, Modes{}, "\x1bOS"},
		{"Ctrl+F1", KeyF1, Ctrl, Modes{}, "\x1b[1;5P"},
		{"F5", KeyF5, 0, Modes{}, "\x1b[15~"},
		{"Shift+F5", KeyF5, Shift, Modes{}, "\x1b[15;2~"},
		{"F12", KeyF12, 0, Modes{}, "\x1b[24~"},
		{"backspace", KeyBackspace, 0, Modes{}, "\x7f"},
		{"Ctrl+backspace", KeyBackspace, Ctrl, Modes{}, "\b"},
		{"Alt+backspace", KeyBackspace, Alt, Modes{}, "\x1b\x7f"},
		{"tab", KeyTab, 0, Modes{}, "\t"},
		{"Shift+tab", KeyTab, Shift, Modes{}, "\x1b[Z"},
		{"enter", KeyEnter, 0, Modes{}, "\r"},
		{"enter, new line mode", KeyEnter, 0, Modes{NewLine: true}, "\r\n"},
		{"Alt+enter", KeyEnter, Alt, Modes{}, "\x1b\r"},
		{"keypad enter", KeyKeypadEnter, 0, Modes{}, "\r"},
		{"keypad enter, application", KeyKeypadEnter, 0, app, "\x1bOM"},
		{"escape", KeyEscape, 0, Modes{}, "\x1b"},
		{"nothing", KeyNone, 0, Modes{}, ""},
	}
	for _, c := range cases {
		if got := string(EncodeKey(c.key, c.mod, c.m)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestEncodeRune(t *testing.T) {
	cases := []struct {
		r    rune
		mod  Mod
		want string
	}{
		{'a', 0, "a"}, {'中', 0, "中"}, {'c', Ctrl, "\x03"}, {'C', Ctrl, "\x03"}, {'w', Ctrl, "\x17"},
		{' ', Ctrl, "\x00"}, {'@', Ctrl, "\x00"}, {'2', Ctrl, "\x00"}, {'[', Ctrl, "\x1b"}, {'\\', Ctrl, "\x1c"},
		{']', Ctrl, "\x1d"}, {'^', Ctrl, "\x1e"}, {'6', Ctrl, "\x1e"}, {'_', Ctrl, "\x1f"}, {'/', Ctrl, "\x1f"},
		{'?', Ctrl, "\x7f"}, {'b', Alt, "\x1bb"}, {'.', Alt, "\x1b."}, {'>', Alt, "\x1b>"}, {'e', Ctrl | Alt, "\x1b\x05"},
		{'9', Ctrl, "9"}, {'é', Alt, "\x1bé"},
	}
	for _, c := range cases {
		if got := string(EncodeRune(c.r, c.mod)); got != c.want {
			t.Errorf("%q with %d: %q, want %q", c.r, c.mod, got, c.want)
		}
	}
}

func TestEncodeMouse(t *testing.T) {
	press := Mouse{X: 4, Y: 2, Button: ButtonLeft}
	with := func(m Mouse, b Button, a MouseAction, mod Mod) Mouse {
		m.Button, m.Action, m.Mod = b, a, mod
		return m
	}
	sgr := func(mode MouseMode) Modes { return Modes{Mouse: mode, MouseSGR: true} }
	cases := []struct {
		name string
		e    Mouse
		m    Modes
		want string
	}{
		{"nobody asked", press, Modes{}, ""},
		{"press", press, sgr(MouseButtons), "\x1b[<0;5;3M"},
		{"release", with(press, ButtonLeft, MouseRelease, 0), sgr(MouseButtons), "\x1b[<0;5;3m"},
		{"right with Ctrl", with(press, ButtonRight, MousePress, Ctrl), sgr(MouseButtons), "\x1b[<18;5;3M"},
		{"middle with Alt", with(press, ButtonMiddle, MousePress, Alt), sgr(MouseButtons), "\x1b[<9;5;3M"},
		{"wheel", with(press, WheelUp, MousePress, 0), sgr(MouseButtons), "\x1b[<64;5;3M"},
		{"wheel down", with(press, WheelDown, MousePress, 0), sgr(MouseButtons), "\x1b[<65;5;3M"},
		{"the wheel is not released", with(press, WheelDown, MouseRelease, 0), sgr(MouseButtons), ""},
		{"motion unasked", with(press, ButtonLeft, MouseMove, 0), sgr(MouseButtons), ""},
		{"drag", with(press, ButtonLeft, MouseMove, 0), sgr(MouseDrag), "\x1b[<32;5;3M"},
		{"motion without a button", with(press, ButtonNone, MouseMove, 0), sgr(MouseDrag), ""},
		{"all motion", with(press, ButtonNone, MouseMove, 0), sgr(MouseMotion), "\x1b[<35;5;3M"},
		{"old press", press, Modes{Mouse: MouseButtons}, "\x1b[M %#"},
		{"old release", with(press, ButtonRight, MouseRelease, 0), Modes{Mouse: MouseButtons}, "\x1b[M#%#"},
		{"old form too far right", Mouse{X: 223}, Modes{Mouse: MouseButtons}, ""},
		{"X10 press", with(press, ButtonLeft, MousePress, Ctrl), Modes{Mouse: MouseX10}, "\x1b[M %#"},
		{"X10 has no release", with(press, ButtonLeft, MouseRelease, 0), Modes{Mouse: MouseX10}, ""},
	}
	for _, c := range cases {
		if got := string(EncodeMouse(c.e, c.m)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestEncodeFocus(t *testing.T) {
	if EncodeFocus(true, Modes{}) != nil || string(EncodeFocus(true, Modes{Focus: true})) != "\x1b[I" || string(EncodeFocus(false, Modes{Focus: true})) != "\x1b[O" {
		t.Error("focus is told to those who asked, and to nobody else")
	}
}

func TestEncodePaste(t *testing.T) {
	bracketed := Modes{BracketedPaste: true}
	cases := []struct {
		name, in string
		m        Modes
		want     string
	}{
		{"plain", "ls -la", Modes{}, "ls -la"},
		{"nothing", "", bracketed, ""},
		{"lines", "a\r\nb\nc\rd", Modes{}, "a\rb\rc\rd"},
		{"bracketed", "a\nb", bracketed, "\x1b[200~a\rb\x1b[201~"},
		{"brackets cannot be closed from inside", "a\x1b[201~rm -rf /\n", bracketed, "\x1b[200~a[201~rm -rf /\r\x1b[201~"},
		{"nor with a C1 control", "a\u009b201~b", bracketed, "\x1b[200~a201~b\x1b[201~"},
		{"no keys are pressed", "a\x03\x04\x1a\x7f\x00b\tc", Modes{}, "ab\tc"},
		{"中文", "中文\u3000x", bracketed, "\x1b[200~中文\u3000x\x1b[201~"},
	}
	for _, c := range cases {
		if got := string(EncodePaste(c.in, c.m)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestEncodeInsertRunsNothing(t *testing.T) {
	for _, m := range []Modes{{}, {BracketedPaste: true}} {
		got := string(EncodeInsert("/start.sh 'a\nb'\r\n\n", m))
		if strings.HasSuffix(strings.TrimSuffix(got, "\x1b[201~"), "\r") {
			t.Errorf("%q ends with Enter", got)
		}
		if !m.BracketedPaste && strings.ContainsAny(got, "\r\n") {
			t.Errorf("%q has an Enter in it", got)
		}
	}
}

func FuzzEncodePaste(f *testing.F) {
	f.Add("ls\x1b[201~\n", true)
	f.Add("中文\u009b", false)
	f.Fuzz(func(t *testing.T, text string, bracketed bool) {
		got := string(EncodePaste(text, Modes{BracketedPaste: bracketed}))
		if bracketed && got != "" {
			got = strings.TrimSuffix(strings.TrimPrefix(got, "\x1b[200~"), "\x1b[201~")
		}
		for _, r := range got {
			if r == 0x1b || r == 3 || r >= 0x80 && r < 0xa0 {
				t.Fatalf("%q lets %q through", text, r)
			}
		}
	})
}
