package registry

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
)

// tableHead has the names of the columns: a press sorts, a drag at an edge widens.
type tableHead struct {
	widget.BaseWidget
	t     *table
	cells []*widgets.CutText
	under *canvas.Rectangle
	mark  *canvas.Rectangle // the column that the keyboard is at

	focused bool
	cur     int // the column that the keyboard is at

	over  int // the column whose edge is under the mouse, -1 for none
	grown bool
	drag  int // the column that is dragged wider, -1 for none
	moved float32
	chars int // when the drag began
}

var (
	_ fyne.Tappable      = (*tableHead)(nil)
	_ fyne.Draggable     = (*tableHead)(nil)
	_ desktop.Hoverable  = (*tableHead)(nil)
	_ desktop.Cursorable = (*tableHead)(nil)
)

func newTableHead(t *table) *tableHead {
	h := &tableHead{t: t, under: canvas.NewRectangle(color.Transparent), mark: canvas.NewRectangle(color.Transparent), over: -1, drag: -1}
	for _, c := range t.cols {
		x := widgets.NewCutText(c.title, 10)
		x.Color = look.Muted
		x.SizeName = theme.SizeNameCaptionText
		if c.right {
			x.Align = fyne.TextAlignTrailing
		}
		h.cells = append(h.cells, x)
	}
	h.ExtendBaseWidget(h)
	return h
}

// column is the one at a place, -1 for none.
func (h *tableHead) column(x float32) int {
	pad := theme.InnerPadding()
	for i, at := range h.t.places(h.Size().Width) {
		if at[1] > 0 && x >= at[0]-pad && x < at[0]+at[1]+pad {
			return i
		}
	}
	return -1
}

// edge is the column that a drag at a place would widen, and whether to the right: the
// edges are those towards the column that takes what is left.
func (h *tableHead) edge(x float32) (column int, right bool) {
	if h.t.changed == nil {
		return -1, false
	}
	flex := len(h.t.cols)
	for i := range h.t.cols {
		if h.t.chars(i) == 0 {
			flex = i
			break
		}
	}
	pad := theme.InnerPadding()
	for i, at := range h.t.places(h.Size().Width) {
		if at[1] <= 0 || h.t.chars(i) == 0 {
			continue
		}
		line := at[0] + at[1] + pad
		if i > flex {
			line = at[0] - pad
		}
		if x > line-pad && x < line+pad {
			return i, i < flex
		}
	}
	return -1, false
}

// Tapped is part of fyne.Tappable.
func (h *tableHead) Tapped(e *fyne.PointEvent) {
	h.t.tips.Clear() // that is for the keyboard
	if i, _ := h.edge(e.Position.X); i < 0 {
		column := h.column(e.Position.X)
		h.cur = max(column, 0)
		h.t.press(column)
		h.Refresh()
	}
}

// Dragged is part of fyne.Draggable.
func (h *tableHead) Dragged(e *fyne.DragEvent) {
	if h.drag < 0 {
		i, right := h.edge(e.Position.X - e.Dragged.DX)
		if i < 0 {
			return
		}
		h.drag, h.grown, h.moved, h.chars = i, right, 0, h.t.chars(i)
	}
	h.moved += e.Dragged.DX
	n := int(h.moved / digit())
	if !h.grown {
		n = -n
	}
	h.t.widen(h.drag, h.chars+n)
	h.t.list.Refresh()
	h.Refresh()
}

// DragEnd is part of fyne.Draggable.
func (h *tableHead) DragEnd() {
	if h.drag >= 0 {
		h.drag = -1
		h.t.changed()
	}
}

// MouseIn is part of desktop.Hoverable, as are the following.
func (h *tableHead) MouseIn(e *desktop.MouseEvent) { h.MouseMoved(e) }

// MouseMoved sees whether an edge is under the mouse.
func (h *tableHead) MouseMoved(e *desktop.MouseEvent) { h.over, _ = h.edge(e.Position.X) }

// MouseOut forgets it.
func (h *tableHead) MouseOut() { h.over = -1 }

// Cursor is part of desktop.Cursorable.
func (h *tableHead) Cursor() desktop.Cursor {
	switch {
	case h.over >= 0 || h.drag >= 0:
		return desktop.HResizeCursor
	case h.t.sortable():
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// CreateRenderer is part of fyne.Widget.
func (h *tableHead) CreateRenderer() fyne.WidgetRenderer {
	r := &tableHeadRenderer{h}
	r.Refresh()
	return r
}

type tableHeadRenderer struct{ h *tableHead }

func (v *tableHeadRenderer) MinSize() fyne.Size {
	h := fyne.MeasureText("M", theme.CaptionTextSize(), fyne.TextStyle{}).Height
	return fyne.NewSize(100, h+theme.InnerPadding())
}

func (v *tableHeadRenderer) Layout(s fyne.Size) {
	placeCells(v.h.t, v.h.cells, s, 0)
	v.h.under.Move(fyne.NewPos(0, s.Height-1))
	v.h.under.Resize(fyne.NewSize(s.Width, 1))
	if places := v.h.t.places(s.Width); v.h.cur < len(places) {
		at, pad := places[v.h.cur], theme.InnerPadding()
		v.h.mark.Move(fyne.NewPos(max(at[0]-pad/2, 0), 0))
		v.h.mark.Resize(fyne.NewSize(at[1]+pad, s.Height))
	}
}

func (v *tableHeadRenderer) Refresh() {
	v.h.under.FillColor = theme.ColorForWidget(theme.ColorNameSeparator, v.h)
	v.h.under.Refresh()
	v.h.mark.Hidden = !v.h.focused
	v.h.mark.StrokeColor, v.h.mark.StrokeWidth = theme.ColorForWidget(look.Accent, v.h), 1
	v.h.mark.CornerRadius = 2
	for i, c := range v.h.cells {
		c.Text = v.h.t.headText(i)
	}
	v.Layout(v.h.Size())
	for _, c := range v.h.cells {
		c.Refresh()
	}
}

func (v *tableHeadRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{v.h.mark, v.h.under}
	for _, c := range v.h.cells {
		out = append(out, c)
	}
	return out
}
func (v *tableHeadRenderer) Destroy() {}
