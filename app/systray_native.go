//go:build cgo && (windows || darwin)

package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/systray"
)

// beginTray starts the tray on the main goroutine, whose event loop serves it.
func (s *shell) beginTray(start func()) { start() }

// trayReady is called in a goroutine once the icon can be set.
func (s *shell) trayReady() {
	fyne.Do(func() {
		setTrayIcon()
		systray.SetTooltip(Name)
		if !nativeMenu { // on a Mac a click opens the menu
			systray.SetOnTapped(func() { fyne.Do(s.raise) })
		}
		s.fillTray()
	})
}
