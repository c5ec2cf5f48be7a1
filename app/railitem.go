package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	uitheme "tacklebox/panels/theme"
)

// railItem is one line of the rail: an icon and a word, or the icon alone.
type railItem struct {
	widget.BaseWidget

	icon fyne.Resource
	word string
	keys string // the shortcut, shown with the word in a compact rail's hint

	compact, selected, hovered, focused bool

	onTap  func(*railItem)
	onMove func(item *railItem, step int)   // arrow keys
	onHint func(item *railItem, shown bool) // a compact item says its word
}

func newRailItem(icon fyne.Resource, word, keys string, onTap func(*railItem)) *railItem {
	r := &railItem{icon: icon, word: word, keys: keys, onTap: onTap}
	r.ExtendBaseWidget(r)
	return r
}

func (r *railItem) set(change func(*railItem)) {
	before := [4]bool{r.compact, r.selected, r.hovered, r.focused}
	change(r)
	if before != [4]bool{r.compact, r.selected, r.hovered, r.focused} {
		r.Refresh()
	}
}

// Tapped selects the item.
func (r *railItem) Tapped(*fyne.PointEvent) {
	r.hint(false)
	r.onTap(r)
}

// MouseIn highlights the item and, in a compact rail, says its word.
func (r *railItem) MouseIn(*desktop.MouseEvent) {
	r.set(func(r *railItem) { r.hovered = true })
	r.hint(true)
}

// MouseMoved does nothing; it completes desktop.Hoverable.
func (r *railItem) MouseMoved(*desktop.MouseEvent) {}

// MouseOut ends what MouseIn began.
func (r *railItem) MouseOut() {
	r.set(func(r *railItem) { r.hovered = false })
	r.hint(false)
}

// FocusGained shows that keys go to the item.
func (r *railItem) FocusGained() {
	r.set(func(r *railItem) { r.focused = true })
	r.hint(true)
}

// FocusLost ends what FocusGained began.
func (r *railItem) FocusLost() {
	r.set(func(r *railItem) { r.focused = false })
	r.hint(false)
}

// TypedRune does nothing; Space comes as a key.
func (r *railItem) TypedRune(rune) {}

// TypedKey selects the item or moves along the rail.
func (r *railItem) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		r.Tapped(nil)
	case fyne.KeyUp:
		r.onMove(r, -1)
	case fyne.KeyDown:
		r.onMove(r, 1)
	}
}

// AccessibilityLabel is what a screen reader says.
func (r *railItem) AccessibilityLabel() string { return r.word }

// AccessibilityRole is what a screen reader calls it.
func (r *railItem) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

var _ fyne.Accessible = (*railItem)(nil)

func (r *railItem) hint(shown bool) {
	if r.onHint != nil && (r.compact || !shown) {
		r.onHint(r, shown)
	}
}

// CreateRenderer makes the item's drawing.
func (r *railItem) CreateRenderer() fyne.WidgetRenderer {
	d := &railItemRenderer{
		item: r, back: canvas.NewRectangle(nil), bar: canvas.NewRectangle(nil),
		icon: canvas.NewImageFromResource(r.icon), word: canvas.NewText(r.word, nil),
	}
	d.icon.FillMode = canvas.ImageFillContain
	d.Refresh()
	return d
}

type railItemRenderer struct {
	item      *railItem
	back, bar *canvas.Rectangle
	icon      *canvas.Image
	word      *canvas.Text
}

// The rail's measures beside the theme's: a bar marks the selected item, so
// that it is not told by colour alone.
const (
	railBar      = 3
	railRowExtra = 14
)

func (d *railItemRenderer) iconSide() float32 { return theme.IconInlineSize() }

func (d *railItemRenderer) MinSize() fyne.Size {
	h := fyne.Max(d.iconSide(), d.word.MinSize().Height) + railRowExtra
	w := railBar + 3*theme.InnerPadding() + d.iconSide()
	if !d.item.compact {
		w += theme.InnerPadding() + d.word.MinSize().Width
	}
	return fyne.NewSize(w, h)
}

func (d *railItemRenderer) Layout(size fyne.Size) {
	side := d.iconSide()
	d.back.Resize(size)
	d.bar.Resize(fyne.NewSize(railBar, size.Height))
	x := railBar + theme.InnerPadding()*1.5
	if d.item.compact {
		x = (size.Width - side) / 2
	}
	d.icon.Resize(fyne.NewSquareSize(side))
	d.icon.Move(fyne.NewPos(x, (size.Height-side)/2))
	min := d.word.MinSize()
	d.word.Resize(min)
	// The face leaves more room above its letters than below; one pixel up puts
	// the word's middle beside the icon's.
	d.word.Move(fyne.NewPos(x+side+theme.InnerPadding(), (size.Height-min.Height)/2-1))
}

func (d *railItemRenderer) Refresh() {
	r := d.item
	d.bar.Hidden = !r.selected
	d.bar.FillColor = theme.Color(uitheme.Accent)
	d.back.StrokeWidth = 0
	switch {
	case r.selected:
		d.back.FillColor = theme.Color(uitheme.Selected)
	case r.hovered:
		d.back.FillColor = theme.Color(theme.ColorNameHover)
	default:
		d.back.FillColor = nil
	}
	if r.focused {
		d.back.StrokeColor, d.back.StrokeWidth = theme.Color(uitheme.Accent), 1
	}
	d.word.Text, d.word.TextSize = r.word, theme.TextSize()
	d.word.Color = theme.Color(theme.ColorNameForeground)
	d.word.TextStyle = fyne.TextStyle{Bold: r.selected}
	d.word.Hidden = r.compact
	d.icon.Resource = r.icon
	d.Layout(r.Size())
	d.back.Refresh()
	d.bar.Refresh()
	d.icon.Refresh()
	d.word.Refresh()
}

func (d *railItemRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{d.back, d.bar, d.icon, d.word}
}

func (d *railItemRenderer) Destroy() {}
