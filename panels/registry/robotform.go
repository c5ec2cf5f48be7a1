package registry

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
)

// robotForm makes an account of Tacklebox's own on a Harbor, which only reads.
type robotForm struct {
	p      *Panel
	x      *conn
	root   fyne.CanvasObject
	column *fyne.Container
	pull   *fields.Picker
	user   *fields.Entry
	secret *fields.Entry
	banner *widgets.Banner
	doIt   *widgets.Button
	note   *widget.Label
	cancel context.CancelFunc
}

// robotPages is how many pages of projects are offered to be pulled from: 5,000
// projects.
const robotPages = 50

func newRobotForm(p *Panel) *robotForm {
	x := p.conn
	f := &robotForm{p: p, x: x, banner: widgets.NewBanner(p.tips)}
	f.pull = fields.NewPicker(i18n.T("registry.robot_find"), i18n.T("registry.reading"), 150)
	f.user = fields.NewEntry(i18n.T("registry.robot_user_hint"), nil)
	f.secret = fields.NewSecret("", nil)
	f.user.OnEscape, f.secret.OnEscape = f.leave, f.leave
	f.secret.OnEnter = f.ask
	// A robot may make no robot: somebody who may is asked for then.
	by := []fyne.CanvasObject{}
	if x.facts.Account != registry.AccountUser {
		user, secret := fields.New(i18n.T("registry.form_user"), f.user), fields.New(i18n.T("registry.form_secret"), f.secret)
		secret.Say(i18n.T("registry.robot_secret_note"))
		by = append(by, fields.Words(i18n.T("registry.robot_by")), user.Box, secret.Box)
	}
	title, word := i18n.T("registry.robot_title"), i18n.T("registry.robot_make")
	if x.c.Robot != 0 {
		title, word = i18n.T("registry.robot_title_renew"), i18n.T("registry.robot_renew")
	}
	f.doIt = widgets.NewButton(word, f.ask)
	f.doIt.Importance = widget.HighImportance
	f.note = fields.Muted("")
	f.note.Hide()
	objects := append([]fyne.CanvasObject{gap(8), titleText(title), fields.Words(i18n.T("registry.robot_text", map[string]any{"Host": x.host()}))}, by...)
	objects = append(objects, fields.Words(i18n.T("registry.robot_pull")), f.pull.Root, gap(4), f.banner,
		container.NewHBox(f.doIt, widgets.NewButton(i18n.T("Cancel"), f.leave)), f.note)
	f.column = widgets.NewColumn(objects...)
	f.root = fields.Page(f.column)
	f.banner.OnResized = f.column.Refresh
	f.pull.OnResized = f.column.Refresh
	f.read()
	return f
}

// read lists the projects to choose from, page by page.
func (f *robotForm) read() {
	f.page(1, nil)
}

func (f *robotForm) page(n int, items []fields.Item) {
	f.x.while(func(ctx context.Context) func() {
		page, err := f.x.browser.Projects(ctx, "", n)
		return func() {
			if f.p.detail.robot != f {
				return
			}
			if err != nil {
				f.failed(err)
				return
			}
			for _, p := range page.Items {
				items = append(items, fields.Item{ID: p.Name, Text: clean(p.Name)})
			}
			f.pull.Set(slices.Clone(items), f.pull.Chosen())
			switch {
			case page.More && len(page.Items) > 0 && n < robotPages:
				f.page(n+1, items)
			case page.More:
				fields.Tell(f.note, i18n.N("registry.robot_more", page.Total-len(items)), widget.WarningImportance)
			}
			f.column.Refresh()
		}
	})
}

func (f *robotForm) focus() {
	if f.x.facts.Account != registry.AccountUser {
		f.p.host.Window().Canvas().Focus(f.user)
	}
}

// ask names the server before anything is changed on it.
func (f *robotForm) ask() {
	if f.cancel != nil {
		return
	}
	f.p.confirm(i18n.T("registry.robot_title"), i18n.T("registry.robot_confirm", map[string]any{"Host": f.x.host()}), f.doIt.Text, f.make)
}

// make makes the robot; the connection uses it from then on.
func (f *robotForm) make() {
	p, id, pull := f.p, f.x.id, f.pull.Chosen()
	by := registry.Credential{User: f.user.Text, Secret: registry.Secret(f.secret.Text)}
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	f.cancel = cancel
	fields.SetEnabled(f.doIt, false)
	fields.Tell(f.note, i18n.T("registry.form_trying"), widget.LowImportance)
	p.background(func(context.Context) func() {
		defer cancel()
		got, err := p.deps.Store.MakeRobot(ctx, id, by, pull)
		return func() {
			f.cancel = nil
			fields.SetEnabled(f.doIt, true)
			fields.Tell(f.note, "", widget.LowImportance)
			if err != nil {
				if p.detail.robot == f {
					f.failed(err)
				}
				return
			}
			said := i18n.T("registry.robot_made", map[string]any{"Name": registry.Clean(got.Connection.User, 100), "Time": format.Absolute(got.Connection.Expires)})
			if !got.Kept.Lasting {
				said += " " + keptNote(got.Kept.Why)
			}
			if got.Left != nil {
				said += " " + i18n.T("registry.robot_left") + " " + explain(got.Left)
			}
			p.detail.closeForm()
			p.leave()
			p.list(func() { p.made = said })
		}
	})
}

func (f *robotForm) failed(err error) {
	f.banner.Set(widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(err), Detail: registry.Clean(err.Error(), 2000)})
	f.column.Refresh()
}

func (f *robotForm) leave() { f.p.detail.closeForm() }

// close forgets the secret. What is being made is not broken off: a robot that
// nobody knows would be left.
func (f *robotForm) close() { f.secret.SetText("") }

// showRobot shows the form that makes a robot, or renews it.
func (p *Panel) showRobot() {
	if p.conn == nil || p.conn.client == nil {
		return
	}
	p.detail.closeForm()
	p.detail.robot = newRobotForm(p)
	p.detail.apply()
	p.applyBanner()
	p.detail.robot.focus()
}
