package app

import (
	"encoding/json"
	"log/slog"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/settings"
)

// quitSettings is the key of what the window remembers about quitting.
const quitSettings = "app.quit"

// quitMemory is what a person said about quitting.
type quitMemory struct {
	// Quiet: work that ends with the program is no reason to ask.
	Quiet bool `json:"quiet"`
}

// stops says what ends with the program, unless the person does not want to hear
// of it any more.
func (s *shell) stops() []string {
	var m quitMemory
	if json.Unmarshal(s.store.Get().Panel[quitSettings], &m) == nil && m.Quiet {
		return nil
	}
	var out []string
	for _, t := range s.tabs {
		if p, ok := t.panel.(panels.Stopper); ok && !t.failed {
			if text := p.Stops(); text != "" {
				out = append(out, text)
			}
		}
	}
	return out
}

// askQuit asks before sessions are lost sight of (their containers stay up) and
// before work ends that a person may want to go on: then it offers the start at
// login as well.
func (s *shell) askQuit() {
	if s.win.Canvas().Overlays().Top() != nil {
		return // asked already, or another question comes first
	}
	stops := s.stops()
	lines := stops
	if n := s.openSessions(); n > 0 {
		lines = append([]string{i18n.N("app.quit_open", n)}, lines...)
	}
	text := widget.NewLabel(strings.Join(lines, "\n\n"))
	text.Wrapping = fyne.TextWrapWord
	width := fyne.Min(520*theme.TextSize()/normalText, s.win.Canvas().Size().Width-40)
	body := container.NewVBox(text)
	login := widget.NewCheck(i18n.T("settings.autostart"), nil)
	quiet := widget.NewCheck(i18n.T("app.quit_quiet"), nil)
	if len(stops) > 0 {
		login.Hide() // until it is known to be off
		body.Objects = append(body.Objects, login, quiet)
	}
	ask := dialog.NewCustomConfirm(i18n.T("app.quit_title"), i18n.T("Quit"), i18n.T("Cancel"), widgets.NewColumn(body.Objects...), func(yes bool) {
		if !yes {
			return
		}
		if quiet.Checked {
			raw, _ := json.Marshal(quitMemory{Quiet: true}) // it is plain
			s.store.Later(func(set *settings.Settings) { set.Panel[quitSettings] = raw })
		}
		if login.Visible() && login.Checked {
			s.autostartThenFinish()
			return
		}
		s.finish()
	}, s.win)
	// What wraps has to know its width before it can tell its height.
	text.Resize(fyne.NewSize(width-60, 10))
	ask.Resize(fyne.NewSize(width, 0))
	ask.Show()
	if len(stops) == 0 {
		return
	}
	go func() {
		on, err := s.svc.autostart()
		s.wake(func() {
			if err == nil && !on {
				login.Show()
				ask.Resize(fyne.NewSize(width, 0))
			}
		})
	}()
}

// autostartThenFinish has the system start the program at login, and ends it.
// When that does not work the window stays and says why.
func (s *shell) autostartThenFinish() {
	go func() {
		err := s.svc.setAutostart(true)
		s.wake(func() {
			if err != nil {
				slog.Warn("change autostart", "on", true, "error", err)
				s.notices.add(notice{level: "failed", text: err.Error()})
				return
			}
			s.store.Later(func(set *settings.Settings) { set.Autostart = true })
			s.finish()
		})
	}()
}
