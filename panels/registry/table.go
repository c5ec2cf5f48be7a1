package registry

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/widgets"
)

// column is one column of a table.
type column struct {
	title string
	// chars is its width in digits of the mono face; 0 takes what is left.
	chars int
	right bool
	mono  bool
	// drop says which column gives way first where there is no room, the largest
	// number first; 0 stays.
	drop int
}

// cell is one value.
type cell struct {
	text  string
	color fyne.ThemeColorName
}

// line is one row: its dot ("" for none) and its cells.
type line struct {
	key   string
	level widgets.Level
	tip   string
	cells []cell
	// idle rows cannot be chosen.
	idle bool
	// by are the numbers that columns are sorted by, where their words do not do.
	by map[int]float64
}

// table is rows of values under a head, drawn only where they are in sight.
type table struct {
	root  *fyne.Container
	list  *widgets.RowList
	tips  *widgets.Tips
	head  *tableHead
	cols  []column
	dots  bool
	lines []line // as shown
	given []line // in the order in which they came
	sort  sorting
	// widths are those that the person gave, by the number of the column.
	widths map[int]int
	// changed is told when the person sorted or widened; nil for a table that keeps
	// its order.
	changed func()

	// length and row are there instead of lines for what is fetched as it comes into
	// sight.
	length func() int
	row    func(i int) line
}

func newTable(tips *widgets.Tips, dots bool, cols ...column) *table {
	t := &table{tips: tips, cols: cols, dots: dots, sort: unsorted}
	t.list = widgets.NewRowList(t, tips)
	t.head = newTableHead(t)
	// In this order, so that the keyboard comes to the head first.
	t.root = container.New(layout.NewBorderLayout(t.head, nil, nil, nil), t.head, t.list)
	return t
}

// set shows lines; the same again draws nothing.
func (t *table) set(lines []line) {
	if len(lines) == len(t.given) {
		same := true
		for i := range lines {
			if !sameLine(lines[i], t.given[i]) {
				same = false
				break
			}
		}
		if same {
			return
		}
	}
	t.given = lines
	t.order()
}

func sameLine(a, b line) bool {
	if a.key != b.key || a.level != b.level || a.tip != b.tip || a.idle != b.idle || len(a.cells) != len(b.cells) {
		return false
	}
	for i := range a.cells {
		if a.cells[i] != b.cells[i] {
			return false
		}
	}
	return true
}

func (t *table) at(i int) line {
	if t.row != nil {
		return t.row(i)
	}
	if i < 0 || i >= len(t.lines) {
		return line{}
	}
	return t.lines[i]
}

// Len is part of widgets.RowSource, as are the following.
func (t *table) Len() int {
	if t.length != nil {
		return t.length()
	}
	return len(t.lines)
}
func (t *table) Key(i int) string                  { return t.at(i).key }
func (t *table) Selectable(i int) bool             { return !t.at(i).idle }
func (t *table) Tip(i int) string                  { return t.at(i).tip }
func (t *table) Create() fyne.CanvasObject         { return newTableRow(t) }
func (t *table) Bind(i int, row fyne.CanvasObject) { row.(*tableRow).bind(t.at(i)) }

// digit is the width of one figure.
func digit() float32 {
	return fyne.MeasureText("0", theme.TextSize(), fyne.TextStyle{Monospace: true}).Width
}

// leastFlex is the width, in digits, below which columns give way.
const leastFlex = 16

// places are from and width of each column; a width of 0 is a column without room.
func (t *table) places(width float32) [][2]float32 {
	pad, d := theme.InnerPadding(), digit()
	left := pad
	if t.dots {
		left += theme.TextSize() + pad/2
	}
	out := make([][2]float32, len(t.cols))
	hidden := make([]bool, len(t.cols))
	room := func() (float32, int) {
		free, flex := width-left-pad, 0
		for i, c := range t.cols {
			switch {
			case hidden[i]:
			case c.chars == 0:
				flex++
				free -= 2 * pad
			default:
				free -= float32(t.chars(i))*d + 2*pad
			}
		}
		return free, flex
	}
	for {
		free, flex := room()
		if flex == 0 && free >= 0 || flex > 0 && free >= float32(flex*leastFlex)*d {
			break
		}
		worst := -1
		for i, c := range t.cols {
			if !hidden[i] && c.drop > 0 && (worst < 0 || c.drop > t.cols[worst].drop) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		hidden[worst] = true
	}
	free, flex := room()
	x := left
	for i, c := range t.cols {
		if hidden[i] {
			continue
		}
		w := float32(t.chars(i)) * d
		if c.chars == 0 {
			w = max(20, free/float32(flex))
		}
		out[i] = [2]float32{x, w}
		x += w + 2*pad
	}
	return out
}

// tableRow draws one line.
type tableRow struct {
	widget.BaseWidget
	t     *table
	dot   *widgets.StatusDot
	cells []*widgets.CutText
}

func newTableRow(t *table) *tableRow {
	r := &tableRow{t: t, dot: widgets.NewStatusDot(widgets.LevelUnknown)}
	for _, c := range t.cols {
		x := widgets.NewCutText("", 10)
		x.Style.Monospace = c.mono
		if c.right {
			x.Align = fyne.TextAlignTrailing
		}
		r.cells = append(r.cells, x)
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *tableRow) bind(l line) {
	r.dot.Hidden = !r.t.dots || l.level == ""
	if !r.dot.Hidden {
		r.dot.SetLevel(l.level)
	}
	for i, x := range r.cells {
		var c cell
		if i < len(l.cells) {
			c = l.cells[i]
		}
		if c.color == "" {
			c.color = theme.ColorNameForeground
		}
		x.Set(c.text, c.color)
	}
}

// CreateRenderer is part of fyne.Widget.
func (r *tableRow) CreateRenderer() fyne.WidgetRenderer { return &tableRowRenderer{r} }

type tableRowRenderer struct{ r *tableRow }

func (v *tableRowRenderer) MinSize() fyne.Size {
	h := fyne.MeasureText("M", theme.TextSize(), fyne.TextStyle{}).Height
	return fyne.NewSize(100, h+theme.InnerPadding()+3)
}

func (v *tableRowRenderer) Layout(s fyne.Size) {
	d := v.r.dot.MinSize()
	v.r.dot.Move(fyne.NewPos(theme.InnerPadding(), (s.Height-d.Height)/2))
	v.r.dot.Resize(d)
	placeCells(v.r.t, v.r.cells, s, 0)
}

func placeCells(t *table, cells []*widgets.CutText, s fyne.Size, less float32) {
	for i, at := range t.places(s.Width) {
		if at[1] <= 0 {
			cells[i].Hide()
			continue
		}
		cells[i].Show()
		cells[i].Move(fyne.NewPos(at[0], 0))
		cells[i].Resize(fyne.NewSize(at[1]-less, s.Height))
	}
}

func (v *tableRowRenderer) Refresh() {
	v.Layout(v.r.Size())
	for _, o := range v.Objects() {
		o.Refresh()
	}
}

func (v *tableRowRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{v.r.dot}
	for _, c := range v.r.cells {
		out = append(out, c)
	}
	return out
}
func (v *tableRowRenderer) Destroy() {}
