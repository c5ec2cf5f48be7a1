package registry

import (
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
)

// applyBanner says above everything what is wrong with the connection in front, and
// what can be done.
func (p *Panel) applyBanner() {
	if p.banner == nil {
		return
	}
	p.banner.Set(p.bannerContent())
}

func (p *Panel) bannerContent() widgets.BannerContent {
	x := p.conn
	again := widgets.BannerButton{Text: i18n.T("registry.try_again"), Do: p.reload}
	switch {
	case p.complaint != nil:
		return widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(p.complaint), Detail: clean(p.complaint.Error()), Close: func() { p.complain(nil) }}
	case p.listErr != nil:
		return widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("registry.list_failed"), Detail: clean(p.listErr.Error()), Buttons: []widgets.BannerButton{again}}
	case x == nil || p.detail != nil && (p.detail.form != nil || p.detail.robot != nil):
	case x.refusal() != nil:
		r := x.refusal()
		return widgets.BannerContent{Level: widgets.LevelFailed,
			Text:   i18n.T("registry.refused", map[string]any{"Host": x.host(), "User": orDash(registry.Clean(x.user(), 100)), "Time": format.Absolute(r.At)}),
			Detail: clean(r.Message),
			Buttons: []widgets.BannerButton{
				{Text: i18n.T("registry.sign_in_again"), Primary: true, Do: p.showSignIn},
				{Text: i18n.T("registry.try_once"), Do: p.retry},
				{Text: i18n.T("action.registry.doctor"), Do: p.showDoctor},
			}}
	case x.err != nil:
		c := widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(x.err), Detail: clean(x.err.Error()), Buttons: []widgets.BannerButton{again}}
		switch registry.CauseOf(x.err) {
		case registry.CauseUnknownCA, registry.CauseName, registry.CauseExpired, registry.CauseFingerprint, registry.CausePlain, registry.CauseRealm, registry.CauseAddress, registry.CauseProxy:
			c.Buttons = append(c.Buttons, widgets.BannerButton{Text: i18n.T("registry.change"), Do: p.showChange})
		}
		c.Buttons = append(c.Buttons, widgets.BannerButton{Text: i18n.T("action.registry.doctor"), Do: p.showDoctor})
		return c
	case x.session != nil && x.session.CredentialProblem != nil && !x.quiet:
		err := x.session.CredentialProblem
		return widgets.BannerContent{Level: widgets.LevelDegraded, Text: explain(err) + " " + i18n.T("registry.as_nobody_now"), Detail: clean(err.Error()),
			Buttons: []widgets.BannerButton{{Text: i18n.T("registry.sign_in_again"), Do: p.showSignIn}}, Close: func() { x.quiet = true; p.applyBanner() }}
	case p.made != "":
		return widgets.BannerContent{Level: widgets.LevelGood, Text: p.made, Close: func() { p.made = ""; p.applyBanner() }}
	case p.told != "":
		return widgets.BannerContent{Level: widgets.LevelDegraded, Text: p.told, Close: func() { p.tell("") }}
	case x.c.Insecure() && !x.plainSeen:
		return widgets.BannerContent{Level: widgets.LevelFailed, Text: i18n.T("registry.plain_warning"), Close: func() { x.plainSeen = true; p.applyBanner() }}
	}
	return widgets.BannerContent{}
}

// user is who is signed in, or would be.
func (x *conn) user() string {
	if x.session != nil && x.session.Credential().User != "" {
		return x.session.Credential().User
	}
	return x.c.User
}

// refusal is set once the credential was refused: it is not used since.
func (x *conn) refusal() *registry.Refusal {
	if x.session != nil && !x.session.Anonymous() {
		return x.session.Refusal()
	}
	return x.c.Refused // by an earlier run
}
