package l2tp

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp/plan"
)

// connectionPage says what becomes of the connection in Windows.
type connectionPage struct {
	p    *Panel
	root *fyne.Container
	form *fyne.Container

	mode    *fields.Choice[string] // a mode, or "repair\x00" and a name
	modeBox *fields.Field
	names   []string
	name    *fields.Entry
	nameBox *fields.Field
	server  *fields.Entry
	srvBox  *fields.Field
	kind    *fields.Choice[string]
	kindBox *fields.Field
	key     *fields.Entry
	keyBox  *fields.Field
	auth    map[string]*widget.Check
	authBox *fields.Field
	enc     *fields.Choice[string]
	encBox  *fields.Field
	split   *widget.Check
	user    *fields.Entry
	pass    *fields.Entry
	passBox *fields.Field
	hint    *widget.Label
	filling bool
}

// repairing begins the value of a choice that repairs a connection.
const repairing = "repair\x00"

func newConnectionPage(p *Panel) *connectionPage {
	c := &connectionPage{p: p, auth: map[string]*widget.Check{}}
	c.mode = fields.NewChoice[string](nil, nil)
	c.modeBox = fields.New(i18n.T("l2tp.connection"), c.mode.Select)
	c.name = fields.NewEntry("", c.changed)
	c.nameBox = fields.New(i18n.T("l2tp.name"), c.name)
	c.server = fields.NewEntry(i18n.T("l2tp.server_hint"), c.changed)
	c.srvBox = fields.New(i18n.T("l2tp.server"), c.server)
	c.kind = newKindChoice(c.changed)
	c.kindBox = fields.New(i18n.T("l2tp.kind"), c.kind.Select)
	c.key = fields.NewSecret(i18n.T("l2tp.psk_hint"), c.typed)
	c.keyBox = fields.New(i18n.T("l2tp.psk"), c.key)
	flow := widgets.NewFlow()
	for _, a := range []string{plan.AuthCHAP, plan.AuthMSCHAPv2, plan.AuthPAP} {
		c.auth[a] = widget.NewCheck(model.AuthName(a), func(bool) { c.changed() })
		flow.Add(c.auth[a])
	}
	c.authBox = fields.New(i18n.T("l2tp.login_ways"), flow)
	c.enc = newEncryptionChoice(c.changed)
	c.encBox = fields.New(i18n.T("l2tp.encryption"), c.enc.Select)
	c.split = widget.NewCheck(i18n.T("l2tp.split"), func(bool) { c.changed() })
	c.user = fields.NewEntry(i18n.T("l2tp.user_hint"), c.typed)
	c.pass = fields.NewSecret("", c.typed)
	c.passBox = fields.New(i18n.T("l2tp.password"), c.pass)
	c.passBox.Say(i18n.T("l2tp.secrets_where"))
	for _, e := range []*fields.Entry{c.name, c.server, c.key, c.user, c.pass} {
		e.OnEnter = c.goOn
	}
	c.form = widgets.NewColumn(c.nameBox.Box, c.srvBox.Box, c.kindBox.Box, c.keyBox.Box, c.authBox.Box, c.encBox.Box,
		fields.New("", c.split).Box, fields.New(i18n.T("l2tp.user"), c.user).Box, c.passBox.Box, caption(i18n.T("l2tp.connection_expected")))
	c.hint = fields.Muted("")
	c.root = scrolled(title(i18n.T("l2tp.connection_title")), c.hint, c.modeBox.Box, c.form)
	return c
}

func newKindChoice(changed func()) *fields.Choice[string] {
	var options []fields.Option[string]
	for _, k := range []string{"", plan.IPsecPSK, plan.IPsecCertificate, plan.IPsecNone} {
		options = append(options, fields.Option[string]{Value: k, Text: model.IPsecName(k)})
	}
	return fields.NewChoice(options, changed)
}

func newEncryptionChoice(changed func()) *fields.Choice[string] {
	var options []fields.Option[string]
	for _, k := range []string{plan.EncryptNeeded, plan.EncryptMost, plan.EncryptAsked, plan.EncryptNone} {
		options = append(options, fields.Option[string]{Value: k, Text: model.EncryptionName(k)})
	}
	return fields.NewChoice(options, changed)
}

func (c *connectionPage) content() fyne.CanvasObject { return c.root }

func (c *connectionPage) forget() {
	for _, e := range []*fields.Entry{c.key, c.pass} {
		if e.Text != "" {
			e.SetText("")
		}
	}
}

func (c *connectionPage) reset() { c.user.SetText("") }

// useKey fills in the key that was checked.
func (c *connectionPage) useKey(key string) { c.key.SetText(key) }

// secrets are copies of what was typed; the caller clears them. The fields are
// emptied.
func (c *connectionPage) secrets() (psk, password []byte, user string) {
	if w := c.p.w.Writes(); w != nil {
		if w.IPsec == plan.IPsecPSK {
			psk = []byte(c.key.Text)
		}
		password, user = []byte(c.pass.Text), c.user.Text
	}
	return psk, password, user
}

// changed takes what was typed or chosen.
func (c *connectionPage) changed() {
	if c.filling {
		return
	}
	d := &c.p.w.Wanted
	d.Name, d.Server = strings.TrimSpace(c.name.Text), strings.TrimSpace(c.server.Text)
	d.IPsec, d.Encryption, d.Split = c.kind.Value(), c.enc.Value(), c.split.Checked
	d.Auth = nil
	for _, a := range []string{plan.AuthCHAP, plan.AuthMSCHAPv2, plan.AuthPAP} {
		if c.auth[a].Checked {
			d.Auth = append(d.Auth, a)
		}
	}
	c.p.w.Replan()
	c.p.apply()
}

// typed notes that there is a key or login to be stored.
func (c *connectionPage) typed() {
	if c.pass == nil {
		return
	}
	w := c.p.w
	now, key := c.key.Text != "" || c.pass.Text != "" || c.user.Text != "", c.key.Text != ""
	if (now != w.Secrets || key != w.Key) && !w.Applying {
		w.Secrets, w.Key = now, key
		w.Replan()
		c.p.apply()
	}
}

// choose takes another mode.
func (c *connectionPage) choose() {
	w := c.p.w
	switch v := c.mode.Value(); {
	case strings.HasPrefix(v, repairing):
		for _, p := range w.Profiles() {
			if p.Name == strings.TrimPrefix(v, repairing) {
				w.Repair(p)
				if w.Server == "" {
					w.Server = p.Server
				}
			}
		}
	case v == string(model.ModeNew):
		w.Mode, w.Wanted = model.ModeNew, model.Draft(w.Server)
	default:
		w.Mode = model.ModeLeave
	}
	w.Replan()
	c.p.apply()
}

func (c *connectionPage) apply() {
	c.applyMode()
	w := c.p.w
	edits := w.Mode != model.ModeLeave && !w.Wine()
	fields.SetVisible(c.form, edits)
	c.fill(w.Wanted)
	fields.SetVisible(c.keyBox.Box, w.Kind() == plan.IPsecPSK)
	c.kindBox.Say("")
	if w.Wanted.IPsec == "" && w.Report != nil {
		c.kindBox.Say(i18n.T("l2tp.kind_is", map[string]any{"Kind": model.IPsecName(w.Kind())}))
	}
	fields.SetEnabled(c.name, w.Mode == model.ModeNew)
	c.keyBox.Say("")
	c.passBox.Say(i18n.T("l2tp.secrets_where"))
	if w.Mode == model.ModeRepair {
		c.keyBox.Say(i18n.T("l2tp.psk_stays"))
	}
	c.check()
	fields.Tell(c.hint, c.about(), widget.LowImportance)
}

// about is what this page says about what will happen.
func (c *connectionPage) about() string {
	w := c.p.w
	for _, p := range w.Profiles() {
		if p.AllUsers && p.Server == w.Server && w.Mode == model.ModeLeave {
			return i18n.T("l2tp.all_users", map[string]any{"Name": p.Name})
		}
	}
	switch {
	case w.Wine():
		return i18n.T("l2tp.connection_wine")
	case w.Classic:
		return i18n.T("l2tp.connection_classic")
	case w.Mode != model.ModeLeave && w.Writes() == nil && w.Report == nil:
		return i18n.T("l2tp.connection_unasked")
	case w.Mode != model.ModeLeave && w.Writes() == nil && model.ClassLevel(w.Report.Class) == model.Degraded && !w.NoIPsec:
		return i18n.T("l2tp.connection_unknown")
	}
	return i18n.T("l2tp.connection_about")
}

func (c *connectionPage) applyMode() {
	w := c.p.w
	options := []fields.Option[string]{{Value: string(model.ModeNew), Text: i18n.T("l2tp.mode_new")}}
	var names []string
	for _, p := range w.Profiles() {
		if p.AllUsers {
			continue
		}
		names = append(names, p.Name)
		options = append(options, fields.Option[string]{Value: repairing + p.Name, Text: i18n.T("l2tp.mode_repair", map[string]any{"Name": cut(p.Name, 60)})})
	}
	options = append(options, fields.Option[string]{Value: string(model.ModeLeave), Text: i18n.T("l2tp.mode_leave")})
	if c.names == nil || !slices.Equal(names, c.names) {
		c.names = append([]string{}, names...)
		c.mode = fields.NewChoice(options, c.choose)
		c.modeBox.Box.Objects[1] = c.mode.Select
		c.modeBox.Box.Refresh()
	}
	now := string(w.Mode)
	if w.Mode == model.ModeRepair {
		now = repairing + w.Wanted.Name
	}
	if c.mode.Value() != now {
		c.mode.Set(now)
	}
	fields.SetVisible(c.modeBox.Box, !w.Wine())
}

// fill shows the draft in the fields.
func (c *connectionPage) fill(d plan.Profile) {
	c.filling = true
	defer func() { c.filling = false }()
	set := func(e *fields.Entry, text string) {
		if strings.TrimSpace(e.Text) != text {
			e.SetText(text)
		}
	}
	set(c.name, d.Name)
	set(c.server, d.Server)
	if c.kind.Value() != d.IPsec {
		c.kind.Set(d.IPsec)
	}
	if c.enc.Value() != d.Encryption {
		c.enc.Set(d.Encryption)
	}
	if c.split.Checked != d.Split {
		c.split.SetChecked(d.Split)
	}
	for a, check := range c.auth {
		if on := slices.Contains(d.Auth, a); check.Checked != on {
			check.SetChecked(on)
		}
	}
}

// check says below each field what is wrong, and whether all of it will do.
func (c *connectionPage) check() bool {
	w := c.p.w
	if w.Mode == model.ModeLeave || w.Wine() {
		return true
	}
	d := w.Wanted
	c.nameBox.Bad("")
	c.srvBox.Bad("")
	c.authBox.Bad("")
	good := true
	bad := func(f *fields.Field, key string) { f.Bad(i18n.T(key)); good = false }
	if d.Name != "" && plan.CheckName(d.Name) != nil {
		bad(c.nameBox, "l2tp.bad_name")
	}
	if d.Server != "" && plan.CheckServer(d.Server) != nil {
		bad(c.srvBox, "l2tp.bad_server")
	}
	if len(d.Auth) == 0 {
		bad(c.authBox, "l2tp.bad_auth")
	} else if len(d.Auth) == 1 && d.Auth[0] == plan.AuthPAP {
		c.authBox.Say(i18n.T("l2tp.pap_clear"))
	}
	return good && d.Name != "" && d.Server != ""
}

func (c *connectionPage) focus() fyne.Focusable {
	if c.p.w.Mode != model.ModeLeave && c.p.w.Wanted.Name == "" {
		return c.name
	}
	return nil
}

func (c *connectionPage) goOn() {
	if c.check() {
		c.p.memory.Connection = c.p.w.Wanted.Name
		c.p.show(model.StepFindings)
	}
}

func (c *connectionPage) next() next {
	n := next{text: i18n.T("l2tp.next"), do: c.goOn, off: !c.check()}
	if n.off {
		n.note = i18n.T("l2tp.fill_in")
	}
	return n
}
