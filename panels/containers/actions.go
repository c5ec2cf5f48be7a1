package containers

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels"
	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/platform/containers/launch"
)

// Actions is part of panels.Panel.
func (p *Panel) Actions() []panels.Action {
	inSession := func() bool { return p.detail != nil && p.detail.current != nil }
	mod := fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift
	key := func(k fyne.KeyName) fyne.Shortcut { return &desktop.CustomShortcut{KeyName: k, Modifier: mod} }
	session := func(k Shortcut) func() {
		return func() {
			if inSession() {
				p.detail.current.shortcut(k)
			}
		}
	}
	return []panels.Action{
		{ID: "containers.debug_image", Tray: true, Do: func() { p.host.Select(ID); p.master.focus() }},
		{ID: "containers.search", Shortcut: key(fyne.KeyL), Do: func() { p.host.Select(ID); p.master.focus() }},
		{ID: "containers.launch", Shortcut: key(fyne.KeyD), Enabled: func() bool { return p.detail != nil && p.detail.current == nil && p.detail.launch.d != nil && p.up() },
			Do: func() { p.detail.launch.launch() }},
		{ID: "containers.new_shell", Shortcut: key(fyne.KeyT), Enabled: inSession, Do: session(ShortcutNewShell)},
		{ID: "containers.new_root_shell", Enabled: inSession, Do: func() { p.detail.current.openShell(true) }},
		{ID: "containers.end_shell", Shortcut: key(fyne.KeyW), Enabled: inSession, Do: session(ShortcutEndShell)},
		{ID: "containers.next_tab", Shortcut: key(fyne.KeyPageDown), Enabled: inSession, Do: session(ShortcutNextTab)},
		{ID: "containers.previous_tab", Shortcut: key(fyne.KeyPageUp), Enabled: inSession, Do: session(ShortcutPrevTab)},
		{ID: "containers.insert_original", Enabled: inSession, Do: func() { p.detail.current.insertOriginal() }},
		{ID: "containers.end", Enabled: inSession, Do: func() { p.detail.current.askEnd() }},
		{ID: "containers.engine", Do: func() { p.host.Select(ID); p.picker.open() }},
		{ID: "containers.reload", Shortcut: key(fyne.KeyR), Do: func() { p.hub.Recheck(); p.hub.Reload() }},
		{ID: "containers.end_all", Tray: true, Enabled: func() bool { return len(p.snap.MySessions()) > 0 }, Do: p.endAll},
	}
}

// TrayItems is part of panels.TraySource: the last images, and the running
// sessions with what can be done with each.
func (p *Panel) TrayItems() [][]panels.TrayItem {
	var images, sessions []panels.TrayItem
	for _, ref := range p.settings().RecentImages {
		images = append(images, panels.TrayItem{Text: i18n.T("containers.tray_debug", map[string]any{"Image": short(ref)}), Do: func() {
			p.host.Select(ID)
			p.DebugForm(ref)
		}})
	}
	for _, c := range p.snap.MySessions() {
		name := map[string]any{"Name": short(c.Name)}
		sessions = append(sessions,
			panels.TrayItem{Text: i18n.T("containers.tray_open", name), Do: func() { p.host.Select(ID); p.openSession(c.ID) }},
			panels.TrayItem{Text: i18n.T("containers.tray_end", name), Do: func() { p.host.Select(ID); p.openSession(c.ID); p.endSession(c.ID) }})
	}
	return [][]panels.TrayItem{images, sessions}
}

// short cuts a name for a menu, in the middle.
func short(s string) string {
	r := []rune(s)
	if len(r) <= 48 {
		return s
	}
	return string(r[:24]) + "…" + string(r[len(r)-23:])
}

// OpenSessions is part of panels.Busy: sessions with an open shell here.
func (p *Panel) OpenSessions() int {
	if p.detail == nil {
		return 0
	}
	n := 0
	for _, s := range p.detail.sessions {
		if s.live() > 0 {
			n++
		}
	}
	return n
}

// sessionsChanged tells list, tray and status line that shells came or went.
func (p *Panel) sessionsChanged() {
	if p.closed {
		return
	}
	p.status()
	p.trayChanged()
	if p.visible {
		p.master.apply(p.snap)
	}
}

// trayChanged has the tray looked at when its words would differ.
func (p *Panel) trayChanged() {
	var b strings.Builder
	for _, section := range p.TrayItems() {
		for _, it := range section {
			b.WriteString(it.Text + "\n")
		}
		b.WriteString("\n")
	}
	if t := b.String(); t != p.lastTray {
		p.lastTray = t
		p.host.TrayChanged()
	}
}

func (p *Panel) openSession(id string) {
	if c, ok := p.snap.Container(id); ok {
		p.master.search.SetText("")
		p.master.list.Select(model.ContainerKey(id), true)
		p.detail.showSession(p.detail.session(c))
	}
}

func (p *Panel) endSession(id string) {
	for _, s := range p.detail.sessions {
		if s.id == id {
			s.askEnd()
		}
	}
}

// DebugForm puts a text from outside (tray, clipboard, another start of the
// program) into the form; it never launches. A text that is no image name lands
// in the search field, where the person sees it.
func (p *Panel) DebugForm(text string) {
	if p.hub == nil {
		return
	}
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	text = strings.TrimSpace(text)
	if len(text) > 4096 {
		text = text[:4096]
	}
	p.form = ""
	p.master.search.SetText(text)
	if text == "" {
		p.master.focus()
		return
	}
	if !p.snap.ImagesLoaded {
		p.form = text // again when it is known what is here
	}
	if _, err := launch.ParseReference(text); err == nil {
		// A tag that is here is taken even when a longer name ranks higher.
		for _, key := range []string{model.ImageKey(text), model.ImageKey(text + ":latest"), model.PullKey(text)} {
			if _, ok := p.master.row(key); ok {
				p.master.selectKey(key)
				break
			}
		}
	}
	p.master.focus()
}

// prepare shows the form filled with a spec, for the image it runs on.
func (dt *detail) prepare(spec launch.Spec) {
	ref := spec.Image
	r := model.Row{Key: model.ImageKey(ref), Kind: model.RowImage, Name: ref}
	d := dt.drafts.get(r)
	d.form, d.touched, d.ready = model.NewForm(spec), true, true
	d.more = d.more || spec.KeepAlive == launch.KeepCustom
	dt.leave()
	dt.current = nil
	dt.launch.d = nil // the fields have to be filled again
	dt.launch.show(d)
	dt.put(dt.launch.root)
	dt.p.master.list.Select(d.key, true)
}

// menu is a row's context menu.
func (m *master) menu(key string, at fyne.Position) {
	r, ok := m.row(key)
	if !ok {
		return
	}
	copyItem := func(text, value string) *fyne.MenuItem {
		return fyne.NewMenuItem(text, func() { fyne.CurrentApp().Clipboard().SetContent(value) })
	}
	var items []*fyne.MenuItem
	switch r.Kind {
	case model.RowImage, model.RowPull:
		items = append(items, fyne.NewMenuItem(i18n.T("containers.debug"), func() { m.activated(key) }), copyItem(i18n.T("containers.copy_name"), r.Name))
		if r.Image != nil {
			items = append(items, copyItem(i18n.T("containers.copy_id"), r.Image.ID))
		}
	case model.RowContainer:
		items = append(items, fyne.NewMenuItem(i18n.T("containers.debug"), func() { m.activated(key) }))
	case model.RowSession:
		items = append(items, fyne.NewMenuItem(i18n.T("containers.open"), func() { m.activated(key) }),
			fyne.NewMenuItem(i18n.T("containers.end"), func() { m.selectKey(key); m.p.endSession(r.Container.ID) }))
	default:
		return
	}
	if r.Container != nil {
		items = append(items, copyItem(i18n.T("containers.copy_name"), r.Container.Name), copyItem(i18n.T("containers.copy_id"), r.Container.ID))
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), m.p.host.Window().Canvas(), at)
}
