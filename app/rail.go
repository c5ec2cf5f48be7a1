package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	uitheme "tacklebox/panels/theme"
)

// rail is the list of tabs at the window's left edge: tabs at the top, the
// window's own pages at the bottom.
type rail struct {
	top, bottom []*railItem
	back        *canvas.Rectangle
	edge        *canvas.Rectangle
	box         *fyne.Container
	hint        *railHint
	canvas      func() fyne.Canvas
	compact     bool
}

func newRail(top, bottom []*railItem, hint *railHint, window func() fyne.Canvas) *rail {
	r := &rail{
		top: top, bottom: bottom, hint: hint, canvas: window,
		back: canvas.NewRectangle(nil), edge: canvas.NewRectangle(nil),
	}
	objects := []fyne.CanvasObject{r.back, r.edge}
	for _, item := range r.items() {
		item.onMove = r.move
		item.onHint = r.say
		objects = append(objects, item)
	}
	r.box = container.New(r, objects...)
	r.recolour()
	return r
}

func (r *rail) items() []*railItem {
	return append(append([]*railItem{}, r.top...), r.bottom...)
}

// recolour takes the theme's colours again after it changed.
func (r *rail) recolour() {
	r.back.FillColor = theme.Color(uitheme.Rail)
	r.edge.FillColor = theme.Color(theme.ColorNameSeparator)
	r.back.Refresh()
	r.edge.Refresh()
}

// setCompact leaves the words out, or shows them.
func (r *rail) setCompact(compact bool) {
	if r.compact == compact {
		return
	}
	r.compact = compact
	for _, item := range r.items() {
		item.set(func(i *railItem) { i.compact = compact })
	}
	r.hint.hide()
}

// width is what the rail needs now.
func (r *rail) width() float32 {
	var w float32
	for _, item := range r.items() {
		w = fyne.Max(w, item.MinSize().Width)
	}
	return w + 1
}

// compactWidth is what the rail needs without words.
func (r *rail) compactWidth() float32 {
	return railBar + 3*theme.InnerPadding() + theme.IconInlineSize() + 1
}

// MinSize is the compact rail's: the window may always become that narrow.
func (r *rail) MinSize([]fyne.CanvasObject) fyne.Size {
	var h float32
	for _, item := range r.items() {
		h += item.MinSize().Height
	}
	return fyne.NewSize(r.compactWidth(), h)
}

// Layout places the tabs from the top and the pages from the bottom.
func (r *rail) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	r.back.Resize(size)
	r.edge.Resize(fyne.NewSize(1, size.Height))
	r.edge.Move(fyne.NewPos(size.Width-1, 0))
	place := func(item *railItem, y float32) float32 {
		h := item.MinSize().Height
		item.Resize(fyne.NewSize(size.Width-1, h))
		item.Move(fyne.NewPos(0, y))
		return h
	}
	y := float32(0)
	for _, item := range r.top {
		y += place(item, y)
	}
	y = size.Height
	for i := len(r.bottom) - 1; i >= 0; i-- {
		y -= r.bottom[i].MinSize().Height
		place(r.bottom[i], y)
	}
}

// move gives the focus to the item a step away.
func (r *rail) move(from *railItem, step int) {
	items := r.items()
	for i, item := range items {
		if item == from {
			r.canvas().Focus(items[(i+step+len(items))%len(items)])
			return
		}
	}
}

// say shows or hides the word beside an item of the compact rail.
func (r *rail) say(item *railItem, shown bool) {
	if !shown {
		r.hint.hide()
		return
	}
	text := item.word
	if item.keys != "" {
		text += "   " + item.keys
	}
	r.hint.show(text, fyne.NewPos(r.box.Size().Width+theme.Padding(), item.Position().Y), item.Size().Height)
}

// railHint is the word that a compact rail shows beside the pointer.
type railHint struct {
	box  *fyne.Container
	back *canvas.Rectangle
	text *canvas.Text
}

func newRailHint() *railHint {
	h := &railHint{back: canvas.NewRectangle(nil), text: canvas.NewText("", nil)}
	h.box = container.NewWithoutLayout(h.back, h.text)
	h.box.Hide()
	return h
}

func (h *railHint) show(text string, at fyne.Position, height float32) {
	h.back.FillColor = theme.Color(theme.ColorNameOverlayBackground)
	h.back.StrokeColor, h.back.StrokeWidth = theme.Color(theme.ColorNameSeparator), 1
	h.back.CornerRadius = 3
	h.text.Text, h.text.TextSize, h.text.Color = text, theme.TextSize(), theme.Color(theme.ColorNameForeground)
	min := h.text.MinSize()
	h.back.Resize(fyne.NewSize(min.Width+4*theme.Padding(), min.Height+2*theme.Padding()))
	h.back.Move(at.AddXY(0, (height-h.back.Size().Height)/2))
	h.text.Resize(min)
	h.text.Move(at.AddXY(2*theme.Padding(), (height-min.Height)/2))
	h.box.Show()
	h.box.Refresh()
}

func (h *railHint) hide() {
	if h.box.Visible() {
		h.box.Hide()
	}
}
