package app

import (
	"log/slog"
	"runtime/debug"
	"time"

	"tacklebox/panels"
)

// trayPatience is how long a start into the tray waits for one: at login the
// panel may come up after us.
const trayPatience = 20 * time.Second

// afterFrame is how long the tabs' work waits for the window's first frame, which
// it would take longer to draw beside.
const afterFrame = 300 * time.Millisecond

// giveBackAfter is when what only the start needed is given back to the system.
const giveBackAfter = time.Second

// started begins what can wait until the window is drawn.
func (s *shell) started() {
	if s.options.Show != nil {
		s.show(*s.options.Show)
	}
	if s.options.Minimized {
		time.AfterFunc(trayPatience, func() {
			s.wake(func() {
				if !s.trayUp {
					s.raise()
				}
			})
		})
	}
	if s.options.Minimized {
		s.begin()
		return
	}
	time.AfterFunc(afterFrame, func() { s.wake(s.begin) })
}

// begin begins what goes on beside the window.
func (s *shell) begin() {
	if s.ctx.Err() != nil {
		return
	}
	for _, t := range s.tabs {
		s.startResident(t)
	}
	go s.followTray()
	go s.offerCrashes()
	time.AfterFunc(giveBackAfter, debug.FreeOSMemory)
}

// startResident lets a panel begin what it does while nobody looks.
func (s *shell) startResident(t *tab) {
	r, ok := t.panel.(panels.Resident)
	if !ok {
		return
	}
	if err := guard(func() error { r.Start(s.host()); return nil }); err != nil {
		slog.Error("start tab", "tab", t.panel.ID(), "error", details(err))
		return
	}
	t.resident = true
	s.tray.changed()
}

// followTray puts the icon up when there is a tray and shows a hidden window
// when there is none any more. It runs in a goroutine of its own.
func (s *shell) followTray() {
	for shown := range s.svc.watchTray(s.ctx) {
		s.wake(func() { s.trayIs(shown) })
	}
}

// trayIs hears whether tray icons are shown.
func (s *shell) trayIs(shown bool) {
	slog.Debug("tray", "shown", shown)
	switch {
	case s.quitting:
	case shown && !s.trayUp:
		s.trayUp = true
		if s.showTray != nil {
			s.showTray()
		}
	case !shown && s.trayUp && !s.visible:
		slog.Info("the tray is gone: showing the window")
		s.raise()
	}
}
