package registry

import (
	"context"
	"net/url"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels"
	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/watch"
)

// Actions is part of panels.Panel.
func (p *Panel) Actions() []panels.Action {
	mod := fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift
	key := func(k fyne.KeyName) fyne.Shortcut { return &desktop.CustomShortcut{KeyName: k, Modifier: mod} }
	there := func() bool { return p.conn != nil && p.detail != nil }
	return []panels.Action{
		{ID: "registry.search", Shortcut: key(fyne.KeyG), Do: func() {
			p.host.Select(ID)
			if p.conn != nil && p.master != nil {
				p.host.Window().Canvas().Focus(p.master.search)
			}
		}},
		{ID: "registry.add", Do: func() { p.host.Select(ID); p.showAdd() }},
		{ID: "registry.debug", Enabled: func() bool { return p.detail != nil && p.detail.images.canDebug() }, Do: func() { p.detail.images.launch() }},
		{ID: "registry.doctor", Enabled: there, Do: func() { p.host.Select(ID); p.showDoctor() }},
		{ID: "registry.reload", Enabled: there, Do: p.reload},
	}
}

// showAdd shows the form for another connection.
func (p *Panel) showAdd() {
	if p.detail != nil {
		p.detail.showForm(newForm(p, nil, false))
	}
}

// showSignIn asks for another credential of the connection in front.
func (p *Panel) showSignIn() {
	if p.conn == nil {
		return
	}
	c := p.conn.c
	c.Source = registry.SourceOwn
	p.detail.showForm(newForm(p, &c, true))
}

// showChange shows the form with the connection in front.
func (p *Panel) showChange() {
	if p.conn == nil {
		return
	}
	c := p.conn.c
	p.detail.showForm(newForm(p, &c, false))
}

// showDoctor goes to the doctor and has it look.
func (p *Panel) showDoctor() {
	if p.conn == nil {
		return
	}
	p.detail.goTo(placeDoctor)
	if d, ok := p.detail.views[placeDoctor].(*doctorView); ok {
		d.run()
	}
}

// reload reads what is in front anew.
func (p *Panel) reload() {
	p.lookNow()
	p.reopen()
}

// retry uses a refused credential once more, because the person says so.
func (p *Panel) retry() {
	id := p.chosenID()
	if id == "" {
		return
	}
	p.background(func(context.Context) func() {
		err := p.deps.Store.Retry(id)
		return func() {
			if err != nil {
				p.complain(err)
				return
			}
			p.leave()
			p.list(nil)
		}
	})
}

// askRemove forgets the connection in front, once that was confirmed.
func (p *Panel) askRemove() {
	x := p.conn
	if x == nil {
		return
	}
	p.confirm(i18n.T("registry.remove_title"), i18n.T("registry.remove_confirm", map[string]any{"Name": clean(x.c.Title()), "Host": x.host()}), i18n.T("registry.remove"), func() {
		p.background(func(ctx context.Context) func() {
			err := p.deps.Store.Remove(ctx, x.id)
			return func() {
				if err != nil {
					p.complain(err)
				}
				p.leave()
				p.list(nil)
			}
		})
	})
}

// confirm asks before something that changes a server or cannot be undone.
func (p *Panel) confirm(title, text, yes string, do func()) {
	words := fields.Words(text)
	d := dialog.NewCustomConfirm(title, yes, i18n.T("Cancel"), words, func(ok bool) {
		if ok && !p.closed {
			do()
		}
	}, p.host.Window())
	d.Resize(fyne.NewSize(min(460*theme.TextSize()/13, p.host.Window().Canvas().Size().Width-40), d.MinSize().Height))
	d.Show()
}

// copy puts a text into the clipboard.
func (p *Panel) copy(text string) { fyne.CurrentApp().Clipboard().SetContent(text) }

// openPage opens the registry's own page about a project, a repository or an
// artifact in the browser.
func (p *Panel) openPage(project, full, digest string) {
	x := p.conn
	if x == nil || x.client == nil || p.deps.OpenURL == nil {
		return
	}
	repo := ""
	if full != "" {
		project, repo = harbor.Split(full)
	}
	number := x.projects[project]
	x.while(func(ctx context.Context) func() {
		if number == 0 {
			// Its pages are known by number, which a search does not tell.
			if found, err := x.client.Project(ctx, project); err == nil {
				number = found.ID
			}
		}
		u, err := url.Parse(x.session.Web(number, repo, digest))
		if err == nil {
			err = p.deps.OpenURL(u)
		}
		return func() {
			if err != nil {
				p.complain(err)
			}
		}
	})
}

// status is the tab's text in the status line.
func (p *Panel) status() {
	if p.host == nil {
		return
	}
	level, text := "unknown", i18n.T("registry.none")
	switch worst := watch.Worst(p.statuses); {
	case len(p.connections) == 0:
	case worst == watch.Trouble:
		level, text = "failed", p.worstText(watch.Trouble)
	case worst == watch.Attention:
		level, text = "degraded", p.worstText(watch.Attention)
	case worst == watch.Good:
		level, text = "good", i18n.N("registry.status_good", len(p.connections))
	default:
		text = i18n.N("registry.status_unknown", len(p.connections))
	}
	p.host.SetStatus(ID, level, text)
}

// worstText names the first connection in a state, with what is wrong.
func (p *Panel) worstText(state watch.State) string {
	for _, s := range p.statuses {
		if s.State == state {
			return registry.Clean(s.Title, 40) + ": " + statusText(s)
		}
	}
	return ""
}

// statusText says what a round found.
func statusText(s watch.Status) string {
	var bad []string
	for _, c := range s.Components {
		if !c.Healthy {
			bad = append(bad, registry.Clean(c.Name, 40))
		}
	}
	switch {
	case s.Refused != nil:
		return i18n.T("registry.status_refused")
	case s.Err != nil:
		return i18n.T("registry.status_down")
	case len(bad) > 0:
		return i18n.T("registry.status_unhealthy", map[string]any{"Names": strings.Join(bad, ", ")})
	case len(s.Failed) > 0:
		return i18n.N("registry.status_replications", len(s.Failed))
	case len(s.Stuck) > 0:
		return i18n.N("registry.status_queues", len(s.Stuck))
	case !s.Expires.IsZero() && s.State == watch.Attention:
		return i18n.T("registry.status_expires", map[string]any{"Time": s.Expires.Local().Format("2006-01-02")})
	}
	return levelWord("good")
}

// TrayItems is part of panels.TraySource: connections that are not well.
func (p *Panel) TrayItems() [][]panels.TrayItem {
	var items []panels.TrayItem
	for _, s := range p.statuses {
		if s.State < watch.Attention {
			continue
		}
		items = append(items, panels.TrayItem{Text: registry.Clean(s.Title, 40) + ": " + statusText(s), Do: func() {
			p.host.Select(ID)
			p.choose(s.ID)
			if p.detail != nil && len(s.Components) > 0 {
				p.detail.goTo(placeHealth)
			}
		}})
	}
	if len(items) == 0 {
		return nil
	}
	return [][]panels.TrayItem{items}
}

// TrayLevel is part of panels.TrayMarker.
func (p *Panel) TrayLevel() string {
	switch watch.Worst(p.statuses) {
	case watch.Trouble:
		return "failed"
	case watch.Attention:
		return "degraded"
	}
	return ""
}

// trayChanged has the tray looked at when its words would differ.
func (p *Panel) trayChanged() {
	if p.host == nil {
		return
	}
	text := p.TrayLevel()
	for _, section := range p.TrayItems() {
		for _, it := range section {
			text += "\n" + it.Text
		}
	}
	if text != p.lastTray {
		p.lastTray = text
		p.host.TrayChanged()
	}
}
