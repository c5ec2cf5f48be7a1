package l2tp

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
)

// findingsPage says what was found, and takes what only the person knows.
type findingsPage struct {
	p       *Panel
	root    *fyne.Container
	rows    *findingRows
	noIPsec *wrappedCheck
	laptop  *wrappedCheck
	classic *wrappedCheck
	again   *widgets.Button
}

func newFindingsPage(p *Panel) *findingsPage {
	f := &findingsPage{p: p, rows: newFindingRows(p.tips, p.settle)}
	f.noIPsec = newWrappedCheck(i18n.T("l2tp.state_no_ipsec"), func(on bool) { f.state(func(w *model.Wizard) { w.NoIPsec = on }) })
	f.laptop = newWrappedCheck(i18n.T("l2tp.state_laptop"), func(on bool) { f.state(func(w *model.Wizard) { w.Laptop = on }) })
	f.classic = newWrappedCheck(i18n.T("l2tp.state_classic"), func(on bool) { f.state(func(w *model.Wizard) { w.Classic = on }) })
	f.again = widgets.NewFlatButton(i18n.T("l2tp.read_again"), theme.ViewRefreshIcon(), p.read)
	f.root = scrolled(title(i18n.T("l2tp.findings_title")), f.rows.root, inset(container.NewHBox(f.again)), fill(),
		fields.Heading(i18n.T("l2tp.you_know")), f.noIPsec.Container, f.laptop.Container, f.classic.Container)
	return f
}

// state takes what the person knows; the plan follows at once.
func (f *findingsPage) state(do func(*model.Wizard)) {
	do(f.p.w)
	f.p.w.Replan()
	f.p.apply()
}

func (f *findingsPage) content() fyne.CanvasObject { return f.root }
func (f *findingsPage) forget()                    {}
func (f *findingsPage) focus() fyne.Focusable      { return nil }

func (f *findingsPage) apply() {
	w := f.p.w
	f.rows.set(w.Findings())
	f.noIPsec.quiet(w.NoIPsec)
	f.laptop.quiet(w.Laptop)
	f.classic.quiet(w.Classic)
	fields.SetEnabled(f.again, !f.p.reading)
}

func (f *findingsPage) next() next {
	n := f.p.w.Changes()
	note := i18n.T("l2tp.no_changes_short")
	if n > 0 {
		note = i18n.N("l2tp.changes_found", n)
	}
	return next{text: i18n.T("l2tp.to_preview"), note: note, do: func() { f.p.show(model.StepPreview) }}
}
