package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
	"tacklebox/platform/clipboard"
	"tacklebox/platform/settings"
)

// raise brings the window up: from the tray, from behind others, or for the
// first time.
func (s *shell) raise() {
	if s.quitting {
		return
	}
	if !s.everSeen {
		s.firstShow()
		return
	}
	if !s.visible {
		s.visible = true
		s.win.Show()
		if t := s.shownTab(); t != nil {
			s.setShown(t, true)
		}
	}
	s.win.RequestFocus()
}

// firstShow makes the window and finds out whether that worked: Fyne only logs
// that it did not and would run on without one.
func (s *shell) firstShow() {
	s.visible, s.everSeen = true, true
	err := guard(func() error {
		s.win.Show()
		if s.created != nil && !s.created() {
			return errors.New("the window was not made")
		}
		return nil
	})
	if err != nil {
		slog.Error("open the window", "error", details(err))
		s.failed = fmt.Errorf("%w: %w", s.whyNot(err), err)
		s.finish()
		return
	}
	// The class was taken from the first title, so the translated one waits for it.
	s.win.SetTitle(i18n.T("app.title"))
	if t := s.shownTab(); t != nil {
		s.setShown(t, true)
	}
}

// hide takes the window off the screen; the tray brings it back.
func (s *shell) hide() {
	s.saveSize()
	s.visible = false
	if t := s.shownTab(); t != nil {
		s.setShown(t, false)
	}
	s.win.Hide()
}

// saveSize remembers the window's size and tab.
func (s *shell) saveSize() {
	size, tab := s.win.Canvas().Size(), s.lastTab
	seen := s.everSeen
	s.store.Later(func(set *settings.Settings) {
		if seen && size.Width > 0 {
			set.WindowWidth, set.WindowHeight = size.Width, size.Height
		}
		if tab != "" {
			set.LastTab = tab
		}
	})
}

// trayAsk is how long closing waits for the answer whether there is a tray.
const trayAsk = 400 * time.Millisecond

// closeAsked is the window's close button. Whether there is a tray is asked
// each time, since a panel may have ended since; the answer comes over D-Bus,
// so it is not waited for here.
func (s *shell) closeAsked() {
	keep := s.store.Get().CloseToTray
	go func() {
		there := false
		if keep {
			ctx, cancel := context.WithTimeout(s.ctx, trayAsk)
			defer cancel()
			there = s.svc.trayShown(ctx)
		}
		s.wake(func() {
			s.closeWith(closing{keepInTray: keep, tray: there, sessions: s.openSessions(), stops: len(s.stops())})
		})
	}()
}

func (s *shell) closeWith(c closing) {
	switch c.decide() {
	case closeHides:
		s.hide()
	case closeAsks:
		s.askQuit()
	default:
		s.finish()
	}
}

// quit ends the program, after a question when something is open.
func (s *shell) quit() {
	if s.openSessions() > 0 || len(s.stops()) > 0 {
		s.raise()
		s.askQuit()
		return
	}
	s.finish()
}

// finish ends the program; what is still open is closed after the window's loop
// has ended.
func (s *shell) finish() {
	if s.quitting {
		return
	}
	s.saveSize()
	s.quitting = true
	// Not App.Quit, which panics where Fyne could not watch its settings file: a
	// system has only so many inotify instances.
	s.win.Close()
	s.app.Driver().Quit()
}

// end closes the tabs and writes what is left to write, when the loop has ended.
func (s *shell) end(ctx context.Context) {
	s.saveSize()
	for _, t := range s.tabs {
		if err := guard(func() error { t.panel.Close(); return nil }); err != nil {
			slog.Error("close tab", "tab", t.panel.ID(), "error", details(err))
		}
	}
	if err := s.store.Flush(ctx); err != nil {
		slog.Error("end", "error", err)
	}
}

// debugForm is a panel that takes an image for its form. It never launches.
type debugForm interface{ DebugForm(text string) }

// show answers a request from the command line or from a second start.
func (s *shell) show(r ShowRequest) {
	s.raise()
	if r.Panel != "" {
		s.selectTab(r.Panel)
	}
	if r.Image == "" {
		return
	}
	for _, t := range s.tabs {
		if f, ok := t.panel.(debugForm); ok {
			s.selectTab(t.panel.ID())
			if !t.failed {
				f.DebugForm(r.Image)
			}
			return
		}
	}
}

// debugFromClipboard reads the clipboard once and puts what it finds into the
// debug form.
func (s *shell) debugFromClipboard() {
	s.fromClipboard(func(text string) {
		if text = firstLine(text); text == "" {
			s.notices.add(notice{level: "unknown", text: i18n.T("app.clipboard_empty")})
			return
		}
		s.show(ShowRequest{Image: text})
	}, clipboardTrouble)
}

// clipboardFor reads the clipboard once and gives it to a tab's panel.
func (s *shell) clipboardFor(t *tab) {
	s.fromClipboard(func(text string) {
		s.selectTab(t.panel.ID())
		if taker, ok := t.panel.(panels.ClipboardTaker); ok && !t.failed {
			taker.TakeClipboard(text)
		}
	}, func(err error) string {
		if errors.Is(err, clipboard.ErrEmpty) || errors.Is(err, clipboard.ErrTooLarge) {
			return i18n.T("app.clipboard_no_text")
		}
		return clipboardTrouble(err)
	})
}

// fromClipboard reads the clipboard once and gives it to take on Fyne's goroutine.
func (s *shell) fromClipboard(take func(string), trouble func(error) string) {
	go func() {
		text, err := s.svc.readClipboard(s.ctx)
		s.wake(func() {
			s.raise()
			if err != nil {
				slog.Info("read clipboard", "error", err)
				s.notices.add(notice{level: "degraded", text: trouble(err)})
				return
			}
			take(text)
		})
	}()
}

// clipboardTrouble says why the clipboard gave nothing and what to do.
func clipboardTrouble(err error) string {
	switch {
	case errors.Is(err, clipboard.ErrTimeout):
		return i18n.T("app.clipboard_slow")
	case errors.Is(err, clipboard.ErrEmpty), errors.Is(err, clipboard.ErrTooLarge):
		return i18n.T("app.clipboard_empty")
	}
	return i18n.T("app.clipboard_failed")
}
