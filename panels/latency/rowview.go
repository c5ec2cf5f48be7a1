package latency

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/graph"
	"tacklebox/panels/latency/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency/service"
)

// columns are where the figures of a row stand; a width of 0 is a column that
// has no room. Row and head use the same.
type columns struct {
	name                              [2]float32 // from, width; for depth 0
	spark, last, loss, median, jitter [2]float32
}

// unit is the width of text that grows with the theme.
func unit(s string) float32 {
	return fyne.MeasureText(s, theme.TextSize(), fyne.TextStyle{Monospace: true}).Width
}

// columnsOf places the columns from the right; what comes last gives way first.
func columnsOf(width float32) columns {
	pad := theme.InnerPadding()
	figure := unit("0000.00")
	share := unit("99.9 %")
	scale := theme.TextSize() / 13
	end := width - pad
	var c columns
	take := func(to *[2]float32, w float32) {
		end -= w
		*to = [2]float32{end, w}
		end -= pad
	}
	left := 2*pad + theme.TextSize()*1.6
	name := 80 * scale
	widths := []float32{figure, 56 * scale, share, figure, figure}
	n := 1
	total := figure + pad
	for n < len(widths) && width-left-total-widths[n]-2*pad >= name {
		total += widths[n] + pad
		n++
	}
	// From the right: last, loss, median, jitter, and the line nearest to the name.
	take(&c.last, figure)
	if n > 2 {
		take(&c.loss, share)
	}
	if n > 3 {
		take(&c.median, figure)
	}
	if n > 4 {
		take(&c.jitter, figure)
	}
	if n > 1 {
		take(&c.spark, 56*scale)
	}
	c.name = [2]float32{left, max(20, end-left)}
	return c
}

// rowView draws one line of the list.
type rowView struct {
	widget.BaseWidget
	m      *master
	row    model.Row
	bound  bool
	marked bool

	back    *canvas.Rectangle
	chevron *chevron
	dot     *widgets.StatusDot
	name    *widgets.CutText
	spark   *graph.Spark
	last    *widgets.CutText
	loss    *widgets.CutText
	median  *widgets.CutText
	jitter  *widgets.CutText
	count   *widgets.CutText
}

func newRowView(m *master) *rowView {
	r := &rowView{m: m, dot: widgets.NewStatusDot(widgets.LevelUnknown), name: widgets.NewCutText("", 40), spark: graph.NewSpark()}
	r.back = canvas.NewRectangle(color.Transparent)
	r.chevron = newChevron(func() { m.toggle(r.row.Key) })
	figure := func() *widgets.CutText {
		t := widgets.NewCutText("", 0)
		t.Align = fyne.TextAlignTrailing
		t.Style.Monospace = true
		return t
	}
	r.last, r.loss, r.median, r.jitter, r.count = figure(), figure(), figure(), figure(), figure()
	r.median.Color, r.jitter.Color, r.count.Color = look.Muted, look.Muted, look.Muted
	r.ExtendBaseWidget(r)
	return r
}

// level is a service's level as a widget shows it.
func level(l service.Level) widgets.Level { return widgets.Level(l) }

// bind shows a row; what did not change is not drawn again.
func (r *rowView) bind(row model.Row, marked bool) {
	moved := r.row.Key != row.Key || r.row.Depth != row.Depth || (r.row.Target == nil) != (row.Target == nil)
	r.row = row
	if r.marked != marked || moved {
		r.marked = marked
		r.back.FillColor = color.Transparent
		if marked {
			r.back.FillColor = theme.ColorForWidget(look.Selected, r)
		}
		r.back.Refresh()
	}
	r.dot.SetLevel(level(row.Level))
	r.name.Style.Bold = row.Target == nil
	r.name.Set(row.Name, theme.ColorNameForeground)
	if t := row.Target; t != nil {
		text, colour := lastText(t)
		r.last.Style.Monospace = !t.Last.Outcome.Lost() // else it is a word
		r.last.Set(text, colour)
		text, colour = lossText(t)
		r.loss.Set(text, colour)
		r.median.SetText(model.Figure(t.Median))
		r.jitter.SetText(jitterText(t))
		r.spark.SetPoints(t.Points)
	} else {
		text, colour := fmt.Sprint(row.Count), look.Muted
		if row.Bad > 0 {
			text, colour = fmt.Sprintf("%d/%d", row.Bad, row.Count), widgets.LevelColor(level(row.Level))
		}
		r.count.Set(text, colour)
		r.chevron.set(row.Open)
	}
	if moved {
		r.Refresh()
	}
}

// lastText is what came of the last probe: its time, or what happened instead.
func lastText(t *service.Live) (string, fyne.ThemeColorName) {
	switch p := t.Last; {
	case p.At.IsZero():
		return model.Figure(0), look.Muted
	case t.Level == service.LevelUnknown && p.Outcome.Counts():
		return model.Figure(0), look.Muted
	case p.Outcome.Lost():
		return i18n.T("latency.cell_lost"), widgets.LevelColor(widgets.LevelFailed)
	case !p.Outcome.Counts():
		return model.Figure(0), look.Muted
	default:
		return model.Figure(p.RTT), theme.ColorNameForeground
	}
}

// lossText is the loss where there is any.
func lossText(t *service.Live) (string, fyne.ThemeColorName) {
	if t.Lost == 0 {
		return "", look.Muted
	}
	colour := look.Muted
	if t.Level == service.LevelFailed || t.Level == service.LevelDegraded {
		colour = widgets.LevelColor(level(t.Level))
	}
	return model.Percent(t.Loss), colour
}

func jitterText(t *service.Live) string {
	if t.Sent-t.Lost < 2 {
		return model.Figure(0)
	}
	return model.Figure(max(t.Jitter, 1))
}

// Dragged moves the row; where it is let go it is put.
func (r *rowView) Dragged(e *fyne.DragEvent) { r.m.dragged(r, e) }

// DragEnd is part of fyne.Draggable.
func (r *rowView) DragEnd() { r.m.dropped() }

// CreateRenderer is part of fyne.Widget.
func (r *rowView) CreateRenderer() fyne.WidgetRenderer { return &rowViewRenderer{r} }

type rowViewRenderer struct{ r *rowView }

func (v *rowViewRenderer) MinSize() fyne.Size {
	h := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height
	return fyne.NewSize(120, h+theme.InnerPadding()+4)
}

func (v *rowViewRenderer) Layout(s fyne.Size) {
	r := v.r
	pad := theme.InnerPadding()
	r.back.Resize(s)
	c := columnsOf(s.Width)
	indent := min(float32(r.row.Depth), 6) * theme.TextSize()
	side := theme.TextSize() * 1.2
	r.chevron.Move(fyne.NewPos(indent, 0))
	r.chevron.Resize(fyne.NewSize(side+pad/2, s.Height))
	dot := r.dot.MinSize().Width
	x := indent + pad
	if r.row.Target == nil {
		x = indent + side + pad/2
	}
	r.dot.Move(fyne.NewPos(x, (s.Height-dot)/2))
	r.dot.Resize(fyne.NewSize(dot, dot))
	x += dot + pad
	place := func(o fyne.CanvasObject, at [2]float32, pad float32) {
		setVisible(o, at[1] > 0 && r.row.Target != nil)
		o.Move(fyne.NewPos(at[0], pad))
		o.Resize(fyne.NewSize(at[1], s.Height-2*pad))
	}
	place(r.last, c.last, 0)
	place(r.loss, c.loss, 0)
	place(r.median, c.median, 0)
	place(r.jitter, c.jitter, 0)
	place(r.spark, c.spark, 4)
	end := c.name[0] + c.name[1]
	setVisible(r.chevron, r.row.Target == nil)
	setVisible(r.count, r.row.Target == nil)
	if r.row.Target == nil {
		end = c.last[0]
		r.count.Move(fyne.NewPos(c.last[0], 0))
		r.count.Resize(fyne.NewSize(c.last[1], s.Height))
	}
	r.name.Move(fyne.NewPos(x, 0))
	r.name.Resize(fyne.NewSize(max(10, end-x), s.Height))
}

func (v *rowViewRenderer) Refresh() {
	v.Layout(v.r.Size())
	v.r.back.FillColor = color.Transparent
	if v.r.marked {
		v.r.back.FillColor = theme.ColorForWidget(look.Selected, v.r)
	}
	for _, o := range v.Objects() {
		o.Refresh()
	}
}

func (v *rowViewRenderer) Objects() []fyne.CanvasObject {
	r := v.r
	return []fyne.CanvasObject{r.back, r.chevron, r.dot, r.name, r.spark, r.last, r.loss, r.median, r.jitter, r.count}
}
func (v *rowViewRenderer) Destroy() {}

// chevron opens and closes a group.
type chevron struct {
	widget.BaseWidget
	icon *widget.Icon
	open bool
	tap  func()
}

func newChevron(tap func()) *chevron {
	c := &chevron{icon: widget.NewIcon(theme.MenuExpandIcon()), tap: tap}
	c.ExtendBaseWidget(c)
	return c
}

func (c *chevron) set(open bool) {
	if c.open == open {
		return
	}
	c.open = open
	if open {
		c.icon.SetResource(theme.MenuDropDownIcon())
	} else {
		c.icon.SetResource(theme.MenuExpandIcon())
	}
}

// Tapped is part of fyne.Tappable.
func (c *chevron) Tapped(*fyne.PointEvent) { c.tap() }

// Cursor is part of desktop.Cursorable.
func (c *chevron) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is part of fyne.Widget.
func (c *chevron) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.icon) }

// listHead names the columns of the list, with their units.
type listHead struct {
	widget.BaseWidget
	name, last, loss, median, jitter *widgets.CutText
}

func newListHead() *listHead {
	h := &listHead{}
	text := func(s string) *widgets.CutText {
		t := widgets.NewCutText(s, 10)
		t.Color, t.SizeName, t.Align = look.Muted, theme.SizeNameCaptionText, fyne.TextAlignTrailing
		return t
	}
	h.name, h.last, h.loss = text(i18n.T("latency.col_name")), text(i18n.T("latency.col_last")), text(i18n.T("latency.col_loss"))
	h.median, h.jitter = text(i18n.T("latency.col_median")), text(i18n.T("latency.col_jitter"))
	h.name.Align = fyne.TextAlignLeading
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer is part of fyne.Widget.
func (h *listHead) CreateRenderer() fyne.WidgetRenderer { return &headRenderer{h} }

type headRenderer struct{ h *listHead }

func (v *headRenderer) MinSize() fyne.Size {
	return fyne.NewSize(100, v.h.name.MinSize().Height+theme.Padding())
}

func (v *headRenderer) Layout(s fyne.Size) {
	h := v.h
	// The list's scroll bar and the rows' padding are as far from the edge.
	c := columnsOf(s.Width)
	room := theme.InnerPadding() + 2
	for _, x := range []struct {
		o  *widgets.CutText
		at [2]float32
	}{{h.last, c.last}, {h.loss, c.loss}, {h.median, c.median}, {h.jitter, c.jitter}} {
		setVisible(x.o, x.at[1] > 0)
		x.o.Move(fyne.NewPos(x.at[0]-room, 0))
		x.o.Resize(fyne.NewSize(x.at[1]+room, s.Height))
	}
	h.name.Move(fyne.NewPos(theme.InnerPadding(), 0))
	h.name.Resize(fyne.NewSize(max(10, c.name[1]), s.Height))
}

func (v *headRenderer) Refresh() {
	v.Layout(v.h.Size())
	for _, o := range v.Objects() {
		o.Refresh()
	}
}
func (v *headRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{v.h.name, v.h.last, v.h.loss, v.h.median, v.h.jitter}
}
func (v *headRenderer) Destroy() {}
