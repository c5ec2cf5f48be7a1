package app

import (
	"runtime"
	"strconv"

	"fyne.io/fyne/v2"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
)

// group is where an action stands in the menu and in the help sheet.
type group string

const (
	groupTacklebox group = "menu.tacklebox"
	groupView      group = "menu.view"
	groupHelp      group = "menu.help"
	groupTab       group = "menu.tab"
	groupTools     group = "menu.tools"
)

// action is one row of the one table that menu, tray, shortcuts and the help
// sheet are made from.
type action struct {
	panels.Action
	group group
	// also are more shortcuts for the same thing.
	also []fyne.Shortcut
	// label replaces the text of the key "action." + ID where the text has a
	// part that is only known at run time (a tab's name).
	label func() string
	// panel is the tab the action belongs to, "" for the window's own.
	panel string
	// tab is the tab that the action shows.
	tab string
	// hidden keeps the action out of the menu; the help sheet shows it.
	hidden bool
}

// text is the action's label in the language in use.
func (a action) text() string {
	if a.label != nil {
		return a.label()
	}
	return i18n.T("action." + a.ID)
}

// enabled tells whether the action can be done now.
func (a action) enabled() bool { return a.Enabled == nil || a.Enabled() }

// shortcuts are all of the action's keys.
func (a action) shortcuts() []fyne.Shortcut {
	if a.Shortcut == nil {
		return a.also
	}
	return append([]fyne.Shortcut{a.Shortcut}, a.also...)
}

// table makes the one table: the window's own actions, then each tab's.
func (s *shell) table() []action {
	rows := []action{
		{Action: panels.Action{ID: "app.preferences", Shortcut: plain(fyne.KeyComma), Do: s.toggle(pagePreferences)}, group: groupTacklebox},
		{Action: panels.Action{ID: "app.quit", Shortcut: ours(fyne.KeyQ), Do: s.quit}, group: groupTacklebox, also: s.quitKeys()},
		{Action: panels.Action{ID: "app.menu", Shortcut: single(fyne.KeyF10), Do: s.openMenu}, group: groupView, hidden: true},
		{Action: panels.Action{ID: "app.help", Shortcut: single(fyne.KeyF1), Do: s.toggle(pageHelp)}, group: groupHelp, also: []fyne.Shortcut{ours(fyne.KeySlash)}},
		{Action: panels.Action{ID: "app.about", Do: s.toggle(pageAbout)}, group: groupHelp},
	}
	rows = append(rows, s.l2tpActions()...)
	for i, t := range s.tabs {
		row := action{
			Action: panels.Action{ID: "app.tab." + t.panel.ID(), Do: func() { s.selectTab(t.panel.ID()) }},
			group:  groupView,
			tab:    t.panel.ID(),
			label:  func() string { return i18n.T("action.app.tab", map[string]any{"Name": i18n.T(t.panel.TitleKey())}) },
		}
		if i < 9 {
			row.Shortcut = plain(fyne.KeyName(strconv.Itoa(i + 1)))
		}
		rows = append(rows, row)
	}
	for _, t := range s.tabs {
		for _, a := range t.panel.Actions() {
			rows = append(rows, action{Action: a, group: groupTab, panel: t.panel.ID()})
		}
		if taker, ok := t.panel.(panels.ClipboardTaker); ok {
			ask := taker.ClipboardAction()
			ask.Do = func() { s.clipboardFor(t) }
			rows = append(rows, action{Action: ask, group: groupTab, panel: t.panel.ID()})
		}
		if _, ok := t.panel.(debugForm); ok {
			rows = append(rows, action{
				Action: panels.Action{ID: "app.debug_clipboard", Do: s.debugFromClipboard, Tray: true},
				group:  groupTab, panel: t.panel.ID(),
			})
		}
	}
	return rows
}

// quitKeys are the further keys that quit: Ctrl+Q where no terminal has the focus.
func (s *shell) quitKeys() []fyne.Shortcut {
	if runtime.GOOS == "darwin" {
		return nil // Cmd+Q is the first one already
	}
	return []fyne.Shortcut{plain(fyne.KeyQ)}
}

// addShortcuts gives the window the table's keys. A focused terminal is asked
// first and keeps all but Ctrl+Shift (Cmd).
func (s *shell) addShortcuts() {
	c := s.win.Canvas()
	for _, key := range s.bound {
		c.RemoveShortcut(key)
	}
	s.bound = nil
	s.byKey = map[string]func(){}
	s.single = map[fyne.KeyName]func(){fyne.KeyEscape: s.leavePage}
	for _, a := range s.actions {
		for _, key := range a.shortcuts() {
			k, ok := key.(fyne.KeyboardShortcut)
			if !ok {
				continue
			}
			if k.Mod() == 0 {
				s.single[k.Key()] = s.perform(a)
				continue
			}
			c.AddShortcut(key, s.pressed)
			s.bound = append(s.bound, key)
			s.byKey[key.ShortcutName()] = s.perform(a)
		}
	}
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if do := s.single[e.Name]; do != nil {
			do()
		}
	})
}

// pressed does what a shortcut of the table is for.
func (s *shell) pressed(key fyne.Shortcut) {
	if do := s.byKey[key.ShortcutName()]; do != nil {
		do()
	}
}

// perform is a's doing, guarded: not while it is disabled, and not under a
// dialog (Fyne fires window shortcuts there as well).
func (s *shell) perform(a action) func() {
	return func() {
		if s.win.Canvas().Overlays().Top() != nil || !a.enabled() {
			return
		}
		a.Do()
	}
}
