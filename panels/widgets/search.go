package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// SearchEntry is a search field whose arrows move in the list below it, so that
// what is looked for is found and used without leaving the keyboard's home row.
type SearchEntry struct {
	widget.Entry
	onKey func(*fyne.KeyEvent) bool // true when the list took the key
}

// NewSearchEntry makes a search field; onKey is given the keys that one line of text
// has no use for, and is true when it took one.
func NewSearchEntry(onKey func(*fyne.KeyEvent) bool) *SearchEntry {
	e := &SearchEntry{onKey: onKey}
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey gives the list the keys that one line of text has no use for.
func (e *SearchEntry) TypedKey(k *fyne.KeyEvent) {
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
	if !PassKeyOn(e, k) {
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut leaves the window its own keys.
func (e *SearchEntry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	PassOn(e, s)
}
