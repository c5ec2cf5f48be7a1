package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Tab is one tab of a TabStrip.
type Tab struct {
	ID       string
	Text     string
	Closable bool
	// Level puts a dot before the word when it is not empty.
	Level   Level
	Content fyne.CanvasObject
}

// Tabs is a strip of words over the content of one of them. The content of the
// others is hidden, not thrown away, so that what runs in them goes on.
type Tabs struct {
	widget.BaseWidget
	OnSelected func(id string)
	OnClosed   func(id string)
	// Trailing stands at the right end of the strip.
	Trailing fyne.CanvasObject

	tabs     []*Tab
	buttons  []*tabButton
	selected string
	strip    *fyne.Container
	scroll   *container.Scroll
	line     *canvas.Rectangle
	stack    *fyne.Container
	focused  bool
	tips     *Tips
}

// NewTabs makes an empty strip.
func NewTabs(tips *Tips) *Tabs {
	t := &Tabs{tips: tips}
	t.strip = container.New(&stripLayout{})
	t.scroll = container.NewHScroll(t.strip)
	t.line = canvas.NewRectangle(color.Transparent)
	t.stack = container.NewStack()
	t.ExtendBaseWidget(t)
	return t
}

// Insert puts tab at position i (or at the end when i is out of range); the first
// tab becomes the selected one.
func (t *Tabs) Insert(i int, tab *Tab) {
	if i < 0 || i > len(t.tabs) {
		i = len(t.tabs)
	}
	b := newTabButton(t, tab)
	t.tabs = append(t.tabs[:i], append([]*Tab{tab}, t.tabs[i:]...)...)
	t.buttons = append(t.buttons[:i], append([]*tabButton{b}, t.buttons[i:]...)...)
	t.strip.Objects = append(t.strip.Objects[:i], append([]fyne.CanvasObject{b}, t.strip.Objects[i:]...)...)
	if tab.Content != nil {
		tab.Content.Hide()
		t.stack.Add(tab.Content)
	}
	if t.selected == "" {
		t.selected = tab.ID
		if tab.Content != nil {
			tab.Content.Show()
		}
	}
	t.strip.Refresh()
	t.Refresh()
}

// Append puts tab at the end.
func (t *Tabs) Append(tab *Tab) { t.Insert(-1, tab) }

// Remove takes a tab out; its neighbour becomes the selected one.
func (t *Tabs) Remove(id string) {
	i := t.find(id)
	if i < 0 {
		return
	}
	if c := t.tabs[i].Content; c != nil {
		t.stack.Remove(c)
	}
	t.tabs = append(t.tabs[:i], t.tabs[i+1:]...)
	t.buttons = append(t.buttons[:i], t.buttons[i+1:]...)
	t.strip.Objects = append(t.strip.Objects[:i], t.strip.Objects[i+1:]...)
	if t.selected == id {
		t.selected = ""
		if len(t.tabs) > 0 {
			t.Select(t.tabs[min(max(0, i-1), len(t.tabs)-1)].ID)
		}
	}
	t.strip.Refresh()
	t.Refresh()
}

func (t *Tabs) find(id string) int {
	for i, tab := range t.tabs {
		if tab.ID == id {
			return i
		}
	}
	return -1
}

// Select brings a tab to the front and tells OnSelected.
func (t *Tabs) Select(id string) {
	if t.find(id) < 0 {
		return
	}
	t.selected = id
	for _, tab := range t.tabs {
		if tab.Content == nil {
			continue
		}
		if tab.ID == id {
			tab.Content.Show()
		} else {
			tab.Content.Hide()
		}
	}
	t.Refresh()
	t.reveal()
	if t.OnSelected != nil {
		t.OnSelected(id)
	}
}

func (t *Tabs) reveal() {
	i := t.find(t.selected)
	if i < 0 {
		return
	}
	b := t.buttons[i]
	left, right := b.Position().X, b.Position().X+b.Size().Width
	switch off, w := t.scroll.Offset.X, t.scroll.Size().Width; {
	case left < off:
		t.scroll.ScrollToOffset(fyne.NewPos(left, 0))
	case right > off+w && w > 0:
		t.scroll.ScrollToOffset(fyne.NewPos(right-w, 0))
	}
}

// Step selects the next tab (or, with -1, the one before), going round.
func (t *Tabs) Step(delta int) {
	if n := len(t.tabs); n > 0 {
		t.Select(t.tabs[((t.find(t.selected)+delta)%n+n)%n].ID)
	}
}

// Selected is the ID of the tab in front.
func (t *Tabs) Selected() string { return t.selected }

// IDs lists the tabs from left to right.
func (t *Tabs) IDs() []string {
	ids := make([]string, len(t.tabs))
	for i, tab := range t.tabs {
		ids[i] = tab.ID
	}
	return ids
}

// Update changes the word and the dot of a tab.
func (t *Tabs) Update(id, text string, level Level) {
	i := t.find(id)
	if i < 0 || t.tabs[i].Text == text && t.tabs[i].Level == level {
		return
	}
	t.tabs[i].Text, t.tabs[i].Level = text, level
	t.buttons[i].Refresh()
	t.strip.Refresh()
}

// FocusGained is part of fyne.Focusable.
func (t *Tabs) FocusGained() { t.focused = true; t.Refresh() }

// FocusLost is part of fyne.Focusable.
func (t *Tabs) FocusLost() { t.focused = false; t.Refresh() }

// TypedRune is part of fyne.Focusable.
func (t *Tabs) TypedRune(rune) {}

// TypedKey is part of fyne.Focusable.
func (t *Tabs) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		t.Step(-1)
	case fyne.KeyRight:
		t.Step(1)
	case fyne.KeyDelete:
		if i := t.find(t.selected); i >= 0 && t.tabs[i].Closable && t.OnClosed != nil {
			t.OnClosed(t.selected)
		}
	}
}

// CreateRenderer is part of fyne.Widget.
func (t *Tabs) CreateRenderer() fyne.WidgetRenderer { return &tabsRenderer{t} }

type tabsRenderer struct{ t *Tabs }

func (r *tabsRenderer) stripHeight() float32 {
	h := r.t.strip.MinSize().Height
	if r.t.Trailing != nil {
		h = max32(h, r.t.Trailing.MinSize().Height)
	}
	return h
}

func (r *tabsRenderer) MinSize() fyne.Size {
	m := r.t.stack.MinSize()
	w := float32(80)
	if r.t.Trailing != nil {
		w += r.t.Trailing.MinSize().Width
	}
	return fyne.NewSize(max32(m.Width, w), r.stripHeight()+1+m.Height)
}

func (r *tabsRenderer) Layout(s fyne.Size) {
	h := r.stripHeight()
	w := s.Width
	if r.t.Trailing != nil {
		tw := r.t.Trailing.MinSize().Width
		w -= tw
		r.t.Trailing.Move(fyne.NewPos(w, 0))
		r.t.Trailing.Resize(fyne.NewSize(tw, h))
	}
	r.t.scroll.Resize(fyne.NewSize(w, h))
	r.t.line.Move(fyne.NewPos(0, h))
	r.t.line.Resize(fyne.NewSize(s.Width, 1))
	r.t.stack.Move(fyne.NewPos(0, h+1))
	r.t.stack.Resize(fyne.NewSize(s.Width, max32(0, s.Height-h-1)))
}

func (r *tabsRenderer) Refresh() {
	r.t.line.FillColor = theme.ColorForWidget(theme.ColorNameSeparator, r.t)
	r.t.line.Refresh()
	for _, b := range r.t.buttons {
		b.Refresh()
	}
	r.Layout(r.t.Size())
	canvas.Refresh(r.t)
}

func (r *tabsRenderer) Objects() []fyne.CanvasObject {
	objs := []fyne.CanvasObject{r.t.scroll, r.t.line, r.t.stack}
	if r.t.Trailing != nil {
		objs = append(objs, r.t.Trailing)
	}
	return objs
}
func (r *tabsRenderer) Destroy() {}

// stripLayout is a row without gaps.
type stripLayout struct{}

func (stripLayout) MinSize(objs []fyne.CanvasObject) (s fyne.Size) {
	for _, o := range objs {
		m := o.MinSize()
		s.Width += m.Width
		s.Height = max32(s.Height, m.Height)
	}
	return s
}

func (stripLayout) Layout(objs []fyne.CanvasObject, size fyne.Size) {
	var x float32
	for _, o := range objs {
		m := o.MinSize()
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(m.Width, size.Height))
		x += m.Width
	}
}

var _ desktop.Hoverable = (*tabButton)(nil)
