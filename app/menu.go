package app

import (
	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
)

// groupTitle is the heading of a group in the menu and the help sheet.
func (s *shell) groupTitle(g group, panel string) string {
	switch g {
	case groupTacklebox:
		return Name
	case groupView:
		return i18n.T("menu.view")
	case groupTools:
		return i18n.T("menu.tools")
	case groupHelp:
		return i18n.T("menu.help")
	}
	if t := s.tab(panel); t != nil {
		return i18n.T(t.panel.TitleKey())
	}
	return ""
}

// menuItem is a's line in the main menu. Only Ctrl+Shift (Cmd) shortcuts go
// along: Fyne would fire a plain Ctrl one before a focused terminal sees the key.
func (s *shell) menuItem(a action) *fyne.MenuItem {
	item := fyne.NewMenuItem(a.text(), s.perform(a))
	item.Disabled = !a.enabled()
	if k, ok := a.Shortcut.(fyne.KeyboardShortcut); ok && k.Mod() != 0 && !plainCtrl(a.Shortcut) {
		item.Shortcut = a.Shortcut
	}
	return item
}

// mainMenu is the menu at the top of a Mac's screen: a menu for each group, the
// tabs' own between View and Help.
func (s *shell) mainMenu() *fyne.MainMenu {
	var menus []*fyne.Menu
	add := func(g group, panel string) {
		menu := fyne.NewMenu(s.groupTitle(g, panel))
		for _, a := range s.actions {
			if a.group == g && a.panel == panel && !a.hidden {
				item := s.menuItem(a)
				if a.ID == "app.quit" {
					item.IsQuit = true
				}
				menu.Items = append(menu.Items, item)
			}
		}
		if len(menu.Items) > 0 {
			menus = append(menus, menu)
		}
	}
	add(groupTacklebox, "")
	add(groupView, "")
	for _, t := range s.tabs {
		add(groupTab, t.panel.ID())
	}
	add(groupTools, "")
	add(groupHelp, "")
	return fyne.NewMainMenu(menus...)
}

// windowMenu is the same table behind the rail's menu button, for systems whose
// menus live in the window. A menu bar is not used there: Fyne moves the focus
// into it when Alt is pressed and released, even out of a terminal. What cannot
// be done now is left out; the tabs stand in the rail already.
func (s *shell) windowMenu() []menuLine {
	var lines []menuLine
	section := func(g group, panel string) {
		first := true
		for _, a := range s.actions {
			if a.group != g || a.panel != panel || a.hidden || a.tab != "" || !a.enabled() {
				continue
			}
			if first && len(lines) > 0 {
				lines = append(lines, menuLine{})
			}
			first = false
			line := menuLine{text: a.text(), do: s.perform(a)}
			if a.Shortcut != nil {
				line.keys = keyText(a.Shortcut)
			}
			lines = append(lines, line)
		}
	}
	if t := s.shownTab(); t != nil {
		section(groupTab, t.panel.ID())
	}
	section(groupView, "")
	section(groupTools, "")
	section(groupHelp, "")
	section(groupTacklebox, "")
	return lines
}

// openMenu shows the menu beside its button.
func (s *shell) openMenu() {
	if s.menuButton == nil {
		return
	}
	s.rail.hint.hide()
	at := s.app.Driver().AbsolutePositionForObject(s.menuButton)
	showMenu(s.windowMenu(), s.win.Canvas(), at.AddXY(s.menuButton.Size().Width, 0))
}
