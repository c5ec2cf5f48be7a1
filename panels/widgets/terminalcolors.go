package widgets

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"tacklebox/platform/terminal"
)

// terminalColors are the terminal's own colours for a light or dark theme. They
// do not follow the theme's, because programs choose from 16 names and expect
// them to go together.
func terminalColors(v fyne.ThemeVariant) terminal.Colors {
	if v == theme.VariantLight {
		return terminal.Colors{
			Foreground: 0x1d2229, Background: 0xfcfdfe, Cursor: 0x0b5cad,
			Palette: [16]terminal.RGB{
				0x24292f, 0xb3261e, 0x1a7037, 0x7d5300, 0x0b5cad, 0x7a3fc9, 0x146a72, 0xc9d1d9,
				0x666e78, 0xc62f2a, 0x1f7a3d, 0x8a5c00, 0x1566c4, 0x8a4ad2, 0x177681, 0xffffff,
			},
		}
	}
	return terminal.DefaultColors()
}

// The contrast that text is given at least. Colours with a name have to be
// readable; others were chosen by number by somebody who saw another background,
// and are helped only when they nearly vanish.
const (
	namedContrast = 4.5
	otherContrast = 2.2
)

// selection and search colours: background for light and dark.
type terminalMarks struct {
	selected, found, current, foundText terminal.RGB
}

func terminalMarkColors(v fyne.ThemeVariant) terminalMarks {
	if v == theme.VariantLight {
		return terminalMarks{selected: 0xbcd7f5, found: 0xffe08a, current: 0xffa94d, foundText: 0x1d2229}
	}
	return terminalMarks{selected: 0x2f4a6b, found: 0x7a5c12, current: 0xd98a1f, foundText: 0xffffff}
}

// luminance is the relative luminance of WCAG.
func luminance(c terminal.RGB) float64 {
	channel := func(v terminal.RGB) float64 {
		f := float64(v&0xff) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(c>>16) + 0.7152*channel(c>>8) + 0.0722*channel(c)
}

func contrast(a, b terminal.RGB) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// blend is a with share (0 to 255) of b.
func blend(a, b terminal.RGB, share uint32) terminal.RGB {
	mix := func(shift uint) terminal.RGB {
		x, y := uint32(a>>shift&0xff), uint32(b>>shift&0xff)
		return terminal.RGB((x*(255-share)+y*share)/255) << shift
	}
	return mix(16) | mix(8) | mix(0)
}

// readable moves fg towards black or white until it stands out from bg.
func readable(fg, bg terminal.RGB, want float64) terminal.RGB {
	if contrast(fg, bg) >= want {
		return fg
	}
	target := terminal.RGB(0xffffff)
	if contrast(0, bg) > contrast(0xffffff, bg) {
		target = 0
	}
	for share := uint32(16); share < 255; share += 16 {
		if c := blend(fg, target, share); contrast(c, bg) >= want {
			return c
		}
	}
	return target
}

// terminalPairs remembers what readable said: a screen has few pairs of colours.
type terminalPairs map[[2]terminal.RGB]terminal.RGB

func (p terminalPairs) readable(fg, bg terminal.RGB, want float64) terminal.RGB {
	key := [2]terminal.RGB{fg, bg}
	if want == otherContrast {
		key[0] |= 1 << 24
	}
	if c, ok := p[key]; ok {
		return c
	}
	if len(p) > 4096 {
		clear(p)
	}
	c := readable(fg, bg, want)
	p[key] = c
	return c
}
