package app

import "time"

// trayPatience is how long a start into the tray waits for one: at login the
// panel may come up after us.
const trayPatience = 20 * time.Second

// started begins what can wait until the window is drawn.
func (s *shell) started() {
	if s.options.Show != nil {
		s.show(*s.options.Show)
	}
	if s.startTray != nil {
		s.startTray()
	}
}
