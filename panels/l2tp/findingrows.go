package l2tp

import (
	"reflect"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
)

// findingRows are findings, one below the other, each with what it stands on.
type findingRows struct {
	root *fyne.Container
	now  []model.Finding
	tips *widgets.Tips
	// resized is called when a person opened or closed evidence.
	resized func()
	// short leaves the words beside the dot out.
	short bool
}

func newFindingRows(tips *widgets.Tips, resized func()) *findingRows {
	return &findingRows{root: widgets.NewColumn(), tips: tips, resized: resized}
}

// set shows findings; the same again leaves open what a person opened.
func (r *findingRows) set(list []model.Finding) {
	if reflect.DeepEqual(list, r.now) && r.root.Objects != nil {
		return
	}
	r.now = list
	r.root.Objects = nil
	for _, f := range list {
		r.root.Objects = append(r.root.Objects, r.row(f))
	}
	r.root.Refresh()
}

func (r *findingRows) row(f model.Finding) fyne.CanvasObject {
	text := sentence(f.Text)
	below := widgets.NewFlow()
	if !r.short {
		word := widgets.NewCutText(f.Word, 20)
		word.Color = widgets.LevelColor(widgets.Level(f.Level))
		word.Style.Bold = true
		below.Add(pill(word))
	}
	if f.Fixed {
		below.Add(pill(mutedWord(i18n.T("l2tp.tag_fixed"))))
	}
	if f.Settled {
		below.Add(pill(mutedWord(i18n.T("l2tp.tag_settled"))))
	}
	if f.Expected {
		below.Add(pill(mutedWord(i18n.T("l2tp.tag_expected"))))
	}
	column := tight(text)
	if len(f.Evidence) > 0 {
		lines := raw(f.Evidence...)
		lines.Hide()
		below.Add(widgets.NewFold(i18n.T("l2tp.evidence"), func(open bool) {
			lines.Hidden = !open
			column.Refresh()
			if r.resized != nil {
				r.resized()
			}
		}))
		column.Objects = append(column.Objects, inset(below), lines)
	} else if len(below.Objects) > 0 {
		column.Objects = append(column.Objects, inset(below))
	}
	return marked(f.Level, column)
}
