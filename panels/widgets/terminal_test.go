package widgets

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	look "tacklebox/panels/theme"
)

// newTestTerminal is a terminal of a size in a window, with the colours of a variant.
func newTestTerminal(t *testing.T, variant string, cols, rows int) *Terminal {
	t.Helper()
	test.NewTempApp(t)
	fyne.CurrentApp().Settings().SetTheme(look.New(look.Options{Variant: variant}))
	term := NewTerminal(TerminalOptions{})
	w := test.NewTempWindow(t, term)
	w.SetPadded(false)
	f := term.painter.font
	w.Resize(fyne.NewSize(float32(cols*f.cellW+2*term.painter.padX), float32(rows*f.cellH+2*term.painter.padY)))
	term.setCells(cols, rows)
	w.Canvas().Focus(term)
	return term
}

const sample = "中文ab \x1b[1mbold粗体\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munder\x1b[0m \x1b[9mstrike\x1b[0m \x1b[2mfaint\x1b[0m \x1b[7minverse\x1b[0m e\u0301 😀 ★✓\r\n" +
	"\x1b[30m0\x1b[31m1\x1b[32m2\x1b[33m3\x1b[34m4\x1b[35m5\x1b[36m6\x1b[37m7\x1b[90m8\x1b[91m9\x1b[92mA\x1b[93mB\x1b[94mC\x1b[95mD\x1b[96mE\x1b[97mF\x1b[0m " +
	"\x1b[40m0\x1b[41m1\x1b[42m2\x1b[43m3\x1b[44m4\x1b[45m5\x1b[46m6\x1b[47m7\x1b[100m8\x1b[101m9\x1b[102mA\x1b[103mB\x1b[104mC\x1b[105mD\x1b[106mE\x1b[107mF\x1b[0m\r\n" +
	"\x1b[38;5;208mpalette\x1b[0m \x1b[38;2;255;105;180mdirect\x1b[0m \x1b[4:3;58;5;1mcurly\x1b[0m \x1b[21mdouble\x1b[0m \x1b[4:4mdotted\x1b[0m \x1b[4:5mdashed\x1b[0m \x1b[53mover\x1b[0m\r\n" +
	"┌─┬┐╔═╦╗┏━┳┓╭─╮╱╲ ░▒▓█▌▐▀▄▖▗▘ ⠋⣿⡇\r\n│ ││║ ║║┃ ┃┃│ │╳  ╒╕╓╖├╼╾┤\r\n├─┼┤╠═╬╣┣━╋┫╰─╯   ╘╛╙╜┝┥┄┅\r\n└─┴┘╚═╩╝┗━┻┛ -> => fi 0O1lI|\r\n\x1b[44;37m mc like \x1b[46;30m panel \x1b[0m \x1b[30;47m htop \x1b[0m root@kelu:/# "

func TestLook(t *testing.T) {
	dir := os.Getenv("TERMINAL_LOOK")
	if dir == "" {
		dir = t.TempDir()
	}
	for _, variant := range []string{look.Dark, look.Light} {
		term := newTestTerminal(t, variant, 64, 9)
		term.screen.Write([]byte(sample))
		img := term.generate(int(term.raster.Size().Width), int(term.raster.Size().Height))
		f, err := os.Create(filepath.Join(dir, variant+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}
