package assets

import _ "embed"

//go:embed icons/png/tacklebox-64.png
var trayPNG []byte

// TrayPNG is the icon for trays of pixels, which may be light or dark: the
// program's own colours are seen on both.
func TrayPNG() []byte { return trayPNG }
