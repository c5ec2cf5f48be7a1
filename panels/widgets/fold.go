package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Fold is a line that opens and closes what stands below it. It is lighter than
// a button, because it only shows and does nothing.
type Fold struct {
	widget.BaseWidget
	// OnChanged is called when the person opened or closed it.
	OnChanged func(open bool)

	open             bool
	text             *CutText
	arrow            *widget.Icon
	back             *canvas.Rectangle
	hovered, focused bool
}

// NewFold makes a closed one.
func NewFold(text string, changed func(open bool)) *Fold {
	f := &Fold{OnChanged: changed, text: NewCutText(text, 80), arrow: widget.NewIcon(theme.MenuExpandIcon())}
	f.back = canvas.NewRectangle(color.Transparent)
	f.back.CornerRadius = 3
	f.ExtendBaseWidget(f)
	return f
}

// SetText changes the line.
func (f *Fold) SetText(s string) {
	if f.text.Text != s {
		f.text.SetText(s)
		f.Refresh()
	}
}

// Text is the line.
func (f *Fold) Text() string { return f.text.Text }

// Open tells whether it is open.
func (f *Fold) Open() bool { return f.open }

// SetOpen opens or closes it without telling OnChanged.
func (f *Fold) SetOpen(open bool) {
	if f.open == open {
		return
	}
	f.open = open
	if open {
		f.arrow.SetResource(theme.MenuDropDownIcon())
	} else {
		f.arrow.SetResource(theme.MenuExpandIcon())
	}
}

func (f *Fold) toggle() {
	f.SetOpen(!f.open)
	if f.OnChanged != nil {
		f.OnChanged(f.open)
	}
}

// Tapped is part of fyne.Tappable.
func (f *Fold) Tapped(*fyne.PointEvent) { f.toggle() }

// Cursor is part of desktop.Cursorable.
func (f *Fold) Cursor() desktop.Cursor { return desktop.PointerCursor }

// MouseIn is part of desktop.Hoverable.
func (f *Fold) MouseIn(*desktop.MouseEvent) { f.hovered = true; f.Refresh() }

// MouseMoved is part of desktop.Hoverable.
func (f *Fold) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is part of desktop.Hoverable.
func (f *Fold) MouseOut() { f.hovered = false; f.Refresh() }

// FocusGained is part of fyne.Focusable.
func (f *Fold) FocusGained() { f.focused = true; f.Refresh() }

// FocusLost is part of fyne.Focusable.
func (f *Fold) FocusLost() { f.focused = false; f.Refresh() }

// TypedRune is part of fyne.Focusable.
func (f *Fold) TypedRune(rune) {}

// TypedKey is part of fyne.Focusable.
func (f *Fold) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		f.toggle()
	case fyne.KeyRight:
		if !f.open {
			f.toggle()
		}
	case fyne.KeyLeft:
		if f.open {
			f.toggle()
		}
	}
}

// CreateRenderer is part of fyne.Widget.
func (f *Fold) CreateRenderer() fyne.WidgetRenderer { return &foldRenderer{f} }

type foldRenderer struct{ f *Fold }

func (r *foldRenderer) MinSize() fyne.Size {
	icon := theme.IconInlineSize()
	return fyne.NewSize(icon+2+min(r.f.text.Natural(), 200)+theme.InnerPadding(), r.f.text.MinSize().Height+theme.InnerPadding()*2)
}

func (r *foldRenderer) Layout(s fyne.Size) {
	icon := theme.IconInlineSize()
	w := min(r.f.text.Natural(), s.Width-icon-2)
	r.f.back.Resize(fyne.NewSize(icon+2+w+theme.InnerPadding(), s.Height))
	r.f.arrow.Move(fyne.NewPos(0, (s.Height-icon)/2))
	r.f.arrow.Resize(fyne.NewSize(icon, icon))
	r.f.text.Move(fyne.NewPos(icon+2, 0))
	r.f.text.Resize(fyne.NewSize(w, s.Height))
}

func (r *foldRenderer) Refresh() {
	r.f.back.FillColor = color.Transparent
	switch {
	case r.f.focused:
		r.f.back.FillColor = theme.ColorForWidget(theme.ColorNameFocus, r.f)
	case r.f.hovered:
		r.f.back.FillColor = theme.ColorForWidget(theme.ColorNameHover, r.f)
	}
	r.Layout(r.f.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *foldRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.f.back, r.f.arrow, r.f.text}
}
func (r *foldRenderer) Destroy() {}
