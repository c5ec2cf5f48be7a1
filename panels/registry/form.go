package registry

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/transport"
)

// form adds a connection, or changes one.
type form struct {
	p    *Panel
	root fyne.CanvasObject
	// old is the connection that is changed, nil for a new one; signIn is true when
	// only its credential is asked for.
	old    *registry.Connection
	signIn bool

	address *fields.Entry
	name    *fields.Entry
	as      *fields.Choice[registry.Source]
	user    *fields.Entry
	secret  *fields.Entry
	ca      *fields.Path
	proxy   *fields.Entry
	plain   *widget.Check
	print   *fields.Entry
	fold    *widgets.Fold

	addressField, nameField, asField, userField, secretField, caField, proxyField, printField, plainField *fields.Field

	banner *widgets.Banner
	doIt   *widgets.Button
	work   *widget.Label
	column *fyne.Container

	realms []string
	cancel context.CancelFunc // of the attempt under way
}

// maxCAFile bounds a file of certificates.
const maxCAFile = 1 << 20

func newForm(p *Panel, old *registry.Connection, signIn bool) *form {
	f := &form{p: p, old: old, signIn: signIn}
	f.address = fields.NewEntry(i18n.T("registry.form_address_hint"), f.changed)
	f.name = fields.NewEntry(i18n.T("registry.form_name_hint"), nil)
	f.user = fields.NewEntry(i18n.T("registry.form_user_hint"), f.changed)
	f.secret = fields.NewSecret(i18n.T("registry.form_secret_hint"), f.changed)
	f.as = fields.NewChoice([]fields.Option[registry.Source]{
		{Value: registry.SourceOwn, Text: i18n.T("registry.source_own")},
		{Value: registry.SourceDocker, Text: i18n.T("registry.source_docker")},
		{Value: registry.SourceNone, Text: i18n.T("registry.source_none")},
	}, f.changed)
	f.ca = fields.NewPath(p.host.Window, p.tips, i18n.T("registry.form_ca_hint"), f.changed, fields.Browse{Icon: fields.OpenFile(), Tip: i18n.T("registry.form_ca_browse")})
	f.proxy = fields.NewEntry(i18n.T("registry.form_proxy_hint"), f.changed)
	f.print = fields.NewEntry(i18n.T("registry.form_print_hint"), f.changed)
	f.plain = widget.NewCheck(i18n.T("registry.form_plain"), func(bool) { f.changed() })
	for _, e := range []*fields.Entry{f.address, f.name, f.user, f.secret, f.proxy, f.print} {
		e.OnEnter, e.OnEscape = f.connect, f.leave
	}
	f.addressField = fields.New(i18n.T("registry.form_address"), f.address)
	f.nameField = fields.New(i18n.T("registry.form_name"), f.name)
	f.asField = fields.New(i18n.T("registry.form_as"), f.as)
	f.userField = fields.New(i18n.T("registry.form_user"), f.user)
	f.secretField = fields.New(i18n.T("registry.form_secret"), f.secret)
	f.caField = fields.New(i18n.T("registry.form_ca"), f.ca.Root)
	f.printField = fields.New(i18n.T("registry.form_print"), f.print)
	f.proxyField = fields.New(i18n.T("registry.form_proxy"), f.proxy)
	f.plainField = fields.New("", f.plain)
	f.fold = widgets.NewFold(i18n.T("registry.form_more"), func(bool) { f.changed() })
	f.banner = widgets.NewBanner(p.tips)

	word := i18n.T("registry.form_connect")
	title := i18n.T("registry.form_title")
	if old != nil {
		word, title = i18n.T("registry.form_save"), i18n.T("registry.form_title_change", map[string]any{"Name": clean(old.Title())})
		f.fill(*old)
	}
	if signIn {
		word, title = i18n.T("registry.form_sign_in"), i18n.T("registry.form_title_sign_in", map[string]any{"Name": clean(old.Title())})
	}
	f.doIt = widgets.NewButton(word, f.connect)
	f.doIt.Importance = widget.HighImportance
	back := widgets.NewButton(i18n.T("Cancel"), f.leave)
	f.work = fields.Muted("")
	f.work.Hide()
	f.column = widgets.NewColumn(gap(8), titleText(title), f.addressField.Box, f.nameField.Box, f.asField.Box, f.userField.Box, f.secretField.Box, f.fold,
		f.caField.Box, f.printField.Box, f.proxyField.Box, f.plainField.Box, gap(4), f.banner, container.NewHBox(f.doIt, back), f.work)
	f.root = fields.Page(f.column)
	f.banner.OnResized = f.column.Refresh
	f.changed()
	return f
}

// fill shows a connection that there is. Its secret is nowhere to be shown.
func (f *form) fill(c registry.Connection) {
	f.address.SetText(c.URL)
	f.name.SetText(c.Name)
	f.user.SetText(c.User)
	f.as.Set(c.Source)
	f.proxy.SetText(c.Proxy)
	f.print.SetText(c.Fingerprint)
	f.plain.SetChecked(c.Plain)
	f.realms = c.Realms
	f.fold.SetOpen(c.CA != "" || c.Proxy != "" || c.Fingerprint != "" || c.Plain)
	if c.CA != "" {
		f.ca.SetPlaceHolder(i18n.T("registry.form_ca_kept"))
	}
}

// focus gives the keyboard to the first field that is empty.
func (f *form) focus() {
	e := f.address
	switch {
	case f.signIn && f.user.Text == "":
		e = f.user
	case f.signIn:
		e = f.secret
	}
	f.p.host.Window().Canvas().Focus(e)
}

// changed shows the fields that the choices leave.
func (f *form) changed() {
	if f.doIt == nil {
		return
	}
	own := f.as.Value() == registry.SourceOwn
	f.addressField.Show(!f.signIn)
	f.nameField.Show(!f.signIn)
	f.asField.Show(!f.signIn)
	f.userField.Show(own)
	f.secretField.Show(own)
	fields.SetVisible(f.fold, !f.signIn)
	open := f.fold.Open() && !f.signIn
	for _, x := range []*fields.Field{f.caField, f.printField, f.proxyField, f.plainField} {
		x.Show(open)
	}
	base, err := registry.ParseURL(f.address.Text)
	plain := strings.HasPrefix(base, "http://")
	loopback := false
	if c := (registry.Connection{URL: base}); plain {
		loopback = !c.Insecure()
	}
	f.plainField.Show((plain && !loopback || f.plain.Checked) && !f.signIn)
	switch {
	case strings.TrimSpace(f.address.Text) == "" || err != nil && f.p.host.Window().Canvas().Focused() == f.address:
		f.addressField.Say("")
	case err != nil:
		f.addressField.Bad(i18n.T("registry.form_address_bad"))
	case plain && !loopback:
		f.addressField.Bad(i18n.T("registry.plain_warning"))
	default:
		f.addressField.Say("")
	}
	f.secretField.Say(i18n.T("registry.form_secret_note"))
	if !own {
		f.asField.Say(map[registry.Source]string{registry.SourceDocker: i18n.T("registry.source_docker_note"), registry.SourceNone: i18n.T("registry.source_none_note")}[f.as.Value()])
	} else {
		f.asField.Say("")
	}
	f.column.Refresh()
}

// read makes a connection of what was typed; the file with certificates is read
// later, away from Fyne's goroutine.
func (f *form) read() (c registry.Connection, caFile string) {
	if f.old != nil {
		c = *f.old
	}
	c.URL, c.Name, c.Proxy = strings.TrimSpace(f.address.Text), strings.TrimSpace(f.name.Text), strings.TrimSpace(f.proxy.Text)
	c.Source, c.Plain, c.Realms, c.Fingerprint = f.as.Value(), f.plain.Checked, f.realms, strings.TrimSpace(f.print.Text)
	c.User = ""
	if c.Source == registry.SourceOwn {
		c.User = strings.TrimSpace(f.user.Text)
	}
	return c, strings.TrimSpace(f.ca.Text)
}

// connect tries what was typed and, when that works, keeps it.
func (f *form) connect() {
	if f.cancel != nil {
		return
	}
	c, caFile := f.read()
	secret := registry.Secret(f.secret.Text)
	if c.Source == registry.SourceOwn && (c.User == "" || secret == "" && !f.keepsSecret(c)) {
		f.secretField.Bad(i18n.T("registry.form_secret_missing"))
		f.column.Refresh()
		return
	}
	ctx, cancel := context.WithTimeout(f.p.ctx, 20*time.Second)
	f.cancel = cancel
	f.busy(i18n.T("registry.form_trying"))
	p := f.p
	p.background(func(context.Context) func() {
		defer cancel()
		done, err := f.try(ctx, c, caFile, secret)
		return func() {
			f.cancel = nil
			f.busy("")
			if p.detail.form != f {
				return // left meanwhile
			}
			if err != nil {
				f.failed(err)
				return
			}
			done()
		}
	})
}

// keepsSecret is true when the secret that is kept goes on to be used.
func (f *form) keepsSecret(c registry.Connection) bool {
	return f.old != nil && !f.signIn && f.old.Source == registry.SourceOwn && f.old.User == c.User && f.old.URL == c.URL
}

// try runs away from Fyne's goroutine. What it gives back runs on it.
func (f *form) try(ctx context.Context, c registry.Connection, caFile string, secret registry.Secret) (func(), error) {
	p, st := f.p, f.p.deps.Store
	if caFile != "" {
		pem, err := readCA(caFile)
		if err != nil {
			return nil, err
		}
		c.CA = pem
	}
	if secret != "" || c.Source != registry.SourceOwn {
		// Tried before it is kept: a wrong one never gets into the keychain.
		x, err := st.Try(c, registry.Credential{User: c.User, Secret: secret})
		if err != nil {
			return nil, err
		}
		_, err = x.Facts(ctx)
		x.Discard()
		if err != nil {
			return nil, err
		}
	}
	id := ""
	note := ""
	if f.old == nil {
		added, kept, err := st.Add(ctx, c, secret)
		if err != nil {
			return nil, err
		}
		if id = added.ID; secret != "" && !kept.Lasting {
			note = keptNote(kept.Why)
		}
	} else {
		id = f.old.ID
		// What the form shows, on top of what is kept by now.
		_, kept, err := st.Save(ctx, id, secret, func(x *registry.Connection) {
			x.URL, x.Name, x.User, x.Source = c.URL, c.Name, c.User, c.Source
			x.CA, x.Fingerprint, x.Plain, x.Proxy = c.CA, c.Fingerprint, c.Plain, c.Proxy
			x.AddRealms(c.Realms...)
		})
		if err != nil {
			return nil, err
		}
		if secret != "" && !kept.Lasting {
			note = keptNote(kept.Why)
		}
	}
	return func() {
		p.detail.closeForm()
		p.memory.Chosen = id
		p.remember()
		p.leave()
		p.list(func() { p.told = note })
		p.lookNow()
	}, nil
}

// keptNote says that a secret is kept for this run only.
func keptNote(why error) string {
	reason := ""
	if why != nil {
		reason = registry.Clean(why.Error(), 300)
	}
	return i18n.T("registry.kept_run", map[string]any{"Reason": reason})
}

func readCA(file string) (string, error) {
	bad := func(err error) (string, error) {
		return "", &registry.Error{Op: "read", Object: file, Cause: registry.CauseAddress, Err: err}
	}
	r, err := os.Open(file)
	if err != nil {
		return bad(err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, maxCAFile+1))
	if err != nil {
		return bad(err)
	}
	if len(text) > maxCAFile {
		return bad(errors.New("it is larger than certificates are"))
	}
	pem, err := transport.ParseCA(text)
	if err != nil {
		return bad(err)
	}
	return pem, nil
}

func (f *form) busy(text string) {
	fields.Tell(f.work, text, widget.LowImportance)
	fields.SetEnabled(f.doIt, text == "")
	f.column.Refresh()
	if text != "" {
		f.banner.Clear()
	}
}

// leave goes back without having done anything.
func (f *form) leave() { f.p.detail.closeForm() }

// close breaks the attempt off and forgets the secret.
func (f *form) close() {
	if f.cancel != nil {
		f.cancel()
	}
	f.secret.OnChanged = nil
	f.secret.SetText("")
}
