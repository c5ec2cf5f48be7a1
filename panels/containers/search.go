package containers

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/widgets"
)

// searchEntry is a search field whose arrows move in the list below it, so that
// an image is found and launched without leaving the keyboard's home row.
type searchEntry struct {
	widget.Entry
	onKey func(*fyne.KeyEvent) bool // true when the list took the key
}

func newSearchEntry(onKey func(*fyne.KeyEvent) bool) *searchEntry {
	e := &searchEntry{onKey: onKey}
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey gives the list the keys that one line of text has no use for.
func (e *searchEntry) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyReturn, fyne.KeyEnter:
		if e.onKey(k) {
			return
		}
	case fyne.KeyEscape:
		if e.Text != "" {
			e.SetText("")
			return
		}
	}
	if !widgets.PassKeyOn(e, k) {
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut leaves the window its own keys.
func (e *searchEntry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	widgets.PassOn(e, s)
}
