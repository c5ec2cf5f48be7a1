package l2tp

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp/report"
)

// reportPage is a report to copy or to save: for the person, or for the server's
// administrator.
type reportPage struct {
	p       *Panel
	root    *fyne.Container
	who     *fields.Choice[report.Audience]
	user    *widget.Check
	host    *widget.Check
	address *widget.Check
	text    *widget.Label
	copied  *widget.Label
}

func newReportPage(p *Panel) *reportPage {
	r := &reportPage{p: p, text: raw("")}
	r.who = fields.NewChoice([]fields.Option[report.Audience]{{Value: report.ForPerson, Text: i18n.T("l2tp.report_mine")},
		{Value: report.ForAdmin, Text: i18n.T("l2tp.report_admin")}}, r.apply)
	without := func(text string) *widget.Check {
		c := widget.NewCheck(text, func(bool) { r.apply() })
		c.Checked = true
		return c
	}
	r.user, r.host, r.address = without(i18n.T("l2tp.redact_user")), without(i18n.T("l2tp.redact_host")), without(i18n.T("l2tp.redact_address"))
	r.text.SizeName, r.text.Wrapping = theme.SizeNameText, fyne.TextWrapWord
	r.copied = fields.Muted("")
	copyAll := widgets.NewButton(i18n.T("action.copy_all"), func() {
		fyne.CurrentApp().Clipboard().SetContent(r.text.Text)
		r.copied.SetText(i18n.T("l2tp.copied"))
	})
	copyAll.Icon = theme.ContentCopyIcon()
	save := widgets.NewButton(i18n.T("l2tp.save_file"), func() {
		openSaveText(p.host.Window(), p.deps, "l2tp-report.txt", r.text.Text)
	})
	save.Icon = theme.DocumentSaveIcon()
	tools := widgets.NewFlow(wide(260, r.who.Select), copyAll, save, r.copied)
	redact := widgets.NewFlow(widget.NewLabel(i18n.T("l2tp.redact")), r.user, r.host, r.address)
	r.root = container.NewBorder(container.NewPadded(inset(widgets.NewColumn(title(i18n.T("l2tp.report")), tools, redact, caption(i18n.T("l2tp.report_about"))))), nil, nil, nil, scrolled(r.text))
	return r
}

// forAdmin shows the one for the administrator.
func (r *reportPage) forAdmin() *reportPage {
	r.who.Set(report.ForAdmin)
	return r
}

func (r *reportPage) content() fyne.CanvasObject { return r.root }
func (r *reportPage) close()                     {}

func (r *reportPage) apply() {
	if r.copied == nil {
		return
	}
	w, d := r.p.w, r.p.deps
	in := report.Input{Time: d.Now(), Version: d.Version, User: d.User, Host: d.Host, Reading: w.Reading, Plan: w.Plan(), Entries: r.p.history, Dial: w.Dial.Last}
	if w.Asked == w.Server {
		in.Server = w.Report
	}
	text := report.Compose(in, report.Options{For: r.who.Value(), Words: model.ReportWords(),
		Redact: report.Redact{User: r.user.Checked, Host: r.host.Checked, Address: r.address.Checked}}).Text()
	if text != r.text.Text {
		r.copied.SetText("")
	}
	if text != r.text.Text {
		r.text.SetText(text)
	}
	r.root.Refresh()
}
