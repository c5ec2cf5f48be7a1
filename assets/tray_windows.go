package assets

import _ "embed"

//go:embed icons/tacklebox.ico
var trayICO []byte

// TrayICO is the icon for the Windows notification area.
func TrayICO() []byte { return trayICO }
