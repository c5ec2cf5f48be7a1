package l2tp

import (
	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp/journal"
)

// donePage is the end: what came of it, and the way back.
type donePage struct {
	p       *Panel
	root    *fyne.Container
	rows    *findingRows
	restart *restartBox
	undo    *undoBox
	report  *widgets.Button
	admin   *widgets.Button
	over    *widgets.Button
	history *widgets.Button
}

func newDonePage(p *Panel) *donePage {
	d := &donePage{p: p, rows: newFindingRows(p.tips, p.settle)}
	d.rows.short = true
	d.restart = newRestartBox(p)
	d.undo = newUndoBox(p)
	d.report = widgets.NewButton(i18n.T("l2tp.report_mine"), func() { p.open(newReportPage(p)) })
	d.admin = widgets.NewButton(i18n.T("l2tp.report_admin"), func() { p.open(newReportPage(p).forAdmin()) })
	d.history = widgets.NewButton(i18n.T("l2tp.history"), func() { p.open(newHistoryPage(p)) })
	d.over = widgets.NewButton(i18n.T("l2tp.start_over"), p.startOver)
	d.root = scrolled(title(i18n.T("l2tp.done_title")), d.rows.root, d.restart.root, d.undo.root, fill(),
		inset(widgets.NewFlow(d.report, d.admin, d.history, d.over)))
	return d
}

func (d *donePage) content() fyne.CanvasObject { return d.root }
func (d *donePage) forget()                    {}
func (d *donePage) focus() fyne.Focusable      { return nil }
func (d *donePage) next() next                 { return next{} }

func (d *donePage) apply() {
	w := d.p.w
	var rows []model.Finding
	add := func(level, text string) { rows = append(rows, model.Finding{Level: level, Text: text}) }
	if w.Entry == nil {
		add(model.Unknown, i18n.T("l2tp.done_nothing"))
	} else {
		level, word := model.EntryState(*w.Entry)
		add(level, i18n.T("l2tp.done_entry", map[string]any{"State": word, "When": when(w.Entry.Time)}))
	}
	switch last := w.Dial.Last; {
	case last == nil:
		add(model.Unknown, i18n.T("l2tp.done_untested"))
	case last.Connected:
		add(model.Good, i18n.T("l2tp.done_connects"))
	case last.Code != 0:
		e := model.Explain(last.Code)
		add(model.Failed, i18n.T("l2tp.dial_failed", map[string]any{"Code": e.Code, "Meaning": e.Meaning, "Stage": orElse(model.StageName(last.Stage), e.Stage)}))
	default:
		add(model.Failed, i18n.T("l2tp.done_not_connected"))
	}
	d.rows.set(rows)
	d.restart.apply(w.Pending(w.Entry) && !(w.Dial.Last != nil && w.Dial.Last.Connected && w.Entry.State == journal.StateDone))
	d.undo.apply(w.Entry)
}
