package latency

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels"
	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency"
	"tacklebox/platform/latency/targets"
)

// Actions is part of panels.Panel.
func (p *Panel) Actions() []panels.Action {
	mod := fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift
	key := func(k fyne.KeyName) fyne.Shortcut { return &desktop.CustomShortcut{KeyName: k, Modifier: mod} }
	alt := func(k fyne.KeyName) fyne.Shortcut {
		return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierAlt}
	}
	writes := func() bool { return p.svc != nil && p.snap.Writer }
	some := func() bool { return writes() && len(p.snap.Targets) > 0 }
	here := func() bool { return p.visible && some() && len(p.marked) > 0 }
	list := []panels.Action{
		{ID: "latency.add", Shortcut: key(fyne.KeyN), Enabled: writes, Do: func() { p.host.Select(ID); p.showAdd("") }},
		{ID: "latency.search", Shortcut: key(fyne.KeyK), Do: func() { p.host.Select(ID); p.host.Window().Canvas().Focus(p.master.search) }},
		{ID: "latency.pause", Shortcut: key(fyne.KeyP), Enabled: some, Do: p.togglePause},
		{ID: "latency.worst", Do: p.showWorst},
		{ID: "latency.move_up", Shortcut: alt(fyne.KeyUp), Enabled: here, Do: func() { p.move(-1) }},
		{ID: "latency.move_down", Shortcut: alt(fyne.KeyDown), Enabled: here, Do: func() { p.move(1) }},
		{ID: "latency.remove", Enabled: here, Do: p.askRemove},
	}
	for _, t := range p.deps.Tools {
		list = append(list, panels.Action{ID: t.ID, Enabled: func() bool { return p.svc != nil }, Do: func() { p.host.Select(ID); t.Open(workplace{p}) }})
	}
	return list
}

// ClipboardAction is part of panels.ClipboardTaker.
func (p *Panel) ClipboardAction() panels.Action {
	return panels.Action{ID: "latency.clipboard", Tray: true}
}

// TakeClipboard is part of panels.ClipboardTaker: the text stands in the form, and
// nothing is sent before the person adds it.
func (p *Panel) TakeClipboard(text string) {
	if len(text) > targets.MaxBytes {
		text = text[:targets.MaxBytes]
	}
	if p.detail == nil || p.svc == nil || !p.seen {
		p.waiting = text
		return
	}
	p.waiting = ""
	p.showAdd(text)
}

// showAdd shows the form for new targets.
func (p *Panel) showAdd(text string) {
	if p.detail == nil {
		return
	}
	p.detail.showAdd(text)
}

// setView changes how the list is shown.
func (p *Panel) setView(view string) {
	if p.memory.View == view {
		return
	}
	p.memory.View = view
	p.remember()
	p.master.views.choose(view)
	p.master.apply()
	if view == viewWorst {
		p.master.list.ScrollTop()
	}
	p.detail.choiceChanged()
}

// openTools shows what else can be done with the targets.
func (p *Panel) openTools(at fyne.CanvasObject) {
	var items []*fyne.MenuItem
	for _, t := range p.deps.Tools {
		item := fyne.NewMenuItem(i18n.T("action."+t.ID), func() { t.Open(workplace{p}) })
		item.Icon = t.Icon
		items = append(items, item)
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	items = append(items,
		fyne.NewMenuItem(i18n.T("latency.open_all"), func() { p.memory.Closed = nil; p.remember(); p.master.apply() }),
		fyne.NewMenuItem(i18n.T("latency.close_all"), p.closeGroups))
	// Whoever comes from an older SmokePing knows other colours.
	old := fyne.NewMenuItem(i18n.T("latency.look_old"), func() {
		p.memory.Old27 = !p.memory.Old27
		p.detail.settingsChanged()
	})
	old.Checked = p.memory.Old27
	items = append(items, fyne.NewMenuItemSeparator(), old)
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(at)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), p.host.Window().Canvas(), pos.AddXY(0, at.Size().Height))
}

func (p *Panel) closeGroups() {
	for _, r := range model.Rows(p.snap.Targets, model.Shape{}) {
		if r.Target == nil {
			p.master.setOpen(r.Key, false)
		}
	}
	p.master.apply()
}

// menu is a row's context menu.
func (m *master) menu(key string, at fyne.Position) {
	p := m.p
	r, ok := m.row(key)
	if !ok {
		return
	}
	chosen := p.chosen()
	copyOf := func(text string) func() { return func() { fyne.CurrentApp().Clipboard().SetContent(text) } }
	var items []*fyne.MenuItem
	if t := r.Target; t != nil && len(chosen) <= 1 {
		items = append(items, fyne.NewMenuItem(i18n.T("latency.menu_copy_host"), copyOf(t.Host)),
			fyne.NewMenuItem(i18n.T("latency.menu_copy_command"), copyOf(model.Command(t.Target))))
		if p.snap.Writer {
			items = append(items, fyne.NewMenuItem(i18n.T("latency.menu_settings"), func() { p.detail.showSettings() }))
		}
	} else {
		var specs []string
		for _, t := range chosen {
			specs = append(specs, targets.Spec(t))
		}
		items = append(items, fyne.NewMenuItem(i18n.T("latency.menu_copy_hosts"), copyOf(strings.Join(specs, "\n"))))
	}
	if p.snap.Writer && len(chosen) > 0 {
		pause := false
		for _, t := range chosen {
			pause = pause || !t.Paused
		}
		word := i18n.T("latency.menu_resume")
		if pause {
			word = i18n.T("latency.menu_pause")
		}
		items = append(items, fyne.NewMenuItemSeparator(),
			fyne.NewMenuItem(word, func() { p.pause(chosen, pause) }),
			fyne.NewMenuItem(i18n.T("latency.menu_up"), func() { p.move(-1) }),
			fyne.NewMenuItem(i18n.T("latency.menu_down"), func() { p.move(1) }),
			fyne.NewMenuItemSeparator(),
			fyne.NewMenuItem(i18n.T("latency.menu_remove"), p.askRemove))
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), p.host.Window().Canvas(), at)
}

// pause holds single targets, or lets them go on.
func (p *Panel) pause(list []latency.Target, paused bool) {
	p.change(func(ctx context.Context, s Service) error {
		for i := range list {
			list[i].Paused = paused
		}
		return s.Change(ctx, list...)
	}, p.complain)
}

// askRemove asks before targets and their history are forgotten.
func (p *Panel) askRemove() {
	list := p.chosen()
	if len(list) == 0 || p.svc == nil || !p.snap.Writer || p.host.Window().Canvas().Overlays().Top() != nil {
		return
	}
	text := i18n.N("latency.remove_many", len(list))
	if len(list) == 1 {
		text = i18n.T("latency.remove_one", map[string]any{"Name": short(list[0].Name), "Host": short(list[0].Host)})
	}
	label := widget.NewLabel(text)
	label.Wrapping = fyne.TextWrapWord
	ask := dialog.NewCustomConfirm(i18n.T("latency.remove_title"), i18n.T("latency.remove_yes"), i18n.T("Cancel"), label, func(yes bool) {
		if !yes {
			return
		}
		ids := make([]latency.TargetID, len(list))
		for i, t := range list {
			ids[i] = t.ID
		}
		p.change(func(ctx context.Context, s Service) error { return s.Remove(ctx, ids...) }, p.complain)
	}, p.host.Window())
	ask.SetConfirmImportance(widget.DangerImportance)
	ask.Resize(fyne.NewSize(min(440*label.Theme().Size("text")/13, p.host.Window().Canvas().Size().Width-40), 0))
	ask.Show()
}

// workplace is the tab as its tools see it.
type workplace struct{ p *Panel }

func (w workplace) Window() fyne.Window                       { return w.p.host.Window() }
func (w workplace) Tips() *widgets.Tips                       { return w.p.tips }
func (w workplace) Service() Service                          { return w.p.svc }
func (w workplace) Selected() []latency.Target                { return w.p.chosen() }
func (w workplace) Targets() []latency.Target                 { return w.p.targets() }
func (w workplace) Reload()                                   { w.p.reload() }
func (w workplace) Background(f func(context.Context) func()) { w.p.background(f) }
func (w workplace) ShowPage(title string, content fyne.CanvasObject, closed func()) {
	w.p.detail.showPage(title, content, closed)
}
