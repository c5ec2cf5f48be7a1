package l2tp

import (
	"net/netip"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/plan"
)

type addr = netip.Addr

// answerView is what a server answered, with the evidence.
type answerView struct {
	root  *fyne.Container
	rows  *findingRows
	fold  *widgets.Fold
	lines *fyne.Container
	said  *l2tp.Report
}

func newAnswerView(tips *widgets.Tips, resized func()) *answerView {
	v := &answerView{rows: newFindingRows(tips, resized), lines: widgets.NewColumn()}
	v.rows.short = true
	v.lines.Hide()
	v.fold = widgets.NewFold("", func(open bool) {
		v.lines.Hidden = !open
		v.root.Refresh()
		if resized != nil {
			resized()
		}
	})
	v.root = widgets.NewColumn(boxed(widgets.NewColumn(v.rows.root, inset(v.fold), v.lines)))
	v.root.Hide()
	return v
}

// show shows an answer, or why there is none.
func (v *answerView) show(r *l2tp.Report, err error) {
	v.root.Show()
	if err != nil {
		v.rows.set([]model.Finding{{Level: model.AskErrorLevel(err), Text: i18n.T("l2tp.ask_error", map[string]any{"Why": err.Error()})}})
		v.fold.Hide()
		v.lines.Hide()
		return
	}
	if r == nil || v.said == r {
		return
	}
	v.said = r
	var list []model.Finding
	for _, f := range plan.Make(plan.Facts{Server: r}).Findings {
		if f.ID == plan.FindNoPC {
			continue
		}
		list = append(list, model.Finding{Level: model.LevelOf(f.Level), Text: model.FindingText(f)})
	}
	v.rows.set(list)
	v.fold.Show()
	v.fold.SetText(i18n.T("l2tp.said", map[string]any{"N": r.Packets, "MS": r.MS, "Address": orElse(r.Address, "–")}))
	v.lines.Objects = []fyne.CanvasObject{indented(raw(r.Evidence...))}
	// Where nothing tells, what was seen says more than the sentence: a name that does
	// not resolve, say.
	v.fold.SetOpen(v.fold.Open() || r.Class == l2tp.ClassUnknown)
	v.lines.Hidden = !v.fold.Open()
	v.root.Refresh()
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
