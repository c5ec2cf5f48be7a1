package l2tp

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
)

// Facts are what a report is about. What is not known is nil.
type Facts struct {
	// Admin asks for the report that the server's administrator gets.
	Admin bool
	// Redact leaves out names and addresses of the person and the server.
	Redact  bool
	Server  *l2tp.Report
	Reading *pc.Reading
	Plan    plan.Plan
	Entry   *journal.Entry
	Dial    *pc.Progress
	Version string
}

// reportPage is a report to copy or to save: for the person, or for the server's
// administrator.
type reportPage struct {
	p      *Panel
	root   *fyne.Container
	who    *fields.Choice[bool]
	redact *widget.Check
	text   *widgets.CodeView
	copied *widget.Label
}

func newReportPage(p *Panel) *reportPage {
	r := &reportPage{p: p, text: widgets.NewCodeView(p.tips)}
	r.who = fields.NewChoice([]fields.Option[bool]{{Value: false, Text: i18n.T("l2tp.report_mine")}, {Value: true, Text: i18n.T("l2tp.report_admin")}}, r.apply)
	r.redact = widget.NewCheck(i18n.T("l2tp.redact"), func(bool) { r.apply() })
	r.redact.Checked = true
	r.copied = fields.Muted("")
	copyAll := widgets.NewButton(i18n.T("action.copy_all"), func() {
		fyne.CurrentApp().Clipboard().SetContent(r.text.Text())
		r.copied.SetText(i18n.T("l2tp.copied"))
	})
	copyAll.Icon = theme.ContentCopyIcon()
	save := widgets.NewButton(i18n.T("l2tp.save_file"), func() {
		openSaveText(p.host.Window(), p.deps, "l2tp-report.txt", r.text.Text())
	})
	save.Icon = theme.DocumentSaveIcon()
	tools := widgets.NewFlow(wide(260, r.who.Select), r.redact, copyAll, save, r.copied)
	r.root = container.NewBorder(container.NewPadded(inset(widgets.NewColumn(title(i18n.T("l2tp.report")), tools, caption(i18n.T("l2tp.report_about"))))), nil, nil, nil, r.text)
	return r
}

// forAdmin shows the one for the administrator.
func (r *reportPage) forAdmin() *reportPage {
	r.who.Set(true)
	return r
}

func (r *reportPage) content() fyne.CanvasObject { return r.root }
func (r *reportPage) close()                     {}

func (r *reportPage) apply() {
	w := r.p.w
	f := Facts{Admin: r.who.Value(), Redact: r.redact.Checked, Reading: w.Reading, Plan: w.Plan(), Entry: w.Entry, Dial: w.Dial.Last, Version: r.p.deps.Version}
	if w.Asked == w.Server {
		f.Server = w.Report
	}
	text := r.p.deps.Report(f)
	if text != r.text.Text() {
		r.copied.SetText("")
	}
	r.text.SetText(text)
}
