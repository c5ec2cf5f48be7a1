package widgets

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// RowSource is what a RowList shows. Keys are unique and stable: selection and
// scroll position follow the key of a row, not its number, so that a refresh
// never moves what a person is looking at.
type RowSource interface {
	Len() int
	Key(i int) string
	// Selectable is false for headings.
	Selectable(i int) bool
	// Tip is the text shown under the mouse, or "".
	Tip(i int) string
	// Create makes an empty row and Bind fills it with row i.
	Create() fyne.CanvasObject
	Bind(i int, row fyne.CanvasObject)
}

// RowList is a list of rows of one height. Fyne's own list keeps its selection
// by number and scrolls to it when it is set again.
type RowList struct {
	widget.BaseWidget
	// OnSelected is called when the person chooses another row.
	OnSelected func(key string)
	// OnActivated is called for Enter and for a double click.
	OnActivated func(key string)
	// OnMenu is called for a secondary click and the menu key.
	OnMenu func(key string, at fyne.Position)
	// OnKey sees keys the list has no use for.
	OnKey func(*fyne.KeyEvent)
	// OnRune sees typed runes, so that typing in the list can search.
	OnRune func(rune)
	// OnVisible is told which rows are in sight, so that a source can fetch just
	// those. It must not call the list.
	OnVisible func(first, last int)

	src      RowSource
	tips     *Tips
	height   float32
	selected string
	told     string // the last key that OnSelected was told
	focused  bool
	keys     []string // as of the last Reload
	index    map[string]int

	scroll  *container.Scroll
	content *fyne.Container
	pool    []*rowItem
	version int

	lastTap string
	lastAt  time.Time
}

// doubleClick is the longest pause between the two clicks of an activation.
const doubleClick = 400 * time.Millisecond

// NewRowList makes a list over src.
func NewRowList(src RowSource, tips *Tips) *RowList {
	l := &RowList{src: src, tips: tips}
	l.content = container.New(&rowLayout{l})
	l.scroll = container.NewVScroll(l.content)
	l.scroll.OnScrolled = func(fyne.Position) { l.place() }
	l.ExtendBaseWidget(l)
	return l
}

// Reload reads the source again. The selected row, or else the row at the top,
// stays where it was on the screen.
func (l *RowList) Reload() {
	h := l.rowHeight()
	off := l.scroll.Offset.Y
	seen, at := -1, float32(0) // where the selected row is seen
	if i, ok := l.index[l.selected]; ok {
		if y := float32(i)*h - off; y >= 0 && y < l.scroll.Size().Height {
			seen, at = i, y
		}
	}
	oldKeys := l.keys
	n := l.src.Len()
	l.keys = make([]string, n)
	l.index = make(map[string]int, n)
	for i := range n {
		l.keys[i] = l.src.Key(i)
		l.index[l.keys[i]] = i
	}
	anchor := ""
	if _, still := l.index[l.selected]; still && seen >= 0 {
		anchor = l.selected
	}
	if anchor == "" && off > 0 {
		for i := int(off / h); i < len(oldKeys); i++ {
			if _, ok := l.index[oldKeys[i]]; ok {
				anchor, at = oldKeys[i], float32(i)*h-off
				break
			}
		}
	}
	l.version++
	// The scroller believes the content's size, not its least size.
	l.content.Resize(fyne.NewSize(l.scroll.Size().Width, max32(l.scroll.Size().Height, float32(n)*h)))
	l.scroll.Refresh() // its bar
	if i, ok := l.index[anchor]; ok && off > 0 {
		off = float32(i)*h - at
	}
	l.setOffset(off)
	l.place()
}

func (l *RowList) setOffset(y float32) {
	y = max32(0, min(y, float32(len(l.keys))*l.rowHeight()-l.scroll.Size().Height))
	if y != l.scroll.Offset.Y {
		l.scroll.ScrollToOffset(fyne.NewPos(0, y))
	}
}

// ScrollTop goes to the first row, as after typing another search.
func (l *RowList) ScrollTop() { l.setOffset(0); l.place() }

// Offset is the scroll position in units of the theme, for tests and restoring.
func (l *RowList) Offset() float32 { return l.scroll.Offset.Y }

// Selected is the key of the chosen row, which may not be in the list now.
func (l *RowList) Selected() string { return l.selected }

// Select chooses a row without telling OnSelected and, when show is set, brings
// it into view.
func (l *RowList) Select(key string, show bool) {
	if l.selected != key {
		l.selected = key
		l.version++
	}
	if l.told != key {
		l.told = "" // a press on this row is news all the same
	}
	if show {
		l.reveal(key)
	}
	l.place()
}

func (l *RowList) reveal(key string) {
	i, ok := l.index[key]
	if !ok {
		return
	}
	h, view := l.rowHeight(), l.scroll.Size().Height
	y := float32(i) * h
	switch {
	case y < l.scroll.Offset.Y:
		// The heading above the first row of a section comes along.
		if i > 0 && !l.src.Selectable(i-1) {
			y -= h
		}
		l.setOffset(y)
	case y+h > l.scroll.Offset.Y+view:
		l.setOffset(y + h - view)
	}
}

// choose is a choice by the person. A row that the program chose for them, such as
// the first that a search found, is news when they press it.
func (l *RowList) choose(key string) {
	changed := key != l.selected || key != l.told
	l.Select(key, true)
	if changed && l.OnSelected != nil {
		l.told = key
		l.OnSelected(key)
	}
}

// Step goes delta selectable rows down (or up).
func (l *RowList) Step(delta int) {
	n := len(l.keys)
	if n == 0 || delta == 0 {
		return
	}
	step := 1
	if delta < 0 {
		step = -1
	}
	i, ok := l.index[l.selected]
	if !ok {
		i = -1
		if step < 0 {
			i = n
		}
	}
	best := -1
	for left := delta; left != 0; {
		i += step
		if i < 0 || i >= n {
			break
		}
		if l.src.Selectable(i) {
			best = i
			left -= step
		}
	}
	if best >= 0 {
		l.choose(l.keys[best])
	} else if i < 0 {
		l.setOffset(0)
	}
}

// Activate acts on the chosen row as Enter does.
func (l *RowList) Activate() {
	if _, ok := l.index[l.selected]; ok && l.OnActivated != nil {
		l.OnActivated(l.selected)
	}
}

func (l *RowList) rowHeight() float32 {
	if l.height == 0 {
		l.height = l.src.Create().MinSize().Height
		text := theme.SizeForWidget(theme.SizeNameText, l)
		l.height = max32(l.height, text*2)
	}
	return l.height
}

// place binds the visible rows and only those.
func (l *RowList) place() {
	h, size := l.rowHeight(), l.scroll.Size()
	first := int(l.scroll.Offset.Y / h)
	count := int(size.Height/h) + 2
	for len(l.pool) < count {
		it := newRowItem(l)
		l.pool = append(l.pool, it)
		l.content.Objects = append(l.content.Objects, it)
	}
	for k, it := range l.pool {
		// A row keeps its object while it scrolls, so that it need not be filled again.
		i := first + (k-first%len(l.pool)+len(l.pool))%len(l.pool)
		if k >= len(l.pool) || i >= len(l.keys) || i >= first+count {
			it.Hide()
			it.bound = -1
			continue
		}
		it.Move(fyne.NewPos(0, float32(i)*h))
		if it.Size() != fyne.NewSize(size.Width, h) {
			it.Resize(fyne.NewSize(size.Width, h))
		}
		it.bind(i)
		it.Show()
	}
	if l.OnVisible != nil && len(l.keys) > 0 {
		l.OnVisible(min(first, len(l.keys)-1), min(first+count, len(l.keys))-1)
	}
}

// CreateRenderer is part of fyne.Widget.
func (l *RowList) CreateRenderer() fyne.WidgetRenderer { return &rowsRenderer{l} }

// MinSize is small: the list scrolls.
func (l *RowList) MinSize() fyne.Size {
	l.ExtendBaseWidget(l)
	return fyne.NewSize(60, l.rowHeight()*2)
}

// FocusGained is part of fyne.Focusable.
func (l *RowList) FocusGained() { l.focused = true; l.version++; l.place() }

// FocusLost is part of fyne.Focusable.
func (l *RowList) FocusLost() { l.focused = false; l.version++; l.place() }

// TypedRune is part of fyne.Focusable.
func (l *RowList) TypedRune(r rune) {
	if l.OnRune != nil {
		l.OnRune(r)
	}
}

// TypedKey is part of fyne.Focusable.
func (l *RowList) TypedKey(e *fyne.KeyEvent) {
	page := max(1, int(l.scroll.Size().Height/l.rowHeight())-1)
	switch e.Name {
	case fyne.KeyDown:
		l.Step(1)
	case fyne.KeyUp:
		l.Step(-1)
	case fyne.KeyPageDown:
		l.Step(page)
	case fyne.KeyPageUp:
		l.Step(-page)
	case fyne.KeyHome:
		l.Step(-len(l.keys))
	case fyne.KeyEnd:
		l.Step(len(l.keys))
	case fyne.KeyReturn, fyne.KeyEnter:
		l.Activate()
	case desktop.KeyMenu:
		if i, ok := l.index[l.selected]; ok && l.OnMenu != nil {
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(l)
			l.OnMenu(l.selected, at.AddXY(40, float32(i+1)*l.rowHeight()-l.scroll.Offset.Y))
		}
	default:
		if l.OnKey != nil {
			l.OnKey(e)
		}
	}
}

type rowLayout struct{ l *RowList }

func (r *rowLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(10, float32(len(r.l.keys))*r.l.rowHeight())
}
func (r *rowLayout) Layout([]fyne.CanvasObject, fyne.Size) {}

type rowsRenderer struct{ l *RowList }

func (r *rowsRenderer) MinSize() fyne.Size { return r.l.MinSize() }
func (r *rowsRenderer) Layout(s fyne.Size) {
	r.l.scroll.Resize(s)
	r.l.setOffset(r.l.scroll.Offset.Y)
	r.l.place()
}
func (r *rowsRenderer) Refresh() {
	r.l.height = 0
	r.l.version++
	for _, it := range r.l.pool {
		it.Refresh()
	}
	r.l.content.Refresh()
	r.l.place()
}
func (r *rowsRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.l.scroll} }
func (r *rowsRenderer) Destroy()                     {}
