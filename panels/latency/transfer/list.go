package transfer

import (
	"strings"

	"fyne.io/fyne/v2"

	"tacklebox/panels/fields"
	"tacklebox/panels/widgets"
)

// list is a line that opens to many, which can be copied.
type list struct {
	fold *widgets.Fold
	view *widgets.CodeView
	box  *fyne.Container
	root *fyne.Container
	// resized is called when it needs more or less room.
	resized func()
}

func newList(tips *widgets.Tips, resized func()) *list {
	l := &list{view: widgets.NewCodeView(tips), resized: resized}
	l.fold = widgets.NewFold("", func(bool) { l.apply() })
	l.box = fields.Tall(160, fields.Framed(l.view))
	l.box.Hide()
	l.root = widgets.NewColumn(l.fold, l.box)
	l.root.Hide()
	return l
}

// set shows lines under a title; none are no list at all.
func (l *list) set(title string, lines []string) {
	l.fold.SetText(title)
	l.view.SetText(strings.Join(lines, "\n"))
	fields.SetTall(l.box, min(160, 17*float32(len(lines))+34))
	if len(lines) == 0 {
		l.fold.SetOpen(false)
	}
	fields.SetVisible(l.root, len(lines) > 0)
	l.apply()
}

// open opens or closes it.
func (l *list) open(on bool) {
	l.fold.SetOpen(on)
	l.apply()
}

func (l *list) apply() {
	fields.SetVisible(l.box, l.fold.Open())
	l.root.Refresh()
	l.resized()
}
