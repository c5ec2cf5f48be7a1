package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// The colours that mean a state. Each is used for text and for the shape that
// stands beside it, never alone.
const (
	// Good is what works.
	Good fyne.ThemeColorName = "tackleboxGood"
	// Degraded works, but not as it should.
	Degraded fyne.ThemeColorName = "tackleboxDegraded"
	// Failed does not work.
	Failed fyne.ThemeColorName = "tackleboxFailed"
	// Unknown was not measured or cannot be known.
	Unknown fyne.ThemeColorName = "tackleboxUnknown"
	// Accent is what can be acted on.
	Accent fyne.ThemeColorName = "tackleboxAccent"
	// Muted is text that matters less: units, ages, captions.
	Muted fyne.ThemeColorName = "tackleboxMuted"
	// Rail is the background of the rail of tabs and of the status line.
	Rail fyne.ThemeColorName = "tackleboxRail"
	// Selected is the background of the chosen row or tab.
	Selected fyne.ThemeColorName = "tackleboxSelected"
)

// StateColor is the colour of one of the levels "good", "degraded", "failed"
// and "unknown"; any other level is unknown.
func StateColor(level string) fyne.ThemeColorName {
	switch level {
	case "good":
		return Good
	case "degraded":
		return Degraded
	case "failed":
		return Failed
	}
	return Unknown
}

// rgb is an opaque colour.
func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

// rgba is a colour that lets through what is below it.
func rgba(v uint32, alpha uint8) color.NRGBA {
	c := rgb(v)
	c.A = alpha
	return c
}

// lightColors are graphite on paper.
var lightColors = map[fyne.ThemeColorName]color.Color{
	Good:     rgb(0x1a7037),
	Degraded: rgb(0x8a5300),
	Failed:   rgb(0xb3261e),
	Unknown:  rgb(0x5b6470),
	Accent:   rgb(0x0b5cad),
	Muted:    rgb(0x5b6470),
	Rail:     rgb(0xeceef1),
	Selected: rgb(0xd8e6f6),

	fynetheme.ColorNameBackground:          rgb(0xf8f9fa),
	fynetheme.ColorNameForeground:          rgb(0x1d2229),
	fynetheme.ColorNamePrimary:             rgb(0x0b5cad),
	fynetheme.ColorNameHyperlink:           rgb(0x0b5cad),
	fynetheme.ColorNameFocus:               rgba(0x0b5cad, 0x50),
	fynetheme.ColorNameSelection:           rgba(0x0b5cad, 0x38),
	fynetheme.ColorNameButton:              rgb(0xe6e9ed),
	fynetheme.ColorNameDisabledButton:      rgb(0xeff1f3),
	fynetheme.ColorNameDisabled:            rgb(0x636b76),
	fynetheme.ColorNamePlaceHolder:         rgb(0x5f6873),
	fynetheme.ColorNameInputBackground:     rgb(0xffffff),
	fynetheme.ColorNameInputBorder:         rgb(0xc3c9d1),
	fynetheme.ColorNameHeaderBackground:    rgb(0xeceef1),
	fynetheme.ColorNameMenuBackground:      rgb(0xffffff),
	fynetheme.ColorNameOverlayBackground:   rgb(0xffffff),
	fynetheme.ColorNameHover:               rgba(0x1d2229, 0x10),
	fynetheme.ColorNamePressed:             rgba(0x1d2229, 0x20),
	fynetheme.ColorNameSeparator:           rgb(0xd9dde2),
	fynetheme.ColorNameScrollBar:           rgba(0x1d2229, 0x70),
	fynetheme.ColorNameScrollBarBackground: rgba(0x1d2229, 0x0c),
	fynetheme.ColorNameShadow:              rgba(0x000000, 0x38),
	fynetheme.ColorNameError:               rgb(0xb3261e),
	fynetheme.ColorNameSuccess:             rgb(0x1a7037),
	fynetheme.ColorNameWarning:             rgb(0x8a5300),
	fynetheme.ColorNameForegroundOnPrimary: rgb(0xffffff),
	fynetheme.ColorNameForegroundOnError:   rgb(0xffffff),
	fynetheme.ColorNameForegroundOnSuccess: rgb(0xffffff),
	fynetheme.ColorNameForegroundOnWarning: rgb(0xffffff),
}

// darkColors are chalk on slate.
var darkColors = map[fyne.ThemeColorName]color.Color{
	Good:     rgb(0x5cc983),
	Degraded: rgb(0xe3ae4d),
	Failed:   rgb(0xff8b80),
	Unknown:  rgb(0xa0a9b5),
	Accent:   rgb(0x7ab7f5),
	Muted:    rgb(0xa0a9b5),
	Rail:     rgb(0x16191d),
	Selected: rgb(0x243b55),

	fynetheme.ColorNameBackground:          rgb(0x1c2025),
	fynetheme.ColorNameForeground:          rgb(0xe4e7eb),
	fynetheme.ColorNamePrimary:             rgb(0x7ab7f5),
	fynetheme.ColorNameHyperlink:           rgb(0x7ab7f5),
	fynetheme.ColorNameFocus:               rgba(0x7ab7f5, 0x58),
	fynetheme.ColorNameSelection:           rgba(0x7ab7f5, 0x40),
	fynetheme.ColorNameButton:              rgb(0x2c323a),
	fynetheme.ColorNameDisabledButton:      rgb(0x23282e),
	fynetheme.ColorNameDisabled:            rgb(0x8b949f),
	fynetheme.ColorNamePlaceHolder:         rgb(0x98a1ac),
	fynetheme.ColorNameInputBackground:     rgb(0x14171a),
	fynetheme.ColorNameInputBorder:         rgb(0x414954),
	fynetheme.ColorNameHeaderBackground:    rgb(0x16191d),
	fynetheme.ColorNameMenuBackground:      rgb(0x262b31),
	fynetheme.ColorNameOverlayBackground:   rgb(0x22272d),
	fynetheme.ColorNameHover:               rgba(0xffffff, 0x10),
	fynetheme.ColorNamePressed:             rgba(0xffffff, 0x22),
	fynetheme.ColorNameSeparator:           rgb(0x343a42),
	fynetheme.ColorNameScrollBar:           rgba(0xffffff, 0x60),
	fynetheme.ColorNameScrollBarBackground: rgba(0xffffff, 0x0a),
	fynetheme.ColorNameShadow:              rgba(0x000000, 0x80),
	fynetheme.ColorNameError:               rgb(0xff8b80),
	fynetheme.ColorNameSuccess:             rgb(0x5cc983),
	fynetheme.ColorNameWarning:             rgb(0xe3ae4d),
	fynetheme.ColorNameForegroundOnPrimary: rgb(0x0c1a2a),
	fynetheme.ColorNameForegroundOnError:   rgb(0x2b0b08),
	fynetheme.ColorNameForegroundOnSuccess: rgb(0x06210f),
	fynetheme.ColorNameForegroundOnWarning: rgb(0x271a02),
}
