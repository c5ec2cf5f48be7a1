//go:build cgo

package app

import (
	"log/slog"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/systray"

	"tacklebox/assets"
)

// The tray is shown through fyne.io/systray itself and not through Fyne's
// driver: the driver starts a tray only before the first frame, makes a second
// OpenGL window for it, and rebuilds its menu by rules of its own.

// startSystray puts the icon into the tray, on Fyne's goroutine.
func (s *shell) startSystray() {
	start, _ := systray.RunWithExternalLoop(func() { s.trayReady() }, nil)
	s.beginTray(start)
}

// fillTray gives the tray its menu.
func (s *shell) fillTray() {
	s.tray.start(systrayMenu{}, func(d time.Duration, f func()) {
		time.AfterFunc(d, func() { fyne.Do(f) })
	})
}

// systrayMenu is the menu of the tray's icon.
type systrayMenu struct{}

// show replaces the menu. Every line gets a new number, so that a click on a
// line of an old menu, which a desktop may still show, never does another
// line's work.
func (systrayMenu) show(lines []trayLine) {
	systray.ResetMenu()
	for _, line := range lines {
		if line.text == "" {
			systray.AddSeparator()
			continue
		}
		item := systray.AddMenuItem(line.text, "")
		if line.do == nil {
			item.Disable()
			continue
		}
		go func() { // ends when the menu is replaced
			for range item.ClickedCh {
				fyne.Do(line.do)
			}
		}()
	}
}

// mark puts a level's mark on the icon.
func (systrayMenu) mark(level string) {
	if level == "" {
		setTrayIcon()
		return
	}
	img, err := markedIcon(assets.TrayPNG(), level)
	if err == nil {
		err = setMarkedIcon(img)
	}
	if err != nil {
		slog.Warn("mark the tray icon", "error", err)
	}
}
