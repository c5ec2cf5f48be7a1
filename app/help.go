package app

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
)

// helpRow is one line of the help sheet.
type helpRow struct{ keys, text string }

// helpSection is a heading with lines.
type helpSection struct {
	title string
	rows  []helpRow
}

// helpSheet is the one table of actions as the help sheet shows it: everything
// that has a key, each tab's own first.
func (s *shell) helpSheet() []helpSection {
	var sections []helpSection
	add := func(title string, wanted func(action) bool) {
		section := helpSection{title: title}
		for _, a := range s.actions {
			if !wanted(a) {
				continue
			}
			var keys []string
			for _, key := range a.shortcuts() {
				keys = append(keys, keyText(key))
			}
			if len(keys) > 0 {
				section.rows = append(section.rows, helpRow{strings.Join(keys, "   "), a.text()})
			}
		}
		if len(section.rows) > 0 {
			sections = append(sections, section)
		}
	}
	for _, t := range s.tabs {
		add(i18n.T(t.panel.TitleKey()), func(a action) bool { return a.panel == t.panel.ID() })
	}
	add(i18n.T("help.everywhere"), func(a action) bool { return a.panel == "" })
	return sections
}

// helpPage is the help sheet.
func (s *shell) helpPage() fyne.CanvasObject {
	body := widgets.NewColumn(heading(i18n.T("action.app.help")), muted(i18n.T("help.terminal")))
	// One table for all parts, so that their columns stand below each other.
	rows := container.New(formLayout{dense: true})
	for _, part := range s.helpSheet() {
		rows.Add(section(part.title))
		rows.Add(widget.NewLabel(""))
		for _, row := range part.rows {
			keys := widget.NewLabel(row.keys)
			keys.TextStyle.Monospace = true
			text := widget.NewLabel(row.text)
			text.Wrapping = fyne.TextWrapWord
			rows.Add(keys)
			rows.Add(text)
		}
	}
	body.Add(rows)
	body.Add(section(i18n.T("help.verbs")))
	verbs := widget.NewLabel("tacklebox debug IMAGE\ntacklebox debug --exec 'CMD' IMAGE\ntacklebox debug list\ntacklebox --help")
	verbs.TextStyle.Monospace = true
	verbs.Selectable = true
	body.Add(muted(i18n.T("help.verbs_remark")))
	body.Add(verbs)
	return page(body)
}
