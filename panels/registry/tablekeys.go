package registry

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/i18n"
)

// The keyboard's way to sort and widen: Tab leads to the head, the arrows choose a
// column, Enter sorts by it, + and - widen and narrow it.

var (
	_ fyne.Focusable   = (*tableHead)(nil)
	_ fyne.Disableable = (*tableHead)(nil)
)

// FocusGained is part of fyne.Focusable. What the keys do is said beside the head.
func (h *tableHead) FocusGained() {
	h.focused = true
	h.choose(max(h.cur, 0), 1)
	h.Refresh()
	words := i18n.T("registry.head_keys")
	if !h.t.sortable() {
		words = i18n.T("registry.head_keys_widen")
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(h)
	h.t.tips.Point(words, at.AddXY(theme.InnerPadding(), h.Size().Height))
}

// FocusLost is part of fyne.Focusable.
func (h *tableHead) FocusLost() {
	h.focused = false
	h.t.tips.Clear()
	h.Refresh()
}

// TypedRune is part of fyne.Focusable.
func (h *tableHead) TypedRune(r rune) {
	h.t.tips.Clear()
	n := h.t.chars(h.cur)
	switch {
	case r == ' ':
		h.t.press(h.cur)
	case n == 0: // takes what the others leave
	case r == '+', r == '=':
		h.wide(n + 1)
	case r == '-':
		h.wide(n - 1)
	}
}

// wide gives the chosen column a width.
func (h *tableHead) wide(chars int) {
	h.t.widen(h.cur, chars)
	h.t.list.Refresh()
	h.Refresh()
	h.t.changed()
}

// TypedKey is part of fyne.Focusable.
func (h *tableHead) TypedKey(e *fyne.KeyEvent) {
	h.t.tips.Clear() // it covers the rows
	switch e.Name {
	case fyne.KeyLeft:
		h.choose(h.cur-1, -1)
	case fyne.KeyRight:
		h.choose(h.cur+1, 1)
	case fyne.KeyHome:
		h.choose(0, 1)
	case fyne.KeyEnd:
		h.choose(len(h.t.cols)-1, -1)
	case fyne.KeyReturn, fyne.KeyEnter:
		h.t.press(h.cur)
	case fyne.KeyDown:
		if c := fyne.CurrentApp().Driver().CanvasForObject(h); c != nil {
			c.Focus(h.t.list)
		}
		return
	default:
		return
	}
	h.Refresh()
}

// choose chooses the column with a number, or the next one that has room.
func (h *tableHead) choose(i, step int) {
	places := h.t.places(h.Size().Width)
	for ; i >= 0 && i < len(places); i += step {
		if places[i][1] > 0 {
			h.cur = i
			return
		}
	}
}

// Disabled is part of fyne.Disableable: a table that keeps its order takes no keys.
func (h *tableHead) Disabled() bool { return h.t.changed == nil }

// Enable is part of fyne.Disableable; whether there is something to do does not change.
func (h *tableHead) Enable() {}

// Disable is part of fyne.Disableable.
func (h *tableHead) Disable() {}
