//go:build cgo

package app

import (
	"image"

	"fyne.io/systray"

	"tacklebox/assets"
)

func setTrayIcon() { systray.SetIcon(assets.TrayICO()) }

func setMarkedIcon(img *image.RGBA) error {
	systray.SetIcon(encodeICO(img))
	return nil
}
