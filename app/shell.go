package app

import (
	"context"
	"log/slog"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
	uitheme "tacklebox/panels/theme"
	"tacklebox/platform/settings"
)

// services are what the shell uses of the system. Each call may block, so none
// is made on Fyne's goroutine.
type services struct {
	trayShown     func(context.Context) bool            // does anybody show tray icons?
	watchTray     func(context.Context) <-chan bool     // the same, and each change of it
	readClipboard func(context.Context) (string, error) // on a connection of our own
	autostart     func() (bool, error)                  // is it on?
	setAutostart  func(on bool) error
	openFolder    func(path string) error
	notify        func(ctx context.Context, title, text string) error
}

// shell is the window and what belongs to it. Its methods run on Fyne's
// goroutine unless their comment says otherwise.
type shell struct {
	app     fyne.App
	win     fyne.Window
	store   *settings.Store
	options Options
	svc     services
	ctx     context.Context // ends when the program does
	wake    func(func())    // runs on Fyne's goroutine: fyne.Do, in tests a direct call

	makePanels func() []panels.Panel
	tabs       []*tab
	view       string // the shown tab's or page's ID
	lastTab    string

	actions []action
	bound   []fyne.Shortcut // what the window's canvas knows
	byKey   map[string]func()
	single  map[fyne.KeyName]func() // keys without a modifier

	stack      *fyne.Container // the tabs' contents and the page
	pageNow    fyne.CanvasObject
	rail       *rail
	railViews  map[string]*railItem
	menuButton *railItem
	status     *statusLine
	notices    *noticeBar
	tray       *trayMenu
	showTray   func() // puts the icon into the tray, once; nil without a driver

	created  func() bool // has the system made the window? nil without a driver
	whyNot   func(error) error
	failed   error // why the window could not be made
	trayUp   bool  // the icon was put into the tray
	visible  bool  // the window is on screen, perhaps behind others
	everSeen bool
	quitting bool
}

// newShell makes the shell around the panels that makePanels makes; it shows
// nothing yet.
func newShell(ctx context.Context, a fyne.App, win fyne.Window, store *settings.Store, o Options, svc services, makePanels func() []panels.Panel) *shell {
	s := &shell{
		app: a, win: win, store: store, options: o, svc: svc, ctx: ctx,
		wake: fyne.Do, makePanels: makePanels,
		whyNot: func(error) error { return ErrNoOpenGL },
		stack:  container.NewStack(), status: newStatusLine(), notices: newNoticeBar(),
	}
	s.tray = newTrayMenu(s.trayLines)
	s.tray.level = s.trayLevel
	for _, p := range makePanels() {
		s.tabs = append(s.tabs, &tab{panel: p})
	}
	win.SetPadded(false)
	win.SetCloseIntercept(s.closeAsked)
	s.assemble()
	s.rebind()
	size := store.Get()
	if size.WindowWidth >= 200 && size.WindowHeight >= 200 {
		win.Resize(fyne.NewSize(size.WindowWidth, size.WindowHeight))
	} else {
		win.Resize(fyne.NewSize(1180, 760))
	}
	first := size.LastTab
	if s.tab(first) == nil && len(s.tabs) > 0 {
		first = s.tabs[0].panel.ID()
	}
	s.showView(first)
	return s
}

// assemble makes the window's frame in the language in use, around what the
// tabs already show.
func (s *shell) assemble() {
	hint := newRailHint()
	s.railViews = map[string]*railItem{}
	s.menuButton = nil
	var top, bottom []*railItem
	if !nativeMenu {
		s.menuButton = newRailItem(theme.MenuIcon(), i18n.T("app.menu"), "F10", func(*railItem) { s.openMenu() })
		top = append(top, s.menuButton)
	}
	for i, t := range s.tabs {
		id := t.panel.ID()
		keys := ""
		if i < 9 {
			keys = keyText(plain(fyne.KeyName(rune('1' + i))))
		}
		item := newRailItem(themed(t.panel.Icon()), i18n.T(t.panel.TitleKey()), keys, func(*railItem) { s.selectTab(id) })
		s.railViews[id] = item
		top = append(top, item)
	}
	preferences := newRailItem(theme.SettingsIcon(), i18n.T("action.app.preferences"), keyText(plain(fyne.KeyComma)),
		func(*railItem) { s.toggle(pagePreferences)() })
	help := newRailItem(theme.HelpIcon(), i18n.T("action.app.help"), "F1", func(*railItem) { s.toggle(pageHelp)() })
	s.railViews[pagePreferences], s.railViews[pageHelp] = preferences, help
	bottom = append(bottom, preferences, help)

	s.rail = newRail(top, bottom, hint, s.win.Canvas)
	f := &frame{rail: s.rail, content: s.stack, notice: s.notices.box, status: s.status}
	s.win.SetContent(container.NewStack(container.New(f, f.objects()...), hint.box))
	s.markRail()
}

// themed makes an icon follow the theme's foreground colour.
func themed(icon fyne.Resource) fyne.Resource {
	if icon == nil {
		return theme.QuestionIcon()
	}
	if _, ok := icon.(fyne.ThemedResource); ok {
		return icon
	}
	return theme.NewThemedResource(icon)
}

// rebind makes the table of actions again and gives it to menu, keys and tray.
func (s *shell) rebind() {
	s.actions = s.table()
	s.addShortcuts()
	if nativeMenu {
		s.win.SetMainMenu(s.mainMenu())
	}
	s.tray.changed()
}

// tab is the tab with this ID, nil for none.
func (s *shell) tab(id string) *tab {
	for _, t := range s.tabs {
		if t.panel.ID() == id {
			return t
		}
	}
	return nil
}

// shownTab is the tab in front, nil while a page is.
func (s *shell) shownTab() *tab { return s.tab(s.view) }

// selectTab brings a tab to the front of the window.
func (s *shell) selectTab(id string) {
	if s.tab(id) != nil {
		s.showView(id)
	}
}

// showView shows a tab or a page. A tab is built when it is first shown.
func (s *shell) showView(id string) {
	if s.pageNow != nil {
		s.stack.Remove(s.pageNow)
		s.pageNow = nil
	}
	for _, t := range s.tabs {
		if t.panel.ID() == id {
			continue
		}
		s.setShown(t, false)
		if t.content != nil {
			t.content.Hide()
		}
	}
	s.view = id
	if t := s.tab(id); t != nil {
		s.win.Canvas().Unfocus()
		s.lastTab = id
		if t.content == nil {
			s.build(t)
			s.stack.Add(t.content)
		}
		t.content.Show()
		s.setShown(t, s.visible)
	} else {
		s.pageNow = s.makePage(id)
		s.stack.Add(s.pageNow)
		s.win.Canvas().Unfocus()
	}
	s.markRail()
}

// makePage makes one of the window's own pages.
func (s *shell) makePage(id string) fyne.CanvasObject {
	switch id {
	case pagePreferences:
		return s.preferencesPage()
	case pageHelp:
		return s.helpPage()
	}
	return s.aboutPage()
}

// toggle shows a page, or leaves it when it is shown already.
func (s *shell) toggle(id string) func() {
	return func() {
		if s.view == id {
			s.leavePage()
			return
		}
		s.showView(id)
	}
}

// leavePage goes back from a page to the last tab.
func (s *shell) leavePage() {
	if s.shownTab() == nil && s.lastTab != "" {
		s.showView(s.lastTab)
	}
}

// markRail marks what is shown.
func (s *shell) markRail() {
	for id, item := range s.railViews {
		item.set(func(i *railItem) { i.selected = id == s.view })
	}
}

// copy puts text on the clipboard and says so.
func (s *shell) copy(text string) {
	s.app.Clipboard().SetContent(text)
	s.status.say(i18n.T("app.copied"))
}

// applyTheme makes the theme that the settings ask for.
func applyTheme(a fyne.App, set settings.Settings) {
	a.Settings().SetTheme(uitheme.New(uitheme.Options{Variant: set.Theme, TextScale: set.TextScale}))
}

// themeChanged draws the frame's own parts in the new theme.
func (s *shell) themeChanged() {
	applyTheme(s.app, s.store.Get())
	s.rail.recolour()
	s.status.redraw()
}

// languageChanged loads the chosen language and makes everything anew that
// shows text. A tab with open sessions keeps its old words: making it anew
// would end them.
func (s *shell) languageChanged() {
	if err := i18n.Load(s.store.Get().Language); err != nil {
		slog.Warn("load language", "error", err)
	}
	s.win.SetTitle(i18n.T("app.title"))
	fresh := s.makePanels()
	kept := 0
	for i, t := range s.tabs {
		if open(t.panel) > 0 {
			kept++
			fresh[i].Close()
			continue
		}
		old := t.panel
		s.discard(t)
		t.panel = fresh[i]
		old.Close()
		if t.resident {
			s.startResident(t)
		}
	}
	if kept > 0 {
		s.notices.add(notice{text: i18n.T("app.language_later")})
	}
	s.assemble()
	s.rebind()
	s.showView(s.view)
}

// open counts what a panel has open.
func open(p panels.Panel) int {
	if b, ok := p.(panels.Busy); ok {
		return b.OpenSessions()
	}
	return 0
}

// openSessions counts what all tabs have open.
func (s *shell) openSessions() int {
	n := 0
	for _, t := range s.tabs {
		n += open(t.panel)
	}
	return n
}
