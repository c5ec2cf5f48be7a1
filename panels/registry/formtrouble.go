package registry

import (
	"errors"
	"slices"
	"strings"

	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
)

// failed says why it did not work, with what can be done about it.
func (f *form) failed(err error) {
	c := widgets.BannerContent{Level: widgets.LevelFailed, Text: explain(err), Detail: registry.Clean(err.Error(), 2000)}
	var own *registry.Error
	if errors.As(err, &own) {
		c = f.offer(c, own)
	}
	f.banner.Set(c)
	f.column.Refresh()
}

// offer adds what the person can decide.
func (f *form) offer(c widgets.BannerContent, own *registry.Error) widgets.BannerContent {
	switch own.Cause {
	case registry.CauseUnknownCA, registry.CauseName, registry.CauseExpired, registry.CauseFingerprint:
		if own.Certificate == nil {
			return c
		}
		c.Text += "\n" + certificateText(own.Certificate) + "\n" + i18n.T("registry.compare_fingerprint")
		print := own.Certificate.Fingerprint
		c.Buttons = append(c.Buttons,
			widgets.BannerButton{Text: i18n.T("registry.trust_certificate"), Do: func() {
				f.print.SetText(print)
				f.fold.SetOpen(true)
				f.changed()
				f.connect()
			}},
			widgets.BannerButton{Text: i18n.T("registry.choose_ca"), Do: func() {
				f.fold.SetOpen(true)
				f.changed()
				f.p.host.Window().Canvas().Focus(f.ca.Entry)
			}})
	case registry.CausePlain:
		f.fold.SetOpen(true)
		f.changed()
	case registry.CauseRealm:
		if own.Host == "" || slices.Contains(f.realms, own.Host) {
			return c
		}
		host := own.Host
		c.Buttons = append(c.Buttons, widgets.BannerButton{Text: i18n.T("registry.allow_realm", map[string]any{"Host": registry.Clean(host, 200)}), Do: func() {
			f.realms = append(slices.Clone(f.realms), host)
			f.connect()
		}})
	case registry.CauseCredential:
		f.secretField.Bad(i18n.T("registry.form_secret_refused"))
		f.p.host.Window().Canvas().Focus(f.secret)
	}
	return c
}

// certificateText is what a person compares.
func certificateText(c *registry.Certificate) string {
	lines := []string{
		i18n.T("registry.cert_for", map[string]any{"Name": orDash(clean(c.Subject))}),
		i18n.T("registry.cert_by", map[string]any{"Name": orDash(clean(c.Issuer))}),
		i18n.T("registry.cert_until", map[string]any{"Time": format.Absolute(c.NotAfter)}),
		"SHA-256 " + groups(c.Fingerprint),
	}
	return strings.Join(lines, "\n")
}

// groups puts colons into a fingerprint, as other programs show it.
func groups(hex string) string {
	var b strings.Builder
	for i := 0; i < len(hex); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(strings.ToUpper(hex[i:min(i+2, len(hex))]))
	}
	return b.String()
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
