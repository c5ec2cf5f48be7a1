package latency

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/model"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/latency/smoke"
)

// figures are the statistics of the stretch that is shown, in a line that wraps.
type figures struct {
	root  *fyne.Container
	parts []*figure
	err   *widgets.CutText
	shown string
}

func newFigures(tips *widgets.Tips) *figures {
	f := &figures{err: widgets.NewCutText("", 60)}
	f.err.Color = look.Failed
	f.err.Hide()
	flow := widgets.NewFlow()
	for _, word := range []string{i18n.T("latency.fig_median"), i18n.T("latency.fig_p5"), i18n.T("latency.fig_p95"), i18n.T("latency.fig_jitter"),
		i18n.T("latency.fig_loss"), i18n.T("latency.fig_lost")} {
		c := newFigure(tips)
		f.parts = append(f.parts, c)
		flow.Add(container.NewHBox(caption(word+" "), c, caption("  ")))
	}
	flow.Add(f.err)
	f.root = widgets.Inset(flow)
	return f
}

// set shows a readout, nil for nothing known yet.
func (f *figures) set(r *smoke.Readout) {
	values := []string{"–", "–", "–", "–", "–", "–"}
	if r != nil && r.Known {
		values = []string{model.MS(r.Median), model.MS(r.P5), model.MS(r.P95), model.MS(r.Jitter), model.Percent(r.Loss), fmt.Sprintf("%d/%d", r.Lost, r.Samples)}
	}
	setVisible(f.err, false)
	if text := fmt.Sprint(values); text != f.shown {
		f.shown = text
		for i, v := range values {
			f.parts[i].SetText(v)
		}
		f.root.Refresh()
	}
}

// fail says that the history could not be read.
func (f *figures) fail(err error) {
	f.err.SetText(err.Error())
	setVisible(f.err, true)
	f.root.Refresh()
}

// figure is one value; a click copies it.
type figure struct {
	widgets.CutText
	tips *widgets.Tips
}

func newFigure(tips *widgets.Tips) *figure {
	f := &figure{tips: tips}
	f.Text, f.Style.Monospace = "–", true
	f.ExtendBaseWidget(f)
	return f
}

// MouseIn is part of desktop.Hoverable.
func (f *figure) MouseIn(e *desktop.MouseEvent) {
	f.tips.Point(i18n.T("action.click_copies"), e.AbsolutePosition)
}

// MouseMoved is part of desktop.Hoverable.
func (f *figure) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (f *figure) MouseOut() { f.tips.Clear() }

// Tapped is part of fyne.Tappable.
func (f *figure) Tapped(e *fyne.PointEvent) {
	fyne.CurrentApp().Clipboard().SetContent(f.Text)
	f.tips.Point(i18n.T("action.copied"), e.AbsolutePosition)
}

// Cursor is part of desktop.Cursorable.
func (f *figure) Cursor() desktop.Cursor { return desktop.PointerCursor }

// textColumn is a column of a textList.
type textColumn struct {
	title string
	// width is the widest text; empty takes what is left.
	width string
	mono  bool
	right bool
}

// textRow is a line of a textList.
type textRow struct {
	key   string
	level widgets.Level // "" shows no dot
	cells []string
	tip   string
	do    func() // on a click; may be nil
}

// textList is a list of lines in columns; each line can be copied.
type textList struct {
	columns []textColumn
	rows    []textRow
	list    *widgets.RowList
	empty   *widget.Label
	head    *textLine
	root    *fyne.Container
	known   bool
}

func newTextList(tips *widgets.Tips, empty string, columns []textColumn) *textList {
	l := &textList{columns: columns, empty: widget.NewLabel(empty)}
	l.empty.Importance = widget.LowImportance
	l.empty.Wrapping = fyne.TextWrapWord
	l.empty.Hide()
	l.list = widgets.NewRowList(l, tips)
	l.list.OnSelected = l.act
	l.list.OnActivated = l.act
	l.list.OnMenu = func(key string, at fyne.Position) {
		for _, r := range l.rows {
			if r.key == key {
				copyMenu(l.list, at, r.cells, l.all())
			}
		}
	}
	l.head = newTextLine(columns, true)
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.title
	}
	l.head.set(textRow{cells: titles})
	l.root = container.NewBorder(l.head, nil, nil, nil, container.NewStack(l.list, l.empty))
	l.head.Hide()
	return l
}

func (l *textList) act(key string) {
	for _, r := range l.rows {
		if r.key == key && r.do != nil {
			r.do()
		}
	}
}

// clear forgets the rows of another target.
func (l *textList) clear() {
	l.known = false
	l.rows = nil
	l.empty.Hide()
	l.head.Hide()
	l.list.Reload()
}

// set shows rows; nothing is drawn when they are the same.
func (l *textList) set(rows []textRow) {
	same := l.known && len(rows) == len(l.rows)
	for i := 0; same && i < len(rows); i++ {
		same = rows[i].key == l.rows[i].key && fmt.Sprint(rows[i].cells) == fmt.Sprint(l.rows[i].cells)
	}
	l.rows, l.known = rows, true
	if same {
		return
	}
	setVisible(l.empty, len(rows) == 0)
	setVisible(l.head, len(rows) > 0)
	l.list.Reload()
}

func (l *textList) all() string {
	text := ""
	for _, r := range l.rows {
		text += join(r.cells) + "\n"
	}
	return text
}

// Len is part of widgets.RowSource, as are the following.
func (l *textList) Len() int              { return len(l.rows) }
func (l *textList) Key(i int) string      { return l.rows[i].key }
func (l *textList) Selectable(i int) bool { return true }

// Tip is what a row says under the mouse.
func (l *textList) Tip(i int) string { return l.rows[i].tip }

// Create makes an empty line.
func (l *textList) Create() fyne.CanvasObject { return newTextLine(l.columns, false) }

// Bind fills a line.
func (l *textList) Bind(i int, o fyne.CanvasObject) { o.(*textLine).set(l.rows[i]) }

func join(cells []string) string {
	text := ""
	for i, c := range cells {
		if i > 0 {
			text += "\t"
		}
		text += c
	}
	return text
}

// copyMenu offers a line, its cells and all lines.
func copyMenu(over fyne.CanvasObject, at fyne.Position, cells []string, all string) {
	put := func(text string) func() { return func() { fyne.CurrentApp().Clipboard().SetContent(text) } }
	items := []*fyne.MenuItem{fyne.NewMenuItem(i18n.T("latency.copy_line"), put(join(cells))), fyne.NewMenuItem(i18n.T("latency.copy_lines"), put(all)), fyne.NewMenuItemSeparator()}
	for _, c := range cells {
		if c != "" {
			items = append(items, fyne.NewMenuItem(short(c), put(c)))
		}
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), fyne.CurrentApp().Driver().CanvasForObject(over), at)
}

// textLine is one line of cells.
type textLine struct {
	widget.BaseWidget
	columns []textColumn
	cells   []*widgets.CutText
	edge    *canvas.Rectangle
	head    bool
}

func newTextLine(columns []textColumn, head bool) *textLine {
	t := &textLine{columns: columns, head: head, edge: canvas.NewRectangle(color.Transparent)}
	for _, c := range columns {
		x := widgets.NewCutText("", 10)
		x.Style.Monospace = c.mono && !head
		if c.right {
			x.Align = fyne.TextAlignTrailing
		}
		if head {
			x.Color, x.SizeName = look.Muted, theme.SizeNameCaptionText
		}
		t.cells = append(t.cells, x)
	}
	t.ExtendBaseWidget(t)
	return t
}

func (t *textLine) set(r textRow) {
	for i, c := range t.cells {
		text := ""
		if i < len(r.cells) {
			text = r.cells[i]
		}
		c.SetText(text)
	}
}

// CreateRenderer is part of fyne.Widget.
func (t *textLine) CreateRenderer() fyne.WidgetRenderer { return &textLineRenderer{t} }

type textLineRenderer struct{ t *textLine }

func (v *textLineRenderer) MinSize() fyne.Size {
	h := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height + theme.InnerPadding()
	if v.t.head {
		h = v.t.cells[0].MinSize().Height + theme.Padding()
	}
	return fyne.NewSize(100, h)
}

func (v *textLineRenderer) Layout(s fyne.Size) {
	pad := theme.InnerPadding()
	gap := 2.5 * pad
	fixed, open := pad, 0
	for _, c := range v.t.columns {
		if c.width == "" {
			open++
			continue
		}
		fixed += v.width(c) + gap
	}
	rest := max(0, (s.Width-fixed-pad)/float32(max(open, 1)))
	x := pad
	for i, c := range v.t.columns {
		w := rest
		if c.width != "" {
			w = v.width(c)
		}
		o := v.t.cells[i]
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(max(0, min(w, s.Width-x-pad)), s.Height))
		setVisible(o, x+12 < s.Width)
		x += w + gap
	}
}

func (v *textLineRenderer) width(c textColumn) float32 {
	w := fyne.MeasureText(c.width, theme.TextSize(), fyne.TextStyle{Monospace: c.mono}).Width
	return max(w, fyne.MeasureText(c.title, theme.CaptionTextSize(), fyne.TextStyle{}).Width)
}

func (v *textLineRenderer) Refresh() {
	v.Layout(v.t.Size())
	for _, o := range v.t.cells {
		o.Refresh()
	}
}

func (v *textLineRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(v.t.cells))
	for i, c := range v.t.cells {
		out[i] = c
	}
	return out
}
func (v *textLineRenderer) Destroy() {}
