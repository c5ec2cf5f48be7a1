//go:build cgo

package app

import (
	"fyne.io/systray"

	"tacklebox/assets"
)

func setTrayIcon() { systray.SetIcon(assets.TrayICO()) }
