//go:build cgo && !windows && !darwin

package app

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/systray"

	"tacklebox/assets"
)

// beginTray starts the tray in a goroutine, since it talks over D-Bus. Title,
// icon and menu are set before: the icon is announced with them, and some
// panels drop one without a title.
func (s *shell) beginTray(start func()) {
	systray.SetTitle(Name)
	setTrayIcon()
	systray.SetOnTapped(func() { fyne.Do(s.raise) })
	s.fillTray()
	go start()
}

func (s *shell) trayReady() {}

func setTrayIcon() { systray.SetIcon(assets.TrayPNG()) }

func setMarkedIcon(img *image.RGBA) error {
	data, err := encodePNG(img)
	if err == nil {
		systray.SetIcon(data)
	}
	return err
}
