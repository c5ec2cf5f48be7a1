package containers

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// maxTypeAhead bounds what is kept of a cat on the keyboard.
const maxTypeAhead = 4096

// typeAhead has the keyboard between Enter and the terminal: what is typed while
// the container starts is for its prompt, and must not change the search.
type typeAhead struct {
	widget.BaseWidget
	cancel func()
	typed  []byte
}

func newTypeAhead(cancel func()) *typeAhead {
	a := &typeAhead{cancel: cancel}
	a.ExtendBaseWidget(a)
	return a
}

// take gives what was typed and forgets it.
func (a *typeAhead) take() []byte {
	b := a.typed
	a.typed = nil
	return b
}

func (a *typeAhead) add(s string) {
	if len(a.typed)+len(s) <= maxTypeAhead {
		a.typed = append(a.typed, s...)
	}
}

// FocusGained is part of fyne.Focusable.
func (a *typeAhead) FocusGained() { a.typed = nil }

// FocusLost is part of fyne.Focusable.
func (a *typeAhead) FocusLost() {}

// TypedRune is part of fyne.Focusable.
func (a *typeAhead) TypedRune(r rune) { a.add(string(r)) }

// TypedKey is part of fyne.Focusable; Escape gives the launch up.
func (a *typeAhead) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		a.cancel()
	case fyne.KeyReturn, fyne.KeyEnter:
		a.add("\r")
	case fyne.KeyBackspace:
		if n := len([]rune(string(a.typed))); n > 0 {
			a.typed = []byte(string([]rune(string(a.typed))[:n-1]))
		}
	}
}

// CreateRenderer is part of fyne.Widget; there is nothing to see.
func (a *typeAhead) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRectangle(color.Transparent))
}
