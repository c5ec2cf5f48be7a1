package widgets

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
)

// rowItem is the frame of one visible row.
type rowItem struct {
	widget.BaseWidget
	list    *RowList
	body    fyne.CanvasObject
	back    *canvas.Rectangle
	mark    *canvas.Rectangle
	bound   int
	version int
	hovered bool
}

func newRowItem(l *RowList) *rowItem {
	it := &rowItem{list: l, body: l.src.Create(), bound: -1}
	it.back = canvas.NewRectangle(color.Transparent)
	it.mark = canvas.NewRectangle(color.Transparent)
	it.ExtendBaseWidget(it)
	return it
}

func (it *rowItem) bind(i int) {
	if it.bound == i && it.version == it.list.version {
		return
	}
	it.bound, it.version = i, it.list.version
	it.list.src.Bind(i, it.body)
	it.paint()
}

func (it *rowItem) key() string {
	if it.bound < 0 || it.bound >= len(it.list.keys) {
		return ""
	}
	return it.list.keys[it.bound]
}

func (it *rowItem) paint() {
	back, mark := color.Color(color.Transparent), color.Color(color.Transparent)
	selectable := it.bound >= 0 && it.bound < it.list.src.Len() && it.list.src.Selectable(it.bound)
	switch {
	case selectable && it.key() == it.list.selected:
		back = theme.ColorForWidget(look.Selected, it)
		if it.list.focused {
			mark = theme.ColorForWidget(theme.ColorNamePrimary, it)
		}
	case selectable && it.hovered:
		back = theme.ColorForWidget(theme.ColorNameHover, it)
	}
	if it.back.FillColor != back || it.mark.FillColor != mark {
		it.back.FillColor, it.mark.FillColor = back, mark
		it.back.Refresh()
		it.mark.Refresh()
	}
}

// Tapped selects the row, and acts on it the second time.
func (it *rowItem) Tapped(*fyne.PointEvent) {
	key := it.key()
	if key == "" || !it.list.src.Selectable(it.bound) {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(it.list); c != nil {
		c.Focus(it.list)
	}
	again := key == it.list.lastTap && time.Since(it.list.lastAt) < doubleClick
	it.list.lastTap, it.list.lastAt = key, time.Now()
	it.list.choose(key)
	if again {
		it.list.lastTap = ""
		it.list.Activate()
	}
}

// TappedSecondary selects the row and opens its menu.
func (it *rowItem) TappedSecondary(e *fyne.PointEvent) {
	key := it.key()
	if key == "" || !it.list.src.Selectable(it.bound) {
		return
	}
	it.list.choose(key)
	if it.list.OnMenu != nil {
		it.list.OnMenu(key, e.AbsolutePosition)
	}
}

func (it *rowItem) MouseIn(e *desktop.MouseEvent) {
	it.hovered = true
	it.paint()
	if it.bound >= 0 && it.bound < it.list.src.Len() {
		it.list.tips.Point(it.list.src.Tip(it.bound), e.AbsolutePosition)
	}
}
func (it *rowItem) MouseMoved(*desktop.MouseEvent) {}
func (it *rowItem) MouseOut() {
	it.hovered = false
	it.paint()
	it.list.tips.Clear()
}

func (it *rowItem) CreateRenderer() fyne.WidgetRenderer { return &rowItemRenderer{it} }

type rowItemRenderer struct{ it *rowItem }

func (r *rowItemRenderer) MinSize() fyne.Size { return r.it.body.MinSize() }
func (r *rowItemRenderer) Layout(s fyne.Size) {
	r.it.back.Resize(s)
	r.it.mark.Resize(fyne.NewSize(2, s.Height))
	r.it.body.Resize(s)
}
func (r *rowItemRenderer) Refresh() { r.it.paint(); r.it.body.Refresh() }
func (r *rowItemRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.it.back, r.it.mark, r.it.body}
}
func (r *rowItemRenderer) Destroy() {}
