package terminal

import (
	"strings"
	"testing"
)

// ask writes to a fresh screen and returns what it answered.
func ask(t *testing.T, in string) string {
	t.Helper()
	var got strings.Builder
	s := New(20, 5, Options{Reply: func(b []byte) { got.Write(b) }})
	s.Write([]byte(in))
	return got.String()
}

func TestReplies(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"status", "\x1b[5n", "\x1b[0n"},
		{"cursor", "ab\r\ncd\x1b[6n", "\x1b[2;3R"},
		{"cursor in origin mode", "\x1b[2;4r\x1b[?6h\x1b[2;1H\x1b[6n", "\x1b[2;1R"},
		{"extended cursor", "\x1b[?6n", "\x1b[?1;1R"},
		{"primary attributes", "\x1b[c", "\x1b[?62;22c"},
		{"identify", "\x1bZ", "\x1b[?62;22c"},
		{"secondary attributes", "\x1b[>c", "\x1b[>1;10;0c"},
		{"tertiary attributes", "\x1b[=c", "\x1bP!|00000000\x1b\\"},
		{"name", "\x1b[>q", "\x1bP>|Tacklebox\x1b\\"},
		{"size", "\x1b[18t", "\x1b[8;5;20t"},
		{"title is never told", "\x1b]2;rm -rf /\x07\x1b[21t\x1b[20t", ""},
		{"answerback is empty", "\x05", ""},
		{"private mode set", "\x1b[?2004h\x1b[?2004$p", "\x1b[?2004;1$y"},
		{"private mode reset", "\x1b[?1$p", "\x1b[?1;2$y"},
		{"unknown private mode", "\x1b[?31337$p", "\x1b[?31337;0$y"},
		{"mouse mode", "\x1b[?1002h\x1b[?1002$p\x1b[?1000$p", "\x1b[?1002;1$y\x1b[?1000;2$y"},
		{"cursor shown", "\x1b[?25$p", "\x1b[?25;1$y"},
		{"alternate screen", "\x1b[?1049h\x1b[?1049$p", "\x1b[?1049;1$y"},
		{"ANSI mode", "\x1b[4h\x1b[4$p", "\x1b[4;1$y"},
		{"unknown ANSI mode", "\x1b[99$p", "\x1b[99;0$y"},
		{"pen", "\x1b[1;4:3;31;48;2;1;2;3m\x1bP$qm\x1b\\", "\x1bP1$r0;1;4:3;31;48:2::1:2:3m\x1b\\"},
		{"region", "\x1b[2;4r\x1bP$qr\x1b\\", "\x1bP1$r2;4r\x1b\\"},
		{"cursor style", "\x1b[5 q\x1bP$q q\x1b\\", "\x1bP1$r5 q\x1b\\"},
		{"conformance", "\x1bP$q\"p\x1b\\", "\x1bP1$r62;1\"p\x1b\\"},
		{"unknown setting is not repeated", "\x1bP$q;rm -rf /\r\x1b\\", "\x1bP0$r\x1b\\"},
		{"termcap is not repeated", "\x1bP+q726d0d\x1b\\", "\x1bP0+r\x1b\\"},
		{"palette", "\x1b]4;196;?\x07", "\x1b]4;196;rgb:ffff/0000/0000\x1b\\"},
		{"palette set", "\x1b]4;1;#102030\x07\x1b]4;1;?\x07", "\x1b]4;1;rgb:1010/2020/3030\x1b\\"},
		{"palette set back", "\x1b]4;196;#102030\x07\x1b]104;196\x07\x1b]4;196;?\x07", "\x1b]4;196;rgb:ffff/0000/0000\x1b\\"},
		{"palette out of range", "\x1b]4;256;?\x07\x1b]4;x;?\x07", ""},
		{"foreground and background", "\x1b]10;?;?\x07", "\x1b]10;rgb:d8d8/dede/e4e4\x1b\\\x1b]11;rgb:1414/1818/1d1d\x1b\\"},
		{"background set", "\x1b]11;rgb:f/8/0\x1b\\\x1b]11;?\x1b\\", "\x1b]11;rgb:ffff/8888/0000\x1b\\"},
		{"background set back", "\x1b]11;#fff\x07\x1b]111\x07\x1b]11;?\x07", "\x1b]11;rgb:1414/1818/1d1d\x1b\\"},
		{"clipboard is never told", "\x1b]52;c;?\x07", ""},
		{"keyboard protocol is not ours", "\x1b[?u\x1b[>4;?m", ""},
		{"window operations do nothing", "\x1b[8;50;50t\x1b[2t\x1b[5t\x1b[13t\x1b[11t", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := ask(t, c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestRepliesCarryNothingForeign looks for the program's own words in the answers:
// typed at a prompt, they would run.
func TestRepliesCarryNothingForeign(t *testing.T) {
	const canary = "echo pwned"
	for _, wrap := range []string{
		"\x1b]0;%\x07\x1b[21t", "\x1b]2;%\x1b\\\x1b[21t", "\x1bP$q%\x1b\\", "\x1bP+q%\x1b\\", "\x1b]4;%;?\x07", "\x1b]4;1;%\x07\x1b]4;1;?\x07",
		"\x1b]10;%\x07\x1b]10;?\x07", "\x1b]52;c;%\x07\x1b]52;c;?\x07", "\x1b]8;;%\x07", "\x1b[%n", "\x1b]50;?%\x07", "\x1b]%;?\x07", "\x05%", "\x1b_%\x1b\\", "\x1bX%\x1b\\",
		"\x1b]7;%\x07", "\x1b]9;%\x07", "\x1b]777;notify;%\x07", "\x1b]1337;%\x07", "\x1b]133;%\x07", "\x1b[>0;%q",
	} {
		got := ask(t, strings.ReplaceAll(wrap, "%", canary+"\r"))
		if strings.Contains(got, "pwned") || strings.ContainsAny(got, "\r\n") {
			t.Errorf("%q is answered with %q", wrap, got)
		}
	}
}

func TestRepliesAreBounded(t *testing.T) {
	n := 0
	s := New(20, 5, Options{Reply: func(b []byte) { n += len(b) }})
	s.Write([]byte(strings.Repeat("\x1b[6n", 1_000_000)))
	if n > maxReplies {
		t.Errorf("one write was answered with %d bytes", n)
	}
}

func TestTitle(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"plain", "\x1b]0;root@kelu: /\x07", "root@kelu: /"},
		{"with ST", "\x1b]2;x\x1b\\", "x"},
		{"Chinese with the byte 9C", "\x1b]2;✜ 容器\x07", "✜ 容器"},
		{"icon name alone", "\x1b]1;x\x07", ""},
		{"controls and directions are dropped", "\x1b]2;a\tb\u202ec\u200bd\x07", "abcd"},
		{"bad bytes are dropped", "\x1b]2;a\xff\xfeb\x07", "ab"},
		{"long ones are cut", "\x1b]2;" + strings.Repeat("x", 5000) + "\x07", strings.Repeat("x", maxTitle)},
		{"pushed and popped", "\x1b]2;a\x07\x1b[22;0t\x1b]2;b\x07\x1b[23;0t", "a"},
		{"popped too often", "\x1b]2;a\x07\x1b[23t", "a"},
		{"reset", "\x1b]2;a\x07\x1bc", ""},
		{"cut off by CAN", "\x1b]2;a\x07\x1b]2;bcd\x18", "a"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			told := ""
			s := New(20, 5, Options{Title: func(title string) { told = title }})
			s.Write([]byte(c.in))
			if s.Title() != c.want || told != c.want {
				t.Errorf("title %q, told %q, want %q", s.Title(), told, c.want)
			}
		})
	}
}

func TestBellAndClipboard(t *testing.T) {
	rung, clip := 0, []string(nil)
	s := New(20, 5, Options{Bell: func() { rung++ }, Clipboard: func(text string) { clip = append(clip, text) }})
	s.Write([]byte("\a\a\a\x1b]0;x\a"))
	if rung != 1 {
		t.Errorf("rung %d times for one write", rung)
	}
	s.Write([]byte("\x1b]52;c;5Lit5paH\x07"))
	s.Write([]byte("\x1b]52;c;!!!\x07\x1b]52;c;\x07\x1b]52\x07\x1b]52;c;//79\x07"))
	if len(clip) != 1 || clip[0] != "中文" {
		t.Errorf("asked to put %q into the clipboard", clip)
	}
}
