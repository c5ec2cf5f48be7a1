package app

import (
	"fmt"
	"log/slog"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	uitheme "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/settings"
)

// choice is one value of a setting and its text.
type choice struct{ value, text string }

// choose is a row of radio buttons over a setting's values.
func choose(values []choice, now string, changed func(string)) *widget.RadioGroup {
	texts := make([]string, len(values))
	selected := ""
	for i, c := range values {
		texts[i] = c.text
		if c.value == now {
			selected = c.text
		}
	}
	radio := widget.NewRadioGroup(texts, nil)
	radio.Horizontal = theme.TextSize() < 1.5*normalText // else it would widen the window
	radio.Required = true
	radio.SetSelected(selected)
	radio.OnChanged = func(text string) {
		for _, c := range values {
			if c.text == text {
				changed(c.value)
			}
		}
	}
	return radio
}

// preferencesPage is the page of everything a person can choose for the window.
func (s *shell) preferencesPage() fyne.CanvasObject {
	form := container.New(formLayout{},
		label(i18n.T("settings.language")), s.languageChoice(),
		label(i18n.T("settings.theme")), s.themeChoice(),
		label(i18n.T("settings.text_scale")), s.scaleChoice(),
		label(i18n.T("settings.closing")), s.closingChoice(),
		label(i18n.T("settings.starting")), s.startingChoice(),
		label(i18n.T("settings.files")), s.filesRow(),
	)
	return page(widgets.NewColumn(heading(i18n.T("action.app.preferences")), form))
}

func (s *shell) languageChoice() fyne.CanvasObject {
	// A language is written in itself, so that whoever cannot read the present
	// one finds their own.
	radio := choose([]choice{
		{i18n.System, i18n.T("settings.system")},
		{i18n.English, i18n.T("settings.language_en")},
		{i18n.SimplifiedChinese, i18n.T("settings.language_zh")},
	}, s.store.Get().Language, func(value string) {
		s.store.Later(func(set *settings.Settings) { set.Language = value })
		s.languageChanged()
	})
	return radio
}

func (s *shell) themeChoice() fyne.CanvasObject {
	return choose([]choice{
		{uitheme.FollowSystem, i18n.T("settings.system")},
		{uitheme.Light, i18n.T("settings.theme_light")},
		{uitheme.Dark, i18n.T("settings.theme_dark")},
	}, s.store.Get().Theme, func(value string) {
		s.store.Later(func(set *settings.Settings) { set.Theme = value })
		s.themeChanged()
	})
}

// scaleChoice changes the size of all text, in tenths. The theme changes when
// the slider rests: each step lays the whole window out again.
func (s *shell) scaleChoice() fyne.CanvasObject {
	now := float64(s.store.Get().TextScale * 100)
	percent := widget.NewLabel(fmt.Sprintf("%.0f %%", now))
	percent.TextStyle.Monospace = true
	slider := widget.NewSlider(uitheme.MinTextScale*100, uitheme.MaxTextScale*100)
	slider.Step = 10
	slider.SetValue(now)
	slider.OnChanged = func(v float64) { percent.SetText(fmt.Sprintf("%3.0f %%", v)) }
	slider.OnChangeEnded = func(v float64) {
		s.store.Later(func(set *settings.Settings) { set.TextScale = float32(v / 100) })
		s.themeChanged()
	}
	normal := widget.NewButton(i18n.T("settings.text_scale_reset"), func() {
		slider.SetValue(100)
		slider.OnChangeEnded(100)
	})
	normal.Importance = widget.LowImportance
	return container.NewBorder(nil, nil, nil, container.NewHBox(percent, normal), slider)
}

func (s *shell) closingChoice() fyne.CanvasObject {
	keep := widget.NewCheck(i18n.T("settings.close_to_tray"), nil)
	keep.SetChecked(s.store.Get().CloseToTray)
	keep.OnChanged = func(on bool) {
		s.store.Later(func(set *settings.Settings) { set.CloseToTray = on })
	}
	remark := muted(i18n.T("settings.tray_unknown"))
	go func() {
		there := s.svc.trayShown(s.ctx)
		s.wake(func() {
			if there {
				remark.SetText(i18n.T("settings.tray_there"))
			} else {
				remark.SetText(i18n.T("settings.tray_absent"))
			}
		})
	}()
	return widgets.NewColumn(keep, remark)
}

// startingChoice asks the system whether Tacklebox starts at login; the setting
// only remembers what was asked for.
func (s *shell) startingChoice() fyne.CanvasObject {
	remark := muted(i18n.T("settings.autostart_off"))
	check := widget.NewCheck(i18n.T("settings.autostart"), nil)
	check.Disable()
	var changed func(bool)
	show := func(on bool, err error) {
		check.OnChanged = nil
		check.SetChecked(on)
		check.OnChanged = changed
		check.Enable()
		switch {
		case err != nil:
			remark.SetText(err.Error())
		case on:
			remark.SetText(i18n.T("settings.autostart_on"))
		default:
			remark.SetText(i18n.T("settings.autostart_off"))
		}
	}
	changed = func(on bool) {
		check.Disable()
		go func() {
			failed := s.svc.setAutostart(on)
			now, err := s.svc.autostart()
			if failed != nil {
				slog.Warn("change autostart", "on", on, "error", failed)
				err = failed
			}
			s.wake(func() {
				s.store.Later(func(set *settings.Settings) { set.Autostart = now })
				show(now, err)
			})
		}()
	}
	go func() {
		on, err := s.svc.autostart()
		s.wake(func() { show(on, err) })
	}()
	return widgets.NewColumn(check, remark)
}

// filesRow shows where all files are.
func (s *shell) filesRow() fyne.CanvasObject {
	path := widget.NewLabel(s.options.DataDir)
	path.Selectable = true
	path.TextStyle.Monospace = true
	path.Wrapping = fyne.TextWrapBreak
	copyPath := widget.NewButtonWithIcon(i18n.T("Copy"), theme.ContentCopyIcon(), func() { s.copy(s.options.DataDir) })
	show := widget.NewButtonWithIcon(i18n.T("settings.open_folder"), theme.FolderOpenIcon(), func() {
		go func() {
			if err := s.svc.openFolder(s.options.DataDir); err != nil {
				slog.Warn("open the data folder", "error", err)
				s.wake(func() { s.notices.add(notice{level: "failed", text: err.Error()}) })
			}
		}()
	})
	return widgets.NewColumn(path, container.NewHBox(copyPath, show), muted(i18n.T("settings.files_remark")))
}

// label is the name of a setting.
func label(text string) fyne.CanvasObject {
	l := widget.NewLabel(text)
	l.Importance = widget.LowImportance
	return l
}

// formLayout puts names at the left and their values beside them, with air
// between the rows. Fyne's own would centre a name beside a tall value.
type formLayout struct{ dense bool }

func (f formLayout) gap() float32 {
	if f.dense {
		return 0
	}
	return 2 * theme.InnerPadding()
}

func (formLayout) names(objects []fyne.CanvasObject) float32 {
	var w float32
	for i := 0; i < len(objects); i += 2 {
		w = fyne.Max(w, objects[i].MinSize().Width)
	}
	return w
}

// MinSize counts the widest name, the widest value and all rows.
func (f formLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var w, h float32
	for i := 1; i < len(objects); i += 2 {
		w = fyne.Max(w, objects[i].MinSize().Width)
		h += fyne.Max(objects[i-1].MinSize().Height, objects[i].MinSize().Height) + f.gap()
	}
	return fyne.NewSize(f.names(objects)+2*theme.InnerPadding()+w, h)
}

// Layout places the rows from the top.
func (f formLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := f.names(objects) + 2*theme.InnerPadding()
	y := float32(0)
	for i := 1; i < len(objects); i += 2 {
		name, value := objects[i-1], objects[i]
		value.Resize(fyne.NewSize(size.Width-x, value.MinSize().Height))
		value.Resize(fyne.NewSize(size.Width-x, value.MinSize().Height)) // wrapped text knows its height now
		value.Move(fyne.NewPos(x, y))
		name.Resize(name.MinSize())
		name.Move(fyne.NewPos(0, y))
		y += fyne.Max(name.MinSize().Height, value.MinSize().Height) + f.gap()
	}
}
