package app

import (
	"fyne.io/fyne/v2"

	"tacklebox/assets"
)

// appIcon is the program's icon.
func appIcon() fyne.Resource { return assets.WindowIcon() }
