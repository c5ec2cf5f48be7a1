package registry

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/watch"
)

// picker is the line that names the connection; it opens the list of all.
type picker struct {
	p      *Panel
	button *pickerButton
	add    *widgets.Button
	more   *widgets.Button
	box    *fyne.Container
}

func newPicker(p *Panel) *picker {
	k := &picker{p: p}
	k.button = newPickerButton(p.tips, k.open)
	k.add = widgets.NewIconButton(theme.ContentAddIcon(), i18n.T("action.registry.add"), p.tips, p.showAdd)
	k.more = widgets.NewIconButton(theme.MoreVerticalIcon(), i18n.T("registry.more"), p.tips, k.menu)
	k.box = container.NewBorder(nil, nil, nil, container.NewHBox(k.add, k.more), k.button)
	return k
}

func (k *picker) apply() {
	p := k.p
	fields.SetEnabled(k.more, p.conn != nil)
	switch x := p.conn; {
	case x == nil && !p.listed:
		k.button.set(widgets.LevelUnknown, i18n.T("registry.loading"), false, "")
	case x == nil:
		k.button.set(widgets.LevelUnknown, i18n.T("registry.none"), false, "")
	default:
		k.button.set(p.levelOf(x.c), clean(x.c.Title()), x.c.Insecure(), p.connTip(x))
	}
}

// levelOf is how a connection is, as a dot.
func (p *Panel) levelOf(c registry.Connection) widgets.Level {
	if c.Refused != nil {
		return widgets.LevelFailed
	}
	if x := p.conn; x != nil && x.id == c.ID {
		switch {
		case x.err != nil:
			return widgets.LevelFailed
		case x.session != nil && x.session.Refusal() != nil:
			return widgets.LevelFailed
		}
	}
	if s, ok := p.statusOf(c.ID); ok {
		switch s.State {
		case watch.Good:
			return widgets.LevelGood
		case watch.Attention:
			return widgets.LevelDegraded
		case watch.Trouble:
			return widgets.LevelFailed
		}
	}
	if x := p.conn; x != nil && x.id == c.ID && x.open_ {
		return widgets.LevelGood
	}
	return widgets.LevelUnknown
}

// connTip is what is known of a connection.
func (p *Panel) connTip(x *conn) string {
	tip := x.c.URL
	if x.c.Insecure() {
		tip += "\n" + i18n.T("registry.plain_warning")
	}
	if x.open_ {
		tip += "\n" + product(x.facts)
		if x.known {
			tip += "\n" + accountWord(x)
		}
	}
	return tip
}

// product is what the registry is.
func product(f registry.Facts) string {
	if f.Kind == registry.KindHarbor {
		if f.Version == "" {
			return "Harbor"
		}
		return "Harbor " + f.Version
	}
	return i18n.T("registry.kind_distribution")
}

// accountWord says as whom it is spoken to.
func accountWord(x *conn) string {
	if !x.known {
		return i18n.T("registry.reading")
	}
	user := map[string]any{"User": registry.Clean(x.user(), 100)}
	switch x.facts.Account {
	case registry.AccountUser:
		return i18n.T("registry.as_user", user)
	case registry.AccountRobot:
		return i18n.T("registry.as_robot", user)
	case registry.AccountOIDC:
		return i18n.T("registry.as_oidc", user)
	case registry.AccountOther:
		return i18n.T("registry.as_other")
	}
	return i18n.T("registry.as_nobody")
}

// open shows all connections below the button.
func (k *picker) open() {
	p := k.p
	var items []*fyne.MenuItem
	for _, c := range p.connections {
		text := clean(c.Title())
		if level := p.levelOf(c); level == widgets.LevelFailed || level == widgets.LevelDegraded {
			text += "   " + levelWord(level)
		}
		if c.Insecure() {
			text += "   http"
		}
		item := fyne.NewMenuItem(registry.Clean(text, 90), func() { p.detail.closeForm(); p.choose(c.ID) })
		item.Checked = p.conn != nil && p.conn.id == c.ID
		items = append(items, item)
	}
	if len(items) > 0 {
		items = append(items, fyne.NewMenuItemSeparator())
	}
	items = append(items, fyne.NewMenuItem(i18n.T("action.registry.add"), p.showAdd))
	k.popup(items)
}

// menu has what can be done with the connection in front.
func (k *picker) menu() {
	p := k.p
	x := p.conn
	if x == nil {
		return
	}
	watched := fyne.NewMenuItem(i18n.T("registry.watched"), func() { p.toggleWatch(x) })
	watched.Checked = !x.c.NoWatch
	robot := fyne.NewMenuItem(i18n.T("registry.robot_menu"), p.showRobot)
	robot.Disabled = x.client == nil || x.facts.Account == registry.AccountNone
	k.popup([]*fyne.MenuItem{
		fyne.NewMenuItem(i18n.T("registry.sign_in_other"), p.showSignIn),
		fyne.NewMenuItem(i18n.T("registry.change"), p.showChange),
		robot,
		watched,
		fyne.NewMenuItem(i18n.T("action.registry.doctor"), p.showDoctor),
		fyne.NewMenuItem(i18n.T("registry.copy_address"), func() { p.copy(x.c.URL) }),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(i18n.T("registry.remove"), p.askRemove),
	})
}

func (k *picker) popup(items []*fyne.MenuItem) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(k.box)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), k.p.host.Window().Canvas(), at.AddXY(0, k.box.Size().Height))
}

// toggleWatch has the watch look at a connection, or not.
func (p *Panel) toggleWatch(x *conn) {
	no := !x.c.NoWatch
	x.background(func(context.Context) func() {
		_, err := p.deps.Store.Change(x.id, func(c *registry.Connection) { c.NoWatch = no })
		return func() {
			if err != nil {
				p.complain(err)
				return
			}
			p.lookNow()
			p.reopen()
		}
	})
}

// lookNow has the watch go round now, where there is one.
func (p *Panel) lookNow() {
	if p.deps.Watch != nil {
		p.deps.Watch.Look()
	}
}
