package app

import (
	"log/slog"

	"fyne.io/fyne/v2"

	"tacklebox/panels"
	"tacklebox/platform/settings"
)

// host is what the shell offers its panels.
type host struct{ s *shell }

func (s *shell) host() panels.Host { return host{s} }

// Window is the one window.
func (h host) Window() fyne.Window { return h.s.win }

// Settings is the open settings file.
func (h host) Settings() *settings.Store { return h.s.store }

// DataDir is the folder of all own files.
func (h host) DataDir() string { return h.s.options.DataDir }

// SetStatus puts a panel's text into the status line.
func (h host) SetStatus(panel, level, text string) { h.s.status.set(panel, level, text) }

// TrayChanged has the tray's menu compared with what it should be.
func (h host) TrayChanged() { h.s.tray.changed() }

// Select brings a tab to the front and the window with it.
func (h host) Select(panel string) {
	h.s.raise()
	h.s.selectTab(panel)
}

// Notify shows a desktop notification, from a goroutine: the notification
// service may be slow.
func (h host) Notify(title, text string) {
	go func() {
		if err := h.s.svc.notify(h.s.ctx, title, text); err != nil {
			slog.Info("notify", "error", err)
		}
	}()
}
