package widgets

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	look "tacklebox/panels/theme"
	"tacklebox/platform/terminal"
)

// sample has every colour and attribute, wide characters, and lines that meet.
const sample = "中文ab \x1b[1mbold粗体\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munder\x1b[0m \x1b[9mstrike\x1b[0m \x1b[2mfaint\x1b[0m \x1b[7minverse\x1b[0m e\u0301 😀 ★✓\r\n" +
	"\x1b[30m0\x1b[31m1\x1b[32m2\x1b[33m3\x1b[34m4\x1b[35m5\x1b[36m6\x1b[37m7\x1b[90m8\x1b[91m9\x1b[92mA\x1b[93mB\x1b[94mC\x1b[95mD\x1b[96mE\x1b[97mF\x1b[0m " +
	"\x1b[40m0\x1b[41m1\x1b[42m2\x1b[43m3\x1b[44m4\x1b[45m5\x1b[46m6\x1b[47m7\x1b[100m8\x1b[101m9\x1b[102mA\x1b[103mB\x1b[104mC\x1b[105mD\x1b[106mE\x1b[107mF\x1b[0m\r\n" +
	"\x1b[38;5;208mpalette\x1b[0m \x1b[38;2;255;105;180mdirect\x1b[0m \x1b[4:3;58;5;1mcurly\x1b[0m \x1b[21mdouble\x1b[0m \x1b[4:4mdotted\x1b[0m \x1b[4:5mdashed\x1b[0m \x1b[53mover\x1b[0m\r\n" +
	"┌─┬┐╔═╦╗┏━┳┓╭─╮╱╲ ░▒▓█▌▐▀▄▖▗▘ ⠋⣿⡇\r\n│ ││║ ║║┃ ┃┃│ │╳  ╒╕╓╖├╼╾┤\r\n├─┼┤╠═╬╣┣━╋┫╰─╯   ╘╛╙╜┝┥┄┅\r\n└─┴┘╚═╩╝┗━┻┛ -> => fi 0O1lI|\r\n" +
	"\x1b[44;37m mc like \x1b[46;30m panel \x1b[0m \x1b[30;47m htop \x1b[0m root@kelu:/# "

func TestTerminalLook(t *testing.T) {
	for _, variant := range []string{look.Dark, look.Light} {
		t.Run(variant, func(t *testing.T) {
			term := newTestTerminal(t, variant, 64, 9)
			term.screen.Write([]byte(sample))
			term.screen.StartSelection(terminal.Pos{Line: 6, Col: 16}, terminal.ByCell)
			term.screen.ExtendSelection(terminal.Pos{Line: 6, Col: 21})
			test.AssertImageMatches(t, "terminal/"+variant+".png", pixels(term))
		})
	}
}

// pixels is what the terminal would show now.
func pixels(t *Terminal) image.Image {
	size := t.raster.Size()
	return t.generate(int(size.Width), int(size.Height))
}

// TestTerminalPaintsOnlyWhatChanged compares rows painted one by one with the
// whole screen painted at once.
func TestTerminalPaintsOnlyWhatChanged(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 64, 9)
	pixels(term)
	for _, in := range []string{sample, "\x1b[3;4Hxyz", "\x1b[2;5r\x1b[2;1H\x1bM", "\x1b[r\x1b[9;1H\r\n\r\n", "\x1b[?5h", "\x1b[?5l\x1b[5;5H", "\x1b[?25l", "\x1b]11;#203040\a", "\x1b[?1049hfull"} {
		term.screen.Write([]byte(in))
		part := append([]uint8(nil), pixels(term).(*image.RGBA).Pix...)
		term.painter.all = true
		whole := pixels(term).(*image.RGBA).Pix
		for i := range whole {
			if part[i] != whole[i] {
				t.Fatalf("after %q pixel %d,%d is left over", in, i/4%term.painter.img.Rect.Dx(), i/4/term.painter.img.Rect.Dx())
			}
		}
	}
}

// TestWideCharactersTakeTwoCells looks at the pixels beside 中.
func TestWideCharactersTakeTwoCells(t *testing.T) {
	term := newTestTerminal(t, look.Dark, 20, 2)
	f := term.painter.font
	for _, style := range []uint8{0, styleBold, styleItalic} {
		if g := f.glyph('中', "", style, 2); g.mask.Rect.Dx() != 2*f.cellW || g.first >= g.last {
			t.Errorf("style %d: %v, rows %d to %d", style, g.mask.Rect, g.first, g.last)
		}
	}
	term.screen.Write([]byte("\x1b[?25l中|"))
	img := pixels(term).(*image.RGBA)
	bar := term.painter.padX + 2*f.cellW + f.cellW/2
	r, _, _, _ := img.At(bar, term.painter.padY+f.cellH/2).RGBA()
	if r < 0x6000 {
		t.Error("the character after 中 does not begin two cells on")
	}
}

func TestTerminalColoursCanBeRead(t *testing.T) {
	for _, v := range []fyne.ThemeVariant{theme.VariantDark, theme.VariantLight} {
		c := terminalColors(v)
		p := terminalPainter{pairs: make(terminalPairs), marks: terminalMarkColors(v)}
		f := &terminal.Frame{Foreground: c.Foreground, Background: c.Background}
		copy(f.Palette[:], c.Palette[:])
		if got := contrast(c.Foreground, c.Background); got < 7 {
			t.Errorf("variant %d: text has a contrast of %.1f", v, got)
		}
		if got := contrast(c.Cursor, c.Background); got < 3 {
			t.Errorf("variant %d: the cursor has a contrast of %.1f", v, got)
		}
		for fg := range uint8(16) {
			for bg := range uint8(17) {
				cell := terminal.Cell{Rune: 'x', Fg: terminal.Palette(fg)}
				if bg < 16 {
					cell.Bg = terminal.Palette(bg)
				}
				if cell.Fg == cell.Bg {
					continue
				}
				a, b := p.cellColours(f, cell, c.Foreground, c.Background)
				if got := contrast(a, b); got < namedContrast {
					t.Errorf("variant %d: colour %d on %d has a contrast of %.1f", v, fg, bg, got)
				}
			}
		}
		for _, mark := range []terminal.RGB{p.marks.selected, p.marks.found, p.marks.current} {
			if got := contrast(p.pairs.readable(c.Foreground, mark, namedContrast), mark); got < namedContrast {
				t.Errorf("variant %d: marked text has a contrast of %.1f", v, got)
			}
		}
	}
}

func BenchmarkPaint(b *testing.B) {
	test.NewTempApp(b)
	term := NewTerminal(TerminalOptions{})
	term.setCells(160, 50)
	f := term.painter.font
	w, h := 160*f.cellW+8, 50*f.cellH+4
	for range 10 {
		term.screen.Write([]byte(sample))
	}
	term.generateAt(w, h)
	for b.Loop() {
		term.painter.all = true
		term.generateAt(w, h)
	}
}

func (t *Terminal) generateAt(w, h int) {
	t.screen.Snapshot(&t.frame, t.top)
	t.painter.take(&t.frame)
	t.painter.paint(&t.frame, w, h, cursorLook{on: true})
}
