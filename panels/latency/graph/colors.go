package graph

import (
	"image/color"

	"fyne.io/fyne/v2/theme"
)

// The colours of several targets in one graph: a contrast of at least 4.5 with the
// plot's background and told apart by the common kinds of colour blindness as far
// as eight can be; the dash patterns tell the rest.
var (
	lightLines = [...]color.RGBA{hex(0x1557d6), hex(0xb04a00), hex(0x0a7d35), hex(0xa118b8), hex(0x00738c), hex(0x7a5c00), hex(0xc0156b), hex(0x4b4f58)}
	darkLines  = [...]color.RGBA{hex(0x7fb0ff), hex(0xffb15c), hex(0x4fd98a), hex(0xe58cff), hex(0x4fd6e6), hex(0xe6d24c), hex(0xff86b8), hex(0xc7ccd4)}
)

func hex(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func lineColors(dark bool) []color.RGBA {
	if dark {
		return darkLines[:]
	}
	return lightLines[:]
}

// dark is true when the theme's background is.
func (g *Graph) dark() bool { return isDark(theme.ColorForWidget(theme.ColorNameBackground, g)) }

func isDark(c color.Color) bool {
	r, gr, b, _ := c.RGBA()
	return 299*r+587*gr+114*b < 500*0xffff
}
