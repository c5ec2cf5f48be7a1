package widgets

import "fyne.io/fyne/v2"

// PassOn gives the window a shortcut that the focused widget o has no use for.
// Fyne gives a shortcut to the focused widget alone, and its text fields drop
// what they do not know, so that no key of the window would work in them.
func PassOn(o fyne.CanvasObject, s fyne.Shortcut) {
	if _, custom := s.(fyne.KeyboardShortcut); !custom {
		return // copy, paste and their like mean the field
	}
	if c, ok := canvasOf(o).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// PassKeyOn gives the window a function key that o has no use for; it is true
// when k is one.
func PassKeyOn(o fyne.CanvasObject, k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6,
		fyne.KeyF7, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10, fyne.KeyF11, fyne.KeyF12:
	default:
		return false
	}
	if c := canvasOf(o); c != nil {
		if typed := c.OnTypedKey(); typed != nil {
			typed(k)
		}
	}
	return true
}

func canvasOf(o fyne.CanvasObject) fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(o)
}
