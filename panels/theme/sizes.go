package theme

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// sizes are denser than Fyne's: rows of 28 to 30 pixels at 100 %.
var sizes = map[fyne.ThemeSizeName]float32{
	fynetheme.SizeNameText:            13,
	fynetheme.SizeNameCaptionText:     11,
	fynetheme.SizeNameSubHeadingText:  15,
	fynetheme.SizeNameHeadingText:     19,
	fynetheme.SizeNamePadding:         3,
	fynetheme.SizeNameInnerPadding:    6,
	fynetheme.SizeNameLineSpacing:     3,
	fynetheme.SizeNameInlineIcon:      17,
	fynetheme.SizeNameScrollBar:       10,
	fynetheme.SizeNameScrollBarSmall:  4,
	fynetheme.SizeNameInputRadius:     4,
	fynetheme.SizeNameButtonRadius:    4,
	fynetheme.SizeNameSelectionRadius: 3,
}

// unscaled are lines and corners, which a larger text does not thicken.
var unscaled = map[fyne.ThemeSizeName]bool{
	fynetheme.SizeNameSeparatorThickness: true,
	fynetheme.SizeNameInputBorder:        true,
	fynetheme.SizeNameInputRadius:        true,
	fynetheme.SizeNameButtonRadius:       true,
	fynetheme.SizeNameSelectionRadius:    true,
}
